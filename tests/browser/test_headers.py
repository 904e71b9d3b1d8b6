"""Every answer of a running console tells the browser what it may do with it, whatever it is."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pages.routes.visitor import COOKIE
from pipeline.settings import Settings
from tests.browser.console import running_console
from tests.conftest import new_database
from tests.karamad import Desk
from tests.people import make_session

EXPECTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
# What is asked, as whom, and the status that comes back.
ANSWERS = [
    ("GET", "/", "manager", 200),
    ("GET", "/", None, 303),
    ("GET", "/sign-in", None, 200),
    ("POST", "/sign-in", None, 403),
    ("GET", "/account", "manager", 200),
    ("GET", "/home", "manager", 307),
    ("GET", "/look/look.css", None, 200),
    ("GET", "/look/nothing.css", None, 404),
    ("GET", "/static/nothing.js", "manager", None),
    ("GET", "/healthz", None, 200),
    ("GET", "/health.json", "admin", None),
    ("GET", "/health.json", "manager", 403),
    ("GET", "/downloads/original?load=1", "steward", 200),
    ("GET", "/downloads/original?load=99", "steward", 404),
    ("GET", "/downloads/original?load=1", "manager", 403),
    ("GET", "/sheets/issues.csv", "steward", 200),
    ("GET", "/sheets/audit.csv", "admin", 200),
    ("GET", "/sheets/audit.csv", "steward", 403),
    ("GET", "/exports/nothing.csv", "manager", 404),
    ("POST", "/uploads", "manager", 403),
    ("POST", "/uploads", None, 401),
    ("PUT", "/uploads", "steward", 405),
    ("GET", "/_stcore/metrics", "admin", 404),
    ("GET", "/_stcore/host-config", "admin", 200),
]


@pytest.fixture(scope="module")
def place(
    server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Desk, Path]]:
    """A running console over one published load, and its folder."""
    folder = tmp_path_factory.mktemp("headers")
    with new_database(server_url) as url:
        desk = Desk(url, Settings(_env_file=None), folder)  # type: ignore[call-arg]
        desk.publish([{}])
        with running_console(url, folder) as address:
            yield address, desk, folder


@pytest.mark.parametrize(("method", "path", "role", "status"), ANSWERS)
@pytest.mark.attack("a frame, a script, a kept copy")
def test_every_answer_carries_our_headers(
    place: tuple[str, Desk, Path], method: str, path: str, role: str | None, status: int | None
) -> None:
    address, desk, _ = place
    given = {"accept": "text/html" if path == "/" else "*/*", "accept-encoding": "identity"}
    if role is not None:
        given["cookie"] = f"{COOKIE}={make_session(desk.url, role, role)}"
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    line.request(method, path, headers=given)
    answer = line.getresponse()
    answer.read()
    line.close()
    assert status is None or answer.status == status
    assert {name: answer.headers[name] for name in EXPECTED} == EXPECTED
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "object-src 'none'" in policy
    assert answer.headers.get_all("content-security-policy") == [policy]


@pytest.mark.attack("an attempt in silence")
def test_what_was_refused_and_what_left_is_told_with_its_address(
    place: tuple[str, Desk, Path],
) -> None:
    """After the answers above: the running console wrote them down."""
    _, desk, folder = place
    test_every_answer_carries_our_headers(place, "GET", "/sheets/audit.csv", "uploader", 403)
    test_every_answer_carries_our_headers(place, "GET", "/sheets/issues.csv", "uploader", 200)
    rows = desk.rows(
        "select action, subject_id, origin from app.audit_events"
        " where action in ('refuse', 'export') and subject_id ~ '^(/sheets/audit|issues)'"
        " order by event_id desc limit 2"
    )
    assert {row["action"] for row in rows} == {"refuse", "export"}
    assert all(row["origin"].startswith("from 127.0.0.1 ") for row in rows)
    assert '"event": "refused"' in (folder / "log" / "events.log").read_text("ascii")
