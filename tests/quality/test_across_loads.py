"""The same line in two months is found from either side, whichever has fewer lines on its day."""

from __future__ import annotations

import pytest

from tests.karamad import Cells, Desk

DAY = "1403/05/12"


def sale(invoice: str, day: str = DAY, line: str = "1") -> Cells:
    return {
        "invoice_id": invoice,
        "invoice_line_no": line,
        "reference_date": day,
        "system_date": day,
    }


MANY = [sale("1"), sale("1", line="2"), sale("2"), sale("3"), sale("4", "1403/05/13")]
FEW = [sale("2"), sale("3", line="9"), sale("2", "1403/06/02"), sale("4", "1403/06/13")]


@pytest.mark.parametrize(
    ("published", "checked", "line_no"),
    [((MANY, "1403-05"), (FEW, "1403-06"), 2), ((FEW, "1403-06"), (MANY, "1403-05"), 4)],
)
def test_a_line_of_another_month_is_found_from_either_side(
    desk: Desk,
    published: tuple[list[Cells], str],
    checked: tuple[list[Cells], str],
    line_no: int,
) -> None:
    desk.publish([sale("2")], "1403-07")
    desk.publish([sale("8", "1403/04/01")], "1403-04")
    desk.publish(*published)
    issues = desk.issues(desk.load(*checked).load_id)
    assert [issue for issue in issues if issue[1] == "DUPLICATE_ACROSS_LOADS"] == [
        (line_no, "DUPLICATE_ACROSS_LOADS", "")
    ]


def test_a_draft_and_the_month_itself_are_not_compared_with(desk: Desk) -> None:
    desk.publish(MANY, "1403-05")
    desk.load(FEW, "1403-06")
    again = desk.load([*MANY, sale("9")], "1403-05")
    codes = {code for _, code, _ in desk.issues(again.load_id)}
    assert "DUPLICATE_ACROSS_LOADS" not in codes
