"""Publishing, superseding, voiding, undoing: what managers see changes in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.db import Connection, Row, fetch_one, transaction
from pipeline.dimensions import hold_versions, refresh_versions, touch_days
from pipeline.kpi.published import refresh_figures
from pipeline.months.conditions import (
    ANYTHING,
    Expected,
    not_possible,
    require_another_person,
    require_expected,
    require_kept,
    require_publishable,
    require_sound,
    require_step,
)
from pipeline.months.last_step import read_last_step, undo_moves
from pipeline.months.locks import hold_load_and_month, require_unlocked
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

__all__ = ["ANYTHING", "Expected", "Undone", "publish", "refresh_dimensions", "undo", "void"]
__all__ += ["void_all"]


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: its own step, the step it took back, and the state of each load moved."""

    step_no: int
    undid_step: int
    states: dict[int, str]


@acting_as_engine(Action.PUBLISH_MONTH)
def publish(
    url: str,
    load_id: int,
    *,
    actor: str = "cli",
    expected: int | Expected | None = ANYTHING,
    key: UUID | None = None,
) -> int | None:
    """Make a load the one of its month; returns the load that it supersedes, if any.

    `expected` is the load that the person saw as published there, None for none: when it is another
    by now, nothing happens. A call repeated with its `key` answers as the first did. A load that is
    published already stays so, without a step. Raises RefusedAction: PUBLISHED_MEANWHILE,
    WITHDRAWN_MEANWHILE, MONTH_LOCKED, OUT_OF_BALANCE, RUN_UNFINISHED, STATE_NOT_POSSIBLE,
    ANOTHER_PERSON_NEEDED.
    """
    with transaction(url) as connection:
        if rows := done_before(connection, key, "publish", load_id=load_id):
            return next((row["load_id"] for row in rows if row["action"] == "supersede"), None)
        load = hold_load_and_month(connection, load_id)
        if load["state"] == "published":
            return None
        require_publishable(connection, load)
        require_another_person(connection, load, actor)
        month = _month_of(load)
        require_unlocked(connection, month)
        before = fetch_one(connection, "read_published", month.facts())
        require_expected(month, expected, before)
        superseded = None if before is None else int(before["load_id"])
        moves = [Move(load_id, "publish", "published")]
        if superseded is not None:
            moves.insert(0, Move(superseded, "supersede", "superseded"))
        take_step(connection, month, moves, Deed(actor, key=key))
        changed = [load_id] if superseded is None else [load_id, superseded]
        refresh_dimensions(connection, month.source, changed)
    return superseded


@acting_as_engine(Action.PUBLISH_MONTH)
def void(
    url: str, load_id: int, reason: str, *, actor: str = "cli", key: UUID | None = None
) -> None:
    """Withdraw a load: its figures leave every KPI, its RAW and its history stay.

    A call repeated with its `key` writes nothing more. Raises RefusedAction without a reason, in a
    locked month, or when there is nothing to withdraw.
    """
    deed = Deed(actor, require_reason(reason), key)
    with transaction(url) as connection:
        if done_before(connection, key, "void", load_id=load_id):
            return
        load = hold_load_and_month(connection, load_id)
        _require_standing(load)
        month = _month_of(load)
        require_unlocked(connection, month)
        take_step(connection, month, [Move(load_id, "void", "voided")], deed)
        if load["state"] == "published":
            refresh_dimensions(connection, month.source, [load_id])


@acting_as_engine(Action.PUBLISH_MONTH)
def void_all(url: str, load_ids: Sequence[int], reason: str, *, actor: str) -> None:
    """Withdraw several loads at once, a step for each of their months: all of them, or none.

    Raises RefusedAction as `void` does.
    """
    deed = Deed(actor, require_reason(reason))
    with transaction(url) as connection:
        loads = _hold_loads(connection, load_ids)
        for load in loads:
            _require_standing(load)
        for month, of_month in groupby(loads, _month_of):
            require_unlocked(connection, month)
            moves = [Move(load["load_id"], "void", "voided") for load in of_month]
            take_step(connection, month, moves, deed)
        shown = [load for load in loads if load["state"] == "published"]
        for source, of_source in groupby(shown, lambda load: str(load["source_system"])):
            refresh_dimensions(connection, source, [load["load_id"] for load in of_source])


@acting_as_engine(Action.PUBLISH_MONTH)
def undo(
    url: str,
    source: str,
    period: str,
    *,
    actor: str,
    reason: str,
    expected_step: int | None = None,
    key: UUID | None = None,
) -> Undone:
    """Take back the last publish, void or undo of a month: every load is what it was before it.

    An undo is a step as well, so a second one takes the first back. `expected_step` is the step
    that the person means: when another is the last by now, nothing happens. Raises RefusedAction:
    NOTHING_TO_UNDO, STEP_MEANWHILE, MONTH_LOCKED, UNKNOWN_MONTH, or what forbids a publish.
    """
    month = Month(source, period)
    why = require_reason(reason)
    with transaction(url) as connection:
        subject = {"source_system": source, "period": period}
        if rows := done_before(connection, key, "undo", **subject):
            states = {row["load_id"]: row["state_after"] for row in rows}
            return Undone(rows[-1]["step_no"], rows[-1]["undoes"], states)
        hold_month(connection, month)
        require_unlocked(connection, month)
        moved = read_last_step(connection, month)
        undoes = moved[-1]["step_no"]
        require_step(month, expected_step, undoes)
        moves = undo_moves(moved)
        for move in moves:
            _require_restorable(connection, move, actor)
        step_no = take_step(connection, month, moves, Deed(actor, why, key, undoes))
        shown = [row for row in moved if "published" in (row["state"], row["state_before"])]
        if shown:
            refresh_dimensions(connection, source, [row["load_id"] for row in shown])
    return Undone(step_no, undoes, {row["load_id"]: row["state_before"] for row in moved})


def refresh_dimensions(connection: Connection, source: str, loads: Sequence[int]) -> None:
    """Versions and figures, after `loads` came among the published ones, left them or were redone.

    Both follow from the same set of loads. To be called in the transaction that changed it.
    """
    hold_versions(connection, source)
    refresh_figures(connection, source)
    touch_days(connection, loads)
    refresh_versions(connection, source)


def _month_of(load: Row) -> Month:
    return Month(load["source_system"], load["period"])


def _require_standing(load: Row) -> None:
    """A load without figures, or one that is withdrawn already, has none to withdraw."""
    if load["state"] in ("voided", "received", "failed"):
        raise not_possible(load, "void")


def _hold_loads(connection: Connection, load_ids: Sequence[int]) -> list[Row]:
    """The loads in the order of their months, held in that order, as every one who holds several.

    All are held before the first step: a step holds the versions of its source, and whoever waits
    for those holds a month already.
    """
    found = [read_load(connection, load_id) for load_id in load_ids]
    found.sort(key=lambda load: (load["source_system"], load["period"] or "", load["load_id"]))
    return [hold_load_and_month(connection, load["load_id"]) for load in found]


def _require_restorable(connection: Connection, move: Move, actor: str) -> None:
    """A load that an undo brings back is still there; shown again, it must balance as any."""
    if move.load_id is not None:
        load = hold_load_and_month(connection, move.load_id)
        require_kept(connection, load)
        if move.state == "published":
            require_sound(connection, load)
            require_another_person(connection, load, actor)
