"""Lines: the very facts behind a figure with their exact sum, each with its line in the file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import streamlit as st

from pages.frame.formats import isolate, plain
from pages.frame.page import Here, Page
from pages.widgets.cards import Card, Cell, cards, small_table
from pages.widgets.figure_address import ENTITIES, TYPES, values
from pages.widgets.figure_question import Question, ask
from pages.widgets.figure_words import (
    draw_export,
    draw_no_rows,
    draw_refused,
    may_see_personal,
    words,
)
from pages.widgets.inside import address
from pipeline.access.allowed import Action
from pipeline.db import reading
from pipeline.kpi.facts import Fact, FactKey, FactTotals, Figure, facts_behind, facts_total
from pipeline.kpi.figures import Refused, refused_behind
from pipeline.kpi.personal import customer_details
from pipeline.kpi.sheets import MOST_LINES
from pipeline.transform.jalali import read_date

PAGE = Page(section="figures", order=50, icon=":material/list_alt:", action=Action.SEE_LINES)
ROWS = 50


def draw(here: Here) -> None:
    """Sum and lines of the figure that the address names; on its own, of the usual months."""
    with reading(here.url) as connection:
        question = ask(here, connection)
        if question is None:
            return
        figure = _figure(here, question)
        totals = facts_total(connection, figure)
        refused = refused_behind(connection, figure.filters)
        page = facts_behind(connection, figure, after=_after(here), limit=ROWS)
        ids = sorted({fact.customer_id for fact in page.facts})
        known = customer_details(connection, figure.filters.source, ids,
                                 may_see=may_see_personal(here.who))  # fmt: skip
    _draw_narrowed(here, figure)
    if not totals.line_count:
        draw_no_rows(here)
        return
    _draw_sums(here, question, totals, refused)
    names = {key: one.customer_name or key for key, one in known.items()}
    _draw_lines(here, question, page.facts, names)
    _draw_turning(here, page.next_key)
    if totals.line_count <= MOST_LINES:
        draw_export(here, "lines", figure)
    else:
        st.caption(words(here)("export_too_long", most=here.f.number(MOST_LINES)))


def _figure(here: Here, question: Question) -> Figure:
    """The question, narrowed to a customer, product, day or type as the address has it."""
    asked = question.filters.narrowed(**values(here.address.texts, ENTITIES))
    given = here.address.text("day")
    day = read_date(given) if given else None
    if given and day is None:
        here.address.unknown.append(("day", given))
    kind = here.address.choice("type", ["", *TYPES], "") or None
    return Figure(asked, day, kind)  # type: ignore[arg-type]


def _after(here: Here) -> FactKey | None:
    """Load and line that the page begins after, `3.1200` in the address."""
    load, dot, line = here.address.text("after").partition(".")
    if not dot:
        return None
    if not (load.isascii() and load.isdecimal() and line.isascii() and line.isdecimal()) or (
        len(load) > 18 or len(line) > 9
    ):
        here.address.unknown.append(("after", here.address.text("after")))
        return None
    return int(load), int(line)


def _draw_narrowed(here: Here, figure: Figure) -> None:
    """What the lines are narrowed to beyond the question above, and the way out of each."""
    t, asked = words(here), figure.filters
    shown: list[tuple[str, str]] = []
    for field, name in ENTITIES.items():
        if found := getattr(asked, field):
            shown.append((name, f"{t(f'entity_{field}')}: {plain(', '.join(map(str, found)))}"))
    if isinstance(figure.event_date, date):
        shown.append(("day", f"{t('head_day')}: {here.f.day(figure.event_date)}"))
    if figure.transaction_type:
        shown.append(("type", t(f"type_{figure.transaction_type}")))
    with st.container(horizontal=True, key="narrowed"):
        for name, label in shown:
            drop = partial(here.address.write, **{name: None, "after": None})
            st.button(
                label, key=f"drop_{name}", icon=":material/close:", help=t("drop"), on_click=drop
            )


def _draw_sums(here: Here, question: Question, totals: FactTotals, refused: Refused) -> None:
    t, f, currency = words(here), here.f, question.currency
    draw_refused(here, question.filters, refused, currency)
    shown = [
        Card(t(f"head_{name}"), f.money_exact(getattr(totals, name), currency))
        for name in ("net_amount", "gross_amount", "returns_amount")
    ]
    cards([*shown, Card(here.t("count"), f.number(totals.line_count))])


def _draw_lines(
    here: Here, question: Question, facts: Sequence[Fact], names: dict[str, str]
) -> None:
    t, f, currency = words(here), here.f, question.currency
    heads = [(t("head_line"), False), (t("head_day"), False), (t("head_invoice"), False),
             (t("entity_customers"), False), (t("entity_products"), False),
             (t("entity_salespeople"), False), (t("head_quantity"), True),
             (f"{t('head_net_amount')} ({f.unit(currency)})", True)]  # fmt: skip
    small_table(heads, [_row(here, fact, names, currency) for fact in facts])


def _row(here: Here, fact: Fact, names: dict[str, str], currency: str) -> list[Cell]:
    t, f = words(here), here.f
    href = address("line", {"load": str(fact.load_id), "line": str(fact.line_no)})
    place = t("line_at", load=f.number(fact.load_id), line=f.number(fact.line_no))
    return [
        Cell(place, href=href),
        Cell(f.day_short(fact.event_date)),
        Cell(isolate(fact.invoice_id)),
        Cell(isolate(names.get(fact.customer_id, fact.customer_id))),
        Cell(isolate(fact.product_name or fact.product_id)),
        Cell(isolate(fact.salesperson_name or fact.salesperson_id or t("unknown"))),
        Cell(f.number(fact.quantity), True),
        Cell(f.amount(fact.net_amount, currency), True, href=href,
             tag="wait" if fact.transaction_type == "RETURN" else None),
    ]  # fmt: skip


def _draw_turning(here: Here, next_key: FactKey | None) -> None:
    t, turn = words(here), here.address.write
    with st.container(horizontal=True, key="turning"):
        if here.address.text("after"):
            st.button(t("page_first"), on_click=partial(turn, after=None))
        if next_key is not None:
            after = f"{next_key[0]}.{next_key[1]}"
            st.button(t("page_next"), on_click=partial(turn, after=after))
