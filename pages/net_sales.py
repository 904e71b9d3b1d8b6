"""Net sales: a range in four figures, its months, the days of one, and branches, cities, brands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.frame.page import Here, Page
from pages.widgets.cards import Card, cards
from pages.widgets.figure_address import state_of
from pages.widgets.figure_charts import daily_chart, monthly_chart
from pages.widgets.figure_groups import GROUPS, draw_groups
from pages.widgets.figure_question import Question, ask
from pages.widgets.figure_tables import day_table, month_table
from pages.widgets.figure_words import (
    draw_bridge,
    draw_export,
    draw_no_rows,
    draw_refused,
    growth,
    lines_address,
    words,
)
from pages.widgets.inside import visit
from pages.widgets.sample_months import month_name
from pipeline.access.allowed import Action
from pipeline.db import Connection, reading
from pipeline.kpi.bridge import bridge_of
from pipeline.kpi.facts import Figure
from pipeline.kpi.figures import (
    ComparedMonth,
    Refused,
    net_sales_days,
    net_sales_months,
    refused_behind,
)
from pipeline.overview import change
from pipeline.sample_months import shown_sample_months

PAGE = Page(section="figures", order=10, icon=":material/monitoring:", action=Action.SEE_FIGURES)


def draw(here: Here) -> None:
    """Everything on the page is of one moment of the database."""
    with reading(here.url) as connection:
        question = ask(here, connection)
        if question is None:
            return
        months = net_sales_months(connection, question.filters)
        refused = refused_behind(connection, question.filters)
        if not months:
            draw_no_rows(here)
            return
        samples = shown_sample_months(connection)
        _draw_range(here, question, months, refused, samples)
        draw_bridge(here, bridge_of(connection, question.filters), question.currency)
        _draw_months(here, question, months, refused)
        _draw_days(here, connection, question, months, refused)
        draw_groups(here, connection, question, here.address.choice("by", GROUPS, GROUPS[0]))


def _draw_range(
    here: Here,
    question: Question,
    months: Sequence[ComparedMonth],
    refused: Refused,
    samples: Sequence[str],
) -> None:
    t, f, asked, currency = here.t, here.f, question.filters, question.currency
    st.header(_range_name(here, question), anchor=False)
    draw_refused(here, asked, refused, currency)
    shown = []
    for name, kind in (("net", None), ("gross", "SALE"), ("returns", "RETURN")):
        now = sum(getattr(month.figures, f"{name}_amount") for month in months)
        note, trend = _comparison(here, months, f"{name}_amount", samples)
        if name == "returns":
            trend = {"good": "bad", "bad": "good"}.get(trend, "")
        href = lines_address(Figure(asked, transaction_type=kind))  # type: ignore[arg-type]
        shown.append(Card(t(name), f.money(now, currency), note, f.money_exact(now, currency),
                          "", trend, href=href))  # fmt: skip
    lines = sum(month.figures.line_count for month in months)
    invoices = sum(month.figures.invoice_count for month in months)
    shown.append(Card(t("lines"), f.number(lines), t("invoices", count=f.number(invoices)),
                      href=lines_address(asked)))  # fmt: skip
    cards(shown)


def _range_name(here: Here, question: Question) -> str:
    first, last = question.filters.from_month, question.filters.to_month
    if first == last:
        return here.f.month(first)
    return here.t("range", first=here.f.month(first), last=here.f.month(last))


def _comparison(
    here: Here, months: Sequence[ComparedMonth], column: str, samples: Sequence[str]
) -> tuple[str, str]:
    """What a figure is against the month before and a year before; and whether it grew."""
    t, now = here.t, sum(getattr(month.figures, column) for month in months)
    notes, grown = [], None
    if len(months) == 1:
        (month,) = months
        if not month.is_published:
            return words(here)("strays_alone"), ""
        if month.previous is not None:
            grown = change(now, getattr(month.previous, column))
            name = month_name(here, month.previous.jalali_month, samples)
            notes.append(t("against", change=growth(here, grown), month=name))
        elif not month.follows_published:
            notes.append(t("no_month_before"))
    years = [month.last_year for month in months]
    if all(years):
        before_all = sum(getattr(year, column) for year in years)
        of_year = change(now, before_all)
        grown = of_year if grown is None else grown
        notes.append(t("against_year", change=growth(here, of_year)))
    trend = "" if not grown else "good" if grown > 0 else "bad"
    return " · ".join(notes) or t("nothing_before"), trend


def _draw_months(
    here: Here, question: Question, months: Sequence[ComparedMonth], refused: Refused
) -> None:
    if len(months) > 1:
        clicked = monthly_chart(here, here.t("monthly"), months, question.currency)
        if clicked is not None:
            name = months[clicked].figures.jalali_month
            one = question.filters.narrowed(from_month=name, to_month=name)
            visit(here, "lines", state_of(one))
    month_table(here, question, months, refused)
    draw_export(here, "months", question.filters)


def _draw_days(
    here: Here,
    connection: Connection,
    question: Question,
    months: Sequence[ComparedMonth],
    refused: Refused,
) -> None:
    """The days of one month of the range: the one of the address, else the last."""
    names = [month.figures.jalali_month for month in months]
    chosen = here.address.choice("month", names, _busiest_end(question, names))
    if len(names) > 1:
        st.session_state["month_of_days"] = chosen
        st.selectbox(here.t("days_of"), names, key="month_of_days", format_func=here.f.month,
                     width=240, on_change=partial(_choose_month, here))  # fmt: skip
    one = question.filters.narrowed(from_month=chosen, to_month=chosen)
    days = net_sales_days(connection, one)
    title = here.t("daily", month=here.f.month(chosen))
    clicked = daily_chart(here, title, days, one.calendar[0].days, question.currency)
    day = next((d for d in days if here.f.day_of_month(d.event_date) == clicked), None)
    if day is not None:
        visit(here, "lines", state_of(Figure(one, day.event_date)))
    day_table(here, one, question.currency, days, refused)
    draw_export(here, "days", one)


def _busiest_end(question: Question, names: Sequence[str]) -> str:
    """The newest month when it is shown, else the last that is."""
    return question.scope.newest if question.scope.newest in names else names[-1]


def _choose_month(here: Here) -> None:
    here.address.write(month=st.session_state["month_of_days"])
