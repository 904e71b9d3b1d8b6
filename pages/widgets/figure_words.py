"""What the pages of figures say in common: headings, rejected lines, exports, links to lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.frame.page import Here
from pages.frame.shell import link_to
from pages.widgets.figure_address import state_of
from pages.widgets.inside import address
from pages.widgets.links import row
from pipeline.access.allowed import Action, may
from pipeline.access.people import Person
from pipeline.kpi.bridge import Bridge
from pipeline.kpi.facts import Figure
from pipeline.kpi.figures import Refused
from pipeline.kpi.filters import Filters
from pipeline.settings import get_settings
from pipeline.texts import Texts, read_texts

# Beyond this growth a percentage says less than a word: stray lines of a month are no base.
MANIFOLD = 9


def words(here: Here) -> Texts:
    """The words that pages of figures share."""
    return figure_texts(here.language)


def figure_texts(language: str) -> Texts:
    """The same, where there is no page."""
    return read_texts(get_settings().config_dir, language, "figures")


def may_see_personal(who: Person) -> bool:
    """Whether this person sees personal data of customers; others see that there is some."""
    return may(who, Action.SEE_PERSONAL)


def lines_address(figure: Figure | Filters, **kept: Any) -> str:
    """Where the lines behind a figure are."""
    if isinstance(figure, Filters):
        figure = Figure(figure, **kept)
    return address("lines", state_of(figure))


def counted(here: Here, what: str, count: int) -> str:
    """So many lines or loads, as people say it of one and of many."""
    t = words(here)
    return t(f"{what}_one") if count == 1 else t(f"{what}_many", count=here.f.number(count))


def refused_note(here: Here, refused: Refused) -> str:
    """How many lines are refused behind a figure, in a few words."""
    if not refused.lines:
        return words(here)("refused_none")
    return words(here)("refused_some", lines=counted(here, "lines", refused.lines))


def draw_refused(here: Here, asked: Filters, refused: Refused, currency: str) -> None:
    """What the figures of this page leave out, and the way there; said once, above all of them."""
    t, f = words(here), here.f
    if not refused.lines:
        st.caption(t("refused_none_long"))
        return
    said = [
        t("refused_long", lines=counted(here, "lines", refused.lines),
          loads=counted(here, "loads", len(refused.loads)),
          money=f.money(refused.net_amount, currency))
    ]  # fmt: skip
    if not asked.is_all:
        said.append(t("refused_unfiltered"))
    st.caption(" ".join(said))
    link_to("issues", t("go_issues"), severity="ERROR")


def draw_bridge(here: Here, bridge: Bridge, currency: str) -> None:
    """What joins the month's figures to its file, whose net is another one; nothing where none."""
    t, f = words(here), here.f
    parts = (("from_others", bridge.from_others), ("elsewhere", bridge.elsewhere))
    said = [
        t(name, money=f.money_exact(strays.net_amount, currency),
          lines=counted(here, "lines", strays.line_count))
        for name, strays in parts if strays.line_count
    ]  # fmt: skip
    if said:
        st.caption(" ".join(said))


def draw_export(here: Here, what: str, figure: Figure | Filters, **sort: str) -> None:
    """Links to all rows of what is shown, as CSV and as a workbook."""
    state: Mapping[str, Any] = {**state_of(figure), **sort}
    kinds = ("csv", "xlsx")
    row([(words(here)(f"export_{k}"), address(f"exports/{what}.{k}", state)) for k in kinds])


def draw_no_rows(here: Here) -> None:
    """Nothing fits the question, and what to do."""
    t = words(here)
    with st.container(border=True, key="empty_fit", horizontal_alignment="center"):
        st.markdown(f"## {t('fit_none_title')}")
        st.caption(t("fit_none_text"))


def growth(here: Here, share: Decimal | None) -> str:
    """A growth as people say it: a percentage, or that there was next to nothing before."""
    if share is not None and share > MANIFOLD:
        return words(here)("manifold")
    return here.f.percent(share, sign=True)


def share_of(value: Decimal, rows: Sequence[Decimal]) -> float:
    """How long the bar of a value is beside the largest of its rows."""
    largest = max((abs(row) for row in rows), default=Decimal(0))
    return float(abs(value) / largest) if largest else 0.0
