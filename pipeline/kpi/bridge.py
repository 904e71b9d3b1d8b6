"""What joins the net sales of a month to the file of that month: lines dated in another one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipeline.db import Connection, fetch_one
from pipeline.kpi.filters import Filters


@dataclass(frozen=True, slots=True)
class Strays:
    """Accepted lines that are dated in another month than their file is of; money signed."""

    line_count: int = 0
    net_amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bridge:
    """Of one month: lines that files of other months brought into it, and lines of its own file
    that count elsewhere. What the file has accepted is the month less the one and with the other.
    """

    from_others: Strays = Strays()
    elsewhere: Strays = Strays()


def bridge_of(connection: Connection, filters: Filters) -> Bridge:
    """The bridge of a single month, all of it; empty for a range, and where filters narrow it.

    Money in the source's currency. Empty for a source of another calendar too, whose files are of
    no such month, and for whoever may see a part of the sums alone.
    """
    if not filters.is_all or len(filters.months) != 1:
        return Bridge()
    asked = {"source": filters.source, "month": filters.from_month}
    row = fetch_one(connection, "figures/month_bridge", asked) or {}
    return Bridge(
        Strays(row["lines_from_others"], row["net_from_others"]),
        Strays(row["lines_elsewhere"], row["net_elsewhere"]),
    )
