"""One line: its text and cells in the file, how it was read, what is wrong with it, who sent it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.frame.formats import escape, isolate, plain
from pages.frame.language import frame_texts, rule_title
from pages.frame.page import Here, Page
from pages.frame.shell import draw_back, link_to
from pages.widgets.cards import Cell, small_table
from pages.widgets.figure_words import may_see_personal, words
from pages.widgets.inside import follow
from pages.widgets.money_of import currency_of
from pages.widgets.raw_text import direction_of, line_html
from pipeline.access.allowed import Action
from pipeline.db import reading
from pipeline.kpi.line_detail import LineDetail, line_detail

PAGE = Page(
    section="figures",
    order=60,
    icon=":material/receipt_long:",
    action=Action.SEE_LINES,
    in_menu=False,
)
_BOUNDS = range(1, 2**31)


def draw(here: Here) -> None:
    """The line that the address names; without one, the way to choose it."""
    follow(here)
    load_id, line_no = here.address.number("load", least=1), here.address.number("line", least=1)
    if load_id is None or line_no is None or line_no not in _BOUNDS:
        with here.empty("none"):
            link_to("lines", here.t("go_lines"))
        return
    with reading(here.url) as connection:
        line = line_detail(connection, load_id, line_no, may_see=may_see_personal(here.who))
    _draw_ways_back(line)
    _draw_place(here, line)
    _draw_text(here, line)
    _draw_issues(here, line)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _draw_cells(here, line)
    with right:
        _draw_reading(here, line)


def _draw_ways_back(line: LineDetail) -> None:
    """To the list as it was left; whoever came by a link gets the lines of the load's own month."""
    asked = {"source": line.source_system}
    if line.period:
        asked |= {"from": line.period, "to": line.period}
    draw_back("lines", **asked)


def _draw_place(here: Here, line: LineDetail) -> None:
    t, f = here.t, here.f
    state = frame_texts(here.language)(f"state_{line.state}")
    month = f.month(line.period) if line.period else t("no_month")
    st.header(t("of_file", line=f.number(line.line_no), file=plain(line.file_name)),
                 anchor=False)  # fmt: skip
    st.markdown(t("place", load=f.number(line.load_id), state=state, month=month,
                  place=_place(here, line.place)))  # fmt: skip
    st.caption(
        t(
            "came",
            user=escape(here.actor(line.received_by)),
            when=f.moment(line.received_at),
        )
    )
    link_to("load", t("go_load"), load=str(line.load_id))


def _place(here: Here, place: str | None) -> str:
    names = {None: "place_none", "canonical": "place_canonical", "rejected": "place_rejected"}
    return here.t(names.get(place, "place_set_aside"))


def _draw_text(here: Here, line: LineDetail) -> None:
    st.markdown(f"**{here.t('text')}**")
    if line.text is None:
        st.caption(here.t("text_hidden"))
        return
    by_header = _marks(line)
    marks = {c.position: by_header[c.header] for c in line.cells if c.header in by_header}
    # Before a run is through, nobody knows the headers: the text speaks for itself.
    headers = [cell.header for cell in line.cells] or [line.text]
    with st.container(key="raw_line"):
        st.html(line_html(line.text, line.spans, marks, direction_of(headers)))
    if line.is_undecodable:
        st.caption(here.t("undecodable"))


def _marks(line: LineDetail) -> dict[str | None, str]:
    """How the cells that issues name are marked, by their headers; an error wins."""
    by_weight = sorted(line.issues, key=lambda issue: issue.severity == "ERROR")
    return {i.column_name: "bad" if i.severity == "ERROR" else "wait" for i in by_weight
            if i.column_name}  # fmt: skip


def _draw_issues(here: Here, line: LineDetail) -> None:
    t, states = here.t, frame_texts(here.language)
    st.markdown(f"**{t('issues')}**")
    if not line.issues:
        st.caption(t("no_issues"))
        return
    heads = [(t("head_rule"), False), (t("head_severity"), False), (t("head_column"), False),
             (t("head_value"), False), (t("head_impact"), True)]  # fmt: skip
    small_table(heads, [
        [
            Cell(rule_title(issue.rule_code, here.language)),
            Cell(states(f"severity_{issue.severity}"),
                 tag="bad" if issue.severity == "ERROR" else "wait"),
            Cell(isolate(issue.column_name or "")),
            Cell(isolate(issue.raw_value or "")),
            Cell(here.f.money(issue.impact_amount, currency_of(line.source_system)), True),
        ]
        for issue in line.issues
    ])  # fmt: skip


def _draw_cells(here: Here, line: LineDetail) -> None:
    """Cells in the order of the file; a cell that an issue names is marked."""
    t = here.t
    st.markdown(f"**{t('cells')}**")
    if not line.cells:
        st.caption(t("no_cells"))
        return
    marks = _marks(line)
    small_table(
        [("#", False), (t("head_header"), False), (t("head_value"), False)],
        [
            [
                Cell(here.f.number(cell.position + 1)),
                Cell(isolate(cell.header or t("no_header"))),
                Cell(isolate(cell.value or ""), tag=marks.get(cell.header) if cell.value else None),
            ]
            for cell in line.cells
        ],
    )
    if line.is_masked:
        st.caption(t("personal_hidden"))


def _draw_reading(here: Here, line: LineDetail) -> None:
    """What canonical holds of the line, by our own words for its columns."""
    t, shared = here.t, words(here)
    st.markdown(f"**{t('reading')}**")
    if line.fact is None:
        st.caption(t("not_read"))
        return
    rows = [[Cell(shared(f"fact_{name}")), Cell(_value(here, name, value))]
            for name, value in line.fact.items()]  # fmt: skip
    small_table([(t("head_header"), False), (t("head_value"), False)], rows)


def _value(here: Here, name: str, value: Any) -> str:
    if isinstance(value, date):
        return here.f.day(value)
    if name == "jalali_month":
        return here.f.month(value)
    if isinstance(value, Decimal | int):
        return here.f.number(value)
    return here.f.number(None) if value is None else isolate(value)
