"""What the terminal says of people who may come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.access.accounts import Account, find_user, list_users
from pipeline.cli.output import columns, shown
from pipeline.cli.session import open_session
from pipeline.settings import Settings
from pipeline.texts import Texts, read_texts

_COLUMNS = ("name", "role", "state", "limits", "personal", "sessions", "seen")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the verbs about people work with."""

    url: str
    settings: Settings
    words: Texts

    def user_id(self, name: str) -> int:
        """The number of the person of this name. RefusedAction when there is none."""
        return find_user(self.url, self.settings, name).person.user_id

    def users(self) -> list[Account]:
        """Everybody, by name."""
        return list_users(self.url, self.settings)


def desk() -> Desk:
    """The desk of this command, over a database that is ready."""
    session = open_session()
    words = read_texts(session.settings.config_dir, session.settings.language, "users")
    return Desk(session.database(), session.settings, words)


def users_text(words: Texts, found: Sequence[Account]) -> str:
    """People as a table."""
    if not found:
        return words("none")
    headings = [words(f"head_{name}") for name in _COLUMNS]
    return columns(headings, [_row(words, account) for account in found])


def user_facts(account: Account) -> dict[str, Any]:
    """A person for programs: times in ISO form."""
    person = account.person
    return {
        "user_id": person.user_id,
        "name": person.name,
        "role": person.role.value,
        "active": account.active,
        "branches": list(person.scope.branches),
        "salespeople": list(person.scope.salespeople),
        "sees_personal": person.sees_personal,
        "must_change": account.must_change,
        "open_sessions": account.open_sessions,
        "last_seen_at": account.last_seen_at and account.last_seen_at.isoformat(),
        "created_at": account.created_at.isoformat(),
        "created_by": account.created_by,
    }


def _row(words: Texts, account: Account) -> list[object]:
    person = account.person
    limits = [*person.scope.branches, *person.scope.salespeople]
    return [
        shown(person.name),
        person.role.value,
        words(_state(account)),
        shown(", ".join(limits)) if limits else "-",
        words("granted") if person.sees_personal else "-",
        account.open_sessions,
        f"{account.last_seen_at:%Y-%m-%d %H:%M}" if account.last_seen_at else "-",
    ]


def _state(account: Account) -> str:
    if not account.active:
        return "inactive"
    if account.signs_in_elsewhere:
        return "elsewhere"
    if not account.has_password:
        return "no_password"
    return "first_time" if account.must_change else "active"
