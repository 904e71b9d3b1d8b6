"""From where somebody acts: the address and the session that the audit chain tells beside a deed.

A process that serves people says it for each request (`coming_from`), or once how to find it out
(`serve_from`). The terminal and the worker come from nowhere but the machine itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 90
_NOT_KEPT = re.compile(r"[^0-9A-Za-z.:%_ -]")

_origin: ContextVar[str | None] = ContextVar("origin", default=None)
_ask: Callable[[], str] | None = None


def origin() -> str:
    """From where whoever acts here and now comes: `203.0.113.7 session 12`; else empty."""
    if (known := _origin.get()) is not None:
        return known
    return "" if _ask is None else _clean(_ask())


@contextmanager
def coming_from(address: str, session_id: int | None = None) -> Iterator[None]:
    """What the body does, somebody does from there."""
    token = _origin.set(said(address, session_id))
    try:
        yield
    finally:
        _origin.reset(token)


def serve_from(ask: Callable[[], str]) -> None:
    """From here on `ask` tells where no `coming_from` does: a script, callback or fragment."""
    global _ask
    _ask = ask


def said(address: str, session_id: int | None = None) -> str:
    """An origin as one text: the address, and the number of the session where there is one."""
    return _clean(address if session_id is None else f"{address} session {session_id}")


def as_option(text: str) -> str:
    """The origin as an option of a new session of the database; empty where there is none."""
    escaped = text.replace(" ", "\\ ")
    return f"-c sales.origin={escaped}" if text else ""


def _clean(text: str) -> str:
    """What a browser or proxy says of itself names an address, and no option of a session."""
    return _NOT_KEPT.sub("", text)[:LONGEST].strip()
