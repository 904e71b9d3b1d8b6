"""The console from outside, with plain sockets: nobody gets past the gate, and nothing is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.routes.sockets import MOST_SOCKETS
from pages.routes.visitor import COOKIE, HOST_COOKIE
from pipeline.access.accounts import add_user, change_role, set_active
from pipeline.access.people import Role
from pipeline.access.sessions import end_all
from tests.browser.console import running_console
from tests.browser.line import ask, cookie_in, line_to, sign_in, status
from tests.karamad import Desk
from tests.people import NAME, PASSWORD, make_person, make_session

MEGABYTE = 1 << 20


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


def wait_until(holds: Callable[[], bool]) -> None:
    """What happens by itself within seconds."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def kept(place: tuple[str, Desk, Path]) -> list[Path]:
    return [path for path in (place[2] / "uploads").rglob("*") if path.is_file()]


# --- Nobody ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["", "sales_session=x", "wrong token", "another name", "ended"])
@pytest.mark.attack("an upload before sign-in")
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
@pytest.mark.attack("a way around the gate")
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
@pytest.mark.attack("a way around the gate", "metrics for everybody")
def test_no_way_around_the_gate(console: str, path: str) -> None:
    for method in ("GET", "PUT"):
        assert status(ask(console, method, path)) in (400, 401, 404, 405)


@pytest.mark.attack("a way around the gate")
def test_no_websocket_without_a_session(console: str, desk: Desk) -> None:
    token = make_session(desk.url, "manager")
    for cookie in ("", f"{COOKIE}=x", f"{COOKIE}={token}x"):
        with line_to(console) as line:
            assert " 403 " in line.open_socket(cookie=cookie, origin=console)
    with line_to(console) as line:
        assert " 101 " in line.open_socket(cookie=f"{COOKIE}={token}", origin=console)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:9", "http://localhost:{port}", "http://localhost:1",
     "{console}.evil.example", "http://127.0.0.1", "null", "file://", ""],
)  # fmt: skip
@pytest.mark.attack("another site's request")
def test_no_websocket_from_a_page_that_is_not_ours(
    place: tuple[str, Desk, Path], console: str, desk: Desk, origin: str
) -> None:
    """A cookie knows no ports: another program of this machine may serve a page that asks."""
    origin = origin.format(console=console, port=urlsplit(console).port)
    with line_to(console) as line:
        cookie = f"{COOKIE}={make_session(desk.url, 'manager')}"
        assert " 403 " in line.open_socket(cookie=cookie, **({"origin": origin} if origin else {}))
    # Streamlit would have looked up its own address outside to compare it.
    assert "external IP" not in (place[2] / "console.log").read_text()


@pytest.mark.attack("floods")
def test_a_session_holds_so_many_websockets_and_no_more(console: str, desk: Desk) -> None:
    mine, another = (f"{COOKIE}={make_session(desk.url, 'manager')}" for _ in range(2))
    with ExitStack() as stack:
        lines = [stack.enter_context(line_to(console)) for _ in range(MOST_SOCKETS + 2)]
        answers = [line.open_socket(cookie=mine, origin=console) for line in lines[:-1]]
        assert [" 101 " in answer for answer in answers] == [True] * MOST_SOCKETS + [False]
        assert " 101 " in lines[-1].open_socket(cookie=another, origin=console)
    wait_until(lambda: is_let_in(console, mine))


def is_let_in(console: str, cookie: str) -> bool:
    with line_to(console) as line:
        return " 101 " in line.open_socket(cookie=cookie, origin=console)


@pytest.mark.attack("floods")
def test_a_click_of_megabytes_closes_its_connection_alone(console: str, desk: Desk) -> None:
    cookie = f"{COOKIE}={make_session(desk.url, 'manager')}"
    with line_to(console) as line:
        assert " 101 " in line.open_socket(cookie=cookie, origin=console)
        line.send_message(bytes(3 * MEGABYTE))
        line.hear(b"\x03\xf1")  # 1009: too big
    assert status(ask(console, "GET", "/healthz")) == 200


