"""Months and days as tables: each figure leads to its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from pages.frame.page import Here
from pages.widgets.cards import Cell, small_table
from pages.widgets.figure_question import Question
from pages.widgets.figure_words import growth, lines_address, refused_note, words
from pipeline.kpi.facts import Figure
from pipeline.kpi.figures import ComparedMonth, DayFigures, MonthFigures, Refused
from pipeline.kpi.filters import Filters
from pipeline.overview import change


def month_table(
    here: Here, question: Question, months: Sequence[ComparedMonth], refused: Refused
) -> None:
    """Months, newest first, with their growth and the lines rejected in their own loads."""
    t, f, currency = words(here), here.f, question.currency
    money = f" ({f.unit(currency)})"
    names = ("net_amount", "against_month", "against_year", "returns_amount", "return_rate",
             "invoice_count", "refused")  # fmt: skip
    heads = [(t("head_month"), False)]
    heads += [(t(f"head_{n}") + (money if n.endswith("_amount") else ""), True) for n in names]
    rows = []
    for month in reversed(months):
        own, name = month.figures, month.figures.jalali_month
        asked = question.filters.narrowed(from_month=name, to_month=name)
        lines = sum(load.rejected_lines for load in refused.loads if load.period == name)
        rows.append([
            Cell(f.month(name), href=lines_address(asked),
                 note="" if month.is_published else t("strays_alone")),
            Cell(f.amount(own.net_amount, currency), True, href=lines_address(asked)),
            _growth(here, own, month.previous),
            _growth(here, own, month.last_year),
            Cell(f.amount(own.returns_amount, currency), True,
                 href=lines_address(Figure(asked, transaction_type="RETURN"))),
            Cell(f.percent(_rate(own)), True),
            Cell(f.number(own.invoice_count), True),
            Cell(f.number(lines), True),
        ])  # fmt: skip
    small_table(heads, rows)


def day_table(
    here: Here, month: Filters, currency: str, days: Sequence[DayFigures], refused: Refused
) -> None:
    """Days of a month, folded away: the chart above says the same at a glance."""
    t, f = words(here), here.f
    money = f" ({f.unit(currency)})"
    names = ("net_amount", "gross_amount", "returns_amount", "invoice_count", "line_count")
    heads = [(t("head_day"), False)]
    heads += [(t(f"head_{n}") + (money if n.endswith("_amount") else ""), True) for n in names]
    own = Refused(tuple(load for load in refused.loads if load.period == month.from_month))
    with st.expander(t("days_as_table", count=f.number(len(days)))):
        st.caption(refused_note(here, own))
        rows = []
        for day in days:
            hrefs = [lines_address(Figure(month, day.event_date, kind))
                     for kind in (None, "SALE", "RETURN")]  # type: ignore[arg-type]  # fmt: skip
            amounts = (day.net_amount, day.gross_amount, day.returns_amount)
            rows.append([
                Cell(f.day(day.event_date), href=hrefs[0]),
                *[Cell(f.amount(amount, currency), True, href=href if amount else "")
                  for amount, href in zip(amounts, hrefs, strict=True)],
                Cell(f.number(day.invoice_count), True),
                Cell(f.number(day.line_count), True),
            ])  # fmt: skip
        small_table(heads, rows)


def _growth(here: Here, now: MonthFigures, then: MonthFigures | None) -> Cell:
    return Cell(growth(here, change(now.net_amount, then.net_amount) if then else None), True)


def _rate(month: MonthFigures) -> Decimal | None:
    """Money returned of the money sold; None where nothing was sold."""
    return month.returns_amount / month.gross_amount if month.gross_amount else None
