"""The verbs of the ledger at the terminal: what they say, and their exit codes."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.settings import get_settings
from tests.karamad import Desk

Cli = Callable[..., Result]


@pytest.fixture
def cli(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cli]:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SALES_LANGUAGE", "en")
    monkeypatch.setenv("DATABASE_URL", desk.url)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    get_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words])
    get_settings.cache_clear()


def test_audit_shows_who_did_what(cli: Cli, desk: Desk) -> None:
    desk.publish([{}], user="sara")
    shown = cli("audit")
    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["event", "1", "2"]
    assert re.search(r" sara +receive +load 1 ", shown.stdout)
    events = [json.loads(line) for line in cli("audit", "--json").stdout.splitlines()]
    assert [(event["event_id"], event["actor"]) for event in events] == [(1, "sara"), (2, "cli")]
    assert cli("audit", "--json", "--since", "2999-01-01").stdout == ""
    assert cli("audit", "--since", "soon").exit_code == 2


def test_a_head_that_was_kept_is_asked_for_again(cli: Cli, desk: Desk, tmp_path: Path) -> None:
    assert "empty" in cli("audit", "head").stderr
    desk.publish([{}])
    head = cli("audit", "head")
    kept = tmp_path / "head.json"
    kept.write_text(head.stdout, "utf-8")
    assert cli("verify", "--head", kept).exit_code == 0
    assert cli("verify", "--head", json.loads(head.stdout)["hash"]).exit_code == 0
    lost = cli("verify", "--head", "0" * 64)
    assert lost.exit_code == 1
    assert "I8: The given head (0000000000000000…) is not in the audit chain" in lost.stderr
    assert cli("verify", "--head", "nonsense").exit_code == 1


def test_backup_and_restore_elsewhere(cli: Cli, desk: Desk, tmp_path: Path) -> None:
    desk.publish([{}])
    out = tmp_path / "ledger.dump"
    made = cli("backup", out)
    assert made.exit_code == 0, made.output
    assert "up to audit event 3" in made.stdout
    name = f"{psycopg.conninfo.conninfo_to_dict(desk.url)['dbname']}_there"
    try:
        there = cli("restore", out, "--into", name)
        assert there.exit_code == 0, there.output
        assert "The ledger is sound." in there.stdout
        again = cli("restore", out, "--into", name)
        assert again.exit_code == 1
        assert "is not empty" in again.stderr
    finally:
        with psycopg.connect(desk.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )
    assert "is not empty" in cli("restore", out).stderr
    assert cli("restore", tmp_path / "nothing").exit_code == 2


def test_purge_says_what_went_or_why_not(cli: Cli, desk: Desk) -> None:
    desk.publish([{}])
    early = cli("purge", 1, "--reason", "enough")
    assert early.exit_code == 1
    assert "voided for at least 365 days" in early.stderr
    assert cli("purge", 1).exit_code == 2
    with psycopg.connect(desk.url) as connection:
        connection.execute(
            "alter table app.publications alter column at set default now() - interval '2 years'"
        )
    assert cli("void", 1, "--reason", "a trial").exit_code == 0
    done = cli("purge", 1, "--reason", "enough")
    assert done.exit_code == 0, done.output
    assert "its 2 lines are removed for good" in done.stdout
    assert cli("verify").stdout == "The ledger is sound.\n"
