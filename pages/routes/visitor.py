"""Who asks: the session behind the cookie of a request or a WebSocket, as the database says now."""

from __future__ import annotations

import time

import anyio.to_thread
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from pages.frame import database
from pipeline.access.people import Person
from pipeline.access.sessions import Place, Session, read_session, touch_session
from pipeline.settings import get_settings

# The second is the browser's own promise that no other host, and no plain connection, set it.
COOKIE, HOST_COOKIE = "sales_session", "__Host-sales_session"
KEY = "sales.session"  # where the gate leaves what it read, for the routes behind it
# Files of the bundle, a hundred for one page: whose they are is asked once a second.
_LIGHT = ("/static/", "/component/", "/_stcore/host-config")
FRESH_SECONDS, MOST_REMEMBERED = 1.0, 1000
_remembered: dict[str, tuple[float, Session | None]] = {}


async def arrive(scope: Scope) -> Session | None:
    """The session of a request that comes in; whoever it is counts as still there."""
    token = _token(scope)
    if token is None:
        return None
    if scope["path"].startswith(_LIGHT):
        at, session = _remembered.get(token, (0.0, None))
        if time.monotonic() - at < FRESH_SECONDS:
            return session
    session = await anyio.to_thread.run_sync(_read, token)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[token] = (time.monotonic(), session)
    if session is not None and session.is_stale:
        await anyio.to_thread.run_sync(_touch, session)
    return session


async def ask_again(scope: Scope, *, touch: bool) -> Session | None:
    """The session of a connection that goes on, read anew."""
    token = _token(scope)
    if token is None:
        return None
    session = await anyio.to_thread.run_sync(_read, token)
    if touch and session is not None and session.is_stale:
        await anyio.to_thread.run_sync(_touch, session)
    return session


def session_of(scope: Scope) -> Session | None:
    """The session of a request: what the gate read, or read now. Not for the event loop."""
    if KEY in scope:
        found: Session | None = scope[KEY]
        return found
    token = _token(scope)
    return None if token is None else _read(token)


def who_asks(scope: Scope) -> Person | None:
    """The person of a request; nobody as long as a password has to be changed first."""
    session = session_of(scope)
    return None if session is None or session.must_change else session.person


def address_of(scope: Scope) -> str:
    """The address of whoever asks, as far as the server can tell."""
    client = HTTPConnection(scope).client
    return client.host if client else ""


def place_of(connection: HTTPConnection) -> Place:
    """From where a request comes, as far as the server can tell."""
    return Place(address_of(connection.scope), connection.headers.get("user-agent", ""))


def give_cookie(answer: Response, scope: Scope, token: str) -> None:
    """Have the browser bring this token from now on."""
    answer.set_cookie(
        _name(scope), token, max_age=get_settings().session_hours * 3600, path="/",
        httponly=True, samesite="lax", secure=_is_safe(scope),
    )  # fmt: skip


def take_cookie(answer: Response, scope: Scope) -> None:
    """Have the browser forget its token."""
    answer.delete_cookie(
        _name(scope), path="/", httponly=True, samesite="lax", secure=_is_safe(scope)
    )


def _token(scope: Scope) -> str | None:
    return HTTPConnection(scope).cookies.get(_name(scope))


def _name(scope: Scope) -> str:
    return HOST_COOKIE if _is_safe(scope) else COOKIE


def _is_safe(scope: Scope) -> bool:
    return scope["scheme"] in ("https", "wss")


def _read(token: str) -> Session | None:
    return read_session(database.url(), get_settings(), token)


def _touch(session: Session) -> None:
    touch_session(database.url(), session)
