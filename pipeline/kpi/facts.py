"""From a figure down to the very facts it comes from, page by page, with their exact sum."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from psycopg import sql

from pipeline.db import Connection, fetch_all, fetch_one, query
from pipeline.errors import PipelineError
from pipeline.kpi.filters import Filters, dimension, lines, where_products

LARGEST_PAGE = 10_000
FactKey = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """Which figure: its filters (months, and the customer, product … that it is of), and its day.

    `transaction_type` keeps sales or returns alone. A row of a ranking is
    `filters.narrowed(customers=(row.customer_id,))`, of a group `narrowed(cities=(row.key,))`.
    """

    filters: Filters
    event_date: date | None = None
    transaction_type: Literal["SALE", "RETURN"] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One canonical line; names and attributes are those of its day, measures are signed."""

    load_id: int
    line_no: int
    invoice_id: str
    customer_id: str
    product_id: str
    product_name: str | None
    brand: str | None
    salesperson_id: str | None
    salesperson_name: str | None
    branch_id: str | None
    city: str | None
    transaction_type: str
    event_date: date
    event_date_jalali: str
    quantity: Decimal
    unit_price: Decimal
    gross_amount: Decimal
    discount_amount: Decimal
    tax_amount: Decimal
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class FactTotals:
    """What all facts behind a figure come to; `gross_amount` is the net of SALE lines."""

    line_count: int
    net_amount: Decimal
    gross_amount: Decimal
    returns_amount: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class FactPage:
    """Facts in the order of loads and lines; `next_key` leads on, None at the end."""

    facts: tuple[Fact, ...]
    next_key: FactKey | None


def facts_total(connection: Connection, figure: Figure) -> FactTotals:
    """The exact sum of the facts behind a figure, over all pages.

    Of whole months, of everything or of some products, it is what the rollups add up to.
    """
    name, part = "facts_totals", {"lines": _lines(figure)}
    if figure.event_date is None and figure.filters.narrowed(products=()).is_all:
        name, part = "all_facts_totals", {"conditions": where_products(figure.filters)}
    row = fetch_one(connection, f"figures/{name}", _parameters(figure), **part)
    assert row is not None
    return FactTotals(**row)


def facts_behind(
    connection: Connection, figure: Figure, *, after: FactKey | None = None, limit: int = 100
) -> FactPage:
    """A page of the facts behind a figure: those after `after`, the last key of the page before.

    PipelineError WRONG_PAGE for a limit outside 1 to 10,000.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise PipelineError(
            "WRONG_PAGE",
            fa="در هر صفحه ۱ تا ۱۰۰۰۰ سطر نشان داده می‌شود، نه {limit}.",
            en="A page shows 1 to 10,000 lines, not {limit}.",
            limit=limit,
        )
    load_id, line_no = after or (0, 0)
    keys = {"after_load": load_id, "after_line": line_no, "limit": limit + 1}
    names = ("products", "salespeople", "customers")
    rows = fetch_all(
        connection,
        "figures/facts_behind",
        {**_parameters(figure), **keys},
        lines=_lines(figure),
        **{name: dimension(name) for name in names},
    )
    facts = tuple(Fact(**row) for row in rows[:limit])
    more = len(rows) > limit
    return FactPage(facts, (facts[-1].load_id, facts[-1].line_no) if more else None)


def _lines(figure: Figure) -> sql.Composable:
    conditions = [lines(figure.filters, products=True)]
    if figure.event_date is not None:
        conditions.append(query("figures/where_day"))
    if figure.transaction_type is not None:
        conditions.append(query("figures/where_sign"))
    return sql.SQL("\n").join(conditions)


def _parameters(figure: Figure) -> dict[str, Any]:
    kind = figure.transaction_type
    return {
        **figure.filters.parameters,
        "event_date": figure.event_date,
        "sign": {"SALE": 1, "RETURN": -1, None: None}[kind],
        "with_sales": kind != "RETURN",
        "with_returns": kind != "SALE",
    }
