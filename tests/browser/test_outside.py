"""The console from outside, with plain sockets: nobody gets past the gate, and nothing is kept."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.routes.visitor import COOKIE, HOST_COOKIE
from pipeline.access.accounts import change_role, set_active
from pipeline.access.people import Role
from pipeline.access.sessions import end_all
from tests.browser.console import running_console
from tests.karamad import Desk
from tests.people import NAME, PASSWORD, make_person, make_session

MEGABYTE = 1 << 20


class Line:
    """One connection to the console, byte by byte."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        name, _, port = self.host.partition(":")
        self.socket = socket.create_connection((name, int(port)), timeout=20)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> str:
        """Send one request and read its whole answer; `x_y` is the header x-y."""
        self.begin(method, path, len(body), **headers)
        self.socket.sendall(body)
        return self.rest()

    def begin(self, method: str, path: str, size: int | None, **headers: str) -> None:
        given = {"host": self.host, "connection": "close", **headers}
        if size is not None:
            given["content-length"] = str(size)
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""])
        self.socket.sendall(head.encode())

    def rest(self) -> str:
        text = b""
        while chunk := self.socket.recv(65536):
            text += chunk
        return text.decode("utf-8", "replace")

    def open_socket(self, **headers: str) -> str:
        """Ask for the page's WebSocket; the first line of the answer."""
        key = base64.b64encode(os.urandom(16)).decode()
        self.begin(
            "GET", "/_stcore/stream", None, **headers,
            connection="Upgrade", upgrade="websocket", sec_websocket_version="13",
            sec_websocket_key=key, sec_websocket_protocol="streamlit",
        )  # fmt: skip
        return self.socket.recv(65536).decode("latin-1").partition("\r\n")[0]

    def send_message(self, message: bytes) -> None:
        """One masked binary frame."""
        mask = os.urandom(4)
        size = bytes([0x80 | len(message)]) if len(message) < 126 else b""
        assert size, "longer messages are not needed here"
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(message))
        self.socket.sendall(b"\x82" + size + mask + masked)

    def hear(self, until: bytes) -> bytes:
        """What the console sends, until these bytes are in it."""
        heard = b""
        while until not in heard:
            chunk = self.socket.recv(65536)
            assert chunk, f"closed before {until!r}"
            heard += chunk
        return heard


@pytest.fixture(scope="module")
def place(
    server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Desk, Path]]:
    """A running console, its desk, and its folder."""
    from pipeline.settings import Settings
    from tests.conftest import new_database

    folder = tmp_path_factory.mktemp("outside")
    with new_database(server_url) as url, running_console(url, folder) as address:
        desk = Desk(url, Settings(_env_file=None), folder)  # type: ignore[call-arg]
        yield address, desk, folder


@pytest.fixture
def console(place: tuple[str, Desk, Path]) -> str:
    return place[0]


@pytest.fixture
def desk(place: tuple[str, Desk, Path]) -> Desk:
    return place[1]


@contextmanager
def line_to(address: str) -> Iterator[Line]:
    line = Line(address)
    with closing(line.socket):
        yield line


def ask(address: str, method: str, path: str, body: bytes = b"", **headers: str) -> str:
    with line_to(address) as line:
        return line.ask(method, path, body, **headers)


def sign_in(address: str, password: str = PASSWORD, name: str = NAME, **headers: str) -> str:
    form = urlencode({"name": name, "password": password, "back": "/"}).encode()
    kind = {"origin": address, "content_type": "application/x-www-form-urlencoded"}
    return ask(address, "POST", "/sign-in", form, **{**kind, **headers})


def cookie_in(answer: str) -> str:
    line = next(line for line in answer.splitlines() if line.lower().startswith("set-cookie"))
    return line.partition(":")[2].partition(";")[0].strip()


def status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


def kept(place: tuple[str, Desk, Path]) -> list[Path]:
    return [path for path in (place[2] / "uploads").rglob("*") if path.is_file()]


# --- Nobody ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["", "sales_session=x", "wrong token", "another name", "ended"])
def test_an_upload_without_a_session_is_refused_before_its_bytes(
    place: tuple[str, Desk, Path], console: str, desk: Desk, how: str
) -> None:
    token = make_session(desk.url, "uploader")
    cookies = {
        "wrong token": f"{COOKIE}={token[::-1]}",
        "another name": f"{HOST_COOKIE}={token}",
        "ended": f"{COOKIE}={token}",
    }
    if how == "ended":
        answer = ask(console, "POST", "/sign-out", origin=console, cookie=f"{COOKIE}={token}")
        assert status(answer) == 303
    with line_to(console) as line:
        cookie = cookies.get(how, how)
        line.begin("POST", "/uploads", 500 * MEGABYTE, origin=console, cookie=cookie)
        # Not a byte of the file was sent, and the answer is there.
        assert status(line.rest()) == 401
    assert kept(place) == []


@pytest.mark.parametrize(
    "path", ["/", "/home", "/loads", "/uploads", "/downloads/original?load=1", "/exports/days.csv",
             "/sheets/issues.csv", "/account", "/_stcore/host-config", "/_stcore/media/x",
             "/component/x", "/media/x", "/static/x.js", "/auth/login", "/oauth2callback"],
)  # fmt: skip
def test_nobody_gets_nothing(console: str, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert status(ask(console, method, path, origin=console)) == 401, method
    answer = ask(console, "GET", path, accept="text/html")
    assert status(answer) == 303 and "\r\nlocation: /sign-in?back=" in answer.lower()


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/upload_file/a/b", "//_stcore/stream", "/./_stcore/metrics",
     "/sign-in/../_stcore/metrics", "/look/../app.py", "/look/%2e%2e/main.py"],
)  # fmt: skip
def test_no_way_around_the_gate(console: str, path: str) -> None:
    for method in ("GET", "PUT"):
        assert status(ask(console, method, path)) in (400, 401, 404, 405)


