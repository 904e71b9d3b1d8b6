"""Locked months: what is published there stays, until somebody with a reason unlocks it."""

from __future__ import annotations

from uuid import UUID

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.db import Connection, Row, fetch_one, run, transaction
from pipeline.errors import RefusedAction
from pipeline.months.conditions import require_month
from pipeline.months.steps import (
    Deed,
    Month,
    Move,
    done_before,
    hold_month,
    require_reason,
    take_step,
)
from pipeline.results import read_load


@acting_as_engine(Action.LOCK_MONTH)
def lock_month(
    url: str, source: str, period: str, *, actor: str, reason: str, key: UUID | None = None
) -> None:
    """Lock a month: publish, void, undo and a recheck of what it shows are refused from now on.

    Raises RefusedAction without a reason, for a month without loads, or when it is locked already.
    """
    _turn(url, Month(source, period), "lock", Deed(actor, require_reason(reason), key))


@acting_as_engine(Action.LOCK_MONTH)
def unlock_month(
    url: str, source: str, period: str, *, actor: str, reason: str, key: UUID | None = None
) -> None:
    """Open a locked month again. Raises RefusedAction without a reason, or when it is open."""
    _turn(url, Month(source, period), "unlock", Deed(actor, require_reason(reason), key))


def require_unlocked(connection: Connection, month: Month) -> None:
    """Raise RefusedAction (MONTH_LOCKED) when the month is locked, with who, when and why."""
    lock = fetch_one(connection, "read_month_lock", month.facts())
    if lock is not None and lock["is_locked"]:
        raise RefusedAction(
            "MONTH_LOCKED",
            fa="ماه {period} از {source} را {actor} در {at:%Y-%m-%d %H:%M} قفل کرده است ({reason}) "
            "و چیزی عوض نشد. پیش از این کار با «unlock» بازش کنید.",
            en="Month {period} of {source} is locked by {actor} at {at:%Y-%m-%d %H:%M} ({reason}). "
            "Nothing was changed. Open it with `unlock` first.",
            **month.facts(),
            **{name: lock[name] for name in ("actor", "at", "reason")},
        )


def require_recheck_allowed(connection: Connection, load: Row) -> None:
    """Raise RefusedAction when a load is what a locked month shows: its figures may not change."""
    if load["state"] == "published":
        require_unlocked(connection, Month(load["source_system"], load["period"]))


def hold_load_and_month(connection: Connection, load_id: int) -> Row:
    """The load as it is now; it and its month stay so until the transaction ends.

    Every change of a month comes this way: first the month, then the load, so that none waits for
    another in a circle.
    """
    load = read_load(connection, load_id)
    if load["period"] is not None:
        hold_month(connection, Month(load["source_system"], load["period"]))
    run(connection, "hold_load_state", {"load_id": load_id})
    return read_load(connection, load_id)


def _turn(url: str, month: Month, action: str, deed: Deed) -> None:
    with transaction(url) as connection:
        subject = {"source_system": month.source, "period": month.period}
        if done_before(connection, deed.key, action, **subject):
            return
        hold_month(connection, month)
        require_month(connection, month)
        if action == "lock":
            require_unlocked(connection, month)
        else:
            _require_locked(connection, month)
        published = fetch_one(connection, "read_published", month.facts())
        load_id = None if published is None else published["load_id"]
        take_step(connection, month, [Move(load_id, action, None)], deed)


def _require_locked(connection: Connection, month: Month) -> None:
    lock = fetch_one(connection, "read_month_lock", month.facts())
    if lock is None or not lock["is_locked"]:
        raise RefusedAction(
            "MONTH_NOT_LOCKED",
            fa="ماه {period} از {source} قفل نیست؛ چیزی عوض نشد.",
            en="Month {period} of {source} is not locked; nothing was changed.",
            **month.facts(),
        )
