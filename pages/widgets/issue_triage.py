"""What people say of issues: the form for one, for ticked ones, and for all that fit the filter."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.frame import errors
from pages.frame.formats import escape, plain
from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.widgets.issue_table import ACTS, acts_so_far
from pipeline.access.allowed import Action, may
from pipeline.errors import PipelineError
from pipeline.quality.issue_filter import CLOSING, NOBODY, STATUSES, IssueFilter
from pipeline.quality.triage import Change, triage

_ASKED = "issues_asked"
_KEEP, _GIVE, _ME, _TAKE = "keep", "give", "me", "take"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: of which issues, what, how many the person saw; or what it lacks."""

    wanted: IssueFilter
    change: Change
    expected: int
    fault: str


def may_triage(here: Here) -> bool:
    """Whether this person's role works on issues, or only looks at them."""
    return may(here.who, Action.TRIAGE_ISSUES)


def do_asked(here: Here) -> None:
    """Do what the form asked for, before anything is read to be drawn, and say how it went."""
    asked: Asked | None = st.session_state.pop(_ASKED, None)
    if asked is None:
        return
    if asked.fault:
        st.error(here.t(asked.fault), icon=":material/edit:")
        return
    try:
        with st.spinner(here.t("saying")):
            act = triage(here.url, asked.wanted, asked.change, expected=asked.expected,
                         actor=here.who.name)  # fmt: skip
    except PipelineError as refused:
        errors.show(refused, here.language, f"page {here.name}")
        return
    st.session_state[ACTS] = acts_so_far() + 1
    st.success(here.t("done", issues=here.f.number(act.issues)), icon=":material/check:")


def draw_form(here: Here, key: str, wanted: IssueFilter, expected: int) -> None:
    """Status, assignee, comment and reason for the `expected` issues that fit `wanted`."""
    t, words, key = here.t, frame_texts(here.language), f"{key}_{acts_so_far()}"
    with st.form(key, border=False):
        st.selectbox(
            t("say_status"), [None, *STATUSES], key=f"{key}_status",
            format_func=lambda s: t("as_it_is") if s is None else words(f"status_{s}"),
        )  # fmt: skip
        give, name = st.columns(2, vertical_alignment="bottom")
        give.selectbox(t("say_assignee"), [_KEEP, _ME, _GIVE, _TAKE], key=f"{key}_to",
                       format_func=lambda choice: t(f"assign_{choice}"))  # fmt: skip
        name.text_input(t("assign_name"), key=f"{key}_name", max_chars=60)
        st.text_input(t("say_reason"), key=f"{key}_reason", max_chars=500, help=t("reason_help"))
        st.text_area(t("say_comment"), key=f"{key}_comment", max_chars=2000, height=68)
        label = t("say_one") if expected == 1 else t("say_many", count=here.f.number(expected))
        # Filter and count go with the button as they were drawn: what the person saw, and no more.
        seen = (key, wanted, expected, here.who.name)
        st.form_submit_button(label, key=f"{key}_send", type="primary", icon=":material/check:",
                              on_click=_ask, args=seen)  # fmt: skip


def _ask(key: str, wanted: IssueFilter, expected: int, me: str) -> None:
    """Remember what the form asks for; it is done at the beginning of the run that follows."""
    said = {n: st.session_state.get(f"{key}_{n}") for n in ("status", "to", "name", "reason",
                                                             "comment")}  # fmt: skip
    fault = ""
    if said["status"] in CLOSING and not (said["reason"] or "").strip():
        fault = "reason_missing"
    elif said["to"] == _GIVE and not (said["name"] or "").strip():
        fault = "name_missing"
    assignee = {_KEEP: None, _ME: me, _GIVE: said["name"], _TAKE: NOBODY}[said["to"]]
    change = Change(said["status"], assignee, said["comment"], said["reason"])
    st.session_state[_ASKED] = Asked(wanted, change, expected, fault)


def draw_history(here: Here, events: list[dict]) -> None:  # type: ignore[type-arg]
    """Who said what of an issue, and why; the oldest first."""
    t, words = here.t, frame_texts(here.language)
    if not events:
        st.caption(t("no_history"))
        return
    for event in events:
        said = []
        if event["status"]:
            said.append(t("said_status", status=words(f"status_{event['status']}")))
        if event["assignee"] is not None:
            name = plain(event["assignee"]) if event["assignee"] else t("nobody")
            said.append(t("said_assignee", name=name))
        line = f"**{escape(here.actor(event['actor']))}** · {here.f.moment(event['at'])}"
        st.markdown(" · ".join([line, *said]))
        for name in ("reason", "comment"):
            if event[name]:
                st.caption(t(f"said_{name}", text=plain(event[name])))
