"""`preview` beside the last load: what it prints, when it compares, and what it never starts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.settings import get_settings
from tests.karamad import HEADERS, Desk, Layout

Cli = Callable[..., Result]
AWAY = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cli]:
    """The verbs in English, without a database unless DATABASE_URL is set."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SALES_LANGUAGE", "en")
    monkeypatch.setenv("DATABASE_URL", "")

    def invoke(*words: object, url: str | None = None) -> Result:
        if url is not None:
            monkeypatch.setenv("DATABASE_URL", url)
        get_settings.cache_clear()
        return CliRunner().invoke(app, [str(word) for word in words])

    yield invoke
    get_settings.cache_clear()


def drift_of(result: Result) -> dict[str, Any] | None:
    facts = json.loads(result.stdout, parse_float=Decimal)
    assert "drift" in facts, result.output
    drift: dict[str, Any] | None = facts["drift"]
    return drift


def test_the_differences_as_json(cli: Cli, desk: Desk) -> None:
    desk.publish([{}, {"invoice_line_no": "2"}, {"invoice_line_no": "3"}])
    layout = Layout(without=(HEADERS["city"],), added=("کد رهگیری ویژه",))
    lines = [{}, {"customer_id": "C2", "system_date": "1403/06/01", "reference_date": "1403/06/01"}]
    path = desk.file(lines, layout)
    drift = drift_of(cli("preview", path, "--source", "karamad", "--json", url=desk.url))
    nothing = {"new_count": 0, "new": [], "vanished_count": 0, "vanished": []}
    assert drift == {
        "load_id": 1,
        "period": "1403-05",
        "state": "published",
        "file_name": "file_1.csv",
        "received_by": "cli",
        "lines_then": 3,
        "lines_now": 2,
        "net_amount_then": 330,
        "net_amount_now": 220,
        "first_day_then": "1403-05-12",
        "first_day_now": "1403-05-12",
        "last_day_then": "1403-05-12",
        "last_day_now": "1403-05-12",
        "month_now": "1403-05",
        "strays_now": 1,
        "first_stray_now": "1403-06-01",
        "last_stray_now": "1403-06-01",
        "columns": {
            "missing": [HEADERS["city"]],
            "new": ["کد رهگیری ویژه"],
            "renamed": [],
            "moved": [],
        },
        "null_rates": [],
        "entities": {
            "customers": {**nothing, "new_count": 1, "new": ["C2"]},
            "products": nothing,
            "salespeople": nothing,
        },
        "lines_percent": Decimal("-33.33"),
        "net_amount_percent": Decimal("-33.33"),
        "notable": ["ROW_COUNT_DRIFT"],
    }


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_differences_for_readers(
    cli: Cli, desk: Desk, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    desk.publish([{}])
    monkeypatch.setenv("SALES_LANGUAGE", language)
    layout = Layout(added=("کد رهگیری ویژه",), renamed={HEADERS["brand"]: "نام برند کالا"})
    path = desk.file([{"customer_id": "C2", "city": ""}, {"product_id": "P\u202e2"}], layout)
    out = cli("preview", path, url=desk.url).stdout
    assert "1 → 2 (+100.00%)" in out or "1 ← 2 (+100.00%)" in out
    for word in ("کد رهگیری ویژه", "نام برند کالا", "C2", "ROW_COUNT_DRIFT", "50.00", "1403-05-12"):
        assert word in out
    assert "\u202e" not in out


def test_a_file_like_the_last_one_is_called_usual(cli: Cli, desk: Desk) -> None:
    desk.publish([{}])
    out = cli("preview", desk.file([{}]), url=desk.url).stdout
    assert "columns: the same, in the same order" in out
    assert "customers: new 0, vanished 0" in out
    assert "Every rule is within its limits." in out


def test_without_an_earlier_load_nothing_is_said_of_one(cli: Cli, desk: Desk) -> None:
    path = desk.file([{}])
    assert drift_of(cli("preview", path, "--json", "--compare", url=desk.url)) is None
    assert "Compared with" not in cli("preview", path, url=desk.url).stdout


def test_no_compare_asks_no_database(cli: Cli, desk: Desk) -> None:
    desk.publish([{}])
    path = desk.file([{}])
    assert drift_of(cli("preview", path, "--json", "--no-compare", url=desk.url)) is None
    assert "Not compared" not in cli("preview", path, "--no-compare", url=AWAY).stderr


def test_a_database_that_is_away_or_not_prepared_is_told_and_a_fault_only_when_asked_for(
    cli: Cli, desk: Desk, server_url: str
) -> None:
    path = desk.file([{}])
    bare = make_conninfo(server_url, dbname="postgres")
    for url in (AWAY, bare):
        usual = cli("preview", path, "--json", url=url)
        assert (usual.exit_code, drift_of(usual)) == (0, None)
        assert "Not compared with the last load" in usual.stderr
        asked = cli("preview", path, "--json", "--compare", url=url)
        assert (asked.exit_code, asked.stdout) == (1, "")
        assert asked.stderr


def test_the_embedded_server_is_never_started(cli: Cli, desk: Desk, tmp_path: Path) -> None:
    path = desk.file([{}])
    usual = cli("preview", path, "--json")
    assert (usual.exit_code, drift_of(usual), usual.stderr) == (0, None, "")
    asked = cli("preview", path, "--compare")
    assert asked.exit_code == 1
    assert "must be running" in asked.stderr
    assert not (tmp_path / "var" / "postgres").exists()


def test_an_embedded_server_that_runs_is_asked(
    cli: Cli, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish([{}])
    name = desk.value("select current_database()")
    monkeypatch.setattr("pipeline.db.DATABASE", name)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "postgres").symlink_to(desk.value("show data_directory"))
    drift = drift_of(cli("preview", desk.file([{}]), "--json"))
    assert drift is not None
    assert drift["load_id"] == 1
    assert (tmp_path / "var" / "postgres").is_symlink()


def test_a_file_that_lacks_required_columns_is_not_compared(cli: Cli, desk: Desk) -> None:
    desk.publish([{}])
    path = desk.file([{}], Layout(without=(HEADERS["net_amount"],)))
    result = cli("preview", path, "--json", "--source", "karamad", url=desk.url)
    assert (result.exit_code, drift_of(result)) == (1, None)
