"""The form with which a steward makes a rule stricter or milder, with a reason."""

from __future__ import annotations

import streamlit as st

from pages.frame import errors
from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.widgets.issue_address import amount_of
from pipeline.errors import PipelineError
from pipeline.quality.rule_settings import SEVERITIES, RuleState, change_rule
from pipeline.settings import get_settings

_SAID = "rule_said"


def draw_said(here: Here) -> None:
    """What the last change did, once."""
    if st.session_state.pop(_SAID, None):
        st.success(here.t("kept"), icon=":material/check:")


def draw_rule_form(here: Here, state: RuleState) -> None:
    """Severity (where it may be changed), thresholds, and why."""
    t, rule, words = here.t, state.rule, frame_texts(here.language)
    st.header(t("change"), anchor=False)
    if not state.may_change_severity and not rule.thresholds:
        st.caption(t(f"fixed_{'line' if rule.scope == 'line' else 'later'}"))
        return
    key = f"rule_{rule.code}_{len(state.changes)}"
    with st.form(key):
        severity = rule.severity
        if state.may_change_severity:
            severity = st.segmented_control(
                t("label_severity"), SEVERITIES, default=rule.severity, required=True,
                key=f"{key}_severity", format_func=lambda s: words(f"severity_{s}"),
                help=t("severity_help"),
            )  # fmt: skip
        numbers = {
            name: st.text_input(
                t(f"threshold_{name}"), value=f"{value.normalize():f}", key=f"{key}_{name}",
                help=t("limits", low=here.f.number(rule.limits[name][0]),
                       high=here.f.number(rule.limits[name][1]),
                       shipped=here.f.number(state.shipped.thresholds[name])),
            )
            for name, value in rule.thresholds.items()
        }  # fmt: skip
        reason = st.text_input(t("label_reason"), key=f"{key}_reason", max_chars=500)
        st.caption(t("from_next_run"))
        sent = st.form_submit_button(t("keep"), type="primary", icon=":material/check:")
    if not sent:
        return
    if not reason.strip():
        st.error(t("reason_missing"), icon=":material/edit:")
        return
    typed = {name: amount_of(text) or text for name, text in numbers.items()}
    try:
        change_rule(
            here.url, get_settings(), rule.code, author=here.who.name, reason=reason,
            severity=severity if severity != rule.severity else None,
            thresholds={n: v for n, v in typed.items() if v != rule.thresholds[n]},
        )  # fmt: skip
    except PipelineError as refused:
        errors.show(refused, here.language, f"page {here.name}")
        return
    st.session_state[_SAID] = True
    st.rerun()
