"""Invented sample months: a mark beside them, a line under figures, and the way to remove them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import streamlit as st

from pages.frame.language import frame_texts, page_texts
from pages.frame.page import Here
from pages.widgets.figure_words import words
from pages.widgets.notice import attempt
from pipeline.access.allowed import Action, may
from pipeline.db import Connection, reading
from pipeline.kpi.filters import Filters
from pipeline.overview import period_before
from pipeline.sample_months import (
    remove_sample_months,
    sample_months_behind,
    shown_sample_months,
    standing_sample_months,
)


def mark(here: Here) -> str:
    """The word that stands beside whatever is invented."""
    return frame_texts(here.language)("sample")


def month_name(here: Here, month: str, samples: Collection[str]) -> str:
    """A month that figures are compared with; one among the `samples` says that it is invented."""
    name = here.f.month(month)
    return f"{name} ({mark(here)})" if month in samples else name


def say_samples(here: Here, connection: Connection, asked: Filters) -> None:
    """Which invented months the figures of a page hold lines of; nothing where there are none."""
    if months := sample_months_behind(connection, asked):
        st.caption(words(here)("samples_behind", months=_listed(here, months)))


def draw_samples(here: Here) -> None:
    """Which months are invented, and for those who may void loads the button that removes them."""
    removes = may(here.who, Action.PUBLISH_MONTH)
    if removes and may(here.who, Action.SEE_LOADS):
        months = standing_sample_months(here.url)
    else:
        with reading(here.url) as connection:
            months = shown_sample_months(connection)
    if not months:
        return
    t = here.t
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="samples"):
        st.markdown(t("samples", months=_listed(here, months)))
        if removes:
            with st.popover(t("samples_remove"), icon=":material/delete_sweep:"):
                st.write(t("samples_sure"))
                st.button(t("samples_yes"), type="primary", key="samples_yes",
                          on_click=partial(_remove, here))  # fmt: skip


def _remove(here: Here) -> None:
    """Void them all; for callbacks."""
    t = page_texts("home", here.language)
    attempt(here, t("samples_removed"), lambda: remove_sample_months(
        here.url, t("samples_reason"), actor=here.who.name
    ))  # fmt: skip


def _listed(here: Here, months: Sequence[str]) -> str:
    """Months by name; those in a row as a range."""
    runs: list[list[str]] = []
    for month in months:
        if runs and period_before(month) == runs[-1][-1]:
            runs[-1].append(month)
        else:
            runs.append([month])
    return here.listed(_range(here, run[0], run[-1]) for run in runs)


def _range(here: Here, first: str, last: str) -> str:
    if first == last:
        return here.f.month(first)
    return words(here)("months_to", first=here.f.month(first), last=here.f.month(last))
