"""The verbs `triage`, `refused` and `rules` at the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.settings import get_settings
from tests.karamad import SOUND, Cells, Desk

Cli = Callable[..., Result]
GROSS: Cells = {"gross_amount": "90", "net_amount": "100"}


@pytest.fixture
def cli(db_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cli]:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", db_url)
    monkeypatch.setenv("SALES_LANGUAGE", "en")
    get_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words])
    get_settings.cache_clear()


def test_issues_are_shown_said_of_and_written(cli: Cli, desk: Desk, tmp_path: Path) -> None:
    desk.load([{**GROSS, "invoice_id": "1"}, {**GROSS, "invoice_id": "2"}, SOUND])
    shown = cli("triage", "--rule", "GROSS_MISMATCH")
    assert shown.exit_code == 0, shown.output
    assert "rule: GROSS_MISMATCH 2\nstatus: open 2\n" in shown.stdout
    assert "the first 2 of 2 issues; money of all: 20" in shown.stdout
    without = cli("triage", "--rule", "GROSS_MISMATCH", "--status", "accepted")
    assert (without.exit_code, "Give a reason" in without.stderr) == (2, True)
    words = ("--status", "accepted", "--reason", "the till rounds")
    stale = cli("triage", "--rule", "GROSS_MISMATCH", *words, "--count", "1")
    assert (stale.exit_code, "There are 2 issues now, not 1" in stale.stderr) == (1, True)
    done = cli("triage", "--rule", "GROSS_MISMATCH", *words)
    assert "said of 2 issues (2 events)" in done.stdout
    assert (
        cli("triage", "--rule", "GROSS_MISMATCH", "--having", "open").stdout == "No issue fits.\n"
    )
    out = tmp_path / "accepted.csv"
    assert cli("triage", "--having", "accepted", "--out", out).exit_code == 0
    assert out.read_text("utf-8-sig").count("the till rounds") == 2
    assert cli("triage", "--min-amount", "much").exit_code == 2


def test_refused_lines_are_written_to_send_back(cli: Cli, desk: Desk, tmp_path: Path) -> None:
    desk.load([SOUND, {"quantity": "x"}])
    done = cli("refused", 1, "--out", tmp_path / "back.xlsx")
    assert (done.exit_code, "1 rejected lines" in done.stdout) == (0, True)
    book = CalamineWorkbook.from_path(str(tmp_path / "back.xlsx"))
    assert book.sheet_names == ["Rejected lines"]
    assert cli("refused", 1, "--out", tmp_path / "back.csv").exit_code == 2
    assert cli("refused", 9, "--out", tmp_path / "back.xlsx").exit_code == 1


def test_rules_are_told_and_changed(cli: Cli, desk: Desk) -> None:
    desk.load([GROSS, SOUND])
    words = ("--threshold", "tolerance=20", "--severity", "ERROR", "--reason", "as agreed")
    done = cli("rules", "set", "GROSS_MISMATCH", *words)
    assert "severity ERROR, thresholds tolerance=20." in done.stdout
    text = cli("rules").stdout
    assert "GROSS_MISMATCH · ERROR · line · issues now: 1 · " in text
    assert "cli: ERROR, tolerance=20 · as agreed" in text
    told = [json.loads(line) for line in cli("rules", "--json").stdout.splitlines()]
    (gross,) = [one for one in told if one["code"] == "GROSS_MISMATCH"]
    assert (gross["thresholds"], gross["shipped_thresholds"], gross["issues"]) == (
        {"tolerance": 20},
        {"tolerance": 1},
        1,
    )
    refused = cli("rules", "set", "DUPLICATE_LINE", "--severity", "ERROR", "--reason", "x")
    assert (refused.exit_code, "cannot reject" in refused.stderr) == (1, True)
    assert cli("rules", "set", "GROSS_MISMATCH", "--threshold", "5", "--reason", "x").exit_code == 2
