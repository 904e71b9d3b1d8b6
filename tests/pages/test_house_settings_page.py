"""The settings of the house: an administrator's alone, with a reason, told in the audit chain."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.house_settings import TWO_PERSONS, change_setting, is_on
from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words


def press(page: AppTest, label: str, reason: str) -> AppTest:
    page.text_input[0].set_value(reason)
    button = next(one for one in page.button if one.label == label)
    page = button.click().run()
    assert not page.exception
    return page


def test_it_is_turned_on_and_off_with_a_reason(open_page: OpenPage, desk: Desk) -> None:
    page = open_page("house_settings", role="admin", language="en")
    assert "This is off" in words(page) and "Nobody has changed this yet" in words(page)
    page = press(page, "Turn it on", "the *auditors* ask")
    assert is_on(desk.url, TWO_PERSONS) and not page.error
    said = words(page)
    assert "This is on" in said and "holds from now on" in said and "sara" in said
    assert r"the \*auditors\* ask" in said
    assert page.text_input[0].value == "", "the next change wants a reason of its own"
    press(page, "Turn it off", "over")
    assert not is_on(desk.url, TWO_PERSONS)
    events = desk.rows(
        "select actor, action, detail ->> 'reason' as reason from app.audit_events"
        " where subject_kind = 'setting' order by event_id"
    )
    assert [tuple(event.values()) for event in events] == [
        ("sara", "settle", "the *auditors* ask"),
        ("sara", "settle", "over"),
    ]


def test_without_a_reason_nothing_changes_and_it_says_so(open_page: OpenPage, desk: Desk) -> None:
    page = press(open_page("house_settings", role="admin", language="en"), "Turn it on", "  ")
    assert "Give a reason" in page.error[0].value and not is_on(desk.url, TWO_PERSONS)


def test_what_somebody_else_settled_meanwhile_is_not_run_over(
    open_page: OpenPage, desk: Desk
) -> None:
    page = open_page("house_settings", role="admin", language="en")
    change_setting(desk.url, TWO_PERSONS, on=True, author="omid", reason="earlier")
    page = press(page, "Turn it on", "the same, a moment later")
    assert "Somebody else changed this" in page.error[0].value
    assert "omid" in words(page) and desk.value("select count(*) from app.settings") == 1


@pytest.mark.parametrize("role", ["uploader", "steward", "manager"])
def test_it_is_the_administrators_alone(open_page: OpenPage, role: str) -> None:
    page = open_page("house_settings", role=role, language="en")
    assert "not for your role" in words(page) and not page.button


def test_no_secret_and_no_address_is_on_it(open_page: OpenPage, desk: Desk) -> None:
    said = words(open_page("house_settings", role="admin"))
    assert "SESSION_IDLE_MINUTES" in said and "انتشار با نفر دوم" in said
    assert "DATABASE_URL" not in said and "PASSWORD" not in said and desk.url not in said
