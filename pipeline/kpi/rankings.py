"""Rankings for pages: customers, salespeople and products, sorted and paged by the database."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Generic, TypeVar

from psycopg import sql

from pipeline.db import Connection, Row, fetch_all, query
from pipeline.errors import PipelineError
from pipeline.kpi.filters import Filters, lines

LARGEST_PAGE = 10_000
Ranked = TypeVar("Ranked")


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of a ranking: `sort` is a column of its rows, `limit` 1 to 10,000."""

    sort: str = "net_amount"
    descending: bool = True
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Ranking(Generic[Ranked]):
    """One page of a ranking; `total_rows` and `totals` (sums by column) are those of all rows.

    Counts of invoices and customers that several rows share are no part of the totals.
    """

    rows: tuple[Ranked, ...]
    total_rows: int
    totals: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """One customer over the months; its name is personal: `personal.customer_details`."""

    position: int
    customer_id: str
    net_amount: Decimal
    gross_amount: Decimal
    returns_amount: Decimal
    invoice_count: int
    active_days: int
    line_count: int


@dataclass(frozen=True, slots=True)
class SalespersonFigures:
    """One salesperson over the months; `label` is the name of today."""

    position: int
    salesperson_id: str
    label: str | None
    net_amount: Decimal
    gross_amount: Decimal
    returns_amount: Decimal
    invoice_count: int
    customer_count: int
    average_invoice_amount: Decimal | None
    line_count: int


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """Sales and returns of one product, positive magnitudes; a rate is None: nothing was sold."""

    position: int
    product_id: str
    label: str | None
    net_amount: Decimal
    sales_amount: Decimal
    returns_amount: Decimal
    sales_quantity: Decimal
    returned_quantity: Decimal
    sale_lines: int
    return_lines: int
    line_count: int
    amount_return_rate: Decimal | None
    quantity_return_rate: Decimal | None
    line_return_rate: Decimal | None


_NET = ("net_amount", "gross_amount", "returns_amount", "line_count")
_PRODUCT_SUMS = (
    "net_amount", "sales_amount", "returns_amount", "sales_quantity", "returned_quantity",
    "sale_lines", "return_lines", "line_count",
)  # fmt: skip


def customers(
    connection: Connection, filters: Filters, page: Page | None = None
) -> Ranking[CustomerFigures]:
    """Customers with a line of either kind. Invoices are counted by month and added up."""
    rows, total, totals = _page(connection, "customer", filters, page, CustomerFigures, _NET)
    return Ranking(tuple(CustomerFigures(**row) for row in rows), total, totals)


def salespeople(
    connection: Connection, filters: Filters, page: Page | None = None
) -> Ranking[SalespersonFigures]:
    """Salespeople with a line of either kind; customers are distinct over all of the months."""
    rows, total, totals = _page(connection, "salesperson", filters, page, SalespersonFigures, _NET)
    return Ranking(tuple(SalespersonFigures(**row) for row in rows), total, totals)


def returns_by_product(
    connection: Connection, filters: Filters, page: Page | None = None
) -> Ranking[ProductFigures]:
    """Products sold or returned, those with the most money returned first."""
    page = page or Page(sort="returns_amount")
    rows, total, totals = _page(connection, "product", filters, page, ProductFigures, _PRODUCT_SUMS)
    return Ranking(tuple(ProductFigures(**row) for row in rows), total, totals)


_QUERIES = {"customer": "customers", "salesperson": "salespeople", "product": "products"}


def _page(
    connection: Connection,
    entity: str,
    filters: Filters,
    page: Page | None,
    kind: type[Any],
    summed: tuple[str, ...],
) -> tuple[list[Row], int, dict[str, Decimal]]:
    """Rows of a page as `kind` takes them, how many there are in all, and the sums of all."""
    page = page or Page()
    columns = {field.name for field in fields(kind)}
    _check(page, columns - {"position", "label"})
    rows = fetch_all(
        connection,
        "figures/page",
        {**filters.parameters, "limit": page.limit, "offset": page.offset},
        ranking=_ranking(entity, filters),
        totals=sql.SQL(", ").join(_total(name) for name in summed),
        sort=sql.Identifier(page.sort),
        direction=sql.SQL("desc" if page.descending else "asc"),
        key=sql.Identifier(f"{entity}_id"),
        label=query(f"figures/label_{entity}"),
    )
    totals = {name: rows[0][f"total_{name}"] or Decimal(0) for name in summed}
    shown = [row for row in rows if row["position"] is not None]
    return (
        [{name: value for name, value in row.items() if name in columns} for row in shown],
        rows[0]["total_rows"],
        totals,
    )


def _ranking(entity: str, filters: Filters) -> sql.Composable:
    name = _QUERIES[entity]
    if filters.is_all:
        return query(f"figures/all_{name}")
    return query(f"figures/{name}", lines=lines(filters, products=entity == "product"))


def _total(name: str) -> sql.Composable:
    return sql.SQL("sum({}) as {}").format(sql.Identifier(name), sql.Identifier(f"total_{name}"))


def _check(page: Page, columns: set[str]) -> None:
    if page.sort in columns and 1 <= page.limit <= LARGEST_PAGE and page.offset >= 0:
        return
    raise PipelineError(
        "WRONG_PAGE",
        fa="این صفحه را نمی‌توان نشان داد (ترتیب «{sort}»، {limit} ردیف از {offset}). ستون ترتیب "
        "یکی از این‌هاست: {columns}؛ و تعداد ردیف ۱ تا ۱۰۰۰۰.",
        en="This page cannot be shown (sorted by '{sort}', {limit} rows from {offset}). Sort by "
        "one of: {columns}; and ask for 1 to 10,000 rows.",
        sort=page.sort,
        limit=page.limit,
        offset=page.offset,
        columns=", ".join(sorted(columns)),
    )
