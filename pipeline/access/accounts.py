"""People who may come in: who they are, what they may do, and how much of the data is theirs.

Each change names its actor; the database writes it into the audit chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from pipeline.access.acting import acting_as_engine, acting_as_engine_itself
from pipeline.access.allowed import Action
from pipeline.access.names import clean_name, fold_name
from pipeline.access.people import Person, Role, Scope
from pipeline.db import Connection, Row, fetch_all, fetch_one, reading, run, transaction
from pipeline.errors import RefusedAction
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Account:
    """One person as administrators see them; times are moments with a zone."""

    person: Person
    active: bool
    created_at: datetime
    created_by: str
    must_change: bool  # a password that holds for one sign-in alone
    has_password: bool
    signs_in_elsewhere: bool  # through OpenID Connect
    last_seen_at: datetime | None
    open_sessions: int


def list_users(url: str, settings: Settings) -> list[Account]:
    """Everybody, also who is not active any more, by name."""
    with acting_as_engine(Action.MANAGE_USERS), reading(url) as connection:
        return [_account(row) for row in _rows(connection, settings)]


def find_user(url: str, settings: Settings, name: str) -> Account:
    """The person of this name, however it is spelt. RefusedAction when there is none."""
    with acting_as_engine(Action.MANAGE_USERS), reading(url) as connection:
        rows = _rows(connection, settings, name_key=fold_name(name))
    if not rows:
        raise no_such_user(name)
    return _account(rows[0])


def add_user(url: str, name: str, role: Role, *, actor: str) -> int:
    """A new person, who has no password yet; returns the `user_id`.

    RefusedAction when somebody has that name already, also one who is not active any more.
    """
    with changing(url, actor, Action.MANAGE_USERS) as connection:
        return insert_user(connection, name, role, actor=actor)


def insert_user(
    connection: Connection, name: str, role: Role, *, actor: str, external_id: str | None = None
) -> int:
    """`add_user` in a transaction of `changing`; `external_id` is who they are elsewhere."""
    shown = clean_name(name)
    facts = {
        "name": shown,
        "name_key": fold_name(shown),
        "role": role.value,
        "external_id": external_id,
        "actor": actor,
    }
    row = fetch_one(connection, "access/add_user", facts)
    if row is None:
        raise RefusedAction(
            "NAME_TAKEN",
            fa="کسی با نام «{name}» هست، شاید با نگارشی دیگر یا غیرفعال. نامی دیگر برگزینید.",
            en="There is somebody named '{name}', maybe spelt differently or not active. "
            "Choose another name.",
            name=shown,
        )
    return int(row["user_id"])


def change_role(url: str, user_id: int, role: Role, *, actor: str) -> bool:
    """Give a person another role, from their next click on; whether anything changed.

    RefusedAction when it would leave nobody active who is an administrator.
    """
    return _change(url, actor, user_id, role=role.value)


def set_active(url: str, user_id: int, active: bool, *, actor: str) -> bool:
    """Let a person in again, or no more, which ends their sessions; whether anything changed.

    RefusedAction when it would leave nobody active who is an administrator.
    """
    return _change(url, actor, user_id, active=active)


def grant_personal(url: str, user_id: int, granted: bool, *, actor: str) -> bool:
    """Show a person names, phones, addresses and ids beyond the role; whether anything changed."""
    return _change(url, actor, user_id, sees_personal=granted)


def set_scope(url: str, user_id: int, scope: Scope, *, actor: str) -> None:
    """Limit a person to these branches and salespeople; an empty scope takes every limit away."""
    ids = {
        "user_id": user_id,
        "branches": list(scope.branches),
        "salespeople": list(scope.salespeople),
    }
    with changing(url, actor, Action.MANAGE_USERS) as connection:
        run(connection, "access/clear_scope", ids)
        run(connection, "access/add_scope", ids)


def has_administrator(url: str) -> bool:
    """Whether anybody can let others in."""
    with acting_as_engine_itself(), reading(url) as connection:
        row = fetch_one(connection, "access/count_administrators")
    return bool(row and row["administrators"])


@contextmanager
def changing(url: str, actor: str, action: Action | None = None) -> Iterator[Connection]:
    """A transaction whose changes of accounts stand in the audit chain as the actor's.

    `action` is what whoever acts must be allowed to do (RefusedAction NOT_ALLOWED); without one it
    is the sign-in's own work, which has no person yet, or a person's with their own account.
    """
    allowed = acting_as_engine_itself() if action is None else acting_as_engine(action)
    try:
        with allowed, transaction(url) as connection:
            run(connection, "access/name_actor", {"actor": actor})
            yield connection
    except psycopg.errors.RestrictViolation as error:
        raise RefusedAction(
            "LAST_ADMINISTRATOR",
            fa="این تنها مدیر سامانهٔ فعال است. نخست کسی دیگر را مدیر سامانه کنید.",
            en="This is the only active administrator. Make somebody else one first.",
        ) from error


def person_of(row: Row) -> Person:
    """The person in a row of `access/read_session` or `access/list_users`."""
    return Person(
        row["user_id"],
        row["name"],
        Role(row["role"]),
        row["sees_personal"],
        Scope(tuple(row["branches"]), tuple(row["salespeople"])),
    )


def no_such_user(name: str) -> RefusedAction:
    """What to say when nobody has that name."""
    return RefusedAction(
        "UNKNOWN_USER",
        fa="کاربری با نام «{name}» نیست؛ «users list» همه را نشان می‌دهد.",
        en="There is no user named '{name}'; `users list` shows them all.",
        name=name,
    )


def _change(
    url: str,
    actor: str,
    user_id: int,
    role: str | None = None,
    active: bool | None = None,
    sees_personal: bool | None = None,
) -> bool:
    facts = {"user_id": user_id, "role": role, "active": active, "sees_personal": sees_personal}
    with changing(url, actor, Action.MANAGE_USERS) as connection:
        changed = run(connection, "access/change_user", facts)
        if active is False:
            end_sessions(connection, user_id=user_id, reason="account")
    return bool(changed)


def end_sessions(
    connection: Connection,
    *,
    reason: str,
    user_id: int | None = None,
    session_hash: bytes | None = None,
    session_id: int | None = None,
    kept_hash: bytes | None = None,
) -> int:
    """End the sessions that all given facts fit; returns how many. Some fact must be given."""
    if user_id is None and session_hash is None:
        raise ValueError("Whose sessions are to end?")
    facts = {
        "reason": reason,
        "user_id": user_id,
        "session_hash": session_hash,
        "session_id": session_id,
        "kept_hash": kept_hash,
    }
    return run(connection, "access/end_sessions", facts)


def _rows(connection: Connection, settings: Settings, name_key: str | None = None) -> list[Row]:
    facts = {
        "user_id": None,
        "name_key": name_key,
        "idle": settings.session_idle_minutes * 60,
        "longest": settings.session_hours * 3600,
    }
    return fetch_all(connection, "access/list_users", facts)


def _account(row: Row) -> Account:
    return Account(
        person=person_of(row),
        active=row["active"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        must_change=bool(row["must_change"]),
        has_password=row["password_changed_at"] is not None,
        signs_in_elsewhere=row["signs_in_elsewhere"],
        last_seen_at=row["last_seen_at"],
        open_sessions=row["open_sessions"],
    )
