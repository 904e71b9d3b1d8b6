"""The filter above audit events: fields that write the address, from which the list is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from pages.frame.page import Here
from pages.widgets.audit_address import (
    NAMES,
    Unknown,
    ascii_digits,
    day_of,
    filter_pairs,
    read_filter,
)
from pages.widgets.audit_words import action_word, kind_word
from pipeline.audit_trail import EventFilter, EventPage

_KEY = "audit_"


def asked() -> tuple[EventFilter, Unknown]:
    """The filter in the address, and what makes no sense there."""
    return read_filter(st.query_params.get_all)


def draw_filters(here: Here, known: dict[str, list[str]]) -> None:
    """Fields for person, action, subject, days and text."""
    with st.container(key="audit_filter", horizontal=True, vertical_alignment="bottom"):
        _text(here, "text", here.t("text_hint"))
        _many(here, "actor", known["actor"], here.actor)
        _many(here, "action", known["action"], lambda code: action_word(code, here.language))
        _many(here, "kind", known["kind"], lambda code: kind_word(code, here.language))
        _text(here, "id", "")
        _day(here, "from")
        _day(here, "to")
        if st.query_params.keys() & set(NAMES):
            st.button(here.t("clear"), key=f"{_KEY}clear", icon=":material/close:",
                      type="tertiary", on_click=show_all)  # fmt: skip


def draw_head(here: Here, page: EventPage) -> None:
    """How many of how many, and the same events as a sheet."""
    with st.container(horizontal=True, vertical_alignment="center", key="audit_head"):
        st.markdown(f"**{here.t('count', of=here.f.of(page.count, page.all_events))}**")
        query = escape(urlencode(filter_pairs(st.query_params.get_all), doseq=True))
        links = "".join(
            f'<a class="sales-link sales-quiet" download href="/sheets/audit.{kind}?{query}">'
            f"{escape(here.t(f'export_{kind}'))}</a>"
            for kind in ("xlsx", "csv")
        )
        st.html(f'<div class="sales-ways">{links}</div>', width="content")


def draw_turning(here: Here, next_before: int | None) -> None:
    """The ways to the newest and to older events."""
    with st.container(horizontal=True, key="audit_turning"):
        if here.address.number("before") is not None:
            st.button(here.t("first_page"), key=f"{_KEY}first",
                      on_click=lambda: st.query_params.pop("before", None))  # fmt: skip
        if next_before is not None:
            st.button(here.t("next_page"), key=f"{_KEY}next", icon=":material/expand_more:",
                      on_click=lambda: st.query_params.update(before=str(next_before)))  # fmt: skip


def show_all() -> None:
    """Ask for nothing any more."""
    for name in (*NAMES, "before", "event"):
        st.query_params.pop(name, None)


def _many(here: Here, name: str, known: Sequence[str], word: Callable[[str], str]) -> None:
    key, chosen = f"{_KEY}{name}", st.query_params.get_all(name)
    st.session_state[key] = chosen
    st.multiselect(
        here.t(f"label_{name}"), [*dict.fromkeys([*known, *chosen])], key=key, format_func=word,
        placeholder=here.t("any"), on_change=lambda: _write(name, st.session_state[key]),
    )  # fmt: skip


def _text(here: Here, name: str, hint: str) -> None:
    key = f"{_KEY}{name}"
    st.session_state[key] = st.query_params.get(name, "")
    st.text_input(here.t(f"label_{name}"), key=key, placeholder=hint, max_chars=200,
                  on_change=lambda: _write(name, [st.session_state[key].strip()]))  # fmt: skip


def _day(here: Here, name: str) -> None:
    """A day as people type it, in their calendar and digits; the address has ASCII digits."""
    key = f"{_KEY}{name}"
    st.session_state[key] = here.f.digits(st.query_params.get(name, ""))

    def typed() -> None:
        text = st.session_state[key].strip()
        _write(name, [text if day_of(text) is None else ascii_digits(text)])

    st.text_input(here.t(f"label_{name}"), key=key, placeholder=here.t("day_hint"),
                  max_chars=20, on_change=typed)  # fmt: skip


def _write(name: str, values: list[str]) -> None:
    for place in ("before", "event"):
        st.query_params.pop(place, None)
    if values := [value for value in values if value]:
        st.query_params[name] = values
    else:
        st.query_params.pop(name, None)
