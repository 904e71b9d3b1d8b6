"""One issue and everything around it; and the sheet of refused lines that goes back."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pipeline.errors import RefusedAction
from pipeline.exports import export_refused
from pipeline.issue_detail import issue_detail
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.issue_list import list_issues
from pipeline.quality.triage import Change, triage
from tests.karamad import HEADERS, SOUND, Cells, Desk, csv_text

GROSS: Cells = {"invoice_id": "۲", "gross_amount": "90", "net_amount": "100"}
BAD: Cells = {"invoice_id": "3", "quantity": "x2", "net_amount": "", "customer_name": "=1+1"}


def issue_id(desk: Desk, *rules: str, **options: Any) -> int:
    return int(list_issues(desk.url, IssueFilter(rules=rules, **options)).rows[0]["issue_id"])


def test_a_line_is_shown_with_the_cell_and_its_reading(desk: Desk) -> None:
    desk.load([SOUND, {**GROSS, "customer_name": 'فروشگاه "بهار", نو'}])
    detail = issue_detail(desk.url, desk.settings, issue_id(desk, "GROSS_MISMATCH"))
    assert (detail.issue["line_no"], detail.issue["status"]) == (3, "open")
    marked = [(cell.header, cell.text) for cell in detail.cells if cell.is_marked]
    assert marked == [(detail.issue["column_name"], "90")] == [(HEADERS["gross_amount"], "90")]
    texts = {cell.header: cell.text for cell in detail.cells}
    assert (texts[HEADERS["invoice_id"]], texts[HEADERS["customer_name"]]) == (
        "۲",
        'فروشگاه "بهار", نو',
    )
    assert len(detail.cells) == 61
    assert detail.canonical is not None
    assert (detail.canonical["invoice_id"], detail.canonical["net_amount"]) == ("2", 100)
    assert not detail.is_rejected
    assert detail.rule is not None
    assert detail.rule.title.en
    assert detail.rule.advice.fa


def test_of_a_rejected_line_what_can_be_read_is_shown(desk: Desk) -> None:
    desk.load([SOUND, BAD])
    detail = issue_detail(desk.url, desk.settings, issue_id(desk, "INVALID_NUMERIC"))
    assert detail.is_rejected
    assert detail.canonical is not None
    read = ("invoice_id", "quantity", "unit_price", "net_amount", "event_date_jalali")
    assert [detail.canonical[name] for name in read] == [
        "3", None, Decimal(50), None, "1403-05-12",
    ]  # fmt: skip
    assert [row["rule_code"] for row in detail.same_line] == ["INVALID_NUMERIC"]
    assert detail.twins == []


def test_damaged_lines_and_issues_of_the_load_have_no_reading(desk: Desk) -> None:
    desk.load([SOUND, "1,2"])
    damaged = issue_detail(desk.url, desk.settings, issue_id(desk, "RAGGED_LINE"))
    assert (damaged.line, damaged.canonical, damaged.is_rejected) == ("1,2", None, True)
    assert [cell.text for cell in damaged.cells] == ["1", "2"]
    desk.publish([{**SOUND, "reference_date": "1403/06/01"}] * 3, "1403-06")
    desk.load([{**SOUND, "reference_date": "1403/07/01"}], "1403-07")
    whole = issue_detail(desk.url, desk.settings, issue_id(desk, "ROW_COUNT_DRIFT"))
    assert (whole.line, whole.cells, whole.canonical, whole.is_rejected) == (None, [], None, False)


def test_twins_and_history_come_along(desk: Desk) -> None:
    desk.load([GROSS, GROSS])
    desk.load([GROSS, SOUND])
    one = issue_id(desk, "GROSS_MISMATCH", loads=(1,))
    change = Change(comment="seen")
    triage(desk.url, IssueFilter(issue_ids=(one,)), change, expected=1, actor="sara")
    detail = issue_detail(desk.url, desk.settings, one)
    assert [(row["load_id"], row["line_no"]) for row in detail.twins] == [(1, 3), (2, 2)]
    assert [(row["actor"], row["comment"]) for row in detail.history] == [("sara", "seen")]


@pytest.mark.parametrize("number", [0, -1, 99, 10**30, -(10**30)])
def test_a_number_without_an_issue_is_refused(desk: Desk, number: int) -> None:
    with pytest.raises(RefusedAction, match="There is no issue"):
        issue_detail(desk.url, desk.settings, number)


def test_refused_lines_go_back_as_they_came_with_their_reasons(desk: Desk, tmp_path: Path) -> None:
    desk.load([SOUND, BAD, "1,2", SOUND, {"customer_id": "", "invoice_id": "0005"}])
    out = tmp_path / "back.xlsx"
    count = export_refused(desk.url, desk.settings, 1, out, headings=lambda name: f"<{name}>")
    head, *rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    assert head == ["<line_no>", "<reason_given>", *HEADERS.values()]
    assert [row[0] for row in rows] == [3, 4, 6]
    assert count == 3
    bad, ragged, nobody = (dict(zip(head, row, strict=True)) for row in rows)
    title = "عدد خوانا نیست یا خالی است"
    assert bad["<reason_given>"] == (
        f"{HEADERS['quantity']}: {title} · {HEADERS['net_amount']}: {title}"
    )
    assert bad[HEADERS["quantity"]] == "x2"
    assert bad[HEADERS["customer_name"]] == "=1+1"
    assert nobody[HEADERS["invoice_id"]] == "0005"
    assert list(ragged.values())[1:4] == ["شمار خانه‌های سطر با سرستون‌ها نمی‌خواند", "1", "2"]
    with zipfile.ZipFile(out) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
        assert 'rightToLeft="1"' in page
        assert "<f>" not in page
        assert "FFC7CE" in book.read("xl/styles.xml").decode()
        # Three cells are marked: two of the second line, and an empty one of the last.
        assert page.count(' s="2"') == 3


def test_a_load_without_refused_lines_gives_a_head_alone(desk: Desk, tmp_path: Path) -> None:
    desk.load([SOUND])
    assert export_refused(desk.url, desk.settings, 1, tmp_path / "none.xlsx") == 0
    with pytest.raises(ValueError, match="xlsx"):
        export_refused(desk.url, desk.settings, 1, tmp_path / "none.csv")
    with pytest.raises(RefusedAction, match="no load 9"):
        export_refused(desk.url, desk.settings, 9, tmp_path / "none.xlsx")


def test_cells_under_a_header_of_another_dialect_are_cut_as_the_run_did(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "semicolons.csv"
    rows = [list(HEADERS.values())] + [
        [{**SOUND, **cells}.get(name, "") for name in HEADERS] for cells in (SOUND, BAD, SOUND)
    ]
    path.write_text("".join(csv_text(row).replace(",", ";") + "\n" for row in rows), "utf-8")
    desk.load(path)
    detail = issue_detail(desk.url, desk.settings, issue_id(desk, "INVALID_NUMERIC"))
    assert len(detail.cells) == 61
    assert [cell.text for cell in detail.cells if cell.is_marked] == ["x2"]