@pytest.mark.parametrize("what", ["cookie", "path", "query"])
@pytest.mark.attack("floods")
def test_a_head_of_megabytes_is_refused_and_the_console_goes_on(console: str, what: str) -> None:
    long = "a" * MEGABYTE
    path = {"cookie": "/sign-in", "path": f"/{long}", "query": f"/sign-in?back=/{long}"}[what]
    try:
        answer = ask(console, "GET", path, **({"cookie": long} if what == "cookie" else {}))
        assert status(answer) >= 400
    except OSError:
        pass  # cut off before the answer could be read
    assert status(ask(console, "GET", "/healthz")) == 200


@pytest.mark.parametrize(
    "path",
    ["/look/..%2f..%2fapp.py", "/static/..%2f..%2f..%2fapp.py", "/media/..%2f..%2fx",
     "/component/..%2f..%2f..%2fetc/passwd", "/..%2f..%2fetc/passwd", "/%00", "/a%00.csv"],
)  # fmt: skip
@pytest.mark.attack("a path out of the house")
def test_no_path_leads_out_of_the_house(console: str, desk: Desk, path: str) -> None:
    cookie = f"{COOKIE}={make_session(desk.url, 'admin')}"
    answer = ask(console, "GET", path, cookie=cookie)
    assert status(answer) in (400, 404) and "import" not in answer and "Traceback" not in answer


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


@pytest.mark.attack("a planted session")
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


@pytest.mark.attack("a session after its end")
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


@pytest.mark.attack("names by their answer")
def test_all_that_is_wrong_looks_alike(console: str, desk: Desk) -> None:
    make_person(desk.url, "steward")
    set_active(desk.url, make_person(desk.url, "manager", "دور").user_id, False, actor="t")
    add_user(desk.url, "بی‌گذرواژه", Role.MANAGER, actor="t")
    answers = []
    for name in [NAME] * 7 + ["کسی نیست", "دور", "بی‌گذرواژه"]:
        answer = sign_in(console, "نادرست و نادرست", name=name)
        head, _, body = answer.partition("\r\n\r\n")
        lines = sorted(
            x for x in head.splitlines() if not x.lower().startswith(("date", "content-l"))
        )
        answers.append((lines, body.replace(name, "NAME")))
    assert all(answer == answers[0] for answer in answers)
    assert status(sign_in(console, "x" * 300)) == 401


@pytest.mark.attack("a secret from a log", "lines for a log")
def test_no_log_holds_a_secret_and_none_a_line_of_somebody_elses(
    place: tuple[str, Desk, Path], console: str, desk: Desk
) -> None:
    """Names, paths and browsers say what they like: one record is one line, and no password."""
    forged = 'x\r\n{"event": "sign_in", "person": "forged"}\x1b[2J'
    make_person(desk.url, "steward", "لاله")  # of whose name nothing failed yet
    cookie = cookie_in(sign_in(console, name="لاله"))
    wrong = "گذرواژه‌ای که کسی نوشت"
    sign_in(console, wrong, name=forged)
    agent = {"user_agent": 'x {"event": "forged"}', "cookie": cookie, "origin": console}
    for path in ("/uploads", "/a%0d%0a%7B%22event%22:%22forged%22%7D"):
        ask(console, "PUT", path, **agent)
        ask(console, "POST", path, **{**agent, "cookie": ""})
    send = {**agent, "x_file_name": quote(forged + ".csv")}
    assert status(ask(console, "POST", "/uploads", b"a", **send)) == 201
    logs = [path for path in place[2].rglob("*.log") if path.is_file()]
    assert {"console.log", "events.log"} <= {path.name for path in logs}
    said = "\n".join(path.read_text("utf-8", "replace") for path in logs)
    for secret in (PASSWORD, wrong, cookie.partition("=")[2]):
        assert secret not in said and json.dumps(secret)[1:-1] not in said
    records = (place[2] / "log" / "events.log").read_text("utf-8").splitlines()
    events = [json.loads(record)["event"] for record in records]
    assert "upload" in events and "refused" in events and "forged" not in events


# --- Clicks on an open page -----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["role", "ended", "inactive"])
@pytest.mark.attack("a role that was taken")
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
