"""Audit events on the screen: how the chain stands, the list, one event with before and after."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from pages.frame.names import NOBODY_SIGNED_IN, actor_name
from pages.frame.page import Here
from pages.widgets.audit_facts import field_html, value_html
from pages.widgets.audit_words import about, action_word, origin_text, subject_text
from pages.widgets.cards import Card, cards
from pages.widgets.inside import way
from pages.widgets.pick_table import PickCell, PickRow, pick_table
from pipeline.audit_trail import ChainState, EventPage
from pipeline.db import Row

_BAD = ("refuse", "fail_sign_in")
_HEADS = ("time", "actor", "action", "subject", "origin")


def draw_state(here: Here, state: ChainState) -> None:
    """How long the chain is, when it was last proven, and its head to be kept elsewhere."""
    t, f = here.t, here.f
    mood, proof, note = "wait", t("never_proven"), t("prove_it")
    if state.proven_at is not None:
        mood = "bad" if state.gaps else "good"
        proof = t("gaps_found", count=f.number(state.gaps)) if state.gaps else t("sound")
        to = f.number(state.proven_to) if state.proven_to else "–"
        note = t(
            "proven",
            to=to,
            at=f.moment(state.proven_at),
            by=here.actor(state.proven_by),
        )
    cards([
        Card(t("events"), f.number(state.event_id), t("last_at", at=f.moment(state.at))),
        Card(t("chain"), proof, note, mood=mood, href=way(here, "health")),
    ])  # fmt: skip
    with st.expander(t("head"), icon=":material/link:"):
        st.caption(t("head_help"))
        st.code(state.hash, language=None)
        st.caption(t("head_later"))
        st.code("python -m pipeline verify --head FILE", language=None)


def draw_list(here: Here, page: EventPage) -> None:
    """The events of a page; the address opens one of them."""
    heads = [(here.t(f"head_{name}"), False) for name in _HEADS]
    pick_table(
        here, "audit_events", heads, [_row(here, row) for row in page.rows], label=here.t("title"),
        on_open=lambda event: st.query_params.update(event=event),
    )  # fmt: skip


def draw_event(here: Here, event: Row) -> None:
    """Everything that one event says, and its place in the chain."""
    t, f, language = here.t, here.f, here.language
    st.header(action_word(event["action"], language), anchor=False)
    cards([
        Card(t("head_actor"), actor_name(event["actor"], language), origin_text(event, language)),
        Card(t("head_time"), f.moment(event["at"]), event["at"].isoformat()),
        Card(t("head_subject"), subject_text(here, event),
             t("event_no", event=f.number(event["event_id"]))),
    ])  # fmt: skip
    detail = dict(event["detail"])
    before, after = detail.pop("before", None), detail.pop("after", None)
    if before is not None or after is not None:
        st.subheader(t("changed"), anchor=False)
        _draw_change(here, before or {}, after or {})
    if detail:
        st.subheader(t("facts"), anchor=False)
        _draw_facts(here, detail)
    with st.expander(t("in_chain"), icon=":material/link:"):
        _draw_facts(here, {t("hash"): event["hash"], t("previous_hash"): event["previous_hash"],
                           t("origin_told"): event["origin"]})  # fmt: skip


def _row(here: Here, event: Row) -> PickRow:
    language = here.language
    tag = "bad" if event["action"] in _BAD else None
    return PickRow(
        event["event_id"],
        [
            PickCell(here.f.moment(event["at"]), title=event["at"].isoformat(),
                     below=here.t("event_no", event=here.f.number(event["event_id"]))),
            _actor(event["actor"], language),
            PickCell(action_word(event["action"], language), tag=tag),
            PickCell(subject_text(here, event), below=about(here, event)),
            PickCell(origin_text(event, language)),
        ],
    )  # fmt: skip


def _actor(name: str, language: str) -> PickCell:
    """A person as the name stands; what acted by itself in words, its code on hover."""
    if name in NOBODY_SIGNED_IN:
        return PickCell(actor_name(name, language), title=name)
    return PickCell(name, is_raw=True)


def _draw_change(here: Here, before: dict[str, Any], after: dict[str, Any]) -> None:
    """What each field was, and what it is."""
    rows = [[name, before.get(name), after.get(name)] for name in {**before, **after}]
    _draw_table(here, [here.t("field"), here.t("was"), here.t("is_now")], rows)


def _draw_facts(here: Here, facts: dict[str, Any]) -> None:
    _draw_table(here, [here.t("field"), here.t("value")], [[*pair] for pair in facts.items()])


def _draw_table(here: Here, heads: list[str], rows: list[list[Any]]) -> None:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row">{field_html(here, str(name))}</th>'
        + "".join(f"<td>{value_html(here, str(name), value)}</td>" for value in values)
        + "</tr>"
        for name, *values in rows
    )
    st.html('<div class="sales-scroll"><table class="sales-table sales-line">'
            f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>")  # fmt: skip
