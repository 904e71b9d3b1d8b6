"""Loads: every file ever received, and what became of it."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from pages.frame.formats import isolate
from pages.frame.language import frame_texts
from pages.frame.page import Here, Page
from pages.frame.shell import link_to
from pages.widgets.job_progress import draw_active_jobs
from pages.widgets.sample_months import mark
from pipeline.access.allowed import Action
from pipeline.db import Row
from pipeline.loads import STATES, LoadFilter, list_received, load_choices
from pipeline.sample_months import is_sample

PAGE = Page(
    section="data",
    order=20,
    icon=":material/inventory_2:",
    action=Action.SEE_LOADS,
)
_TAGS = {"draft": "wait", "received": "wait", "failed": "bad", "voided": "bad"}


def draw(here: Here) -> None:
    """The files that fit the filter, newest first, page by page."""
    t = here.t
    sources, periods = load_choices(here.url)
    if not sources:
        with here.empty("none"):
            link_to("upload", t("go_upload"))
        return
    draw_active_jobs(here)
    wanted = _filter(here, sources, periods)
    page = list_received(here.url, wanted, before=here.address.number("before", least=1))
    st.caption(t("count", loads=here.f.number(page.count)))
    if not page.rows:
        with here.empty("nothing_fits"):
            st.button(t("show_all"), on_click=partial(_show_all, here))
        return
    for row in page.rows:
        _draw_load(here, row)
    _draw_turning(here, page.next_before)


def _filter(here: Here, sources: list[str], periods: list[str]) -> LoadFilter:
    """The filter of the address, drawn and written back."""
    t, address, states = here.t, here.address, frame_texts(here.language)
    given = LoadFilter(
        tuple(address.choices("state", STATES)),
        address.choice("source", sources, "") or None,
        address.choice("period", periods, "") or None,
        address.text("text", longest=100) or None,
    )
    turn_back = partial(address.write, before=None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(t("search"), given.text or "", placeholder=t("search_what"),
                             max_chars=100, on_change=turn_back)  # fmt: skip
        period = st.selectbox(
            t("month"),
            periods,
            index=_index(periods, given.period),
            format_func=here.f.month,
            placeholder=t("any"),
            on_change=turn_back,
        )
        source = given.source
        if len(sources) > 1:
            source = st.selectbox(t("source"), sources, index=_index(sources, given.source),
                                  format_func=here.source,
                                  placeholder=t("any"), on_change=turn_back)  # fmt: skip
    picked = st.pills(t("state"), STATES, selection_mode="multi", default=given.states,
                      format_func=lambda s: states(f"state_{s}"), on_change=turn_back)  # fmt: skip
    address.write(state=list(picked), source=source, period=period, text=text.strip())
    return LoadFilter(tuple(picked), source, period, text)


def _draw_load(here: Here, row: Row) -> None:
    t, f = here.t, here.f
    state = frame_texts(here.language)(f"state_{row['state']}")
    month = f.month(row["period"]) if row["period"] else t("month_unknown")
    came = t(
        "came",
        user=here.actor(row["received_by"]),
        when=f.moment(row["received_at"]),
    )
    counts = t("not_run")
    if row["lines_read"] is not None:
        counts = t("counts", lines=f.number(row["lines_read"]),
                   refused=f.number(row["rejected_lines"]), issues=f.number(row["issues"]),
                   net=f.money(row["net_amount"], row["currency"] or "IRR"))  # fmt: skip
    sample = f' <span class="sales-tag">{escape(mark(here))}</span>' if is_sample(row) else ""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="sales-load"><b>{escape(isolate(row["file_name"]))}</b> '
            f'<span class="sales-tag {_TAGS.get(row["state"], "")}">{escape(state)}</span>{sample}'
            f"<div>{escape(month)} · {escape(counts)}</div>"
            f"<small>{escape(came)}</small></div>"
        )
        link_to("load", t("open", load=f.number(row["load_id"])), load=str(row["load_id"]))


def _draw_turning(here: Here, next_before: int | None) -> None:
    with st.container(horizontal=True):
        if here.address.number("before") is not None:
            st.button(here.t("first_page"), on_click=partial(here.address.write, before=None))
        if next_before is not None:
            st.button(here.t("next_page"), icon=":material/expand_more:",
                      on_click=partial(here.address.write, before=next_before))  # fmt: skip


def _show_all(here: Here) -> None:
    here.address.write(state=None, source=None, period=None, text=None, before=None)


def _index(options: list[str], chosen: str | None) -> int | None:
    return options.index(chosen) if chosen in options else None
