"""The verbs `users …`: the first administrator once, people in and out, the one-time password."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.access.sessions import read_session
from pipeline.access.sign_in import sign_in
from pipeline.settings import get_settings
from tests.people import HOME, SETTINGS

Cli = Callable[..., Result]


@pytest.fixture
def cli(db_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cli]:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", db_url)
    monkeypatch.setenv("SALES_LANGUAGE", "en")
    get_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, ["users", *words])
    get_settings.cache_clear()


def said_password(result: Result) -> str:
    found = re.search(r"\b(\w{5}-\w{5}-\w{5}-\w{5})\b", result.stdout)
    assert found is not None, result.output
    return found[1]


def test_people_come_and_go(cli: Cli, db_url: str) -> None:
    assert "Nobody may come in yet" in cli("list").stdout
    first = cli("first")
    session = read_session(db_url, SETTINGS, sign_in(db_url, "admin", said_password(first), HOME))
    assert session is not None and session.must_change
    assert cli("first").stdout == "", "once"
    assert cli("deactivate", "admin").exit_code == 1

    password = said_password(cli("add", "سارا", "manager"))
    assert cli("add", "سارا", "manager").exit_code == 1
    assert cli("add", "امید", "owner").exit_code == 2
    token = sign_in(db_url, "سارا", password, HOME)
    assert read_session(db_url, SETTINGS, token) is not None
    assert cli("limit", "سارا", "--branch", "B1", "--salesperson", "S1").exit_code == 0
    assert cli("personal", "سارا", "--show").exit_code == 0
    assert cli("role", "سارا", "steward").exit_code == 0
    sara = json.loads(cli("list", "--json").stdout.splitlines()[1])
    assert (sara["role"], sara["branches"], sara["salespeople"]) == ("steward", ["B1"], ["S1"])
    assert (sara["sees_personal"], sara["open_sessions"], sara["active"]) == (True, 1, True)
    assert cli("sign-out", "سارا").stdout.endswith(": 1\n")
    assert read_session(db_url, SETTINGS, token) is None
    again = said_password(cli("password", "سارا"))
    assert sign_in(db_url, "سارا", password, HOME) is None
    assert sign_in(db_url, "سارا", again, HOME) is not None
    assert cli("deactivate", "سارا").exit_code == 0
    assert sign_in(db_url, "سارا", again, HOME) is None
    assert cli("activate", "سارا").exit_code == 0
    assert sign_in(db_url, "سارا", again, HOME) is not None
    assert "There is no user named" in cli("role", "کسی", "admin").stderr


def test_a_password_is_never_in_the_list(cli: Cli) -> None:
    password = said_password(cli("add", "سارا", "manager"))
    for listed in (cli("list"), cli("list", "--json")):
        assert password not in listed.output and "argon2" not in listed.output


def test_the_way_in_is_said_in_both_languages_with_the_password_once(
    cli: Cli, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cli("first", "--console", "http://127.0.0.1:8600")
    password = said_password(first)
    assert sign_in(db_url, "admin", password, HOME) is not None
    assert first.stdout.count(password) == 1
    for said in ("http://127.0.0.1:8600", "Ctrl-C", "Name", "نام", "گذرواژهٔ یک‌بارمصرف", "only now"):
        assert said in first.stdout, said
    monkeypatch.setenv("SALES_LANGUAGE", "fa")
    get_settings.cache_clear()
    again = cli("first", "--console", "http://127.0.0.1:8600").stdout
    assert "http://127.0.0.1:8600" in again and "Sign in with your name" in again
    assert "با نام خودتان وارد شوید" in again
    assert "admin" not in again and password not in again


def test_a_password_of_the_environment_is_not_said(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "a long enough one")
    get_settings.cache_clear()
    said = cli("first", "--console", "http://127.0.0.1:8600").stdout
    assert "a long enough one" not in said
    assert "ADMIN_PASSWORD" in said and "admin" in said
