"""Pages under AppTest: a database of the test's own, a signed-in role, a language."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from pages.frame import database, who
from pages.frame.preferences import Preferences
from pipeline.access import acting
from pipeline.settings import ROOT
from tests.karamad import Desk
from tests.people import make_person

SECONDS = 20


@pytest.fixture(autouse=True)
def the_test_itself() -> Iterator[None]:
    """What a test does beside the console it does as the engine; scripts of pages are people."""
    with acting.acting_as_engine_itself():
        yield


OpenPage = Callable[..., AppTest]


@pytest.fixture
def open_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Opens one page, drawn as the console draws it: `open_page("home", role="manager")`.

    `address` are query parameters; further words are preferences (language, digits, money).
    """

    def opened(
        name: str, *, role: str = "steward", address: dict[str, str] | None = None, **set_to: str
    ) -> AppTest:
        sit_down(monkeypatch, desk.url, role, **set_to)
        page = AppTest.from_function(draw_page, kwargs={"name": name}, default_timeout=SECONDS)
        for key, value in (address or {}).items():
            page.query_params[key] = value
        return page.run()

    return opened


@pytest.fixture
def open_console(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Opens the whole console at its first page, with navigation: `open_console(role=None)`."""

    def opened(*, role: str | None = "steward", **set_to: str) -> AppTest:
        sit_down(monkeypatch, desk.url, role, **set_to)
        return AppTest.from_file(ROOT / "pages" / "main.py", default_timeout=SECONDS).run()

    return opened


def sit_down(monkeypatch: pytest.MonkeyPatch, url: str, role: str | None, **set_to: str) -> None:
    """From here on the console belongs to a person of this role, over this database."""
    person = make_person(url, role, "sara") if role else None
    monkeypatch.setattr(who, "current", lambda: person)
    monkeypatch.setattr(who, "preferences", lambda: Preferences(**set_to))
    monkeypatch.setattr(database, "url", lambda: url)
    monkeypatch.setattr(acting, "_ask", lambda: who.current())


def words(page: AppTest) -> str:
    """All that a page says: headings, texts, cards, tables and messages."""
    return "\n".join(_said(element) for element in page.main) + "\n".join(
        _said(element) for element in page.sidebar
    )


def _said(element: object) -> str:
    children = getattr(element, "children", None)
    if children:
        return "\n".join(_said(child) for child in children.values())
    for name in ("value", "body", "label"):
        if isinstance(text := getattr(element, name, None), str):
            return text
    return str(getattr(getattr(element, "proto", None), "body", ""))


def draw_page(name: str) -> None:
    """The script of one page under AppTest."""
    from pages.frame import shell

    shell.draw(name)
