"""Figures for pages and API: net sales by day, month, branch, city and brand, and what was refused.

Each function is one round trip on a connection of `pipeline.db.reading`. Money is in the source's
currency, returns are positive magnitudes, and counts are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.db import Connection, Row, fetch_all
from pipeline.kpi.filters import Filters, dimension, lines
from pipeline.transform.jalali import Month, calendar_months

_DIMENSIONS = {"branch": "salespeople", "city": "customers", "brand": "products"}


@dataclass(frozen=True, slots=True)
class AvailableMonth:
    """A month that published loads of a source tell of."""

    source_system: str
    jalali_month: str
    month_start: date
    net_amount: Decimal
    line_count: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Net sales of one day; `gross_amount` is that of SALE lines alone."""

    event_date: date
    jalali_month: str
    net_amount: Decimal
    gross_amount: Decimal
    returns_amount: Decimal
    invoice_count: int
    line_count: int


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Net sales of one Jalali month; invoices and customers are distinct, of either kind."""

    jalali_month: str
    month_start: date
    net_amount: Decimal
    gross_amount: Decimal
    returns_amount: Decimal
    invoice_count: int
    customer_count: int
    line_count: int


@dataclass(frozen=True, slots=True)
class ComparedMonth:
    """A month beside the one before it and the same one a year before.

    Only months of which a file is published stand beside each other: stray lines that another
    month's file holds are no month, and a growth against them would say nothing. None is a month
    without a published file, or without a line that fits. `is_published` is said of the month
    itself, `follows_published` of the month before.
    """

    figures: MonthFigures
    previous: MonthFigures | None
    last_year: MonthFigures | None
    is_published: bool = True
    follows_published: bool = True


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Net sales of one branch (its code), city or brand (its name); key None: not known."""

    key: str | None
    net_amount: Decimal
    gross_amount: Decimal
    returns_amount: Decimal
    line_count: int


@dataclass(frozen=True, slots=True)
class RefusedLoad:
    """What one published load refused: lines, and their signed money as far as it is readable."""

    load_id: int
    period: str
    canonical_lines: int
    rejected_lines: int
    rejected_net_amount: Decimal


@dataclass(frozen=True, slots=True)
class Refused:
    """Lines refused behind the figures of months, over all loads of those months.

    A refused line may lack the very codes that filters ask for, so only source and months count.
    """

    loads: tuple[RefusedLoad, ...]

    @property
    def lines(self) -> int:
        return sum(load.rejected_lines for load in self.loads)

    @property
    def net_amount(self) -> Decimal:
        return sum((load.rejected_net_amount for load in self.loads), Decimal(0))


def months_available(connection: Connection, source: str | None = None) -> list[AvailableMonth]:
    """Months with published facts, by source system and month; of one source, or of all."""
    rows = fetch_all(connection, "figures/months_available", {"source": source})
    return [AvailableMonth(**row) for row in rows]


def net_sales_days(connection: Connection, filters: Filters) -> list[DayFigures]:
    """Net sales of each day on which something happened, in order."""
    if filters.is_all:
        first, last = filters.calendar[0], filters.calendar[-1]
        days = {"first": first.first_day, "last": last.first_day, "last_days": last.days}
        rows = fetch_all(connection, "figures/all_net_sales_days", {**filters.parameters, **days})
    else:
        rows = _filtered(connection, "net_sales_days", filters)
    return [DayFigures(**row) for row in rows]


def net_sales_months(connection: Connection, filters: Filters) -> list[ComparedMonth]:
    """Net sales of each month with figures, beside the month before and the same a year before.

    A second round trip asks which of them a file is published of.
    """
    names = [month.name for month in calendar_months()]
    first = names.index(filters.from_month)
    before = {name: names[max(0, first + step - 1)] for step, name in enumerate(filters.months)}
    year = {name: names[max(0, first + step - 12)] for step, name in enumerate(filters.months)}
    asked = sorted({*filters.months, *before.values(), *year.values()})
    name = "all_net_sales_months" if filters.is_all else "net_sales_months"
    rows = _filtered(connection, name, filters, months=asked)
    found = {row["jalali_month"]: MonthFigures(**row) for row in rows}
    published = _published(connection, filters.source, asked)

    def beside(month: str, other: str) -> MonthFigures | None:
        return found.get(other) if {month, other} <= published else None

    return [
        ComparedMonth(found[month], beside(month, before[month]), beside(month, year[month]),
                      month in published, before[month] in published)
        for month in filters.months
        if month in found
    ]  # fmt: skip


def by_branch(connection: Connection, filters: Filters) -> list[GroupFigures]:
    """Net sales of each branch, that of the salesperson on the day; largest first."""
    return _groups(connection, "branch", filters)


def by_city(connection: Connection, filters: Filters) -> list[GroupFigures]:
    """Net sales of each city, that of the customer on the day; largest first."""
    return _groups(connection, "city", filters)


def by_brand(connection: Connection, filters: Filters) -> list[GroupFigures]:
    """Net sales of each brand, that of the product on the day; largest first."""
    return _groups(connection, "brand", filters)


def refused_behind(connection: Connection, filters: Filters) -> Refused:
    """Lines refused behind the figures of these months; filters other than months do not count."""
    facts = {"source": filters.source, "periods": _periods(filters)}
    rows = fetch_all(connection, "figures/refused_lines", facts)
    return Refused(tuple(RefusedLoad(**row) for row in rows))


def _groups(connection: Connection, group: str, filters: Filters) -> list[GroupFigures]:
    name = f"all_by_{group}" if filters.is_all else f"by_{group}"
    rows = _filtered(
        connection,
        name,
        filters,
        products=group == "brand",
        dimension=dimension(_DIMENSIONS[group]),
    )
    return [GroupFigures(**row) for row in rows]


def _filtered(
    connection: Connection,
    name: str,
    filters: Filters,
    *,
    months: list[str] | None = None,
    products: bool = False,
    **parts: Any,
) -> list[Row]:
    """Rows of a query that stands on the filtered lines, or of one that needs no lines."""
    parameters = filters.parameters if months is None else {**filters.parameters, "months": months}
    made_of = lines(filters, products=products)
    return fetch_all(connection, f"figures/{name}", parameters, lines=made_of, **parts)


def _published(connection: Connection, source: str, months: Iterable[str]) -> set[str]:
    """Those of the months that the period of a published load touches."""
    rows = fetch_all(connection, "figures/published_periods", {"source": source})
    periods, wanted = {row["period"] for row in rows}, set(months)
    return {
        month.name
        for month in calendar_months()
        if month.name in wanted and not periods.isdisjoint(_periods_of(month))
    }


def _periods(filters: Filters) -> list[str]:
    """Periods of either calendar that touch the months, each once."""
    return sorted({period for month in filters.calendar for period in _periods_of(month)})


def _periods_of(month: Month) -> set[str]:
    """Periods of either calendar that touch a month: `1403-05` and `2024-07`, `2024-08`."""
    last = date.fromordinal(month.first_day.toordinal() + month.days - 1)
    return {month.name, f"{month.first_day:%Y-%m}", f"{last:%Y-%m}"}
