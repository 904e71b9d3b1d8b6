"""How many issues fit a filter, exactly, and without going through all of them where it can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import cast

from psycopg import sql

from pipeline.db import Connection, Row, fetch_all, query
from pipeline.quality.issue_filter import (
    IN_FORCE,
    STATUSES,
    IssueFilter,
    asked,
    asks_what_was_said,
    matching,
)

# What the stats of runs know of their issues; a rule has one severity in all of a run.
_OF_RUNS = frozenset({"states", "source", "months", "rules", "severities"})
# So many issues are kept in mind by number, so as not to be looked for again.
_FEW = 2_000
_NOTHING = sql.SQL("")


@dataclass(frozen=True, slots=True)
class IssueCount:
    """How many issues fit a filter, and the money that they touch: by source, in its currency."""

    issues: int
    impact_amounts: Mapping[str, Decimal]


def count_matching(connection: Connection, wanted: IssueFilter) -> IssueCount:
    """The count on an open connection, which shows one snapshot.

    Issues of whole runs and rules are counted in the stats of the run. Open ones are those without
    the others, of which somebody said something, and these are few.
    """
    every = replace(wanted, statuses=())
    if not _is_of_runs(every) or (wanted.statuses and "open" not in wanted.statuses):
        return _sum(_asked_one_by_one(connection, wanted))
    count = _sum(fetch_all(connection, "count_issues_of_runs", every.parameters()))
    others = tuple(status for status in STATUSES if status not in wanted.statuses)
    if not wanted.statuses or not others:
        return count
    less = _sum(_asked_one_by_one(connection, replace(wanted, statuses=others)))
    left = {
        source: amount - less.impact_amounts.get(source, 0)
        for source, amount in count.impact_amounts.items()
    }
    return IssueCount(count.issues - less.issues, left)


def find_matching(
    connection: Connection, wanted: IssueFilter
) -> tuple[IssueCount, tuple[int, ...] | None]:
    """The count, and which issues they are if they had to be looked for one by one and are few.

    No index finds a text anywhere within another: who lists what was counted, need not look twice.
    """
    if not wanted.text:
        return count_matching(connection, wanted), None
    few = cast(sql.Composable, query("few_issues"))
    rows = _asked_one_by_one(connection, wanted, few)
    count = _sum(rows)
    ids = [number for row in rows for number in row["issue_ids"]]
    return count, tuple(ids) if count.issues <= _FEW else None


def _is_of_runs(wanted: IssueFilter) -> bool:
    """Whether nothing is asked for that the stats of runs do not know; of runs in force alone."""
    nothing = IssueFilter()
    others = (f.name for f in fields(IssueFilter) if f.name not in _OF_RUNS)
    return set(wanted.states) <= set(IN_FORCE) and all(
        getattr(wanted, name) == getattr(nothing, name) for name in others
    )


def _asked_one_by_one(
    connection: Connection, wanted: IssueFilter, few: sql.Composable = _NOTHING
) -> list[Row]:
    name, part = "count_asked_issues", asked()
    if asks_what_was_said(wanted):
        name, part = "count_matching_issues", matching(wanted)
    return fetch_all(connection, name, {**wanted.parameters(), "few": _FEW}, few=few, **part)


def _sum(rows: list[Row]) -> IssueCount:
    money = {row["source_system"]: row["impact_amount"] for row in rows}
    return IssueCount(sum(row["issues"] for row in rows), money)
