"""Health: how database, workers, queue, disks, backup and ledger stand, and what to do."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from pages.frame.formats import isolate
from pages.frame.language import page_texts
from pages.frame.page import Here, Page, entries
from pages.widgets.cards import Card, Cell, cards, small_table
from pages.widgets.health_words import figure, note
from pipeline.access.allowed import Action
from pipeline.health import Check, Health, read_health
from pipeline.settings import get_settings

PAGE = Page(section="settings", order=25, icon=":material/monitor_heart:", action=Action.SEE_HEALTH)
_MOODS = {"good": "good", "attention": "wait", "bad": "bad"}


def draw(here: Here) -> None:
    """Every check as a card, what to do about those that are not good, and the figures behind."""
    health = read_health(here.url, get_settings())
    _draw_whole(here, health)
    cards([_card(here, check) for check in health.checks])
    _draw_advice(here, health)
    tables, disks = st.columns(2, gap="large")
    with tables:
        st.header(here.t("largest_tables"), anchor=False)
        rows = [[Cell(isolate(row["name"])), Cell(here.f.size(row["bytes"]), number=True)]
                for row in health.facts["largest_tables"] or ()]  # fmt: skip
        small_table([(here.t("table"), False), (here.t("size"), True)], rows)
    with disks:
        _draw_workers(here, health)
    _draw_faults(here, health)


def _draw_whole(here: Here, health: Health) -> None:
    said = here.t(f"whole_{health.state}")
    if health.state == "good":
        st.success(said, icon=":material/verified:")
    else:
        show = st.error if health.state == "bad" else st.warning
        show(said, icon=":material/warning:")
    with st.container(horizontal=True, vertical_alignment="center", key="health_again"):
        st.button(here.t("again"), key="health_look", icon=":material/refresh:")
        st.caption(here.t("read_at", at=here.f.moment(health.facts["read_at"])))


def _card(here: Here, check: Check) -> Card:
    return Card(here.t(f"check_{check.code}"), figure(here, check), note(here, check),
                mood=_MOODS[check.state])  # fmt: skip


def _draw_advice(here: Here, health: Health) -> None:
    for check in health.checks:
        if check.state != "good":
            st.info(f"**{here.t(f'check_{check.code}')}**: {here.t(f'do_{check.code}')}",
                    icon=":material/lightbulb:")  # fmt: skip
            # What an administrator types where the console itself cannot do it.
            if command := here.t.words.get(f"command_{check.code}"):
                st.code(command, language=None)


def _draw_workers(here: Here, health: Health) -> None:
    st.header(here.t("check_workers"), anchor=False)
    workers = health.facts["workers"]
    if not workers:
        st.caption(here.t("no_worker"))
        return
    rows = [[Cell(isolate(worker["name"].removeprefix("sales_engine worker "))),
             Cell(here.f.moment(datetime.fromisoformat(worker["since"])))]
            for worker in workers]  # fmt: skip
    small_table([(here.t("worker"), False), (here.t("since"), False)], rows)


def _place(here: Here, verb: str | None) -> str:
    """Where a fault arose: a page by its title, else as the log has it."""
    name = (verb or "").removeprefix("page ")
    if name != verb and name in {entry.name for entry in entries()}:
        return here.t("on_page", page=page_texts(name, here.language)("title"))
    return isolate(verb or "–")


def _draw_faults(here: Here, health: Health) -> None:
    st.header(here.t("check_faults"), anchor=False)
    if not health.faults:
        st.caption(here.t("no_fault"))
        return
    st.caption(here.t("faults_help"))
    rows = [[Cell(isolate(fault["reference"])), Cell(_place(here, fault["verb"])),
             Cell(here.f.moment(datetime.fromisoformat(fault["at"])))]
            for fault in health.faults]  # fmt: skip
    small_table([(here.t("reference"), False), (here.t("place"), False), (here.t("at"), False)],
                rows)  # fmt: skip
