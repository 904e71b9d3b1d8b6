"""My tokens: issued and shown once, listed without it, revoked; never somebody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.frame import who
from pipeline.access.allowed import ALLOWED, Action, may
from pipeline.access.people import Person, Role
from pipeline.access.tokens import SCOPES, issue, list_tokens, read_bearer
from tests.api.conftest import add_person, token_of
from tests.karamad import Desk
from tests.pages.conftest import SECONDS, draw_page, sit_down, words

Open = Callable[..., AppTest]


@pytest.fixture
def sara(desk: Desk) -> Person:
    """A manager with an account."""
    return add_person(desk.url, "manager", "sara <b>")


@pytest.fixture
def open_tokens(desk: Desk, sara: Person, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the page as sara, or as somebody else."""

    def opened(person: Person = sara, language: str = "en") -> AppTest:
        sit_down(monkeypatch, desk.url, person.role.value, language=language)
        monkeypatch.setattr(who, "current", lambda: person)
        page = AppTest.from_function(draw_page, kwargs={"name": "tokens"}, default_timeout=SECONDS)
        return page.run()

    return opened


def test_a_token_is_issued_shown_once_and_revoked(
    open_tokens: Open, desk: Desk, sara: Person
) -> None:
    page = open_tokens()
    assert "You have no token" in words(page)
    page.text_input(key="token_name_0").input("<i>report</i>")
    page.button[-1].click().run()
    assert not page.exception and not page.error
    (secret,) = (block.value for block in page.code)
    bearer = read_bearer(desk.url, secret)
    assert bearer is not None and bearer.person.user_id == sara.user_id
    assert bearer.token.scopes == SCOPES[:1] and bearer.token.name == "<i>report</i>"

    page.button(key="token_copied").click().run()
    assert secret not in words(page) and not page.code
    shown = [text.value for text in page.markdown]
    assert not any("<i>" in text for text in shown) and any("report" in text for text in shown)
    assert page.text_input(key="token_name_1").value == ""
    page.button(key="revoke_1").click().run()
    assert "The token was revoked" in page.success[0].value
    assert read_bearer(desk.url, secret) is None
    assert "Expired and revoked" in [e.label for e in page.expander]


def test_what_cannot_be_issued_says_why(open_tokens: Open, desk: Desk) -> None:
    page = open_tokens(language="fa")
    page.button[-1].click().run()
    assert "نامی تا" in page.error[0].value and list_tokens(desk.url) == []


@pytest.mark.parametrize("role", sorted(ALLOWED[Action.HOLD_TOKENS]))
def test_only_what_the_role_may_read_is_offered(open_tokens: Open, desk: Desk, role: Role) -> None:
    person = add_person(desk.url, role)
    page = open_tokens(person)
    page.text_input(key="token_name_0").input("all")
    offered = page.get("button_group")[0]
    assert len(offered.options) == sum(may(person, scope) for scope in SCOPES)


def test_tokens_of_others_are_not_seen(open_tokens: Open, desk: Desk, sara: Person) -> None:
    omid = add_person(desk.url, "steward", "omid")
    issue(desk.url, omid, "secret plan", (Action.SEE_ISSUES,), actor="omid")
    assert "secret plan" not in words(open_tokens())
    token_of(desk.url, sara)
    assert "test" in words(open_tokens())
