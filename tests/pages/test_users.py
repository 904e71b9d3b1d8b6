"""The users page: who may come in, as what; an invitation shown once; limits; the way out."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.access.accounts import Account, find_user
from pipeline.access.passwords import fits
from pipeline.access.people import Role, Scope
from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words
from tests.people import make_person, make_session


def account(desk: Desk, name: str) -> Account:
    return find_user(desk.url, desk.settings, name)


def of(open_page: OpenPage, desk: Desk, name: str) -> AppTest:
    user = str(account(desk, name).person.user_id)
    page = open_page("users", role="admin", language="en", address={"user": user})
    assert not page.exception and not page.error
    return page


def press(page: AppTest, key: str) -> AppTest:
    page = page.button(key=key).click().run()
    assert not page.exception
    return page


@pytest.fixture
def omid(desk: Desk) -> Desk:
    make_session(desk.url, "uploader", "omid")
    return desk


def test_it_is_the_administrators_alone(open_page: OpenPage, omid: Desk) -> None:
    for role in ("uploader", "steward", "manager"):
        said = words(open_page("users", role=role, language="en"))
        assert "not for your role" in said and "omid" not in said


def test_everybody_is_listed_and_searched(open_page: OpenPage, omid: Desk) -> None:
    page = open_page("users", role="admin", language="en")
    assert "\u20662\u2069 of \u20662\u2069 users" in words(page)
    page = open_page("users", role="admin", language="en", address={"text": "OMI"})
    assert "\u20661\u2069 of \u20662\u2069 users" in words(page)


def test_somebody_is_let_in_with_a_password_shown_once(open_page: OpenPage, desk: Desk) -> None:
    page = open_page("users", role="admin", language="en")
    assert list(page.radio[0].options) == [
        "Business user",
        "Data steward",
        "Manager",
        "Administrator",
    ]
    assert page.radio[0].proto.captions[2].startswith("Reads the sales figures")
    page.text_input(key="user_name_1").set_value("نیما")
    page = page.button[0].click().run()
    (shown,) = page.code
    made = account(desk, "نیما")
    assert made.person.role is Role.UPLOADER and made.must_change
    kept = desk.value("select hash from app.passwords where user_id = %s", made.person.user_id)
    assert fits(shown.value, kept)[0]
    assert desk.value("select count(*) from app.audit_events where actor = 'sara'") >= 2
    assert shown.value not in str(desk.rows("select detail::text from app.audit_events"))
    assert not press(page, "password_copied").code


def test_a_taken_name_is_refused_in_words(open_page: OpenPage, omid: Desk) -> None:
    page = open_page("users", role="admin", language="en")
    page.text_input(key="user_name_2").set_value("Omid")
    page = page.button[0].click().run()
    assert "Choose another name" in page.error[0].value and not page.code


def test_role_and_personal_data_change_at_once(open_page: OpenPage, omid: Desk) -> None:
    page = of(open_page, omid, "omid")
    user_id = account(omid, "omid").person.user_id
    page.toggle(key=f"personal_of_{user_id}").set_value(True).run()
    assert account(omid, "omid").person.sees_personal
    page = of(open_page, omid, "omid")
    page.radio(key=f"role_of_{user_id}").set_value(Role.STEWARD).run()
    assert account(omid, "omid").person.role is Role.STEWARD
    assert of(open_page, omid, "omid").toggle(key=f"personal_of_{user_id}").disabled


def test_the_last_administrator_stays_one(open_page: OpenPage, desk: Desk) -> None:
    make_person(desk.url, "admin", "sara")
    page = of(open_page, desk, "sara")
    user_id = account(desk, "sara").person.user_id
    page = page.radio(key=f"role_of_{user_id}").set_value(Role.MANAGER).run()
    assert "only active administrator" in page.error[0].value
    assert account(desk, "sara").person.role is Role.ADMIN
    assert not [b for b in page.button if b.key == "user_deactivate"]


def test_limits_are_kept_and_taken_away(open_page: OpenPage, omid: Desk) -> None:
    omid.publish([{}])
    user_id = account(omid, "omid").person.user_id
    for branches in (["B1", "B9"], []):
        page = of(open_page, omid, "omid")
        page.multiselect(key=f"limits_branches_{user_id}").set_value(branches)
        next(b for b in page.button if b.label == "Keep").click().run()
        assert account(omid, "omid").person.scope == Scope(tuple(branches))


def test_sessions_are_shown_and_ended(open_page: OpenPage, omid: Desk) -> None:
    page = of(open_page, omid, "omid")
    assert "127.0.0.1" in words(page)
    press(page, "user_sign_out")
    assert account(omid, "omid").open_sessions == 0
    assert "Nowhere at the moment" in words(of(open_page, omid, "omid"))


def test_who_is_let_in_no_more_is_out_at_once(open_page: OpenPage, omid: Desk) -> None:
    press(of(open_page, omid, "omid"), "user_deactivate")
    gone = account(omid, "omid")
    assert not gone.active and gone.open_sessions == 0
    press(of(open_page, omid, "omid"), "user_activate")
    assert account(omid, "omid").active


def test_a_new_password_ends_the_old_one(open_page: OpenPage, omid: Desk) -> None:
    page = press(of(open_page, omid, "omid"), "user_reset")
    assert len(page.code) == 1 and account(omid, "omid").must_change
    assert account(omid, "omid").open_sessions == 0


def test_a_number_that_is_nobodys_says_so(open_page: OpenPage, desk: Desk) -> None:
    page = open_page("users", role="admin", language="en", address={"user": "999999"})
    assert "no such user" in words(page)


def test_a_name_is_text(open_page: OpenPage, desk: Desk) -> None:
    make_person(desk.url, "manager", "<img src=x> [a](b)")
    said = words(of(open_page, desk, "<img src=x> [a](b)"))
    assert "\\<img src=x\\> \\[a\\]\\(b\\)" in said and said.count("<img") == said.count("\\<img")
