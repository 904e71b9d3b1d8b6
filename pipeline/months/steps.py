"""Steps of a month: what was done to it, one after the other, appended and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pipeline.db import Connection, Row, fetch_all, fetch_one, run
from pipeline.errors import RefusedAction


@dataclass(frozen=True, slots=True)
class Month:
    """A period of a source system, such as 1403-05 of karamad."""

    source: str
    period: str

    def facts(self) -> dict[str, str]:
        """The parameters that statements on a month take."""
        return {"source": self.source, "period": self.period}


@dataclass(frozen=True, slots=True)
class Move:
    """What a step does to one load; a lock moves none, and leaves its state (None) alone."""

    load_id: int | None
    action: str
    state: str | None


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something, why, and under which key it may be asked for again."""

    actor: str
    reason: str | None = None
    key: UUID | None = None
    undoes: int | None = None


def hold_month(connection: Connection, month: Month) -> None:
    """Wait until nobody else changes the month; it is held until the transaction ends."""
    run(connection, "lock_period", month.facts())


def take_step(connection: Connection, month: Month, moves: Sequence[Move], deed: Deed) -> int:
    """Move the loads and note the step, whose subject is the last of them; returns its number.

    The month must be held. A load that leaves `published` goes first: a month has room for one.
    """
    for move in sorted(moves, key=lambda move: move.state == "published"):
        if move.state is not None:
            run(connection, "set_load_state", {"load_id": move.load_id, "state": move.state})
    facts: dict[str, Any] = {
        **month.facts(),
        "load_ids": [move.load_id for move in moves],
        "actions": [move.action for move in moves],
        "states": [move.state for move in moves],
        "reason": deed.reason,
        "actor": deed.actor,
        "key": deed.key,
        "undoes": deed.undoes,
    }
    row = fetch_one(connection, "add_step", facts)
    assert row is not None
    return int(row["step_no"])


def done_before(
    connection: Connection, key: UUID | None, action: str, **subject: object
) -> list[Row]:
    """The rows of the step that was done under `key`; none when it is new, or no key is given.

    The last row is what the step is about. Raises RefusedAction when the key belongs to another
    action, or to another `subject` (columns and values of that row).
    """
    if key is None:
        return []
    run(connection, "lock_key", {"key": key})
    rows = fetch_all(connection, "read_step_by_key", {"key": key})
    if rows and {"action": action, **subject}.items() - rows[-1].items():
        raise RefusedAction(
            "KEY_USED",
            fa="کلید {key} پیش‌تر برای کار دیگری ({action} در {source_system}، {period}) به کار "
            "رفته است و چیزی عوض نشد. برای کار تازه کلید تازه بدهید.",
            en="The key {key} belongs to something else ({action} in {source_system}, {period}); "
            "nothing was changed. Give a new key for a new deed.",
            key=key,
            **{name: rows[-1][name] for name in ("action", "source_system", "period")},
        )
    return rows


def require_reason(reason: str) -> str:
    """The reason without the blanks around it; RefusedAction when nothing is left."""
    if not reason.strip():
        raise RefusedAction(
            "REASON_MISSING",
            fa="برای این کار باید دلیل بنویسید؛ دلیل در سابقه می‌ماند.",
            en="Give a reason for this; it is kept in the history.",
        )
    return reason.strip()
