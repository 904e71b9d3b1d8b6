"""Rules: what is checked, in plain words with examples, and how strict each one is."""

from __future__ import annotations

import streamlit as st

from pages.frame.language import frame_texts
from pages.frame.page import Here, Page
from pages.frame.shell import link_to
from pages.widgets.issue_table import SEVERITY_TAGS
from pages.widgets.money_of import money_by_source
from pages.widgets.pick_table import PickCell, PickRow, pick_table
from pages.widgets.rule_form import draw_rule_form, draw_said
from pages.widgets.rule_view import draw_changes, draw_examples, draw_rule
from pipeline.access.allowed import Action, may
from pipeline.quality.rule_settings import SEVERITIES, RuleState, rule_catalogue
from pipeline.settings import get_settings

PAGE = Page(
    section="data",
    order=50,
    icon=":material/gavel:",
    action=Action.SEE_RULES,
)


def draw(here: Here) -> None:
    """Every rule, or the one that the address names."""
    draw_said(here)
    states = rule_catalogue(here.url, get_settings())
    codes = {state.rule.code: state for state in states}
    code = here.address.choice("rule", list(codes), "")
    if code:
        _draw_one(here, codes[code])
    else:
        _draw_all(here, states)


def _draw_all(here: Here, states: list[RuleState]) -> None:
    t = here.t
    text, severity = here.address.text("text"), here.address.choice("severity", SEVERITIES, "")
    with st.container(horizontal=True, vertical_alignment="bottom", key="rule_filter"):
        st.session_state["rules_text"] = text
        st.text_input(t("label_text"), key="rules_text", placeholder=t("text_hint"), width=320,
                      on_change=lambda: _write("text"))  # fmt: skip
        st.session_state["rules_severity"] = severity
        st.segmented_control(
            t("label_severity"), ["", *SEVERITIES], key="rules_severity", required=True,
            format_func=lambda s: frame_texts(here.language)(f"severity_{s}") if s else t("all"),
            on_change=lambda: _write("severity"),
        )  # fmt: skip
    found = [s for s in states if _fits(s, here.language, text, severity)]
    st.caption(t("count", of=here.f.of(len(found), len(states))))
    if not found:
        st.info(t("none_fit"), icon=":material/search_off:")
        return
    heads = [(t("head_rule"), False), (t("head_asked"), False), (t("head_thresholds"), False),
             (t("head_issues"), True), (t("head_money"), True)]  # fmt: skip
    pick_table(here, "rules", heads, [_row(here, state) for state in found], label=t("title"),
               on_open=lambda code: st.query_params.update(rule=code))  # fmt: skip


def _row(here: Here, state: RuleState) -> PickRow:
    t, f, rule = here.t, here.f, state.rule
    thresholds = [f"{t(f'threshold_{n}')}: {f.number(v)}" for n, v in rule.thresholds.items()]
    return PickRow(rule.code, [
        PickCell(rule.title.of(here.language), title=rule.code,
                 below=frame_texts(here.language)(f"severity_{rule.severity}"),
                 below_tag=SEVERITY_TAGS[rule.severity]),
        PickCell(t(f"scope_{rule.scope}")),
        PickCell(" · ".join(thresholds) or "–", below=t("changed") if state.changes else ""),
        PickCell(f.number(state.issues)),
        PickCell(money_by_source(here, state.impact_amounts),
                 title=money_by_source(here, state.impact_amounts, exact=True)),
    ])  # fmt: skip


def _draw_one(here: Here, state: RuleState) -> None:
    st.button(here.t("to_list"), icon=":material/list:",
              on_click=lambda: st.query_params.pop("rule", None))  # fmt: skip
    draw_rule(here, state)
    if state.issues:
        link_to("issues", here.t("see_issues", count=here.f.number(state.issues)),
                rule=state.rule.code)  # fmt: skip
    draw_examples(here, state.rule)
    if may(here.who, Action.CHANGE_RULES):
        draw_rule_form(here, state)
    draw_changes(here, state)


def _fits(state: RuleState, language: str, text: str, severity: str) -> bool:
    """Whether the rule has this severity, and the text in its code, title or advice."""
    rule = state.rule
    said = f"{rule.code} {rule.title.of(language)} {rule.advice.of(language)}".casefold()
    return (not severity or rule.severity == severity) and text.strip().casefold() in said


def _write(name: str) -> None:
    if value := st.session_state[f"rules_{name}"].strip():
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
