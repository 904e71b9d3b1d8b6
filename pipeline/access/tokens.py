"""Tokens with which a person's programs read the API: shown once, kept as a hash, revoked at once.

A token never does more than its person may do at that moment: role, scope and whether the account
is active are read with it every time.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.access.acting import acting_as_engine, acting_as_engine_itself
from pipeline.access.acting import actor as who_acts
from pipeline.access.allowed import Action, may
from pipeline.access.people import Person, Role, Scope
from pipeline.db import Connection, Row, fetch_all, fetch_one, reading, run, transaction
from pipeline.errors import RefusedAction

# What the API offers, and so what a token can be for.
SCOPES = (Action.SEE_FIGURES, Action.SEE_RUN_STATS, Action.SEE_LOADS, Action.SEE_ISSUES)
USUAL_DAYS, MOST_DAYS = 90, 366
MOST_TOKENS = 20  # live ones of one person
LONGEST_NAME = 60
# A beginning that scanners for leaked secrets can look for, then 256 bits.
_PREFIX = "sce_"
_FORM = re.compile(rf"{_PREFIX}[A-Za-z0-9_-]{{43}}")
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; the token itself is nowhere."""

    token_id: int
    user_id: int
    user_name: str
    name: str
    scopes: tuple[Action, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    @property
    def state(self) -> str:
        """`live`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= datetime.now(UTC) else "live"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, with what its holder must copy now: it is shown this once."""

    token: Token
    secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a token stands for at this moment, and what the token is for."""

    token: Token
    person: Person

    def may(self, action: Action) -> bool:
        """Whether the token is for this, and its person may do it."""
        return action in self.token.scopes and may(self.person, action)


def issue(
    url: str,
    person: Person,
    name: str,
    scopes: Sequence[Action],
    *,
    days: int = USUAL_DAYS,
    actor: str,
) -> Issued:
    """A token of a person, good for so many days; the audit chain names who issued it.

    RefusedAction for a name, scopes or days that cannot be (WRONG_TOKEN), for what the person may
    not do (NOT_ALLOWED), and when they hold too many (TOO_MANY_TOKENS).
    """
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME or not 1 <= days <= MOST_DAYS or not scopes:
        raise _wrong_token()
    if refused := [scope for scope in scopes if scope not in SCOPES or not may(person, scope)]:
        raise _not_allowed(refused[0])
    secret = _PREFIX + secrets.token_urlsafe(32)
    facts = {
        "user_id": person.user_id,
        "name": name,
        "token_hash": _hash(secret),
        "scopes": sorted({scope.value for scope in scopes}),
        "days": days,
        "most": MOST_TOKENS,
    }
    with _engine_for(person.user_id), transaction(url) as connection:
        _name_actor(connection, actor)
        # The person's row is held, so that two requests at once cannot pass the limit together.
        if fetch_one(connection, "tokens/hold_user", facts) is None:
            raise _unknown_user(person.name)
        row = fetch_one(connection, "tokens/add_token", facts)
        if row is None:
            raise _too_many()
        return Issued(_token(_one(connection, row["token_id"])), secret)


def read_bearer(url: str, secret: str) -> Bearer | None:
    """Who the token stands for; None when it is unknown, expired, revoked, or its person inactive.

    It says which of them to nobody.
    """
    if not _FORM.fullmatch(secret):
        return None
    with acting_as_engine_itself(), reading(url) as connection:
        row = fetch_one(connection, "tokens/read_bearer", {"token_hash": _hash(secret)})
    if row is None:
        return None
    scope = Scope(tuple(row["branches"]), tuple(row["salespeople"]))
    person = Person(
        row["user_id"], row["user_name"], Role(row["role"]), row["sees_personal"], scope
    )
    return Bearer(_token(row), person)


def note_use(url: str, bearer: Bearer) -> None:
    """Keep when a token was last used, to the minute; writes nothing within the same one."""
    used = bearer.token.last_used_at
    if used is None or (datetime.now(UTC) - used).total_seconds() >= 60:
        with acting_as_engine_itself(), transaction(url) as connection:
            run(connection, "tokens/note_use", {"token_id": bearer.token.token_id})


def revoke(url: str, token_id: int, *, actor: str, of: int | None = None) -> Token:
    """End a token, for good and from the next request on; one that is ended stays as it is.

    `of` is the person (user_id) whose it must be; somebody else's token is answered like a missing
    one: RefusedAction UNKNOWN_TOKEN.
    """
    facts = {"token_id": min(token_id, _LARGEST_ID), "user_id": of}
    with _engine_for(of), transaction(url) as connection:
        _name_actor(connection, actor)
        if run(connection, "tokens/revoke_token", facts) == 0:
            raise RefusedAction(
                "UNKNOWN_TOKEN",
                fa="توکن {token_id} نیست؛ چیزی تغییر نکرد. فهرست توکن‌ها را ببینید.",
                en="There is no token {token_id}; nothing was changed. Look at the list of tokens.",
                token_id=token_id,
            )
        return _token(_one(connection, facts["token_id"]))


def list_tokens(url: str, user_id: int | None = None) -> list[Token]:
    """Tokens of a person, or (None) of everybody, the newest first."""
    with _engine_for(user_id), reading(url) as connection:
        rows = fetch_all(connection, "tokens/list_tokens", {"user_id": user_id, "token_id": None})
    return [_token(row) for row in rows]


def find_person(url: str, name: str) -> Person:
    """The active person of this name, in any case of letters; RefusedAction when there is none."""
    with _engine_for(None), reading(url) as connection:
        row = fetch_one(connection, "tokens/find_person", {"name": name.replace("\0", "").strip()})
    if row is None:
        raise _unknown_user(name)
    scope = Scope(tuple(row["branches"]), tuple(row["salespeople"]))
    return Person(row["user_id"], row["name"], Role(row["role"]), row["sees_personal"], scope)


def _engine_for(user_id: int | None) -> AbstractContextManager[None]:
    """The engine at work on tokens: everybody has their own, an administrator those of others.

    RefusedAction NOT_ALLOWED.
    """
    person = who_acts().person
    is_own = person is not None and person.user_id == user_id
    return acting_as_engine(Action.HOLD_TOKENS if is_own else Action.MANAGE_USERS)


def _hash(secret: str) -> bytes:
    """256 random bits need no slow hash: nobody tries them all."""
    return hashlib.sha256(secret.encode()).digest()


def _one(connection: Connection, token_id: int | None) -> Row:
    row = fetch_one(connection, "tokens/list_tokens", {"user_id": None, "token_id": token_id})
    assert row is not None
    return row


def _token(row: Row) -> Token:
    facts = {name: row[name] for name in Token.__slots__}
    return Token(**{**facts, "scopes": tuple(map(Action, row["scopes"]))})


def _name_actor(connection: Connection, actor: str) -> None:
    """The audit chain's events of this transaction are this person's."""
    fetch_one(connection, "tokens/name_actor", {"actor": actor})


def _wrong_token() -> RefusedAction:
    return RefusedAction(
        "WRONG_TOKEN",
        fa="برای توکن نامی تا {longest} نویسه، دست‌کم یک کاربرد و مهلتی از ۱ تا {days} روز بدهید؛ "
        "توکنی ساخته نشد.",
        en="Give the token a name of up to {longest} characters, at least one thing that it is for "
        "and 1 to {days} days; no token was made.",
        longest=LONGEST_NAME,
        days=MOST_DAYS,
    )


def _not_allowed(scope: str) -> RefusedAction:
    return RefusedAction(
        "NOT_ALLOWED",
        fa="این شخص اجازهٔ «{scope}» ندارد و توکن او هم نمی‌تواند داشته باشد؛ توکنی ساخته نشد.",
        en="This person may not do {scope}, and so a token of theirs cannot; no token was made.",
        scope=str(scope),
    )


def _too_many() -> RefusedAction:
    return RefusedAction(
        "TOO_MANY_TOKENS",
        fa="این شخص {most} توکن معتبر دارد؛ نخست یکی را باطل کنید.",
        en="This person holds {most} live tokens; revoke one of them first.",
        most=MOST_TOKENS,
    )


def _unknown_user(name: str) -> RefusedAction:
    return RefusedAction(
        "UNKNOWN_USER",
        fa="کاربر فعالی با نام «{name}» نیست.",
        en="There is no active user called '{name}'.",
        name=name,
    )
