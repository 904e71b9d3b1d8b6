"""Net sales by branch, city or brand: one at a time, as lying bars and as a table."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import streamlit as st

from pages.frame.formats import isolate
from pages.frame.page import Here
from pages.widgets.cards import Cell, small_table
from pages.widgets.figure_address import state_of
from pages.widgets.figure_charts import Bar, ranking_chart
from pages.widgets.figure_question import Question
from pages.widgets.figure_words import draw_export, lines_address, share_of, words
from pages.widgets.inside import visit
from pipeline.db import Connection
from pipeline.kpi.choices import MOST, filter_values
from pipeline.kpi.facts import Figure
from pipeline.kpi.figures import GroupFigures, by_branch, by_brand, by_city
from pipeline.kpi.filters import Filters

GROUPS = ("branches", "cities", "brands")
CHARTED, LISTED = 12, 50
_READ: dict[str, Callable[[Connection, Filters], list[GroupFigures]]] = {
    "branches": by_branch,
    "cities": by_city,
    "brands": by_brand,
}


def draw_groups(here: Here, connection: Connection, question: Question, by: str) -> None:
    """A choice of the three, and the figures of the chosen one."""
    t = words(here)
    st.session_state["groups_by"] = by
    st.segmented_control(t("groups"), GROUPS, key="groups_by", format_func=t, required=True,
                         on_change=partial(_choose, here))  # fmt: skip
    found = _READ[by](connection, question.filters)
    if not found:
        return
    labels = _labels(connection, question, by)
    name_of = partial(_name, here, labels)
    bars = [
        Bar(row.key, name_of(row.key), row.net_amount,
            f"{name_of(row.key)}: {here.f.money_exact(row.net_amount, question.currency)}")
        for row in found[:CHARTED]
    ]  # fmt: skip
    clicked = ranking_chart(here, by, t("net_by", group=t(by)), bars, question.currency)
    if clicked is not None:
        asked = question.filters.narrowed(**{by: (bars[clicked].key,)})
        visit(here, "lines", state_of(asked))
    _draw_table(here, question, by, found, name_of)
    draw_export(here, by, question.filters)


def _draw_table(
    here: Here,
    question: Question,
    by: str,
    found: list[GroupFigures],
    name_of: Callable[[str | None], str],
) -> None:
    t, f, currency = words(here), here.f, question.currency
    money = f" ({f.unit(currency)})"
    total = sum((row.net_amount for row in found), Decimal(0))
    heads = [(t(f"one_{by}"), False), (t("head_net_amount") + money, True),
             (t("head_share"), True), (t("head_returns_amount") + money, True),
             (t("head_line_count"), True)]  # fmt: skip
    rows, amounts = [], [row.net_amount for row in found]
    for row in found[:LISTED]:
        asked = question.filters.narrowed(**{by: (row.key,)})
        share = row.net_amount / total if total else None
        returns = lines_address(Figure(asked, transaction_type="RETURN"))
        rows.append([
            Cell(isolate(name_of(row.key)), href=lines_address(asked)),
            Cell(f.amount(row.net_amount, currency), True, href=lines_address(asked)),
            Cell(f.percent(share), True, share=share_of(row.net_amount, amounts)),
            Cell(f.amount(row.returns_amount, currency), True,
                 href=returns if row.returns_amount else ""),
            Cell(f.number(row.line_count), True),
        ])  # fmt: skip
    small_table(heads, rows)
    if len(found) > LISTED:
        st.caption(t("first_of", count=f.number(LISTED), all=f.number(len(found))))


def _labels(connection: Connection, question: Question, by: str) -> dict[str, str | None]:
    """What branches are called; cities and brands are their own names."""
    if by != "branches":
        return {}
    known = filter_values(connection, "branches", question.filters.source, limit=MOST)
    return {value.key: value.label for value in known}


def _name(here: Here, labels: dict[str, str | None], key: str | None) -> str:
    return words(here)("unknown") if key is None else labels.get(key) or key


def _choose(here: Here) -> None:
    here.address.write(by=st.session_state["groups_by"])
