"""Salespeople: what each sold, to how many customers, and how large an invoice is."""

from __future__ import annotations

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
    words,
)
from pages.widgets.inside import visit
from pipeline.access.allowed import Action
from pipeline.db import reading
from pipeline.kpi.facts import Figure
from pipeline.kpi.figures import Refused, refused_behind
from pipeline.kpi.rankings import Ranking, SalespersonFigures, salespeople

PAGE = Page(section="figures", order=40, icon=":material/badge:", action=Action.SEE_FIGURES)
CHARTED = 12
COLUMNS = (
    Column("net_amount", "money", "all", by_share=True),
    Column("returns_amount", "money", "RETURN"),
    Column("invoice_count", "count"),
    Column("average_invoice_amount", "average"),
    Column("customer_count", "count"),
    Column("line_count", "count", "all"),
)


def draw(here: Here) -> None:
    """Salespeople by net sales, unless another column is asked for."""
    with reading(here.url) as connection:
        question = ask(here, connection)
        if question is None:
            return
        page = asked_page(here, COLUMNS, "net_amount")
        found = salespeople(connection, question.filters, page)
        refused = refused_behind(connection, question.filters)
    if not found.rows:
        draw_no_rows(here)
        return
    _draw_sums(here, question, found, refused)
    bars = [
        Bar(row.salesperson_id, _name(row), row.net_amount,
            f"{_name(row)}: {here.f.money_exact(row.net_amount, question.currency)}")
        for row in found.rows[:CHARTED]
    ]  # fmt: skip
    title = words(here)("chart_by", what=words(here)("head_net_amount"),
                        by=words(here)(f"head_{page.sort}"))  # fmt: skip
    clicked = ranking_chart(here, "salespeople", title, bars, question.currency)
    if clicked is not None:
        visit(here, "lines", state_of(question.filters.narrowed(salespeople=(bars[clicked].key,))))
    draw_ranking(here, question, found, page, COLUMNS, "salespeople", _name)
    order = "down" if page.descending else "up"
    draw_export(here, "salespeople", question.filters, sort=page.sort, order=order)


def _draw_sums(
    here: Here, question: Question, found: Ranking[SalespersonFigures], refused: Refused
) -> None:
    t, f, sums, currency = here.t, here.f, found.totals, question.currency
    net, returned = sums["net_amount"], sums["returns_amount"]
    returns = lines_address(Figure(question.filters, transaction_type="RETURN"))
    draw_refused(here, question.filters, refused, currency)
    cards([
        Card(t("count"), f.number(found.total_rows)),
        Card(t("net"), f.money(net, currency), title=f.money_exact(net, currency),
             href=lines_address(question.filters)),
        Card(t("returns"), f.money(returned, currency), title=f.money_exact(returned, currency),
             href=returns),
    ])  # fmt: skip


def _name(row: SalespersonFigures) -> str:
    return f"{row.label} ({row.salesperson_id})" if row.label else row.salesperson_id
