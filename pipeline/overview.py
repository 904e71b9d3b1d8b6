"""What a person sees first: what waits, what it costs, and how the last months went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.access.acting import allowed
from pipeline.access.allowed import Action
from pipeline.access.names import SAMPLE
from pipeline.db import Row, fetch_all, fetch_one, reading
from pipeline.quality.issue_counts import count_matching
from pipeline.quality.issue_filter import IssueFilter

MONTHS, LOADS, RULES = 12, 5, 6


@dataclass(frozen=True)
class Overview:
    """The state of the house in numbers, and the rows behind them; money in the source's currency.

    `counts`: loads, drafts, unfinished, published, issues (of them sample_issues of invented
    loads), rejected_lines; for those who may not see loads, the published ones alone.
    `months`: newest first, at most 12: source_system, period, net_amount, gross_amount,
    returns_amount, is_sample. `waiting` and `rules`: the first few of each. `impact_amounts`: the
    money that issues touch, by source.
    """

    counts: Row
    months: Sequence[Row]
    waiting: Sequence[Row]
    rules: Sequence[Row]
    impact_amounts: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether no file was ever taken in."""
        return not self.counts["loads"]

    @property
    def last_month(self) -> Row | None:
        """The newest published month, of the source that sold most in it."""
        newest = [row for row in self.months if row["period"] == self.months[0]["period"]]
        return max(newest, key=lambda row: row["net_amount"], default=None)

    @property
    def month_before(self) -> Row | None:
        """The published month right before the last one, of the same source."""
        last = self.last_month
        same = [
            row for row in self.months if last and row["source_system"] == last["source_system"]
        ]
        return next(
            (row for row in same if last and row["period"] == period_before(last["period"])), None
        )


def read_overview(url: str) -> Overview:
    """What waits and how the last months went, as one moment of the database."""
    with reading(url) as connection:
        months = fetch_all(connection, "list_published_months", {"limit": MONTHS})
        if not allowed(Action.SEE_LOADS):
            return Overview({"loads": len(months)}, months, [], [])
        return Overview(
            fetch_one(connection, "read_overview", {"sample": SAMPLE}) or {},
            months,
            fetch_all(connection, "list_waiting_loads", {"limit": LOADS}),
            fetch_all(connection, "list_costliest_rules", {"limit": RULES}),
            count_matching(connection, IssueFilter()).impact_amounts,
        )


def change(now: Decimal, then: Decimal | None) -> Decimal | None:
    """By which share `now` differs from `then` (0.1 is ten per cent more).

    None without a base: where nothing was sold, or more given back than sold, a share says nothing.
    """
    return (now - then) / then if then is not None and then > 0 else None


def period_before(period: str) -> str:
    """The period before this one, in any calendar of twelve months."""
    year, month = int(period[:4]), int(period[5:])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"
