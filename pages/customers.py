"""Customers: who bought how much, how often, and what they gave back."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from pages.frame.page import Here, Page
from pages.widgets.cards import Card, cards
from pages.widgets.figure_address import state_of
from pages.widgets.figure_charts import Bar, ranking_chart
from pages.widgets.figure_question import Question, ask
from pages.widgets.figure_ranking import Column, asked_page, draw_ranking
from pages.widgets.figure_words import (
    draw_export,
    draw_no_rows,
    draw_refused,
    lines_address,
    may_see_personal,
    words,
)
from pages.widgets.inside import visit
from pipeline.access.allowed import Action
from pipeline.db import Connection, reading
from pipeline.kpi.figures import Refused, refused_behind
from pipeline.kpi.personal import customer_details
from pipeline.kpi.rankings import CustomerFigures, Ranking, customers

PAGE = Page(section="figures", order=30, icon=":material/storefront:", action=Action.SEE_FIGURES)
CHARTED = 12
COLUMNS = (
    Column("net_amount", "money", "all", by_share=True),
    Column("gross_amount", "money", "SALE"),
    Column("returns_amount", "money", "RETURN"),
    Column("invoice_count", "count"),
    Column("active_days", "count"),
    Column("line_count", "count", "all"),
)


def draw(here: Here) -> None:
    """Customers by net sales, unless another column is asked for; names for who may see them."""
    with reading(here.url) as connection:
        question = ask(here, connection)
        if question is None:
            return
        page = asked_page(here, COLUMNS, "net_amount")
        found = customers(connection, question.filters, page)
        refused = refused_behind(connection, question.filters)
        names = _names(here, connection, question, found)
    if not found.rows:
        draw_no_rows(here)
        return
    _draw_sums(here, question, found, refused)
    if not may_see_personal(here.who):
        st.caption(here.t("names_hidden"))

    def name_of(row: CustomerFigures) -> str:
        return names.get(row.customer_id, row.customer_id)

    seen = may_see_personal(here.who)
    bars = [
        # Where names are masked, the code tells the bars apart.
        Bar(row.customer_id, name_of(row) if seen else row.customer_id, row.net_amount,
            f"{name_of(row)}: {here.f.money_exact(row.net_amount, question.currency)}")
        for row in found.rows[:CHARTED]
    ]  # fmt: skip
    title = words(here)("chart_by", what=words(here)("head_net_amount"),
                        by=words(here)(f"head_{page.sort}"))  # fmt: skip
    clicked = ranking_chart(here, "customers", title, bars, question.currency)
    if clicked is not None:
        visit(here, "lines", state_of(question.filters.narrowed(customers=(bars[clicked].key,))))
    draw_ranking(here, question, found, page, COLUMNS, "customers", name_of)
    order = "down" if page.descending else "up"
    draw_export(here, "customers", question.filters, sort=page.sort, order=order)


def _names(
    here: Here, connection: Connection, question: Question, found: Ranking[CustomerFigures]
) -> dict[str, str]:
    """Name and code of each customer of the page, as they are called today."""
    ids = [row.customer_id for row in found.rows]
    known = customer_details(
        connection, question.filters.source, ids, may_see=may_see_personal(here.who)
    )
    return {key: f"{one.customer_name} ({key})" for key, one in known.items() if one.customer_name}


def _draw_sums(
    here: Here, question: Question, found: Ranking[CustomerFigures], refused: Refused
) -> None:
    t, f, sums, currency = here.t, here.f, found.totals, question.currency
    net = sums["net_amount"]
    href = lines_address(question.filters)
    mean = net / found.total_rows if found.total_rows else None
    rounded = None if mean is None else mean.quantize(Decimal(1))
    draw_refused(here, question.filters, refused, currency)
    cards([
        Card(t("count"), f.number(found.total_rows)),
        Card(t("net"), f.money(net, currency), title=f.money_exact(net, currency), href=href),
        Card(t("mean"), f.money(rounded, currency), title=f.money_exact(rounded, currency)),
    ])  # fmt: skip
