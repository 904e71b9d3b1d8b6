"""Audit: who did what, when, to what, from where; and whether the chain still holds."""

from __future__ import annotations

import streamlit as st

from pages.frame.page import Here, Page
from pages.widgets.audit_filters import asked, draw_filters, draw_head, draw_turning, show_all
from pages.widgets.audit_view import draw_event, draw_list, draw_state
from pages.widgets.inside import follow
from pipeline.access.allowed import Action
from pipeline.audit_trail import chain_state, choices, list_page, read_event

PAGE = Page(section="settings", order=20, icon=":material/history:", action=Action.SEE_AUDIT)


def draw(here: Here) -> None:
    """The events that fit the address, or the one that it names."""
    follow(here)
    if (event_id := here.address.number("event", least=1)) is not None:
        st.button(here.t("to_list"), icon=":material/list:",
                  on_click=lambda: st.query_params.pop("event", None))  # fmt: skip
        draw_event(here, read_event(here.url, event_id))
        return
    if (state := chain_state(here.url)) is not None:
        draw_state(here, state)
    _draw_list(here)


def _draw_list(here: Here) -> None:
    wanted, unknown = asked()
    here.address.unknown += unknown
    draw_filters(here, choices(here.url))
    page = list_page(here.url, wanted, before=here.address.number("before", least=1))
    draw_head(here, page)
    if not page.rows:
        with here.empty("none_fit"):
            st.button(here.t("clear"), key="audit_clear_all", on_click=show_all)
        return
    draw_list(here, page)
    draw_turning(here, page.next_before)
