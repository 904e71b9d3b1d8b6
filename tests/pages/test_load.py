"""One load: result, balance, and its month's steps, each behind what it changes."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from pages.widgets import load_result
from pipeline.loads import read_detail
from pipeline.months.locks import lock_month
from pipeline.publications import publish
from tests.karamad import PERIOD, SOURCE, Desk
from tests.pages.conftest import OpenPage, words

BAD = {"invoice_id": "1002", "quantity": "abc"}


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key=key).click().run()


def _in_expander(page: AppTest, key: str | None) -> bool:
    return any(button.key == key for part in page.expander for button in part.button)


def test_without_a_number_it_asks_which(open_page: OpenPage) -> None:
    page = open_page("load", language="en")
    assert "Which load?" in words(page) and not page.exception and not page.error


@pytest.mark.parametrize("number", ["99", "9" * 18])
def test_a_load_that_is_not_there_is_said(open_page: OpenPage, number: str) -> None:
    page = open_page("load", language="en", address={"load": number})
    assert "There is no load" in page.error[0].value and not page.exception


def test_nonsense_in_the_address_is_named_and_left_out(open_page: OpenPage, desk: Desk) -> None:
    desk.load([{}])
    page = open_page("load", language="en", address={"load": "1", "act": "x", "compare": "7"})
    said = words(page)
    assert "“\u2068act\u2069=\u2068x\u2069” in the address" in said
    assert not page.exception and not page.error


def test_the_result_is_that_of_the_database(open_page: OpenPage, desk: Desk) -> None:
    result = desk.load([{}, {"invoice_id": "1003", "net_amount": "250"}, BAD])
    said = words(open_page("load", language="en", address={"load": str(result.load_id)}))
    sheet = desk.row("select * from dq.reconciliations where load_id = %s", result.load_id)
    assert (sheet["canonical_lines"], sheet["rejected_lines"]) == (2, 1)
    for name in ("raw_lines", "canonical_lines", "rejected_lines", "set_aside_lines"):
        assert f'class="number">\u2066{sheet[name]}\u2069</td>' in said
    assert f"\u2066{sheet['canonical_net_amount']:,.0f}\u2069 rial" in said
    assert "every line of the file has its place" in said
    assert f"/downloads/refused?load={result.load_id}" in said
    sha256 = desk.value("select sha256 from raw.loads where load_id = %s", result.load_id)
    assert bytes(sha256).hex() in said


STRAY = {"system_date": "1403/04/30", "reference_date": "1403/04/30", "invoice_id": "1005"}


def test_what_is_dated_in_other_months_stands_beside_the_net(
    open_page: OpenPage, desk: Desk
) -> None:
    result = desk.load([{}, {**STRAY, "net_amount": "2500"}, {**STRAY, "invoice_id": "1006"}, BAD])
    address = {"load": str(result.load_id)}
    said = words(open_page("load", language="en", address=address))
    bridge = "and \u20662,610\u2069 rial in \u20662\u2069 lines dated in other months"
    assert bridge in said
    assert ">Net sales of Mordad 1403<" in said and ">\u2066110\u2069 rial<" in said
    publish(desk.url, result.load_id)
    assert bridge in words(open_page("load", language="en", address=address))
    assert bridge in words(open_page("upload", language="en", address={"done": address["load"]}))
    one = desk.load([{}, STRAY, {"invoice_id": "1009"}])
    said = words(open_page("load", language="en", address={"load": str(one.load_id)}))
    assert "rial in one line dated in another month" in said
    none = desk.load([{}])
    said = words(open_page("load", language="en", address={"load": str(none.load_id)}))
    assert "dated in" not in said


def test_a_month_of_another_calendar_has_its_own_strays(desk: Desk) -> None:
    path = desk.folder / "retail.csv"
    path.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,P1,Tea,2,2010-11-30,3,C1,France\n"
        "2,P1,Tea,2,2010-12-01,3,C1,France\n"
        "3,P1,Tea,2,2010-12-31,3,C1,France\n",
        encoding="utf-8",
    )
    result = desk.load(path, "2010-12", source="online_retail")
    beside = read_detail(desk.url, result.load_id).beside
    assert beside is not None
    assert (beside["stray_lines"], beside["stray_net_amount"]) == (1, 6)


def test_each_rule_leads_to_its_issues_of_this_load(open_page: OpenPage, desk: Desk) -> None:
    result = desk.load([{}, STRAY, BAD])
    address = f"load={result.load_id}"
    for page, asked in (("load", {"load": "1"}), ("upload", {"done": "1"})):
        said = words(open_page(page, language="en", address=asked))
        for rule in ("INVALID_NUMERIC", "DATE_OUT_OF_PERIOD"):
            assert f'href="/issues?{address}&amp;rule={rule}"' in said
        assert "more rules" not in said
        assert "lines with warnings count in net sales" in said.lower()


def test_rules_that_find_no_room_lead_to_all_issues(
    open_page: OpenPage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_result, "MOST_RULES", 1)
    desk.load([{}, STRAY, BAD])
    said = words(open_page("load", language="en", address={"load": "1"}))
    assert re.search(
        r'href="/issues\?load=1">and (one more rule|\u2066\d+\u2069 more rules)<', said
    )


def test_what_no_amount_could_be_read_of_is_said_with_the_balance(
    open_page: OpenPage, desk: Desk
) -> None:
    result = desk.load([{}, {"invoice_id": "1004", "net_amount": "?"}, BAD])
    said = words(open_page("load", language="en", address={"load": str(result.load_id)}))
    assert "every line of the file has its place, and so has every rial that could be read" in said
    assert "In one line the net amount could not be read" in said
    sound = desk.load([{}])
    said = words(open_page("load", language="en", address={"load": str(sound.load_id)}))
    assert "could not be read" not in said and "every rial" in said


def test_a_load_without_refused_lines_offers_no_sheet_of_them(
    open_page: OpenPage, desk: Desk
) -> None:
    result = desk.load([{}])
    said = words(open_page("load", language="en", address={"load": str(result.load_id)}))
    assert "/downloads/refused" not in said and "/downloads/original" in said


def test_publishing_shows_what_changes_first(open_page: OpenPage, desk: Desk) -> None:
    before = desk.publish([{}])
    after = desk.load([{"net_amount": "250"}])
    page = open_page("load", language="en", address={"load": str(after.load_id)})
    assert "Publishing this load changes" not in words(page)
    page = press(page, "act_publish")
    said = words(page)
    assert "\u2066110\u2069 rial" in said and "\u2066250\u2069 rial" in said
    assert "\u2066140\u2069 rial" in said
    assert desk.value("select state from app.load_states where load_id = 2") == "draft"
    page = press(page, "do_publish")
    assert "Published: from now on" in words(page)
    # A second click in a hurry finds nothing where Publish stood that takes the figures away again.
    outside = [button.key for button in page.main.button if not _in_expander(page, button.key)]
    assert not [key for key in outside if str(key).startswith(("act_", "do_"))]
    assert "Published: from now on" in words(page.run()), "it stays as long as the page does"
    states = desk.rows("select state from app.load_states order by load_id")
    assert [load["state"] for load in states] == ["superseded", "published"]
    assert before.load_id == 1 and "act" not in page.query_params


def test_who_comes_to_publish_has_the_step_before_everything_else(
    open_page: OpenPage, desk: Desk
) -> None:
    load = desk.load([{}])
    page = open_page("load", language="en", address={"load": str(load.load_id), "act": "publish"})
    said = words(page)
    assert said.index("Publishing this load changes") < said.index("Lines in the file")
    keys = [button.key for button in page.button]
    assert "do_publish" in keys and "act_publish" not in keys, "one button publishes"
    # Of a month that shows nothing yet there is no before.
    step = said[said.index("Publishing this load changes") : said.index("Accepted lines:")]
    assert "Afterwards" not in step and ">Now<" not in step
    assert ">\u2066110\u2069 rial<" in step and "Customers: \u20661\u2069" in step


def test_other_months_are_named_before_the_step_is_taken(open_page: OpenPage, desk: Desk) -> None:
    load = desk.load([{}, {**STRAY, "net_amount": "2500"}, {**STRAY, "invoice_id": "1006"}])
    page = open_page("load", language="en", address={"load": str(load.load_id), "act": "publish"})
    (said,) = [info.value for info in page.info]
    assert (
        "\u20662\u2069 lines dated outside the month also change Tir 1403: \u20662,610\u2069 rial"
        in said
    )


def test_nobody_publishes_over_what_they_did_not_see(open_page: OpenPage, desk: Desk) -> None:
    mine, other = desk.load([{}]), desk.load([{"net_amount": "250"}])
    page = open_page("load", language="en", address={"load": str(mine.load_id), "act": "publish"})
    publish(desk.url, other.load_id, actor="reza")
    page = press(page, "do_publish")
    assert "Not done:" in page.error[0].value and "reza" in page.error[0].value
    assert "Published: from now on" not in words(page)
    assert desk.value("select load_id from app.load_states where state = 'published'") == 2
    # What is there now is drawn, and a second click means it.
    assert "Published: from now on" in words(press(page, "do_publish"))


def test_withdrawing_wants_a_reason_and_can_be_undone(open_page: OpenPage, desk: Desk) -> None:
    desk.publish([{}])
    page = open_page("load", language="en", address={"load": "1", "act": "void"})
    page = press(page, "do_void")
    assert "reason" in page.error[0].value.lower()
    assert desk.value("select state from app.load_states") == "published"
    page.text_input(key="reason_void").input("wrong month").run()
    page = press(page, "do_void")
    assert desk.value("select state from app.load_states") == "voided"
    page = press(page, "act_undo")
    page.text_input(key="reason_undo").input("it was right").run()
    press(page, "do_undo")
    assert desk.value("select state from app.load_states") == "published"
    steps = desk.rows("select actor, reason from app.publications order by publication_id")
    assert [step["actor"] for step in steps[1:]] == ["sara", "sara"]
    assert [step["reason"] for step in steps[1:]] == ["wrong month", "it was right"]


def test_a_locked_month_allows_its_unlocking_alone(open_page: OpenPage, desk: Desk) -> None:
    desk.publish([{}])
    lock_month(desk.url, SOURCE, PERIOD, actor="reza", reason="audit <b>")
    page = open_page("load", language="en", address={"load": "1", "act": "void"})
    acts = [button.key for button in page.button if str(button.key).startswith("act_")]
    assert acts == ["act_unlock"]
    assert "reza" in page.warning[0].value and "does not allow this" in words(page)
    page = press(page, "act_unlock")
    page.text_input(key="reason_unlock").input("done").run()
    press(page, "do_unlock")
    assert desk.value("select count(*) from app.publications where action = 'unlock'") == 1


def test_the_sender_sees_all_but_publishes_nothing(open_page: OpenPage, desk: Desk) -> None:
    desk.load([{}])
    page = open_page(
        "load", role="uploader", language="en", address={"load": "1", "act": "publish"}
    )
    assert "Publishing is the data steward's" in words(page)
    assert [b.key for b in page.button if str(b.key).startswith(("act_", "do_"))] == []


def test_two_loads_of_a_month_are_compared(open_page: OpenPage, desk: Desk) -> None:
    desk.publish([{}])
    desk.load([{"net_amount": "250"}])
    page = open_page("load", language="en", address={"load": "2", "compare": "1"})
    said = words(page)
    assert "“Now” is the month with load \u20661\u2069" in said
    assert "\u2066140\u2069 rial" in said and "\u2066+127.3%\u2069" in said


def test_a_run_that_never_ended_can_be_asked_for_again(open_page: OpenPage, desk: Desk) -> None:
    desk.load([{}])
    desk.rows("update app.load_states set state = 'failed' where load_id = 1 returning load_id")
    page = open_page("load", language="en", address={"load": "1"})
    assert "did not come to its end" in page.warning[0].value
    page.button[0].click().run()
    job = desk.row("select kind, state, requested_by from app.jobs")
    assert job == {"kind": "recheck", "state": "waiting", "requested_by": "sara"}
