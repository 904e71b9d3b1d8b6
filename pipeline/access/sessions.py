"""Sessions of the console: kept by the server, known to the browser by a random token alone."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from pipeline.access.accounts import changing, end_sessions, person_of
from pipeline.access.acting import acting_as_engine_itself
from pipeline.access.allowed import Action
from pipeline.access.people import Person
from pipeline.db import Connection, Row, fetch_all, fetch_one, reading, run, transaction
from pipeline.settings import Settings

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST_ORIGIN, LONGEST_AGENT = 60, 200


@dataclass(frozen=True, slots=True)
class Place:
    """From where somebody comes: the browser's address, and what it calls itself."""

    origin: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, as the database says right now."""

    session_hash: bytes
    session_id: int  # what people call it by
    person: Person
    must_change: bool  # the password, before anything else
    started_at: datetime
    is_stale: bool  # not seen for so long that it is to be touched


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One of a person's open sessions; times are moments with a zone."""

    session_id: int
    started_at: datetime
    seen_at: datetime
    origin: str
    agent: str
    is_this: bool  # the one that asks


def open_session(connection: Connection, user_id: int, place: Place) -> str:
    """A new session in a transaction of `changing`; returns the token for the browser's cookie."""
    token = secrets.token_urlsafe(32)
    run(connection, "access/forget_sessions")
    facts = {
        "session_hash": hash_of(token),
        "user_id": user_id,
        "origin": _said(place.origin, LONGEST_ORIGIN),
        "agent": _said(place.agent, LONGEST_AGENT),
    }
    run(connection, "access/add_session", facts)
    return token


def read_session(url: str, settings: Settings, token: str | None) -> Session | None:
    """Who a token stands for, asked anew each time; None when it stands for nobody (any more)."""
    if token is None or not _TOKEN.fullmatch(token):
        return None
    session_hash = hash_of(token)
    with acting_as_engine_itself(), reading(url) as connection:
        row = fetch_one(
            connection, "access/read_session", {"session_hash": session_hash, **_limits(settings)}
        )
    if row is None:
        return None
    return Session(
        session_hash,
        row["session_id"],
        person_of(row),
        row["must_change"],
        row["started_at"],
        row["is_stale"],
    )


def touch_session(url: str, session: Session) -> None:
    """Note that somebody is still there."""
    with acting_as_engine_itself(), transaction(url) as connection:
        run(connection, "access/touch_session", {"session_hash": session.session_hash})


def end_session(url: str, session: Session) -> None:
    """Sign out of this one."""
    with changing(url, session.person.name) as connection:
        end_sessions(connection, session_hash=session.session_hash, reason="signed_out")


def end_mine(url: str, session: Session) -> None:
    """Sign out everywhere, here too."""
    with changing(url, session.person.name) as connection:
        end_sessions(connection, user_id=session.person.user_id, reason="everywhere")


def end_one(url: str, person: Person, session_id: int) -> bool:
    """Sign out of another one of one's own; whether it was open."""
    with changing(url, person.name) as connection:
        return bool(
            end_sessions(
                connection, user_id=person.user_id, session_id=session_id, reason="everywhere"
            )
        )


def end_all(url: str, user_id: int, *, actor: str) -> int:
    """Sign somebody out everywhere, as who manages users may; returns how many sessions ended."""
    with changing(url, actor, Action.MANAGE_USERS) as connection:
        return end_sessions(connection, user_id=user_id, reason="everywhere")


def list_sessions(
    url: str, settings: Settings, user_id: int, session_hash: bytes | None = None
) -> list[SessionRow]:
    """Where a person is signed in now, the newest first."""
    facts = {"user_id": user_id, "session_hash": session_hash, **_limits(settings)}
    with acting_as_engine_itself(), reading(url) as connection:
        return [_session(row) for row in fetch_all(connection, "access/list_sessions", facts)]


def hash_of(token: str) -> bytes:
    """What the database keeps of a token: who reads it there cannot come in with it."""
    return hashlib.sha256(token.encode()).digest()


def _limits(settings: Settings) -> dict[str, int]:
    return {"idle": settings.session_idle_minutes * 60, "longest": settings.session_hours * 3600}


def _session(row: Row) -> SessionRow:
    return SessionRow(**row)


def _said(text: str, longest: int) -> str:
    """What a browser says of itself, as one short line."""
    return "".join(c for c in text if c.isprintable())[:longest]
