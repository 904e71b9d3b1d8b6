"""What is refused and what leaves is told, with from where; on every answer stand our headers."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.frame import database
from pages.routes import witness
from pages.routes.written import BYTES, Deed, Written, asked, send_written
from pipeline.access import refusals
from pipeline.access.people import Person, Role
from pipeline.audit_trail import EventFilter, list_page
from pipeline.db import Row
from pipeline.errors import DatabaseAway
from pipeline.settings import Settings
from tests.pages.conftest import OpenPage, words

SARA = Person(1, "sara", Role.MANAGER)


def settings_in(folder: Path) -> Settings:
    return Settings(_env_file=None, var_dir=folder)  # type: ignore[call-arg]


def answer(request: Request) -> PlainTextResponse | RedirectResponse:
    status = int(request.path_params["status"])
    return RedirectResponse("/sign-in", 303) if status == 303 else PlainTextResponse("", status)


async def closed(socket: WebSocket) -> None:
    await socket.close(4401)


@pytest.fixture(autouse=True)
def nothing_told_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "_allowance", refusals.Allowance())


def wrong_password(request: Request) -> PlainTextResponse:
    return PlainTextResponse("", 401)


@pytest.fixture
def browser(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(witness, "get_settings", lambda: settings_in(tmp_path))
    monkeypatch.setattr(witness, "who_asks", lambda scope: SARA)
    monkeypatch.setattr(database, "url", lambda: db_url)
    monkeypatch.setattr(
        refusals.tell_refusal, "__kwdefaults__", {"allowance": refusals.Allowance()}
    )
    paths = ("/sign-in/{status}", "/uploads/{status}", "/_stcore/metrics/{status}")
    routes = [Route(path, answer, methods=["GET", "POST"]) for path in paths]
    routes += [
        WebSocketRoute("/_stcore/stream", closed),
        Route("/sign-in", lambda r: PlainTextResponse("", 401)),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(witness.Witness)])
    return TestClient(app, client=("203.0.113.5", 5000), follow_redirects=False)


def told(url: str) -> list[Row]:
    return list_page(url, EventFilter(actions=("refuse",))).rows


@pytest.mark.parametrize("status", [401, 403, 411, 413, 429])
@pytest.mark.attack("an attempt in silence")
def test_a_refused_request_is_told_with_person_and_place(
    browser: TestClient, db_url: str, status: int
) -> None:
    browser.post(f"/uploads/{status}?name=secret")
    (event,) = told(db_url)
    assert event["actor"] == "sara" and event["subject_id"] == f"/uploads/{status}"
    assert event["detail"] == {"method": "POST", "status": status, "role": "manager"}
    assert event["origin"].startswith("from 203.0.113.5 ") and "secret" not in str(event)


def test_what_is_no_refusal_is_not_told(browser: TestClient, db_url: str) -> None:
    for path in ("/uploads/200", "/uploads/303", "/uploads/404", "/uploads/422", "/sign-in"):
        browser.get(path)
    assert told(db_url) == []


@pytest.mark.attack("an attempt in silence", "metrics for everybody")
def test_the_closed_door_and_a_socket_without_session_are_told(
    browser: TestClient, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "who_asks", lambda scope: None)
    browser.get("/_stcore/metrics/404")
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/_stcore/stream"):
        pass
    socket, metrics = told(db_url)
    assert (metrics["actor"], metrics["subject_id"]) == ("nobody", "/_stcore/metrics/404")
    assert socket["detail"] == {"method": "WEBSOCKET", "status": 4401}


@pytest.mark.attack("an attempt in silence")
def test_a_refused_page_is_told(open_page: OpenPage, db_url: str) -> None:
    assert "not for your role" in words(open_page("audit", role="manager", language="en"))
    (event,) = told(db_url)
    assert (event["actor"], event["subject_kind"], event["subject_id"]) == ("sara", "page", "audit")
    assert event["detail"] == {"role": "manager"}


def test_a_file_leaves_when_the_chain_knows(
    db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(folder: Path) -> Written:
        (folder / "x").write_bytes(b"12345")
        return Written(folder / "x", BYTES, "مرداد.csv")

    deed = Deed("sara", "export", ("sheet", "issues.csv"), {"asked": asked([("rule", "X")] * 2)})
    monkeypatch.setattr(database, "url", lambda: db_url)
    assert send_written(settings_in(tmp_path), "en", "a test", deed, write).status_code == 200
    (event,) = list_page(db_url, EventFilter()).rows
    assert (event["actor"], event["action"], event["subject_id"]) == (
        "sara",
        "export",
        "issues.csv",
    )
    assert event["detail"] == {"file_name": "مرداد.csv", "size": 5, "asked": {"rule": ["X", "X"]}}

    def away() -> str:
        raise DatabaseAway("DATABASE_AWAY", fa="نیست", en="It is away")

    monkeypatch.setattr(database, "url", away)
    answer = send_written(settings_in(tmp_path), "en", "a test", deed, write)
    assert answer.status_code == 503 and answer.body == b"It is away"


def test_what_was_asked_for_is_kept_within_bounds() -> None:
    found = asked((f"n{n}", "x" * 9000) for n in range(9000))
    assert len(found) == 40 and all(len(v) == 200 for values in found.values() for v in values)
