"""What differs between a file and the last load of its source, before anything is written."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.frame.formats import escape as unmarked
from pages.frame.formats import isolate
from pages.frame.language import frame_texts, rule_title
from pages.frame.page import Here
from pages.widgets.cards import Cell, small_table
from pages.widgets.file_look import Look
from pages.widgets.sample_months import mark
from pipeline.comparison_apart import Compared, compare_apart
from pipeline.quality.differences import Drift
from pipeline.sample_months import is_sample
from pipeline.settings import get_settings

# Files up to this size are compared without being asked: reading them takes about a second.
AT_ONCE_BYTES = 24 * 1024**2
_KEY = "drift_seen"


def draw_drift(here: Here, look: Look) -> None:
    """The comparison with the last load; of a large file once the person asks for it."""
    t = here.t
    st.header(t("drift"), anchor=False)
    key = (look.upload.token, look.asked.source, look.asked.overrides, str(look.asked.changes))
    known = st.session_state.get(_KEY, (None, None))
    if known[0] != key:
        large = look.upload.size > AT_ONCE_BYTES
        if large and not st.button(t("compare_now", size=here.f.size(look.upload.size))):
            st.caption(t("compare_large"))
            return
        known = (key, _compare(here, look))
        st.session_state[_KEY] = known
    _draw(here, look, *known[1])


def _compare(here: Here, look: Look) -> Compared:
    """Read the file once, the bar saying how far."""
    settings, size, read = get_settings(), max(look.upload.size, 1), 0
    bar = st.progress(0.0, text=here.t("comparing"))

    def tell(_: str, count: int) -> None:
        nonlocal read
        read += count
        bar.progress(min(read / size, 1.0), text=here.t("comparing"))

    compared = compare_apart(here.url, settings, look.changed, tell)
    bar.empty()
    return compared


def _draw(here: Here, look: Look, drift: Drift | None, notable: tuple[str, ...]) -> None:
    t, f = here.t, here.f
    if drift is None:
        st.caption(t("nothing_to_compare"))
        return
    state = frame_texts(here.language)(f"state_{drift.state}")
    if is_sample({"received_by": drift.received_by}):
        state += f" · {mark(here)}"
    file = isolate(unmarked(drift.file_name))
    st.caption(t("compared_with", load=f.number(drift.load_id), month=f.month(drift.period),
                 state=state, file=file))  # fmt: skip
    if notable:
        names = here.listed(rule_title(code, here.language) for code in notable)
        st.warning(t("notable", names=names), icon=":material/trending_up:")
    else:
        st.success(t("usual"), icon=":material/check_circle:")
    _draw_figures(here, look, drift)
    if drift.strays_now:
        st.caption(f":material/info: {_strays(here, drift)}")
    said = _columns(here, drift) + _null_rates(here, drift)
    if said:
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in said)
        st.html(f'<ul class="sales-list">{items}</ul>')


def _draw_figures(here: Here, look: Look, drift: Drift) -> None:
    t, f, currency = here.t, here.f, look.found.mapping.currency
    lines, net = drift.lines_percent, drift.net_amount_percent
    rows = [
        (t("drift_lines"), f.number(drift.lines_then), f.number(drift.lines_now),
         f.percent(lines / 100 if lines is not None else None, sign=True)),
        (t("drift_net"), f.money(drift.net_amount_then, currency),
         f.money(drift.net_amount_now, currency),
         f.percent(net / 100 if net is not None else None, sign=True)),
        (t("drift_days"), _days(here, drift.first_day_then, drift.last_day_then),
         _days(here, drift.first_day_now, drift.last_day_now), ""),
    ]  # fmt: skip
    for name, change in drift.entities.items():
        come, gone = f.number(change.new_count), f.number(change.vanished_count)
        rows.append((t(f"drift_{name}"), "", "", t("come_and_gone", come=come, gone=gone)))
    heads = [("what", False), ("then", True), ("now", True), ("change", True)]
    small_table(
        [(t(f"head_{name}"), number) for name, number in heads],
        [[Cell(row[0]), *(Cell(text, number=True) for text in row[1:])] for row in rows],
    )


def _columns(here: Here, drift: Drift) -> list[str]:
    t, columns = here.t, drift.columns
    moved = [one.header for one in columns.moved]
    lists = (("missing", columns.missing), ("new", columns.new), ("moved", moved))
    said = [
        t(f"columns_{name}", names=here.listed(map(isolate, headers)))
        for name, headers in lists
        if headers
    ]
    renamed = [f"{isolate(one.then)} → {isolate(one.now)}" for one in columns.renamed]
    return said + ([t("columns_renamed", names=here.listed(renamed))] if renamed else [])


def _null_rates(here: Here, drift: Drift) -> list[str]:
    t, f = here.t, here.f
    return [
        t("null_rate", header=isolate(one.header), then=f.number(one.then, 1),
          now=f.number(one.now, 1))
        for one in drift.null_rates
    ]  # fmt: skip


def _strays(here: Here, drift: Drift) -> str:
    """How many lines are dated outside the month, and when; no cause for alarm."""
    f, first, last = here.f, drift.first_stray_now, drift.last_stray_now
    days = f.day_short(first) if first == last else _days(here, first, last)
    name = "strays" if drift.strays_now > 1 else "stray"
    return here.t(name, lines=f.number(drift.strays_now), month=f.month(drift.month_now), days=days)


def _days(here: Here, first: object, last: object) -> str:
    day = here.f.day_short
    return f"{day(first)} – {day(last)}"  # type: ignore[arg-type]
