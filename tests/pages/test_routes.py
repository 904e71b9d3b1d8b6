"""What the console answers besides pages: the gate, sign-in, preferences, uploads, first bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import pages.routes.gate as gate
from app import ROUTES
from pages.frame import database
from pages.frame.preferences import Preferences
from pages.routes import first_frame, forms, plain_pages, uploads, visitor
from pages.routes.security_headers import SecurityHeaders
from pipeline import uploads as store
from pipeline.settings import Settings
from tests.karamad import Desk
from tests.people import PASSWORD, make_person, make_session

HERE = {"origin": "http://testserver"}
INDEX = (
    '<html lang="en"><head><meta charset="UTF-8" /><title>Streamlit</title></head><body id="root">'
)


@pytest.fixture
def var(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = Settings(_env_file=None, var_dir=tmp_path, max_file_bytes=1000)  # type: ignore[call-arg]
    for module in (visitor, uploads, first_frame, plain_pages):
        monkeypatch.setattr(module, "get_settings", lambda: settings)
    monkeypatch.setattr(database, "url", lambda: desk.url)
    return settings


@pytest.fixture
def browser(var: Settings) -> Iterator[TestClient]:
    async def index(request: object) -> HTMLResponse:
        return HTMLResponse(INDEX)

    async def metrics(request: object) -> PlainTextResponse:
        return PlainTextResponse("how many")

    routes = [*ROUTES, Route("/_stcore/metrics", metrics), Route("/{path:path}", index)]
    layers = [SecurityHeaders, gate.Gate, first_frame.FirstFrame]
    console = Starlette(routes=routes, middleware=[Middleware(layer) for layer in layers])
    with TestClient(console, client=("127.0.0.1", 5000), follow_redirects=False) as client:
        yield client


def sign_in_as(browser: TestClient, role: str, name: str = "سارا") -> None:
    make_person(database.url(), role, name)
    data = {"name": name, "password": PASSWORD, "back": "/"}
    assert browser.post("/sign-in", data=data, headers=HERE).status_code == 303


def send(browser: TestClient, body: bytes, name: str = "a.csv", **headers: str) -> object:
    return browser.post("/uploads", content=body, headers={"x-file-name": name, **HERE, **headers})


# --- The gate -------------------------------------------------------------------------------------


@pytest.mark.attack("a way around the gate")
def test_nobody_gets_the_sign_in_and_nothing_else(browser: TestClient) -> None:
    answer = browser.get("/home?x=1", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in?back=%2Fhome%3Fx%3D1",
    )
    assert browser.get("/home").status_code == 401
    assert browser.post("/uploads", content=b"x").status_code == 401
    assert browser.get("/sign-in").status_code == 200


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
@pytest.mark.attack("metrics for everybody")
def test_what_no_page_asks_for_is_closed_to_all(browser: TestClient, path: str) -> None:
    sign_in_as(browser, "admin")
    assert browser.get(path).status_code == 404


@pytest.mark.attack("a frame, a script, a kept copy")
def test_every_answer_forbids_hosts_outside(browser: TestClient) -> None:
    policy = browser.get("/sign-in").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'") and "http" not in policy
    assert "connect-src 'self' ws://testserver wss://testserver data: blob:;" in policy
    rules = policy.count(";")
    for host in ("evil.example; script-src *", "a b", "x" * 9, "[::1]:8501"):
        policy = browser.get("/sign-in", headers={"host": host}).headers["content-security-policy"]
        assert policy.count(";") == rules and "*" not in policy and "ws: " not in policy
    assert browser.get("/nothing").headers["x-content-type-options"] == "nosniff"


@pytest.mark.attack("a frame, a script, a kept copy")
def test_no_browser_keeps_what_is_somebodys_own(browser: TestClient) -> None:
    sign_in_as(browser, "admin")
    for path in ("/healthz", "/health.json", "/downloads/original?load=99", "/account", "/prefer"):
        assert browser.get(path).headers["cache-control"] == "no-store", path
    assert "no-store" not in browser.get("/look/look.css").headers.get("cache-control", "")


def test_over_tls_the_browser_stays_with_it(browser: TestClient) -> None:
    assert "strict-transport-security" not in browser.get("/sign-in").headers
    safe = browser.get("https://testserver/sign-in")
    assert safe.headers["strict-transport-security"] == "max-age=31536000"


# --- Sign-in and preferences ----------------------------------------------------------------------


def test_a_sign_in_leads_to_where_one_wanted_to_go(browser: TestClient, desk: Desk) -> None:
    make_person(desk.url, "steward", "سارا")
    data = {"name": "سارا", "password": PASSWORD, "back": "/home?x=1"}
    answer = browser.post("/sign-in", data=data, headers=HERE)
    assert answer.headers["location"] == "/home?x=1"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    assert browser.get("/", headers={"accept": "text/html"}).status_code == 200
    home = browser.get("/home?x=1", headers={"accept": "text/html"})
    assert (home.status_code, home.headers["location"]) == (307, "/?x=1")
    browser.post("/sign-out", headers=HERE)
    assert browser.get("/home").status_code == 401


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"]
)
@pytest.mark.attack("a redirect to elsewhere")
def test_nobody_is_led_to_another_host(back: str) -> None:
    assert forms.own_path(back) == "/"


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        ({"name": "سارا", "password": "نادرست نادرست"}, HERE, 401),
        ({"name": "کسی", "password": PASSWORD}, HERE, 401),
        ({}, HERE, 401),
        ({"name": "سارا", "password": PASSWORD}, {"origin": "http://evil.example"}, 403),
        ({"name": "سارا", "password": PASSWORD}, {}, 403),
        ({"name": "سارا", "password": PASSWORD, "back": "x" * 5000}, HERE, 401),
    ],
)
@pytest.mark.attack("another site's request")
def test_a_sign_in_that_is_not_ours_is_refused(
    browser: TestClient, desk: Desk, data: dict[str, str], headers: dict[str, str], status: int
) -> None:
    make_person(desk.url, "admin", "سارا")
    answer = browser.post("/sign-in", data=data, headers=headers)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


def test_a_preference_is_kept_and_nonsense_is_not(browser: TestClient) -> None:
    answer = browser.get("/prefer?language=en&money=gold&back=/home")
    assert answer.headers["location"] == "/home"
    assert answer.headers["set-cookie"].startswith("language=en")
    assert browser.cookies.get("money") is None


# --- The first bytes ------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "opening"), [("fa", "fa"), ("en", "en"), ("xx", "fa")])
def test_the_first_bytes_know_language_and_direction(
    browser: TestClient, language: str, opening: str
) -> None:
    sign_in_as(browser, "manager")
    browser.cookies.set("language", language)
    page = browser.get("/", headers={"accept": "text/html"}).text
    direction = "rtl" if opening == "fa" else "ltr"
    assert page.startswith(f'<html lang="{opening}" dir="{direction}">')
    assert "navigator" in page and "/look/look.css" in page and "Streamlit" not in page


def test_a_page_that_is_not_streamlits_stays_as_it_is() -> None:
    assert first_frame.rewritten(b"<html><body>", Preferences()) == b"<html><body>"


def test_the_index_of_the_installed_streamlit_is_the_one_we_rewrite() -> None:
    import streamlit

    index = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    page = first_frame.rewritten(index, Preferences())
    assert b'<html lang="fa" dir="rtl">' in page and b"/look/look.css" in page
    assert b"SourceSans" not in page and b"/look/icon.png" in page


# --- Uploads --------------------------------------------------------------------------------------


def test_a_file_arrives_byte_for_byte_under_its_name(browser: TestClient, var: Settings) -> None:
    sign_in_as(browser, "uploader")
    answer = send(browser, b"a,b\r\n\x00\xff", "%D9%85%D8%B1%D8%AF%D8%A7%D8%AF.csv")
    assert answer.status_code == 201
    upload = store.find_upload(var, answer.json()["token"], "سارا")
    assert upload is not None and upload.name == "مرداد.csv" and upload.size == 7
    assert upload.path.read_bytes() == b"a,b\r\n\x00\xff"
    assert store.find_upload(var, upload.token, "another") is None
    store.forget_upload(var, upload.token)
    assert store.find_upload(var, upload.token, "سارا") is None


@pytest.mark.attack("an upload over the limit")
def test_the_size_is_the_limit_and_one_more_is_refused(browser: TestClient, var: Settings) -> None:
    sign_in_as(browser, "steward")
    assert send(browser, b"x" * 1000).status_code == 201
    answer = send(browser, b"x" * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "FILE_TOO_LARGE")
    assert "۱۰۰۱" not in answer.json()["message"] and "1000" in answer.json()["message"]
    assert send(browser, b"").json()["code"] == "EMPTY_FILE"
    assert len(list((var.var_dir / "uploads").iterdir())) == 1


@pytest.mark.parametrize(
    ("role", "headers", "status"),
    [
        ("manager", {}, 403),
        ("admin", {"origin": "http://evil.example"}, 403),
        ("admin", {"origin": ""}, 403),
    ],
)
@pytest.mark.attack("an upload by who may not", "an upload from another site")
def test_an_upload_that_is_not_allowed_leaves_nothing(
    browser: TestClient, var: Settings, role: str, headers: dict[str, str], status: int
) -> None:
    sign_in_as(browser, role)
    assert send(browser, b"x", **headers).status_code == status
    assert not (var.var_dir / "uploads").exists()


@pytest.mark.attack("an upload without its length")
def test_a_file_of_unknown_length_is_refused(browser: TestClient, var: Settings) -> None:
    sign_in_as(browser, "admin")
    answer = browser.post("/uploads", content=iter([b"x"]), headers=HERE)
    assert answer.status_code == 411
    assert not (var.var_dir / "uploads").exists()


@pytest.mark.attack("an upload over the limit")
def test_a_file_that_breaks_off_leaves_nothing(browser: TestClient, var: Settings) -> None:
    sign_in_as(browser, "admin")
    answer = send(browser, b"abc", **{"content-length": "10"})
    assert answer.json()["code"] == "UPLOAD_CUT"
    answer = send(browser, b"abcdef", **{"content-length": "3"})
    assert answer.json()["code"] == "FILE_TOO_LARGE"
    assert list((var.var_dir / "uploads").iterdir()) == []


def test_a_full_disk_is_said_before_the_first_byte(
    browser: TestClient, var: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(browser, "admin")
    monkeypatch.setattr(store, "SPARE_BYTES", 10**18)
    answer = send(browser, b"x")
    assert (answer.status_code, answer.json()["code"]) == (422, "DISK_FULL")
    assert list((var.var_dir / "uploads").iterdir()) == []


@pytest.mark.attack("uploads by the hundred")
def test_a_person_has_so_many_files_waiting_and_no_more(
    browser: TestClient, var: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_OF_ONE", 3)
    sign_in_as(browser, "uploader")
    half = store.begin_upload(var, "half.csv", "سارا", 4)  # on its way counts too
    assert [send(browser, b"x").status_code for _ in range(2)] == [201, 201]
    answer = send(browser, b"x")
    assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_UPLOADS")
    assert len(list((var.var_dir / "uploads").iterdir())) == 3
    sign_in_as(browser, "steward", "نرگس")
    other = send(browser, b"x")
    assert other.status_code == 201, "everybody has their own"
    half.discard()
    sign_in_as(browser, "uploader")
    token = send(browser, b"x").json()["token"]
    assert send(browser, b"x").status_code == 429
    store.forget_upload(var, token)
    assert send(browser, b"x").status_code == 201


@pytest.mark.attack("an upload that never ends")
def test_a_file_that_stands_still_leaves_nothing(
    browser: TestClient, var: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def part_of_it(request: Request) -> AsyncIterator[bytes]:
        yield b"ab"
        await anyio.sleep_forever()

    monkeypatch.setattr(uploads, "STILL_SECONDS", 0.05)
    monkeypatch.setattr(Request, "stream", part_of_it)
    browser.cookies.set(visitor.COOKIE, make_session(database.url(), "uploader"))
    answer = send(browser, b"abcd")
    assert (answer.status_code, answer.json()["code"]) == (408, "UPLOAD_STILL")
    assert list((var.var_dir / "uploads").iterdir()) == []


@pytest.mark.attack("floods")
def test_a_form_that_does_not_come_to_its_end_is_empty(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def half_a_form(request: Request) -> AsyncIterator[bytes]:
        yield b"name=a&password="
        await anyio.sleep_forever()

    monkeypatch.setattr(forms, "FORM_SECONDS", 0.05)
    monkeypatch.setattr(Request, "stream", half_a_form)
    assert browser.post("/sign-in", data={"name": "a"}, headers=HERE).status_code == 401


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\ماه.xlsx", "ماه.xlsx"),
        ("a\x00b\r\n.csv", "ab.csv"),
        ("", "file"),
        ("..", "file"),
        ("part", "file"),
        ("upload.json", "file"),
        ("‮gpj.csv", "gpj.csv"),
        ("می\u200cشود.csv", "می\u200cشود.csv"),
    ],
)
@pytest.mark.attack("a file name")
def test_a_name_harms_no_disk(name: str, kept: str) -> None:
    assert store.safe_name(name) == kept


@pytest.mark.attack("a file name")
def test_a_long_name_keeps_its_ending() -> None:
    short = store.safe_name("م" * 4096 + ".xlsx")
    assert short.endswith(".xlsx") and len(short.encode()) <= store.LONGEST_NAME_BYTES


def test_what_a_dead_process_had_received_goes_and_what_is_on_its_way_stays(var: Settings) -> None:
    arrivals = [store.begin_upload(var, name, "سارا", 4) for name in ("a.csv", "b.csv", "c.csv")]
    for arrival in arrivals:
        arrival.write(b"half")
    dead, whole, alive = arrivals
    dead.file.close()  # as the kernel does for a process that is killed
    upload = whole.finish(4)
    assert store.clear_uploads(var) == 1
    assert not dead.folder.exists()
    assert store.find_upload(var, upload.token, "سارا") == upload
    assert alive.finish(4).path.read_bytes() == b"half"


def test_a_process_that_dies_while_it_finishes_leaves_no_upload(
    var: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrival = store.begin_upload(var, "a.csv", "سارا", 1)
    arrival.write(b"x")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as fault:
        fault.setattr(store.json, "dumps", die)
        with pytest.raises(KeyboardInterrupt):
            arrival.finish(1)
    arrival.file.close()
    assert store.find_upload(var, arrival.token, "سارا") is None
    assert store.clear_uploads(var) == 1


def test_uploads_that_nobody_took_in_go_after_a_day(var: Settings) -> None:
    arrival = store.begin_upload(var, "a.csv", "x", 1)
    arrival.write(b"x")
    upload = arrival.finish(1)
    kept_until = upload.path.parent.stat().st_mtime + store.KEPT_SECONDS
    assert store.clear_uploads(var, now=kept_until - 1) == 0
    assert store.clear_uploads(var, now=kept_until + 1) == 1
    assert not upload.path.exists()
