"""What people say of issues: the form for one, for ticked ones, and for all that fit the filter."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.frame import errors
from pages.frame.formats import plain
from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.widgets.issue_table import ACTS, acts_so_far
from pipeline.errors import PipelineError
from pipeline.quality.issue_filter import CLOSING, NOBODY, STATUSES, IssueFilter
from pipeline.quality.triage import Act, Change, triage

MAY_TRIAGE = ("steward", "admin")
_SAID = "issues_said"
_KEEP, _GIVE, _ME, _TAKE = "keep", "give", "me", "take"


def may_triage(here: Here) -> bool:
    """Whether this person's role works on issues, or only looks at them."""
    return here.who.role in MAY_TRIAGE


def draw_said(here: Here) -> None:
    """What became of the last act, once."""
    if (act := st.session_state.pop(_SAID, None)) is not None:
        st.success(here.t("done", issues=here.f.number(act.issues)), icon=":material/check:")


def draw_form(
    here: Here, key: str, wanted: IssueFilter, expected: int, after: Callable[[], None]
) -> None:
    """Status, assignee, comment and reason for the `expected` issues that fit `wanted`.

    `after` is called once the act is in the database, before the page is drawn anew.
    """
    t, words, key = here.t, frame_texts(here.language), f"{key}_{acts_so_far()}"
    with st.form(key, border=False, clear_on_submit=False):
        status = st.selectbox(
            t("say_status"), [None, *STATUSES], key=f"{key}_status",
            format_func=lambda s: t("as_it_is") if s is None else words(f"status_{s}"),
        )  # fmt: skip
        give, name = st.columns(2, vertical_alignment="bottom")
        to = give.selectbox(t("say_assignee"), [_KEEP, _ME, _GIVE, _TAKE], key=f"{key}_to",
                            format_func=lambda choice: t(f"assign_{choice}"))  # fmt: skip
        other = name.text_input(t("assign_name"), key=f"{key}_name", max_chars=60)
        reason = st.text_input(t("say_reason"), key=f"{key}_reason", max_chars=500,
                               help=t("reason_help"))  # fmt: skip
        comment = st.text_area(t("say_comment"), key=f"{key}_comment", max_chars=2000, height=68)
        label = t("say_one") if expected == 1 else t("say_many", count=here.f.number(expected))
        sent = st.form_submit_button(label, type="primary", icon=":material/check:")
    if not sent:
        return
    if status in CLOSING and not reason.strip():
        st.error(t("reason_missing", status=words(f"status_{status}")), icon=":material/edit:")
        return
    if to == _GIVE and not other.strip():
        st.error(t("name_missing"), icon=":material/edit:")
        return
    assignee = {_KEEP: None, _ME: here.who.name, _GIVE: other, _TAKE: NOBODY}[to]
    change = Change(status, assignee, comment, reason)
    if (act := _said(here, wanted, change, expected)) is not None:
        st.session_state[_SAID] = act
        st.session_state[ACTS] = acts_so_far() + 1
        after()
        st.rerun()


def _said(here: Here, wanted: IssueFilter, change: Change, expected: int) -> Act | None:
    """The act, in the database; or None, and why not is drawn."""
    with st.spinner(here.t("saying")):
        try:
            return triage(here.url, wanted, change, expected=expected, actor=here.who.name)
        except PipelineError as refused:
            errors.show(refused, here.language, f"page {here.name}")
    return None


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
        line = f"**{plain(event['actor'])}** · {here.f.moment(event['at'])}"
        st.markdown(" · ".join([line, *said]))
        for name in ("reason", "comment"):
            if event[name]:
                st.caption(t(f"said_{name}", text=plain(event[name])))
