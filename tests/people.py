"""People of a test's database: a user of a role, with a password, and signed in."""

from __future__ import annotations

from functools import lru_cache

from pipeline.access.accounts import changing, find_user, insert_user
from pipeline.access.names import fold_name
from pipeline.access.passwords import hash_password
from pipeline.access.people import Person, Role
from pipeline.access.sessions import Place, open_session
from pipeline.db import Connection, fetch_all, run, transaction
from pipeline.settings import Settings

NAME = "سارا کمالی"
STAND_IN = "مینا راد"
PASSWORD = "درخت سیب ۱۲"
HOME = Place("127.0.0.1", "a test")
SETTINGS = Settings(_env_file=None)  # type: ignore[call-arg]


@lru_cache(maxsize=1)
def password_hash() -> str:
    """Of PASSWORD; a hash takes too long to be made for every test."""
    return hash_password(PASSWORD)


def make_person(url: str, role: str, name: str = NAME) -> Person:
    """Whoever has this name, or a new person; with this role from now on, and with PASSWORD."""
    with transaction(url) as connection:
        facts = {"user_id": None, "name_key": fold_name(name), "idle": 1, "longest": 1}
        there = fetch_all(connection, "access/list_users", facts)
    with changing(url, "test") as connection:
        if there:
            user_id = int(there[0]["user_id"])
            if there[0]["role"] == Role.ADMIN != role:
                _stand_in(connection)
            change = {"user_id": user_id, "role": role, "active": True, "sees_personal": None}
            run(connection, "access/change_user", change)
        else:
            user_id = insert_user(connection, name, Role(role), actor="test")
            given = {"user_id": user_id, "hash": password_hash(), "must_change": False}
            run(connection, "access/set_password", given)
    return find_user(url, SETTINGS, name).person


def _stand_in(connection: Connection) -> None:
    """Another administrator: the last one stays one."""
    facts = {"user_id": None, "name_key": fold_name(STAND_IN), "idle": 1, "longest": 1}
    if not fetch_all(connection, "access/list_users", facts):
        insert_user(connection, STAND_IN, Role.ADMIN, actor="test")


def make_session(url: str, role: str, name: str = NAME) -> str:
    """The token of a new session of a person of this role."""
    person = make_person(url, role, name)
    with changing(url, person.name) as connection:
        return open_session(connection, person.user_id, HOME)
