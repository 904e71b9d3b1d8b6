"""The health page: the same checks in words, with what to do where something is not good."""

from __future__ import annotations

from pipeline.audit import tell
from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words


def test_it_says_how_the_house_stands_and_what_to_do(open_page: OpenPage, desk: Desk) -> None:
    page = open_page("health", role="admin", language="en")
    said = words(page)
    assert not page.exception and not page.error
    assert "wants attention" in said and "python -m pipeline backup FILE" in said
    assert "PostgreSQL 18" in said and "Largest tables" in said
    tell(desk.url, "cli", "verify", ("ledger", None), {"gaps": 3, "event_id": 1})
    page = open_page("health", role="admin", language="en")
    assert "\u20663\u2069 gaps" in words(page) and "wrong" in page.error[0].value


def test_it_is_persian_first_and_the_administrators_alone(open_page: OpenPage) -> None:
    assert "بزرگ‌ترین جدول‌ها" in words(open_page("health", role="admin"))
    for role in ("uploader", "steward", "manager"):
        assert "PostgreSQL" not in words(open_page("health", role=role))
