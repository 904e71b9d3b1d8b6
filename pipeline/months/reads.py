"""What pages and the terminal show of months: how each stands, and who did what to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.db import fetch_all, reading


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month of a source: `state` is published, draft (only drafts are there) or voided (neither).

    `load_id` and `file_name` are of the published load, `drafts` the loads that wait. `since` is
    when the last step moved a load (by `actor`), or when its first draft came.
    """

    source: str
    period: str
    state: str
    load_id: int | None
    file_name: str | None
    drafts: tuple[int, ...]
    loads: int
    since: datetime
    actor: str | None
    locked: bool
    locked_by: str | None
    locked_at: datetime | None
    lock_reason: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a month: publish, void, undo, lock or unlock.

    `load_id` is what it was about (None: a month locked while nothing was published), `states` the
    state that each load moved came to, `undoes` the step that an undo took back.
    """

    source: str
    period: str
    step_no: int
    action: str
    at: datetime
    actor: str
    reason: str | None
    load_id: int | None
    file_name: str | None
    superseded_load_id: int | None
    undoes: int | None
    states: dict[int, str]


def list_months(url: str) -> list[MonthState]:
    """Every month that a load belongs to, by source and period."""
    with reading(url) as connection:
        rows = fetch_all(connection, "list_months")
    return [
        MonthState(
            source=row.pop("source_system"),
            drafts=tuple(row.pop("drafts")),
            locked=row.pop("is_locked"),
            **row,
        )
        for row in rows
    ]


def history(url: str, source: str | None = None, period: str | None = None) -> list[Step]:
    """The steps of one month, of the months of a source, or of all; the newest first."""
    with reading(url) as connection:
        rows = fetch_all(connection, "list_steps", {"source": source, "period": period})
    return [
        Step(
            source=row.pop("source_system"),
            states={int(load_id): state for load_id, state in row.pop("states").items()},
            **row,
        )
        for row in rows
    ]
