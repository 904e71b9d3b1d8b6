"""Run stats: the figures of a run against SQL, beside the month before, and over the months."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words
from tests.pages.test_issues import flat, rows, wrong

TIR = {"system_date": "1403/04/10", "reference_date": "1403/04/10"}


def opens(page: AppTest) -> list[bool]:
    """Of each table of the page: whether its rows open something."""
    handed = [json.loads(e.proto.json) for e in flat(page.main) if getattr(e.proto, "json", "")]
    return [table["opens"] for table in handed]


def test_without_a_run_it_says_what_comes_next(open_page: OpenPage) -> None:
    assert "No run yet" in words(open_page("run_stats", role="manager", language="en"))


def test_a_run_stands_beside_the_month_before(open_page: OpenPage, desk: Desk) -> None:
    desk.publish([{**TIR, "invoice_id": str(n)} for n in range(4)], period="1403-04")
    load = desk.publish([wrong(1), wrong(2), {"invoice_id": ""}], period="1403-05")
    page = open_page("run_stats", role="manager", language="en")
    said = words(page)
    assert "\u206666.67%\u2069" in said  # two of three lines accepted
    assert "\u2066−25%\u2069 against Tir 1403" in said  # three lines after four
    found = {row["id"]: [cell["text"] for cell in row["cells"]] for row in rows(page)}
    stats = desk.rows(
        "select rule_code, issues from dq.dq_run_stats where rule_code is not null and run_id ="
        " (select run_id from app.load_states where load_id = %s)",
        load.load_id,
    )
    assert {code: row[1] for code, row in found.items()} == {
        row["rule_code"]: f"\u2066{row['issues']}\u2069" for row in stats
    }
    assert next(iter(found)) == "GROSS_MISMATCH"
    assert "Over the months" in said


def test_who_may_not_open_issues_is_not_told_to(open_page: OpenPage, desk: Desk) -> None:
    desk.publish([wrong(1)])
    manager = open_page("run_stats", role="manager", language="en")
    assert "Open a rule" not in words(manager)
    assert opens(manager) == [False]
    steward = open_page("run_stats", language="en")
    assert "Open a rule to see its issues" in words(steward)
    assert opens(steward) == [True]


def test_another_month_and_a_run_by_number(open_page: OpenPage, desk: Desk) -> None:
    first = desk.publish([TIR], period="1403-04")
    desk.publish([wrong(1)], period="1403-05")
    page = open_page("run_stats", language="en")
    page.selectbox(key="run_month").select("1403-04").run()
    assert "This run found no issue" in page.success[0].value
    run_id = desk.value("select run_id from app.load_states where load_id = %s", first.load_id)
    assert "Tir 1403" in words(open_page("run_stats", language="en", address={"run": str(run_id)}))
    gone = open_page("run_stats", language="en", address={"run": "999", "month": "1403-99"})
    assert "There is no run 999" in gone.error[0].value.replace("\\", "")
