"""Who acts, whatever is read or written meanwhile: a person, the engine for them, or nobody.

Every connection of `pipeline.db` asks `actor()` for its database role. The terminal and the worker
are the engine itself. A process that serves people calls `serve_people` once: from then on whoever
forgets to say who acts is nobody, and nobody's role may read nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from pipeline.access.allowed import Action, may
from pipeline.access.people import Person
from pipeline.access.rights import APP_ROLE, NOBODY_ROLE, database_role
from pipeline.errors import RefusedAction


@dataclass(frozen=True, slots=True)
class Actor:
    """A role of the database, the person it is taken for, and what the engine does for them."""

    role: str
    person: Person | None = None
    action: Action | None = None

    @property
    def facts(self) -> str:
        """Who it is, as JSON in ASCII, for the setting `sales.person`; empty for the engine alone.

        The scope's ids are what row-level security goes by.
        """
        if self.person is None:
            return ""
        return json.dumps(
            {
                "user_id": self.person.user_id,
                "name": self.person.name,
                "role": self.person.role,
                "action": self.action,
                "branches": self.person.scope.branches,
                "salespeople": self.person.scope.salespeople,
            }
        )


ENGINE = Actor(APP_ROLE)
NOBODY = Actor(NOBODY_ROLE)

_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_ask: Callable[[], Person | None] | None = None


def serve_people(ask: Callable[[], Person | None]) -> None:
    """From here on this process does nothing for nobody.

    `ask` names the person of the moment where no `acting_as` does: a script, callback or fragment
    of a page. It may read the database itself, as the engine.
    """
    global _ask
    _ask = ask


def actor() -> Actor:
    """Who acts here and now."""
    if (known := _actor.get()) is not None:
        return known
    if _ask is None:
        return ENGINE
    with acting_as_engine_itself():
        person = _ask()
    return _as_person(person)


@contextmanager
def acting_as(person: Person | None) -> Iterator[None]:
    """What the body reads and writes, it does as this person (None: as nobody)."""
    with _acting(_as_person(person)):
        yield


@contextmanager
def acting_as_engine(action: Action) -> Iterator[None]:
    """The body works with the engine's rights, for a person who may do `action`.

    For deeds that reach further than a person's own role: a run, what follows from a publication.
    The database is told for whom and for what. RefusedAction NOT_ALLOWED when they may not.
    """
    with _acting(engine_for(action)):
        yield


@contextmanager
def acting_as_engine_itself() -> Iterator[None]:
    """The body works for no person: the sign-in, which has none yet, and sessions."""
    with _acting(ENGINE):
        yield


def allowed(action: Action) -> bool:
    """Whether whoever acts may do this; the engine may."""
    now = actor()
    return now is ENGINE or may(now.person, action)


def engine_for(action: Action) -> Actor:
    """The engine at work on `action` for whoever acts; RefusedAction NOT_ALLOWED."""
    now = actor()
    if now is ENGINE:
        return ENGINE
    if not allowed(action):
        raise RefusedAction(
            "NOT_ALLOWED",
            fa="نقش شما اجازهٔ این کار را ندارد؛ چیزی عوض نشد. اگر به آن نیاز دارید از مدیر سامانه "
            "بخواهید.",
            en="Your role may not do this; nothing was changed. Ask an administrator if you need "
            "it.",
        )
    return Actor(APP_ROLE, now.person, action)


@contextmanager
def _acting(one: Actor) -> Iterator[None]:
    token = _actor.set(one)
    try:
        yield
    finally:
        _actor.reset(token)


def _as_person(person: Person | None) -> Actor:
    return NOBODY if person is None else Actor(database_role(person), person)
