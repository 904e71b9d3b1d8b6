"""Issues: find them, see the line and what it means, say what becomes of them."""

from __future__ import annotations

import streamlit as st

from pages.frame.page import Here, Page
from pages.frame.shell import link_to
from pages.widgets.issue_address import is_everything
from pages.widgets.issue_filters import asked, draw_filters, say_unknown, show
from pages.widgets.issue_table import QUEUE, draw_head, draw_rows, read_page
from pages.widgets.issue_triage import do_asked, draw_form, draw_history, may_triage
from pages.widgets.issue_view import draw_issue, draw_line, draw_related
from pipeline.access.allowed import Action
from pipeline.issue_detail import issue_detail
from pipeline.quality.issue_filter import IssueFilter
from pipeline.settings import get_settings

PAGE = Page(
    section="data",
    order=30,
    icon=":material/rule:",
    action=Action.SEE_ISSUES,
)


def draw(here: Here) -> None:
    """The list, or the one issue that the address names."""
    say_unknown(here)
    do_asked(here)
    if (issue_id := here.address.number("issue", least=1)) is not None:
        _draw_one(here, issue_id)
    else:
        _draw_list(here)


def _draw_list(here: Here) -> None:
    wanted = asked()
    draw_filters(here, wanted)
    page = read_page(here, wanted)
    if not page.count.issues:
        _draw_nothing(here, wanted)
        return
    draw_head(here, wanted, page.count)
    above = st.container(key="issue_bulk")
    ticked = draw_rows(here, page, tick=may_triage(here))
    if may_triage(here):
        with above:
            _draw_bulk(here, wanted, page.count.issues, ticked)


def _draw_bulk(here: Here, wanted: IssueFilter, count: int, ticked: list[int]) -> None:
    """One act on the ticked ones, or on everything that fits; closed until it is asked for."""
    if ticked:
        wanted, count = IssueFilter(issue_ids=tuple(ticked)), len(ticked)
    name = "bulk_ticked" if ticked else "bulk_all"
    with st.expander(here.t(name, count=here.f.number(count)), icon=":material/done_all:"):
        st.caption(here.t("bulk_help"))
        draw_form(here, f"issues_{name}", wanted, count)


def _draw_nothing(here: Here, wanted: IssueFilter) -> None:
    if is_everything(wanted):
        with here.empty("none"):
            link_to("upload", here.t("go_upload"))
    else:
        with here.empty("none_fit"):
            st.button(here.t("clear"), key="issues_clear_all", on_click=lambda: show(IssueFilter()))


def _draw_one(here: Here, issue_id: int) -> None:
    _draw_way(here, issue_id)
    detail = issue_detail(here.url, get_settings(), issue_id)
    draw_issue(here, detail)
    line, said = st.columns([3, 2], gap="large")
    with line:
        draw_line(here, detail)
    with said:
        if may_triage(here):
            st.header(here.t("say"), anchor=False)
            draw_form(here, f"issue_{issue_id}", IssueFilter(issue_ids=(issue_id,)), 1)
        st.header(here.t("history"), anchor=False)
        draw_history(here, detail.history)
    draw_related(here, detail)


def _draw_way(here: Here, issue_id: int) -> None:
    """Back to the list, and through the issues of the page that it came from."""
    queue: list[int] = st.session_state.get(QUEUE, [])
    at = queue.index(issue_id) if issue_id in queue else None
    with st.container(horizontal=True, key="issue_way"):
        st.button(here.t("to_list"), key="issue_to_list", icon=":material/list:",
                  on_click=lambda: st.query_params.pop("issue", None))  # fmt: skip
        for name, step in (("issue_before", -1), ("issue_next", 1)):
            there = queue[at + step] if at is not None and 0 <= at + step < len(queue) else None
            st.button(here.t(name), key=name, disabled=there is None, on_click=_open, args=(there,))


def _open(issue_id: int | None) -> None:
    st.query_params["issue"] = str(issue_id)
