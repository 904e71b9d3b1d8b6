"""Figures and the facts behind them as files: all rows of what a page shows a part of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.db import Connection, reading
from pipeline.errors import RefusedAction
from pipeline.kpi import figures, rankings
from pipeline.kpi.facts import Fact, Figure, facts_behind, facts_total
from pipeline.kpi.filters import Filters
from pipeline.kpi.personal import customer_details
from pipeline.sheets import SheetColumn, whole_or_not_at_all, write_csv, write_xlsx
from pipeline.transform.jalali import jalali_text

MOST_LINES = 300_000
PAGE = 10_000
FORMATS = (".csv", ".xlsx")
_GROUPS: dict[str, Callable[[Connection, Filters], list[Any]]] = {
    "days": figures.net_sales_days,
    "branches": figures.by_branch,
    "cities": figures.by_city,
    "brands": figures.by_brand,
}
_RANKINGS: dict[str, tuple[Callable[..., rankings.Ranking[Any]], type[Any]]] = {
    "returns": (rankings.returns_by_product, rankings.ProductFigures),
    "customers": (rankings.customers, rankings.CustomerFigures),
    "salespeople": (rankings.salespeople, rankings.SalespersonFigures),
}
WHAT = ("months", *_GROUPS, *_RANKINGS, "lines")
Rows = Iterator[list[Any]]


def export_figures(
    url: str,
    what: str,
    figure: Figure,
    out: Path,
    *,
    headings: Callable[[str], str] = str,
    sheet: str = "Figures",
    may_see: bool = False,
    sort: tuple[str, bool] | None = None,
) -> int:
    """Write all rows of a figure to `out`, .csv or .xlsx; returns how many.

    `what` is one of `WHAT`; `sort` is a column of a ranking and whether it descends. `headings`
    gives the heading of a column in a workbook; a CSV carries the columns' own names. Money is in
    the source's currency. Customers' names are masked unless `may_see`. ValueError for another kind
    of file or figure, RefusedAction EXPORT_TOO_LONG beyond `MOST_LINES` lines.
    """
    if out.suffix not in FORMATS or what not in WHAT:
        raise ValueError(f"Wanted: a .csv or .xlsx file of one of {WHAT}; not {what}, {out.name}.")
    with reading(url) as connection, whole_or_not_at_all(out) as unfinished:
        names, rows = _table(connection, what, figure, may_see=may_see, sort=sort)
        if out.suffix == ".csv":
            return write_csv(unfinished, [SheetColumn(name) for name in names], rows)
        columns = [SheetColumn(headings(name), 18) for name in names]
        return write_xlsx(unfinished, columns, rows, sheet)


def _table(
    connection: Connection,
    what: str,
    figure: Figure,
    *,
    may_see: bool,
    sort: tuple[str, bool] | None,
) -> tuple[list[str], Rows]:
    """Names of the columns, and the rows by them."""
    if what == "months":
        months = [one.figures for one in figures.net_sales_months(connection, figure.filters)]
        return _as_table(figures.MonthFigures, iter(months))
    if what in _GROUPS:
        kind = figures.DayFigures if what == "days" else figures.GroupFigures
        return _as_table(kind, iter(_GROUPS[what](connection, figure.filters)))
    if what == "lines":
        return _as_table(Fact, _facts(connection, figure))
    names, rows = _as_table(_RANKINGS[what][1], _ranked(connection, what, figure.filters, sort))
    if what == "customers":
        return [*names, "customer_name"], _named(connection, figure.filters, names, rows, may_see)
    return names, rows


def _as_table(kind: type[Any], rows: Iterator[Any]) -> tuple[list[str], Rows]:
    names = [field.name for field in fields(kind)]
    return names, ([_plain(getattr(row, name)) for name in names] for row in rows)


def _plain(value: Any) -> Any:
    return jalali_text(value) if isinstance(value, date) else value


def _facts(connection: Connection, figure: Figure) -> Iterator[Fact]:
    count = facts_total(connection, figure).line_count
    if count > MOST_LINES:
        raise RefusedAction(
            "EXPORT_TOO_LONG",
            fa="{count} سطر در یک فایل نمی‌گنجد؛ بازه یا پالایش را تنگ‌تر کنید تا به {most} برسد.",
            en="{count} lines are too many for one file; narrow months or filters to at most "
            "{most}.",
            count=f"{count:,}",
            most=f"{MOST_LINES:,}",
        )
    page = facts_behind(connection, figure, limit=PAGE)
    yield from page.facts
    while page.next_key is not None:
        page = facts_behind(connection, figure, after=page.next_key, limit=PAGE)
        yield from page.facts


def _ranked(
    connection: Connection, what: str, filters: Filters, sort: tuple[str, bool] | None
) -> Iterator[Any]:
    read, _ = _RANKINGS[what]
    column, descending = sort or ("returns_amount" if what == "returns" else "net_amount", True)
    offset = 0
    while True:
        page = rankings.Page(column, descending, PAGE, offset)
        found = read(connection, filters, page)
        yield from found.rows
        offset += PAGE
        if offset >= found.total_rows:
            return


def _named(
    connection: Connection, filters: Filters, names: list[str], rows: Rows, may_see: bool
) -> Rows:
    """Customers with what they are called today, for whoever may see it."""
    all_rows = list(rows)
    ids = [row[names.index("customer_id")] for row in all_rows]
    known = customer_details(connection, filters.source, ids, may_see=may_see)
    for row, customer_id in zip(all_rows, ids, strict=True):
        found = known.get(customer_id)
        yield [*row, found.customer_name if found else None]
