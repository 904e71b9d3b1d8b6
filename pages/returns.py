"""Returns by product: what came back, in money, pieces and lines, beside what was sold."""

from __future__ import annotations

from pages.frame.page import Here, Page
from pages.widgets.cards import Card, cards
from pages.widgets.figure_address import state_of
from pages.widgets.figure_charts import LOSS, Bar, ranking_chart
from pages.widgets.figure_question import Question, ask
from pages.widgets.figure_ranking import Column, asked_page, draw_ranking, shown
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
from pipeline.kpi.rankings import Page as Rows
from pipeline.kpi.rankings import ProductFigures, Ranking, returns_by_product

PAGE = Page(
    section="figures", order=20, icon=":material/assignment_return:", action=Action.SEE_FIGURES
)
CHARTED = 12
COLUMNS = (
    Column("returns_amount", "money", "RETURN", by_share=True),
    Column("amount_return_rate", "rate"),
    Column("sales_amount", "money", "SALE"),
    Column("returned_quantity", "count"),
    Column("quantity_return_rate", "rate"),
    Column("return_lines", "count", "RETURN"),
    Column("line_return_rate", "rate"),
)


def draw(here: Here) -> None:
    """Products by the money that came back, unless another column is asked for."""
    with reading(here.url) as connection:
        question = ask(here, connection)
        if question is None:
            return
        page = asked_page(here, COLUMNS, "returns_amount")
        found = returns_by_product(connection, question.filters, page)
        refused = refused_behind(connection, question.filters)
    if not found.rows:
        draw_no_rows(here)
        return
    _draw_sums(here, question, found, refused)
    _draw_chart(here, question, found, page)
    draw_ranking(here, question, found, page, COLUMNS, "products", _name)
    order = "down" if page.descending else "up"
    draw_export(here, "returns", question.filters, sort=page.sort, order=order)


def _draw_sums(
    here: Here, question: Question, found: Ranking[ProductFigures], refused: Refused
) -> None:
    t, f, sums, currency = here.t, here.f, found.totals, question.currency
    sold, returned = sums["sales_amount"], sums["returns_amount"]
    rate = f.percent(returned / sold if sold else None)
    lines = int(sums["return_lines"])
    href = lines_address(Figure(question.filters, transaction_type="RETURN"))
    sales = lines_address(Figure(question.filters, transaction_type="SALE"))
    draw_refused(here, question.filters, refused, currency)
    cards([
        Card(t("returned"), f.money(returned, currency), t("of_sales", rate=rate),
             f.money_exact(returned, currency), href=href),
        Card(t("sold"), f.money(sold, currency), "", f.money_exact(sold, currency), href=sales),
        Card(t("return_lines"), f.number(lines),
             t("of_sale_lines", count=f.number(int(sums["sale_lines"]))), href=href),
    ])  # fmt: skip


def _draw_chart(here: Here, question: Question, found: Ranking[ProductFigures], page: Rows) -> None:
    """The first rows as bars of money, in the order of the table; none came back: no chart."""
    currency = question.currency
    rows = [row for row in found.rows[:CHARTED] if row.returns_amount]
    if not rows:
        return
    bars = [
        Bar(row.product_id, _name(row), row.returns_amount,
            f"{_name(row)}: {here.f.money_exact(row.returns_amount, currency)} · "
            f"{shown(here, row.amount_return_rate, 'rate', currency)}")
        for row in rows
    ]  # fmt: skip
    title = words(here)("chart_by", what=here.t("returned"),
                        by=words(here)(f"head_{page.sort}"))  # fmt: skip
    clicked = ranking_chart(here, "returns", title, bars, currency, LOSS)
    if clicked is not None:
        one = question.filters.narrowed(products=(bars[clicked].key,))
        visit(here, "lines", state_of(Figure(one, transaction_type="RETURN")))


def _name(row: ProductFigures) -> str:
    return row.label or row.product_id
