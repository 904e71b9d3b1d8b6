"""Issues that fit the filter: how many of how many, a page of them, and ways out as files."""

from __future__ import annotations

from html import escape
from typing import cast
from urllib.parse import urlencode

import streamlit as st

from pages.frame.formats import isolate
from pages.frame.language import frame_texts, rule_title
from pages.frame.names import found_text
from pages.frame.page import Here
from pages.widgets.issue_address import filter_pairs, is_everything
from pages.widgets.money_of import currency_of, money_by_source
from pages.widgets.pick_table import PickCell, PickRow, pick_table
from pipeline.db import Row
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.issue_list import (
    PAGE,
    IssueCount,
    IssuePage,
    Order,
    count_issues,
    list_issues,
)

ORDERS = ("file", "money", "rule")
SEVERITY_TAGS = {"ERROR": "bad", "WARNING": "wait"}
STATUS_TAGS = {"open": "", "in_progress": "wait", "fixed_at_source": "good", "accepted": "good",
               "false_alarm": "good"}  # fmt: skip
_BEFORE = "issues_before"
QUEUE = "issues_queue"
ACTS = "issues_acts"


def acts_so_far() -> int:
    """How many acts this tab has done: after each one, ticks and fields begin anew."""
    return int(st.session_state.get(ACTS, 0))


def read_page(here: Here, wanted: IssueFilter) -> IssuePage:
    """The page that the address asks for; the ids in it are what "next" goes through."""
    order = cast(Order, here.address.choice("order", ORDERS, "file"))
    after = here.address.text("after", longest=300) or None
    page = list_issues(here.url, wanted, order=order, after=after)
    st.session_state[QUEUE] = [row["issue_id"] for row in page.rows]
    return page


def draw_head(here: Here, wanted: IssueFilter, count: IssueCount) -> None:
    """n of N and the money, in what order, and the same issues as a sheet."""
    t, f = here.t, here.f
    money = t("money", money=money_by_source(here, count.impact_amounts))
    if is_everything(wanted):
        said = t("count_all", count=f.number(count.issues))
    else:
        whole = count_issues(here.url, IssueFilter(states=wanted.states)).issues
        said = t("count", of=f.of(count.issues, max(whole, count.issues)))
    st.markdown(f"**{said}** · {money}")
    if not count.issues:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="issue_tools"):
        _draw_order(here)
        query = urlencode(filter_pairs(wanted), doseq=True)
        links = "".join(
            f'<a class="sales-link sales-quiet" download href="/sheets/issues.{kind}?'
            f'{escape(query)}">{escape(t(f"export_{kind}"))}</a>'
            for kind in ("xlsx", "csv")
        )
        st.html(f'<div class="sales-ways">{links}</div>', width="content")


def draw_rows(here: Here, page: IssuePage, *, tick: bool) -> list[int]:
    """The page as a table; returns the issues that are ticked."""
    t = here.t
    heads = [(t(f"head_{name}"), name == "money")
             for name in ("rule", "where", "column", "value", "money", "status")]  # fmt: skip
    ticked = pick_table(
        here, f"issue_rows_{acts_so_far()}", heads, [_row(here, row) for row in page.rows],
        label=t("title"), tick=tick, on_open=lambda issue: st.query_params.update(issue=issue),
    )  # fmt: skip
    _draw_paging(here, page)
    return [int(issue) for issue in ticked]


def _row(here: Here, row: Row) -> PickRow:
    t, f, words = here.t, here.f, frame_texts(here.language)
    where = t("whole_load") if row["line_no"] is None else t("line", line=f.number(row["line_no"]))
    load = t("load", load=f.number(row["load_id"]))
    currency = currency_of(row["source_system"])
    return PickRow(
        row["issue_id"],
        [
            PickCell(rule_title(row["rule_code"], here.language), title=row["rule_code"],
                     below=words(f"severity_{row['severity']}"),
                     below_tag=SEVERITY_TAGS[row["severity"]]),
            PickCell(where, below=f"{f.month(row['period'])} · {load}"),
            PickCell(isolate(row["column_name"] or "–")),
            value_cell(here, row, currency),
            PickCell(f.money(row["impact_amount"], currency),
                     title=f.money_exact(row["impact_amount"], currency)),
            PickCell(words(f"status_{row['status']}"), tag=STATUS_TAGS[row["status"]],
                     below=t("came_back") if row["came_back"] else
                     isolate(row["assignee"]) if row["assignee"] else "",
                     below_tag="bad" if row["came_back"] else None),
        ],
    )  # fmt: skip


def value_cell(here: Here, row: Row, currency: str) -> PickCell:
    """The value of the file as it stands; what a rule found of the whole load, in words."""
    value = row["raw_value"]
    said = found_text(here.f, row["rule_code"], value, currency)
    return PickCell(value, is_raw=value is not None) if said is None else PickCell(said)


def _draw_order(here: Here) -> None:
    st.session_state["issues_order"] = here.address.choice("order", ORDERS, "file")

    def chosen() -> None:
        for name in ("after", "page"):
            st.query_params.pop(name, None)
        st.query_params["order"] = st.session_state["issues_order"]

    st.segmented_control(
        here.t("order"), ORDERS, key="issues_order", required=True, on_change=chosen,
        format_func=lambda name: here.t(f"order_{name}"), label_visibility="collapsed",
    )  # fmt: skip


def _draw_paging(here: Here, page: IssuePage) -> None:
    """Where this page stands, and the ways to the one before and after it."""
    number = here.address.number("page", 1, least=1) or 1
    before: list[str | None] = st.session_state.setdefault(_BEFORE, [])
    if number == 1:
        before.clear()
        if page.next_page is None:
            return
    first = (number - 1) * PAGE + 1
    shown = here.t(
        "shown", first=here.f.number(first), last=here.f.number(first + len(page.rows) - 1),
        count=here.f.number(page.count.issues),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", key="issue_paging"):
        st.button(here.t("page_before"), key="issues_back_page", disabled=number == 1,
                  on_click=_go_back, args=(number,))  # fmt: skip
        st.caption(shown)
        st.button(here.t("page_next"), key="issues_next_page", disabled=page.next_page is None,
                  on_click=_go_on, args=(number, page.next_page))  # fmt: skip


def _go_on(number: int, following: str) -> None:
    st.session_state[_BEFORE].append(st.query_params.get("after"))
    st.query_params.update(after=following, page=str(number + 1))


def _go_back(number: int) -> None:
    """To the page before; where a link led into the middle, to the first."""
    before = st.session_state[_BEFORE]
    place = before.pop() if len(before) == number - 1 else None
    if place is None:
        before.clear()
        for name in ("after", "page"):
            st.query_params.pop(name, None)
    else:
        st.query_params.update(after=place, page=str(number - 1))
