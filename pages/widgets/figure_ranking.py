"""A ranking as a table: sorted by its headings, paged, each figure a way to its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import streamlit as st

from pages.frame.formats import isolate
from pages.frame.page import Here
from pages.widgets.cards import Cell, small_table
from pages.widgets.figure_address import state_of
from pages.widgets.figure_question import Question
from pages.widgets.figure_words import lines_address, share_of, words
from pages.widgets.inside import address
from pipeline.kpi.facts import Figure
from pipeline.kpi.rankings import Page, Ranking

ROWS = 25


@dataclass(frozen=True)
class Column:
    """A column of a ranking: its name, how it is shown, and whether it leads to lines.

    `kind` is money, average (money that is rounded), count or rate; `leads` is `all`, or the type
    of the lines.
    """

    name: str
    kind: str
    leads: str = ""
    by_share: bool = False


def asked_page(here: Here, columns: Sequence[Column], sort: str) -> Page:
    """Sort and page as the address has them."""
    sortable = [column.name for column in columns]
    chosen = here.address.choice("sort", sortable, sort)
    descending = here.address.choice("order", ["down", "up"], "down") == "down"
    number = min(here.address.number("page", 1, least=1) or 1, 1_000_000)
    return Page(chosen, descending, ROWS, (number - 1) * ROWS)


def draw_ranking(
    here: Here,
    question: Question,
    found: Ranking[Any],
    page: Page,
    columns: Sequence[Column],
    entity: str,
    name_of: Callable[[Any], str],
) -> None:
    """The rows of one page with the sums of all; `entity` is the field of Filters they are of."""
    t = words(here)
    _draw_count(here, found, page)
    heads = [(t(f"entity_{entity}"), False)]
    heads += [(_heading(here, column, question.currency), True) for column in columns]
    links = ["", *[_sort_address(here, question, column, page) for column in columns]]
    rows = [[Cell(t("sum_of_all"))] + [_total(here, question, found, c) for c in columns]]
    for row in found.rows:
        key = getattr(row, f"{_SINGULAR[entity]}_id")
        asked = question.filters.narrowed(**{entity: (key,)})
        rows.append([Cell(isolate(name_of(row)), href=lines_address(asked))])
        for column in columns:
            rows[-1].append(_cell(here, question, found, row, column, asked))
    marked = [_marked(heads[n], column, page) for n, column in enumerate((None, *columns))]
    small_table(marked, rows, links)
    _draw_turning(here, found, page)


_SINGULAR = {"customers": "customer", "salespeople": "salesperson", "products": "product"}


def _marked(head: tuple[str, bool], column: Column | None, page: Page) -> tuple[str, bool]:
    """The heading that the rows are sorted by says so."""
    if column is None or column.name != page.sort:
        return head
    return f"{head[0]} {'▾' if page.descending else '▴'}", head[1]


def _heading(here: Here, column: Column, currency: str) -> str:
    text = words(here)(f"head_{column.name}")
    return f"{text} ({here.f.unit(currency)})" if column.kind in ("money", "average") else text


def _sort_address(here: Here, question: Question, column: Column, page: Page) -> str:
    """The same question sorted by another column, or the other way round."""
    other = column.name == page.sort and page.descending
    state = {**state_of(question.filters), "sort": column.name, "order": "up" if other else "down"}
    return address(here.name, state)


def _cell(
    here: Here, question: Question, found: Ranking[Any], row: Any, column: Column, asked: Any
) -> Cell:
    value = getattr(row, column.name)
    href = ""
    if column.leads and value:
        kind = None if column.leads == "all" else column.leads
        href = lines_address(Figure(asked, transaction_type=kind))  # type: ignore[arg-type]
    share = 0.0
    if column.by_share:
        share = share_of(value, [getattr(other, column.name) for other in found.rows])
    return Cell(shown(here, value, column.kind, question.currency), True, href=href, share=share)


def _total(here: Here, question: Question, found: Ranking[Any], column: Column) -> Cell:
    value = found.totals.get(column.name)
    if value is None:
        return Cell("", True)
    return Cell(shown(here, value, column.kind, question.currency), True)


def shown(here: Here, value: Any, kind: str, currency: str) -> str:
    """A value as its column has it."""
    if kind == "average":
        value = value if value is None else Decimal(value).quantize(Decimal(1))
    if kind in ("money", "average"):
        return here.f.amount(value, currency)
    if kind == "rate":
        return here.f.percent(value)
    return here.f.number(value)


def _draw_count(here: Here, found: Ranking[Any], page: Page) -> None:
    first = page.offset + 1
    st.caption(
        words(here)("rows_shown", first=here.f.number(first),
                    last=here.f.number(page.offset + len(found.rows)),
                    all=here.f.number(found.total_rows))
    )  # fmt: skip


def _draw_turning(here: Here, found: Ranking[Any], page: Page) -> None:
    t, number = words(here), page.offset // ROWS + 1
    turn = here.address.write
    with st.container(horizontal=True, key="turning"):
        if number > 1:
            st.button(t("page_before"), on_click=partial(turn, page=number - 1 or None))
        if page.offset + ROWS < found.total_rows:
            st.button(t("page_next"), on_click=partial(turn, page=number + 1))
