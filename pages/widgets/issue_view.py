"""One issue: what is wrong and what to do, its line with the cell marked, and how it was read."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from pages.frame.formats import escape as escape_marks
from pages.frame.formats import isolate, named, plain
from pages.frame.language import frame_texts, rule_title
from pages.frame.names import found_text
from pages.frame.page import Here
from pages.widgets.cards import Card, cards
from pages.widgets.issue_table import SEVERITY_TAGS, STATUS_TAGS, value_cell
from pages.widgets.money_of import currency_of
from pages.widgets.pick_table import PickCell, PickRow, pick_table
from pages.widgets.raw_text import direction_of, line_html, raw_html
from pipeline.db import Row
from pipeline.issue_detail import IssueDetail

_NUMBERS = {"quantity", "free_quantity", "unit_price", "gross_amount", "discount_volume",
            "discount_cash", "discount_amount", "tax_amount", "net_amount"}  # fmt: skip
# What the event date says too.
_ELSEWHERE = {"line_no", "event_date_jalali", "jalali_month"}


def draw_issue(here: Here, detail: IssueDetail) -> None:
    """What is wrong, where, how much money it touches, and what to do."""
    t, f, issue, words = here.t, here.f, detail.issue, frame_texts(here.language)
    names = detail.names
    currency = currency_of(issue["source_system"])
    tags = [(words(f"severity_{issue['severity']}"), SEVERITY_TAGS[issue["severity"]]),
            (words(f"status_{issue['status']}"), STATUS_TAGS[issue["status"]])]  # fmt: skip
    if issue["came_back"]:
        tags.append((t("came_back"), "bad"))
    shown = "".join(f'<span class="sales-tag {c}">{escape(text)}</span> ' for text, c in tags)
    st.header(rule_title(issue["rule_code"], here.language), anchor=False)
    code = f'<span class="sales-code">{escape(issue["rule_code"])}</span>'
    st.html(f"<div>{shown}{code}</div>")
    where = t("whole_load") if issue["line_no"] is None else f.number(issue["line_no"])
    cards([
        Card(t("in_line"), where,
             t("of_file", file=isolate(issue["file_name"]), load=f.number(issue["load_id"]))),
        Card(t("in_column"), isolate(issue["column_name"] or "–"), f.month(issue["period"])),
        Card(t("touches"), f.money(issue["impact_amount"], currency),
             t("belongs", salesperson=named(names.salespeople, issue["salesperson_id"]),
               branch=named(names.branches, issue["branch_id"])),
             f.money_exact(issue["impact_amount"], currency)),
        Card(t("has_it"), isolate(issue["assignee"] or t("nobody")),
             f.moment(issue["changed_at"]) if issue["changed_at"] else t("untouched")),
    ])  # fmt: skip
    if detail.rule is not None:
        st.info(detail.rule.advice.of(here.language), icon=":material/lightbulb:")
    said = found_text(f, issue["rule_code"], issue["raw_value"], currency)
    if said is not None:
        st.markdown(f"**{escape_marks(said)}**")
    elif detail.rule is None or detail.line is None:
        st.caption(plain(issue["message"]))


def draw_line(here: Here, detail: IssueDetail) -> None:
    """The cells as they stand beside what was understood; other cells and the text on demand."""
    t = here.t
    if detail.line is None:
        st.caption(t("no_line"))
        return
    st.header(t("the_line"), anchor=False)
    st.caption(t("line_rejected" if detail.is_rejected else "line_kept"))
    if detail.canonical is None:
        st.warning(t("cannot_be_cut"), icon=":material/content_cut:")
    names = {header: name for name, header in detail.headers.items()}
    understood = _understood(detail.canonical)
    rows, rest = [], []
    for cell in sorted(detail.cells, key=lambda cell: not cell.is_marked):
        name = names.get(cell.header or "", "")
        reading = _reading(here, name, understood[name], cell.text) if name in understood else ""
        row = _cell_row(here, cell, reading)
        (rows if cell.is_marked or reading or detail.canonical is None else rest).append(row)
    worked_out = f'<i class="sales-none">{escape(t("worked_out"))}</i>'
    rows += [
        _row(t(f"column_{name}"), worked_out, _reading(here, name, value))
        for name, value in understood.items()
        if value is not None and name not in detail.headers and name not in _ELSEWHERE
    ]
    _table(here, rows)
    if rest:
        with st.expander(t("other_cells", count=here.f.number(len(rest)))):
            _table(here, rest)
    with st.expander(t("line_text")):
        headers = [cell.header for cell in detail.cells]
        mood = SEVERITY_TAGS[detail.issue["severity"]]
        marks = {at: mood for at, cell in enumerate(detail.cells) if cell.is_marked}
        st.html(line_html(detail.line.rstrip("\r\n"), detail.spans, marks, direction_of(headers)))


def draw_related(here: Here, detail: IssueDetail) -> None:
    """Other issues of the line, and the same issue in other lines or loads; each opens."""
    t, currency = here.t, currency_of(detail.issue["source_system"])
    for name, found in (("same_line", detail.same_line), ("twins", detail.twins)):
        if not found:
            continue
        st.header(t(name), anchor=False)
        heads = [(t("head_rule"), False), (t("head_where"), False), (t("head_column"), False),
                 (t("head_value"), False), (t("head_money"), True)]  # fmt: skip
        pick_table(
            here, f"issue_{name}", heads, [_related(here, row, currency) for row in found],
            label=t(name), on_open=lambda issue: st.query_params.update(issue=issue),
        )  # fmt: skip


def _related(here: Here, row: Row, currency: str) -> PickRow:
    t, f = here.t, here.f
    where = t("whole_load") if row["line_no"] is None else t("line", line=f.number(row["line_no"]))
    severity = frame_texts(here.language)(f"severity_{row['severity']}")
    return PickRow(row["issue_id"], [
        PickCell(rule_title(row["rule_code"], here.language), below=severity,
                 below_tag=SEVERITY_TAGS[row["severity"]]),
        PickCell(where, below=t("load", load=f.number(row["load_id"]))),
        PickCell(isolate(row["column_name"] or "–")),
        value_cell(here, row, currency),
        PickCell(f.money(row["impact_amount"], currency)),
    ])  # fmt: skip


def _cell_row(here: Here, cell: Any, reading: str) -> str:
    header = here.t("no_header") if cell.header is None else cell.header
    raw = raw_html(cell.text, here.t("nothing"))
    return _row(header, raw, reading, "marked" if cell.is_marked else "")


def _row(header: str, raw: str, reading: str, kind: str = "") -> str:
    return (
        f'<tr class="{kind}"><th scope="row"><bdi>{escape(header)}</bdi></th>'
        f"<td>{raw}</td><td>{reading}</td></tr>"
    )


def _table(here: Here, rows: list[str]) -> None:
    t = here.t
    heads = "".join(
        f'<th scope="col">{escape(t(f"cell_{n}"))}</th>' for n in ("header", "raw", "read")
    )
    st.html(
        '<div class="sales-scroll"><table class="sales-table sales-line">'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _understood(canonical: dict[str, Any] | None) -> dict[str, Any]:
    """Canonical values by their columns; the event date stands with the date it was taken from."""
    found = dict(canonical or {})
    if taken := found.get("event_date_source"):
        found[f"{taken}_date"] = found["event_date"]
    return found


def _reading(here: Here, name: str, value: Any, raw: str = "") -> str:
    """One canonical value for eyes; a cell with something in it that came to nothing is said."""
    f = here.f
    if value is None:
        said = "not_read" if raw.strip().strip("-") else "nothing"
        return f'<i class="sales-none">{escape(here.t(said))}</i>'
    if name == "transaction_type":
        return escape(here.t(f"type_{value}"))
    if name == "event_date_source":
        return escape(here.t(f"source_{value}"))
    if name in _NUMBERS:
        return escape(f.number(value))
    if hasattr(value, "year"):
        return escape(f.day_short(value))
    return f"<bdi>{escape(str(value))}</bdi>"
