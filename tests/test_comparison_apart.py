"""The comparison in a process of its own: the same answer, and nothing is left behind."""

from __future__ import annotations

import csv
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from pipeline import comparison, comparison_apart
from pipeline.access import acting
from pipeline.comparison import compare_with_last, rules_in_force
from pipeline.comparison_apart import compare_apart
from pipeline.errors import DatabaseAway, RefusedAction, RefusedFile
from pipeline.recognition import recognize
from tests.karamad import HEADERS, SOURCE, Desk, Layout, line_text


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    started, plain = [], subprocess.Popen

    def start(*args: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(plain(*args, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(comparison_apart.subprocess, "Popen", start)
    return started


def nothing(_: str, __: int) -> None:
    return


def test_it_says_what_the_same_comparison_says_here(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish([{"invoice_id": str(number)} for number in range(9)])
    path = desk.file([{"customer_id": "C9"}])
    recognition, told = recognize(path, desk.settings, SOURCE), []
    drift = compare_with_last(desk.url, desk.settings, recognition)
    assert drift is not None
    notable = drift.notable(rules_in_force(desk.url, desk.settings))
    assert "ROW_COUNT_DRIFT" in notable
    monkeypatch.setattr(comparison, "look_through", lambda *_: pytest.fail("read in this process"))
    found = compare_apart(desk.url, desk.settings, recognition, lambda _, count: told.append(count))
    assert found == (drift, notable)
    assert sum(told) > path.stat().st_size / 2, "how far the reading is"


def test_without_an_earlier_load_there_is_nothing_to_say(desk: Desk) -> None:
    recognition = recognize(desk.file([{}]), desk.settings, SOURCE)
    assert compare_apart(desk.url, desk.settings, recognition, nothing) == (None, ())


def test_the_sheet_of_a_workbook_is_read_there_too(desk: Desk, tmp_path: Path) -> None:
    desk.publish([{}])
    path = tmp_path / "ماه.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, Layout().headers)
        for row in range(3):
            sheet.write_row(row + 1, 0, next(csv.reader([line_text({})])))
    recognition = recognize(path, desk.settings, SOURCE)
    drift, _ = compare_apart(desk.url, desk.settings, recognition, nothing)
    assert drift is not None and drift.lines_now == 3


def test_what_refuses_it_arrives_in_its_words(desk: Desk) -> None:
    short = Layout(without=(HEADERS["customer_id"],))
    recognition = recognize(desk.file([{}], short), desk.settings, SOURCE)
    with pytest.raises(RefusedFile) as refused:
        compare_apart(desk.url, desk.settings, recognition, nothing)
    assert refused.value.code == "MISSING_REQUIRED_COLUMN" and "کد مشتری" in refused.value.fa
    whole = recognize(desk.file([{}]), desk.settings, SOURCE)
    with pytest.raises(DatabaseAway):
        compare_apart("postgresql://nobody@127.0.0.1:1/none", desk.settings, whole, nothing)


def test_a_tab_that_is_closed_ends_the_process(
    desk: Desk, children: list[subprocess.Popen[bytes]]
) -> None:
    desk.publish([{}])
    recognition = recognize(desk.file([{}]), desk.settings, SOURCE)

    def closed(_: str, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_apart(desk.url, desk.settings, recognition, closed)
    assert [child.returncode is not None for child in children] == [True]


def test_a_process_that_dies_is_said_with_its_last_words(desk: Desk) -> None:
    recognition = recognize(desk.file([{}]), desk.settings, SOURCE)
    broken = replace(recognition, mapping=None)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="AttributeError"):
        compare_apart(desk.url, desk.settings, broken, nothing)


def test_who_may_send_no_file_may_compare_none(desk: Desk, tmp_path: Path) -> None:
    recognition = recognize(desk.file([{}]), desk.settings, SOURCE)
    with acting.acting_as(None), pytest.raises(RefusedAction):
        compare_apart(desk.url, desk.settings, recognition, nothing)
