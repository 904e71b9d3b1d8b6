"""The last step of a month, which is the one that an undo takes back."""

from __future__ import annotations

from pipeline.db import Connection, Row, fetch_all
from pipeline.errors import RefusedAction
from pipeline.months.conditions import require_month
from pipeline.months.steps import Month, Move


def read_last_step(connection: Connection, month: Month) -> list[Row]:
    """The loads that the last step of a month moved; RefusedAction when there is no step.

    Each with `state_before` the step, `state_after` it and `state` now.
    """
    moved = fetch_all(connection, "read_last_step", month.facts())
    if not moved:
        require_month(connection, month)
        raise RefusedAction(
            "NOTHING_TO_UNDO",
            fa="در ماه {period} از {source} هنوز چیزی منتشر یا باطل نشده است تا برگردانده شود.",
            en="Nothing was published or voided in month {period} of {source}: there is no step to "
            "undo.",
            **month.facts(),
        )
    return moved


def undo_moves(moved: list[Row]) -> list[Move]:
    """The moves that take a step back; a load that is shown again comes last, as in a publish."""
    moves = [Move(row["load_id"], "undo", row["state_before"]) for row in moved]
    return sorted(moves, key=lambda move: move.state == "published")