def test_no_websocket_without_a_session(console: str, desk: Desk) -> None:
    token = make_session(desk.url, "manager")
    for cookie in ("", f"{COOKIE}=x", f"{COOKIE}={token}x"):
        with line_to(console) as line:
            assert " 403 " in line.open_socket(cookie=cookie, origin=console)
    with line_to(console) as line:
        foreign = {"origin": "http://evil.example", "cookie": f"{COOKIE}={token}"}
        assert " 101 " not in line.open_socket(**foreign)
    with line_to(console) as line:
        assert " 101 " in line.open_socket(cookie=f"{COOKIE}={token}", origin=console)


# --- Signing in -----------------------------------------------------------------------------------


def test_a_cookie_for_this_host_that_no_script_reads(console: str, desk: Desk) -> None:
    make_person(desk.url, "steward")
    answer = sign_in(console)
    line = next(line for line in answer.splitlines() if line.lower().startswith("set-cookie"))
    assert status(answer) == 303
    assert {"httponly", "samesite=lax", "path=/"} <= {p.strip().lower() for p in line.split(";")}
    assert "domain" not in line.lower() and "secure" not in line.lower()
    # As a proxy with TLS on this machine says it.
    safe = sign_in(console, origin=console.replace("http", "https"), x_forwarded_proto="https")
    assert f"set-cookie: {HOST_COOKIE}=" in safe.lower().replace(HOST_COOKIE.lower(), HOST_COOKIE)
    assert "; secure" in safe.lower()


def test_a_planted_cookie_is_no_way_in(console: str, desk: Desk) -> None:
    """Fixation: whatever the browser came with, it gets a new token, and the old one is over."""
    make_person(desk.url, "steward")
    planted = "A" * 43
    answer = sign_in(console, cookie=f"{COOKIE}={planted}")
    assert planted not in cookie_in(answer)
    assert status(ask(console, "GET", "/loads", cookie=f"{COOKIE}={planted}")) == 401
    first = cookie_in(answer)
    second = cookie_in(sign_in(console, cookie=first))
    assert second != first
    assert status(ask(console, "GET", "/loads", cookie=first)) == 401
    assert status(ask(console, "GET", "/loads", cookie=second)) == 200


def test_after_signing_out_the_cookie_is_worth_nothing(console: str, desk: Desk) -> None:
    make_person(desk.url, "steward")
    cookie = cookie_in(sign_in(console))
    assert status(ask(console, "GET", "/sign-out", cookie=cookie)) == 303, "a link signs nobody out"
    foreign = {"cookie": cookie, "origin": "http://evil.example"}
    assert status(ask(console, "POST", "/sign-out", **foreign)) == 403
    assert status(ask(console, "GET", "/account", cookie=cookie)) == 200
    assert status(ask(console, "POST", "/sign-out", cookie=cookie, origin=console)) == 303
    for method, path in (("GET", "/account"), ("POST", "/uploads"), ("GET", "/loads")):
        assert status(ask(console, method, path, cookie=cookie, origin=console)) == 401
    with line_to(console) as line:
        assert " 403 " in line.open_socket(cookie=cookie, origin=console)


def test_all_that_is_wrong_looks_alike(console: str, desk: Desk) -> None:
    make_person(desk.url, "steward")
    set_active(desk.url, make_person(desk.url, "manager", "دور").user_id, False, actor="t")
    answers = []
    for name in [NAME] * 7 + ["کسی نیست", "دور"]:
        answer = sign_in(console, "نادرست و نادرست", name=name)
        head, _, body = answer.partition("\r\n\r\n")
        lines = sorted(
            x for x in head.splitlines() if not x.lower().startswith(("date", "content-l"))
        )
        answers.append((lines, body.replace(name, "NAME")))
    assert all(answer == answers[0] for answer in answers)
    assert status(answers[0][0][0] if False else sign_in(console, "x" * 300)) == 401


# --- Clicks on an open page -----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["role", "ended", "inactive"])
def test_what_a_person_may_ends_at_the_next_click(console: str, desk: Desk, what: str) -> None:
    make_person(desk.url, "admin", "امید")
    person = make_person(desk.url, "admin")
    token = make_session(desk.url, "admin")
    look = BackMsg()
    look.rerun_script.SetInParent()
    cookies = f"{COOKIE}={token}; language=en"
    with line_to(console) as line:
        assert " 101 " in line.open_socket(cookie=cookies, origin=console)
        line.send_message(look.SerializeToString())
        line.hear("\u2069 · Administrator".encode())
        if what == "role":
            change_role(desk.url, person.user_id, Role.MANAGER, actor="t")
        elif what == "inactive":
            set_active(desk.url, person.user_id, False, actor="t")
        else:
            end_all(desk.url, person.user_id, actor="t")
        # A part of the page that runs by itself would not ask again.
        look.rerun_script.fragment_id = "a part that is not there"
        line.send_message(look.SerializeToString())
        line.hear(("\u2069 · Manager" if what == "role" else "You are not signed in").encode())
