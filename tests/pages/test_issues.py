"""Issues: exact counts, the line with its cell, and what is said of one, of some, of all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.issue_list import list_issues
from pipeline.quality.triage import Change, issue_history, triage
from tests.karamad import Cells, Desk
from tests.pages.conftest import OpenPage, words

GROSS: Cells = {"gross_amount": "90", "net_amount": "100"}


def wrong(number: int, **cells: str) -> Cells:
    return {"invoice_id": str(number), **GROSS, **cells}


def rows(page: AppTest) -> list[dict[str, Any]]:
    """Rows of the tables that open: what the browser is handed."""
    handed = [json.loads(e.proto.json) for e in flat(page.main) if getattr(e.proto, "json", "")]
    return [row for table in handed for row in table["rows"]]


def flat(element: Any) -> list[Any]:
    """The element, or all elements in it."""
    children = getattr(element, "children", None)
    return [e for child in children.values() for e in flat(child)] if children else [element]


def ids(desk: Desk) -> list[int]:
    return [row["issue_id"] for row in list_issues(desk.url, IssueFilter(), limit=1000).rows]


def button(page: AppTest, text: str):  # type: ignore[no-untyped-def]
    return next(b for b in page.button if text in b.label)


def test_without_issues_it_says_what_comes_next(open_page: OpenPage) -> None:
    said = words(open_page("issues", language="en"))
    assert "No issue" in said and "When a file is taken in" in said


def test_counts_are_exact_and_of_how_many(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1), wrong(2), {"invoice_id": ""}])
    whole = open_page("issues", language="en")
    assert "\u20663\u2069 issues" in words(whole)
    some = open_page("issues", language="en", address={"rule": "GROSS_MISMATCH"})
    assert "\u20662\u2069 of \u20663\u2069 issues" in words(some)
    # 10 rial of each gross, and the net of the line without invoice.
    assert "they touch \u206620\u2069 rial" in words(some)
    assert [row["cells"][3]["raw"] for row in rows(some)] == [[["90", ""]]] * 2


def test_a_filter_that_fits_nothing_offers_to_be_cleared(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1)])
    page = open_page("issues", language="en", address={"text": "no such value"})
    assert "No issue fits this filter" in words(page)
    page.button(key="issues_clear_all").click().run()
    assert "\u20661\u2069 issues" in words(page)


def test_nonsense_in_the_address_is_said_and_left_out(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1)])
    address = {"severity": "loud", "issue": "x", "order": "x", "load": "-1"}
    page = open_page("issues", language="en", address=address)
    assert "\u20661\u2069 issues" in words(page)
    left_out = [c.value for c in page.caption if "is not known and was left out" in c.value]
    assert len(left_out) == 4
    page = open_page("issues", language="en", address={"after": "x"})
    assert "This is no page of the list" in page.error[0].value


def test_fields_write_the_address(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1), {"invoice_id": ""}])
    page = open_page("issues", language="en", money="toman")
    page.multiselect(key="issues_rule").select("GROSS_MISMATCH").run()
    page.text_input(key="issues_min").input("۱").run()
    assert page.query_params["rule"] == "GROSS_MISMATCH"
    assert page.query_params["min"] == "10"
    assert "\u20661\u2069 of \u20662\u2069 issues" in words(page)
    page.text_input(key="issues_min").input("lots").run()
    assert "min=lots" in words(page).replace("\\", "").replace("\u2068", "").replace("\u2069", "")


def test_pages_go_on_and_back(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(number) for number in range(60)])
    page = open_page("issues", language="en")
    assert len(rows(page)) == 50
    button(page, "Next page").click().run()
    assert len(rows(page)) == 10 and page.query_params["page"] == "2"
    assert "\u206651\u2069 to \u206660\u2069 of \u206660\u2069" in words(page)
    button(page, "Previous page").click().run()
    assert len(rows(page)) == 50 and "page" not in page.query_params


def test_an_issue_shows_its_line_the_cell_and_what_was_understood(
    open_page: OpenPage, desk: Desk
) -> None:
    desk.load([wrong(1, net_amount="1۰0 ", city="<b>شهر</b>")])
    issue = ids(desk)[0]
    said = words(open_page("issues", language="en", address={"issue": str(issue)}))
    marked = said.split('<tr class="marked">')[1].split("</tr>")[0]
    assert "<span>90</span>" in marked and "\u206690\u2069" in marked
    assert 'title="U+0020">␣' in said
    assert "&lt;b&gt;شهر" in said and "<span><b>شهر" not in said
    assert "The line is accepted" in said


def test_a_rejected_line_says_what_could_not_be_read(open_page: OpenPage, desk: Desk) -> None:
    desk.load([{"net_amount": "12..5"}])
    said = words(open_page("issues", language="en", address={"issue": str(ids(desk)[0])}))
    marked = said.split('<tr class="marked">')[1].split("</tr>")[0]
    assert "12..5" in marked and "not understood" in marked
    assert "The line was rejected" in said


def test_a_line_that_cannot_be_cut_is_shown_as_it_is(open_page: OpenPage, desk: Desk) -> None:
    desk.load(["1,2,<i>3", {}])
    said = words(open_page("issues", language="en", address={"issue": str(ids(desk)[0])}))
    assert "cannot be told apart" in said and "&lt;i&gt;3" in said


def test_an_issue_that_is_no_more_is_said(open_page: OpenPage) -> None:
    page = open_page("issues", language="en", address={"issue": "77"})
    assert "There is no issue 77" in page.error[0].value.replace("\\", "")
    assert button(page, "Back to the list")


def test_one_issue_is_closed_with_a_reason(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1)])
    (issue,) = ids(desk)
    page = open_page("issues", language="en", address={"issue": str(issue)})
    key = f"issue_{issue}_0"
    page.selectbox(key=f"{key}_status").select("accepted")
    button(page, "Store").click().run()
    assert "wants a reason" in page.error[0].value
    assert issue_history(desk.url, issue) == []

    page.text_input(key=f"{key}_reason").input("till <b>rounds</b>")
    page.selectbox(key=f"{key}_to").select("me")
    button(page, "Store").click().run()
    assert not page.exception and not page.error
    (event,) = issue_history(desk.url, issue)
    facts = ("status", "assignee", "reason", "actor")
    assert [event[n] for n in facts] == ["accepted", "sara", "till <b>rounds</b>", "sara"]
    said = words(page)
    assert "Stored for" in said and "status: accepted" in said
    assert "<b>rounds" not in said


def test_all_that_fit_are_said_of_in_one_act(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1), wrong(2), {"invoice_id": ""}])
    page = open_page("issues", language="en", address={"rule": "GROSS_MISMATCH"})
    page.selectbox(key="issues_bulk_all_0_to").select("give")
    button(page, "Store for").click().run()
    assert "Write the name" in page.error[0].value
    page.text_input(key="issues_bulk_all_0_name").input("reza")
    button(page, "Store for").click().run()
    assert "Stored for \u20662\u2069 issues" in words(page)
    events = desk.rows("select assignee, count(distinct batch_id) as acts, count(*) as events"
                       " from dq.issue_events group by assignee")  # fmt: skip
    assert events == [{"assignee": "reza", "acts": 1, "events": 2}]


def test_an_act_on_a_list_that_has_changed_stores_nothing(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1), wrong(2)])
    page = open_page("issues", language="en", address={"status": "open"})
    one = IssueFilter(issue_ids=(ids(desk)[0],))
    triage(desk.url, one, Change("in_progress"), expected=1, actor="omid")
    page.text_area(key="issues_bulk_all_0_comment").input("mine")
    button(page, "Store for").click().run()
    assert "There are 1 issues now, not 2" in page.error[0].value.replace("\\", "")
    assert desk.value("select count(*) from dq.issue_events where comment = 'mine'") == 0
    assert page.text_area(key="issues_bulk_all_0_comment").value == "mine"


@pytest.mark.parametrize("role", ["uploader", "steward"])
def test_who_only_hands_in_files_looks_and_does_not_say(
    open_page: OpenPage, desk: Desk, role: str
) -> None:
    desk.load([wrong(1)])
    page = open_page("issues", language="en", role=role)
    assert [e.label[:20] for e in page.expander] == ["Say something of all"] * (role == "steward")
    assert "/sheets/issues.csv?rule=GROSS_MISMATCH" in words(
        open_page("issues", language="en", role=role, address={"rule": "GROSS_MISMATCH"})
    )


def test_people_and_branches_have_the_names_of_the_month_of_the_load(
    open_page: OpenPage, desk: Desk
) -> None:
    desk.publish([wrong(1, salesperson_name="کمالی", branch_name="مرکز")])
    later = {"reference_date": "1403/06/12", "system_date": "1403/06/12"}
    desk.publish([wrong(2, salesperson_name="امیدی", branch_name="شمال", **later)], "1403-06")
    for issue, person, branch in zip(ids(desk), ("کمالی", "امیدی"), ("مرکز", "شمال"), strict=True):
        said = words(open_page("issues", address={"issue": str(issue)}))
        assert f"\u2068{person}\u2069 (\u2068" in said and f"\u2068{branch}\u2069 (\u2068" in said
        seen = words(open_page("issues", role="uploader", address={"issue": str(issue)}))
        assert f"\u2068{person}\u2069 (\u2068" in seen
    filters = open_page("issues")
    (people,) = [box for box in filters.multiselect if box.key == "issues_salesperson"]
    assert any("امیدی" in option for option in people.options)


def test_money_of_several_currencies_is_never_one_sum(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1)])
    path = desk.folder / "retail.csv"
    path.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "536365,85123A,HEART,6,2010-12-01 08:26,2.50,17850,UK\n"
        "536366,85123B,LANTERN,2,2010-12-01 08:28,3.50,,UK\n",
        "utf-8",
    )
    desk.load(path, "2010-12", source="online_retail")
    said = words(open_page("issues", language="en"))
    assert "they touch \u206610\u2069 rial + \u20667\u2069 GBP" in said
    assert "\u206610\u2069 rial + \u20667\u2069 GBP" in words(open_page("home", language="en"))
    rule = words(open_page("rules", language="en", address={"rule": "MISSING_CUSTOMER_ID"}))
    assert "\u20667\u2069 GBP" in rule and "\u20667\u2069 rial" not in rule
