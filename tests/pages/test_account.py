"""One's own account: the first password is changed before anything else, sessions end from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app import ROUTES
from pages.frame import database
from pages.routes import plain_pages, sign_in, visitor
from pages.routes.gate import Gate
from pages.routes.visitor import COOKIE
from pipeline.access.acting import acting_as_engine_itself
from pipeline.access.passwords import reset_password
from pipeline.access.sessions import hash_of
from pipeline.errors import DatabaseAway
from pipeline.settings import Settings
from tests.karamad import Desk
from tests.people import NAME, PASSWORD, make_person, make_session

HERE = {"origin": "http://testserver"}
PAGE = {"accept": "text/html"}
NEW = "گذرواژهٔ تازه ۱۲"
Sit = Callable[[str | None], TestClient]


@pytest.fixture
def sit(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sit]:
    """A browser in front of the gate, with the cookie of a session or none."""
    settings = Settings(_env_file=None, var_dir=tmp_path)  # type: ignore[call-arg]
    for module in (visitor, plain_pages):
        monkeypatch.setattr(module, "get_settings", lambda: settings)
    monkeypatch.setattr(database, "url", lambda: desk.url)
    visitor._remembered.clear()

    async def index(request: object) -> HTMLResponse:
        return HTMLResponse("inside")

    routes = [*ROUTES, Route("/{path:path}", index, methods=["GET", "POST"])]
    console = Starlette(routes=routes, middleware=[Middleware(Gate)])

    def sat(token: str | None) -> TestClient:
        browser = TestClient(console, follow_redirects=False)
        browser.cookies.set("language", "en")
        if token is not None:
            browser.cookies.set(COOKIE, token)
        return browser

    yield sat
    visitor._remembered.clear()


def test_a_one_time_password_opens_the_change_of_it_alone(sit: Sit, desk: Desk) -> None:
    once = reset_password(desk.url, make_person(desk.url, "admin").user_id, actor="t")
    browser = sit(None)
    form = {"name": NAME, "password": once, "back": "/loads?x=1"}
    assert browser.post("/sign-in", data=form, headers=HERE).status_code == 303
    led = browser.get("/loads?x=1", headers=PAGE)
    assert led.headers["location"] == "/account?back=%2Floads%3Fx%3D1"
    assert browser.get("/static/x.js").status_code == 403
    refused = browser.post("/uploads", content=b"x", headers=HERE)
    assert (refused.status_code, refused.json()["code"]) == (403, "CHANGE_PASSWORD")
    page = browser.get(led.headers["location"], headers=PAGE).text
    assert "holds once" in page and "at least 10 characters" in page
    assert 'value="/loads?x=1"' in page and "Sign out everywhere" not in page
    assert 'name="old"' not in page, "it was typed a moment ago"
    same = {"new": once, "again": once}
    again = browser.post("/account/password", data=same, headers=HERE)
    assert again.status_code == 400 and "choose another" in again.text
    fields = {"new": NEW, "again": NEW, "back": "/loads?x=1"}
    done = browser.post("/account/password", data=fields, headers=HERE)
    assert (done.status_code, done.headers["location"]) == (303, "/loads?x=1")
    assert browser.get("/loads", headers=PAGE).text == "inside"


@pytest.mark.parametrize(
    ("fields", "headers", "status", "said"),
    [
        ({"old": "wrong wrong"}, HERE, 400, "present password is not right"),
        ({"again": "another one"}, HERE, 400, "not typed twice alike"),
        ({"new": "short", "again": "short"}, HERE, 400, "at least 10"),
        ({"new": NAME + "1", "again": NAME + "1"}, HERE, 400, "easily guessed"),
        ({}, {"origin": "http://evil.example"}, 403, "did not come from"),
        ({}, {}, 403, "did not come from"),
    ],
)
@pytest.mark.attack("another site's request")
def test_a_password_is_not_changed_by_just_anything(
    sit: Sit,
    desk: Desk,
    fields: dict[str, str],
    headers: dict[str, str],
    status: int,
    said: str,
) -> None:
    browser = sit(make_session(desk.url, "steward"))
    before = desk.rows("select hash from app.passwords")
    given = {"old": PASSWORD, "new": NEW, "again": NEW, **fields}
    answer = browser.post("/account/password", data=given, headers=headers)
    assert answer.status_code == status and said in answer.text
    assert desk.rows("select hash from app.passwords") == before


@pytest.mark.attack("another's id")
def test_sessions_are_seen_and_ended(sit: Sit, desk: Desk) -> None:
    mine, other = make_session(desk.url, "steward"), make_session(desk.url, "steward")
    theirs = make_session(desk.url, "admin", "<b>امید</b>")
    browser = sit(mine)
    page = browser.get("/account").text
    assert page.count("<li>") == 2 and "steward" in page.lower()
    ids = "select session_id from app.sessions where session_hash = %s"
    number = {t: desk.value(ids, hash_of(t)) for t in (other, theirs)}
    for wrong in ("", "x", "9" * 30, "٣", str(number[theirs])):
        browser.post("/account/end", data={"which": wrong}, headers=HERE)
    assert sit(theirs).get("/account").status_code == 200, "not mine to end"
    assert "&lt;b&gt;" in sit(theirs).get("/account").text
    foreign = {"origin": "http://evil.example"}
    browser.post("/account/end", data={"which": str(number[other])}, headers=foreign)
    assert sit(other).get("/account").status_code == 200
    browser.post("/account/end", data={"which": str(number[other])}, headers=HERE)
    assert sit(other).get("/account").status_code == 401
    assert browser.post("/account/end", data={"which": "all"}, headers=HERE).status_code == 303
    assert sit(mine).get("/account").status_code == 401


def test_without_a_database_nobody_comes_in_and_it_says_so(
    sit: Sit, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sit(make_session(desk.url, "steward"))

    def away() -> str:
        raise DatabaseAway("DATABASE_AWAY", fa="نیست", en="away")

    monkeypatch.setattr(database, "url", away)
    page = browser.get("/loads", headers=PAGE)
    assert page.status_code == 503 and "tries again" in page.text and "refresh" in page.text
    assert browser.post("/uploads", content=b"x", headers=HERE).status_code == 503
    form = {"name": NAME, "password": PASSWORD}
    answer = browser.post("/sign-in", data=form, headers=HERE)
    assert answer.status_code == 503 and "set-cookie" not in answer.headers


def test_files_of_the_bundle_are_asked_for_once_a_second(
    sit: Sit, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = visitor.read_session
    asked: list[str | None] = []

    def counted(url: str, settings: Settings, token: str | None) -> object:
        asked.append(token)
        return read(url, settings, token)

    monkeypatch.setattr(visitor, "read_session", counted)
    monkeypatch.setattr(visitor, "FRESH_SECONDS", 1000.0)
    browser = sit(make_session(desk.url, "steward"))
    for _ in range(20):
        assert browser.get("/static/js/x.js").status_code == 200
    assert len(asked) == 1
    for _ in range(3):
        browser.get("/loads")
    assert len(asked) == 4, "a page is always asked for anew"


@pytest.mark.attack("floods")
def test_many_who_knock_at_once_are_told_to_come_back(
    sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "MOST_WAITING", 0)
    answer = sit(None).post("/sign-in", data={"name": NAME, "password": "x"}, headers=HERE)
    assert answer.status_code == 503 and "Too many" in answer.text


def test_a_session_that_ends_while_a_file_comes_leaves_nothing(
    sit: Sit, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages.routes import uploads

    token = make_session(desk.url, "uploader")
    ours = visitor.get_settings()
    monkeypatch.setattr(uploads, "get_settings", lambda: ours)
    begin = uploads.begin_upload

    def end_then_begin(*given: object) -> object:
        with acting_as_engine_itself():  # somebody else, meanwhile
            reset_password(desk.url, make_person(desk.url, "uploader").user_id, actor="t")
        return begin(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(uploads, "begin_upload", end_then_begin)
    answer = sit(token).post("/uploads", content=b"abc", headers={**HERE, "x-file-name": "a.csv"})
    assert answer.status_code == 401
    assert [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()] == []
