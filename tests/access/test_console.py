"""Every page and route and every caller: what the table of allowed pairs says, and nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient
from starlette.types import Scope
from streamlit.testing.v1 import AppTest

import app
from app import ROUTES
from pages.frame import database, page, who
from pages.frame.language import frame_texts
from pages.frame.preferences import Preferences
from pages.routes import assets, audit_sheets, downloads, figure_sheets, gate, issue_sheets, uploads
from pipeline import health
from pipeline.access import acting, origin
from pipeline.access.allowed import Action, may
from pipeline.access.people import Person
from pipeline.access.sessions import Session
from pipeline.settings import Settings
from tests.access.people import CALLERS
from tests.karamad import Desk
from tests.pages.conftest import SECONDS, draw_page, words

PAGES = [entry.name for entry in page.entries()]
# What a page is asked for; load 3 is published, and its line 3 is of the branch B1.
ADDRESS = {"load": {"load": "3"}, "line": {"load": "3", "line": "2"}, "issues": {"issue": "1"}}
# Route → what it is asked with, and what a caller must be allowed to do; None: anybody's.
ASKED: dict[str, tuple[str, Action | None]] = {
    "/sign-in": ("/sign-in", None),
    "/sign-out": ("/sign-out", None),
    "/prefer": ("/prefer", None),
    "/healthz": ("/healthz", None),
    "/health.json": ("/health.json", Action.SEE_HEALTH),
    "/look": ("/look/icon.png", None),
    "/home": ("/home", Action.SEE_OVERVIEW),
    "/uploads": ("/uploads", Action.UPLOAD_FILE),
    "/downloads/original": ("/downloads/original?load=3", Action.SEE_LOADS),
    "/downloads/refused": ("/downloads/refused?load=3", Action.SEE_LOADS),
    "/sheets/issues.{kind}": ("/sheets/issues.csv", Action.SEE_ISSUES),
    "/sheets/audit.{kind}": ("/sheets/audit.csv", Action.SEE_AUDIT),
    "/exports/{name}": (
        "/exports/customers.csv?source=karamad&from=1403-05&to=1403-05", Action.EXPORT_FIGURES
    ),
}  # fmt: skip
# What goes by the session itself, and the way to one, have tests of their own: test_account.py and
# test_openid.py.
OF_SESSIONS = {
    "/account", "/account/password", "/account/end", "/sign-in/openid", "/sign-in/openid/back",
}  # fmt: skip


@pytest.fixture(autouse=True)
def console(shop: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path_factory) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """A process that serves people, over the shop; the test itself works as the engine."""
    settings = shop.settings.model_copy(update={"var_dir": tmp_path_factory.mktemp("var")})
    monkeypatch.setattr(database, "url", lambda: shop.url)
    monkeypatch.setattr(who, "preferences", lambda: Preferences(language="en"))
    monkeypatch.setattr(acting, "_ask", lambda: who.current())
    for module in (assets, audit_sheets, downloads, figure_sheets, issue_sheets, uploads):
        monkeypatch.setattr(module, "get_settings", lambda: settings)
    monkeypatch.setattr(health, "NO_SPACE_BYTES", 0)  # whatever this machine's disk is like
    with acting.acting_as_engine_itself():
        yield


def sit_down(monkeypatch: pytest.MonkeyPatch, person: Person | None) -> None:
    session = person and Session(b"", 1, person, False, datetime.now(UTC), False)

    async def arrive(scope: Scope, *, touch: bool = False) -> Session | None:
        return session

    monkeypatch.setattr(who, "current", lambda: person)
    monkeypatch.setattr(gate, "arrive", arrive)
    monkeypatch.setattr(uploads, "ask_again", arrive)
    for module in (assets, audit_sheets, downloads, figure_sheets, issue_sheets, uploads):
        monkeypatch.setattr(module, "who_asks", lambda scope: person)


def opened(name: str) -> AppTest:
    shown = AppTest.from_function(draw_page, kwargs={"name": name}, default_timeout=SECONDS)
    for key, value in ADDRESS.get(name, {}).items():
        shown.query_params[key] = value
    return shown.run()


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.attack("beyond a role")
def test_a_page_is_open_to_whom_the_table_says(
    monkeypatch: pytest.MonkeyPatch, name: str, caller: str
) -> None:
    person, t = CALLERS[caller], frame_texts("en")
    sit_down(monkeypatch, person)
    shown = opened(name)
    assert not shown.exception and not shown.error, words(shown)
    entry = next(entry for entry in page.entries() if entry.name == name)
    refused = {t("no_access_title"), t("signed_out_title")} & {one.value for one in shown.title}
    assert bool(refused) != may(person, entry.page.action)


@pytest.fixture(scope="module")
def browser() -> Iterator[TestClient]:
    """The console's routes behind its gate; what is no route would be Streamlit's."""
    console = Starlette(routes=ROUTES, middleware=[Middleware(gate.Gate)])
    with TestClient(console, follow_redirects=False) as client:
        yield client


def path_of(route: BaseRoute) -> str:
    assert isinstance(route, Route | Mount)
    return route.path


def test_every_route_is_in_the_table() -> None:
    assert {path_of(route) for route in ROUTES} == {*ASKED, *OF_SESSIONS}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("path", ASKED)
@pytest.mark.attack("beyond a role")
def test_a_route_answers_whom_the_table_says(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, caller: str
) -> None:
    person, (address, action) = CALLERS[caller], ASKED[path]
    sit_down(monkeypatch, person)
    if path == "/uploads":
        here = {"origin": "http://testserver", "x-file-name": "a.csv"}
        answer = browser.post(address, content=b"x", headers=here)
    else:
        answer = browser.get(address)
    is_open = action is None or may(person, action)
    assert (answer.status_code < 400) == is_open, answer.text
    assert is_open or answer.status_code == (401 if person is None else 403)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.attack("beyond a role")
def test_a_page_that_forgot_to_say_who_acts_gets_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The page is drawn for an administrator, and the database is told of nobody."""
    monkeypatch.setattr(who, "current", lambda: CALLERS["admin"])
    monkeypatch.setattr(acting, "_ask", lambda: None)
    assert opened(name).error


def test_the_console_serves_people_from_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "get_settings", lambda: Settings(database_url="postgresql://x"))
    monkeypatch.setattr(app, "clear_uploads", lambda settings: 0)
    monkeypatch.setattr(acting, "_ask", None)
    monkeypatch.setattr(origin, "_ask", None)

    async def start() -> None:
        async with app.lifespan(None):
            assert acting._ask is who.current
            assert origin._ask is who.origin

    asyncio.run(start())
