"""The question above figures: source, months and filters; all of it stands in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, cast

import streamlit as st

from pages.frame.address import Address
from pages.frame.formats import plain
from pages.frame.language import page_texts
from pages.frame.page import Here
from pages.frame.shell import link_to
from pages.widgets.figure_address import FILTERS, state_of, values
from pages.widgets.figure_words import words
from pages.widgets.inside import address, follow
from pages.widgets.links import row
from pages.widgets.sample_months import say_samples
from pipeline.db import Connection
from pipeline.kpi.choices import MOST, as_shown, filter_values
from pipeline.kpi.filters import Filters
from pipeline.kpi.scopes import Scope, scopes
from pipeline.transform.jalali import calendar_months

PAGES = ("net_sales", "returns", "customers", "salespeople", "lines")
# What belongs to the answer before, and to no other.
_STALE = ("month", "page", "after", "day")


@dataclass(frozen=True)
class Question:
    """What is asked, of which source."""

    filters: Filters
    scope: Scope

    @property
    def currency(self) -> str:
        """The currency of all its money."""
        return self.scope.currency


def ask(here: Here, connection: Connection) -> Question | None:
    """The question of the address, drawn to be changed; None, and why, when nothing is published.

    What the address does not say is asked for as usual, and not written into it: each writing is a
    step of the browser's history, and the way back would end there.
    """
    follow(here)
    found = scopes(connection)
    if not found:
        _draw_nothing(here)
        return None
    question = _read(here.address, found)
    question = replace(question, filters=as_shown(connection, question.filters))
    _draw(here, connection, question, found)
    say_samples(here, connection, question.filters)
    _draw_others(here, question)
    return question


def _read(given: Address, found: list[Scope]) -> Question:
    source = given.choice("source", [scope.source for scope in found], found[0].source)
    scope = next(scope for scope in found if scope.source == source)
    known = [month.name for month in calendar_months()]
    first, last = scope.usual
    last = given.choice("to", known, last)
    first = given.choice("from", known, min(first, last))
    if first > last:
        given.unknown.append(("from", first))
        first = last
    return Question(Filters(source, first, last, **values(given.texts, FILTERS)), scope)


def _draw_others(here: Here, question: Question) -> None:
    """The same question to the other pages."""
    state = state_of(question.filters)
    row(
        [
            (page_texts(name, here.language)("title"), address(name, state))
            for name in PAGES
            if name != here.name
        ],
        "sales-in",
    )


def _draw_nothing(here: Here) -> None:
    t = words(here)
    with st.container(border=True, key="empty_figures", horizontal_alignment="center"):
        st.markdown(f"## {t('none_title')}")
        st.caption(t("none_text"))
        link_to("months", t("go_months"))
        link_to("upload", t("go_upload"))


def _draw(here: Here, connection: Connection, question: Question, found: list[Scope]) -> None:
    t, asked, scope = words(here), question.filters, question.scope
    months = sorted({*scope.months, asked.from_month, asked.to_month})
    with st.container(horizontal=True, vertical_alignment="bottom", key="question"):
        if len(found) > 1:
            _select("source", t("source"), [s.source for s in found], scope.source,
                    here.source)  # fmt: skip
        _select("from", t("from"), months, asked.from_month, here.f.month)
        _select("to", t("to"), months, asked.to_month, here.f.month)
        count = sum(len(getattr(asked, field)) for field in FILTERS)
        label = t("filters_set", count=here.f.number(count)) if count else t("filters")
        with st.popover(label, icon=":material/filter_alt:", width=150):
            for field, name in FILTERS.items():
                _pick(here, connection, question, field, name)
        if count:
            st.button(t("clear"), on_click=_clear, type="tertiary")
    if count:
        st.caption(" · ".join(_said(here, field, question) for field in FILTERS
                              if getattr(asked, field)))  # fmt: skip


def _select(name: str, label: str, options: list[str], chosen: str, shown: Any = str) -> None:
    key = f"ask_{name}"
    st.session_state[key] = chosen
    st.selectbox(label, options, key=key, format_func=shown, on_change=partial(_write, name, key),
                 width=190)  # fmt: skip


def _pick(here: Here, connection: Connection, question: Question, field: str, name: str) -> None:
    """Values of one filter, found by typing; those chosen stay choices, whatever they are.

    A half-space need not be typed: the letters in their order are enough.
    """
    t, key = words(here), f"ask_{name}"
    chosen = ["" if value is None else value for value in getattr(question.filters, field)]
    kind = cast(Literal["branches", "cities", "brands", "salespeople"], field)
    known = filter_values(connection, kind, question.filters.source, limit=MOST)
    labels = {value.key: value.label for value in known}
    options = list(dict.fromkeys([*labels, "", *chosen]))
    st.session_state[key] = chosen
    st.multiselect(
        t(field), options, key=key, placeholder=t("any"), on_change=partial(_write, name, key),
        format_func=lambda value: _name(t("unknown"), value, labels.get(value)),
        accept_new_options=len(known) == MOST, filter_mode="fuzzy", select_all=False,
    )  # fmt: skip


def _name(unknown: str, value: str, label: str | None) -> str:
    if not value:
        return unknown
    return value if label in (None, value) else f"{label} ({value})"


def _said(here: Here, field: str, question: Question) -> str:
    t = words(here)
    chosen = [plain(v) if v else t("unknown") for v in getattr(question.filters, field)]
    return f"{t(field)}: {t('comma').join(chosen)}"


def _write(name: str, key: str) -> None:
    """Put a changed widget into the address; it runs before the page does."""
    chosen = st.session_state[key]
    state: dict[str, Any] = {**dict.fromkeys(_STALE), name: chosen}
    if name in ("from", "to"):
        first, last = st.session_state["ask_from"], st.session_state["ask_to"]
        # The end that was not touched gives way.
        state |= {"from": first, "to": last} if first <= last else {"from": chosen, "to": chosen}
    elif name == "source":
        state |= dict.fromkeys(["from", "to", *FILTERS.values()])
    Address().write(**state)


def _clear() -> None:
    Address().write(**dict.fromkeys([*FILTERS.values(), *_STALE]))
