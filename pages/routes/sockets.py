"""A page's WebSocket: from our own pages alone, and only so many of one session at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import HTTPConnection
from starlette.types import Scope

from pages.routes.forms import comes_from_here

# Each tab holds one; what is behind it costs memory until it closes.
MOST_SOCKETS = 50
# Codes that close a WebSocket, after those of HTTP: no session, from elsewhere, too many.
NO_SESSION, ELSEWHERE, TOO_MANY = 4401, 4403, 4429
REFUSED = (NO_SESSION, ELSEWHERE, TOO_MANY)
_open: Counter[int] = Counter()


def is_foreign(scope: Scope) -> bool:
    """Whether a WebSocket comes from a page that is not ours.

    A browser sends our cookie along from another port of this host too, and Streamlit itself would
    let it in: cookies know no ports.
    """
    return scope["type"] == "websocket" and not comes_from_here(HTTPConnection(scope))


@contextmanager
def one_more(session_id: int) -> Iterator[bool]:
    """Count a WebSocket of this session while the body runs; False where it is one too many."""
    if _open[session_id] >= MOST_SOCKETS:
        yield False
        return
    _open[session_id] += 1
    try:
        yield True
    finally:
        _open[session_id] -= 1
        if not _open[session_id]:
            del _open[session_id]
