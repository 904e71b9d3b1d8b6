"""How many issues fit a filter, exactly, and without going through all of them where it can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from pipeline.db import Connection, fetch_all
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
        return _count(connection, "count_matching_issues", wanted)
    count = _count(connection, "count_issues_of_runs", every)
    others = tuple(status for status in STATUSES if status not in wanted.statuses)
    if not wanted.statuses or not others:
        return count
    less = _count(connection, "count_matching_issues", replace(wanted, statuses=others))
    left = {
        source: amount - less.impact_amounts.get(source, 0)
        for source, amount in count.impact_amounts.items()
    }
    return IssueCount(count.issues - less.issues, left)


def _is_of_runs(wanted: IssueFilter) -> bool:
    """Whether nothing is asked for that the stats of runs do not know; of runs in force alone."""
    nothing = IssueFilter()
    others = (f.name for f in fields(IssueFilter) if f.name not in _OF_RUNS)
    return set(wanted.states) <= set(IN_FORCE) and all(
        getattr(wanted, name) == getattr(nothing, name) for name in others
    )


def _count(connection: Connection, name: str, wanted: IssueFilter) -> IssueCount:
    part = {}
    if name == "count_matching_issues":
        if asks_what_was_said(wanted):
            part = matching(wanted)
        else:
            name, part = "count_asked_issues", asked()
    rows = fetch_all(connection, name, wanted.parameters(), **part)
    money = {row["source_system"]: row["impact_amount"] for row in rows}
    return IssueCount(sum(row["issues"] for row in rows), money)
