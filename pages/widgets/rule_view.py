"""One rule in plain words: what it asks, what to do, examples, and who changed it when."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from pages.frame.formats import escape as unmarked
from pages.frame.formats import isolate, plain
from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.widgets.cards import Card, cards
from pages.widgets.issue_table import SEVERITY_TAGS
from pages.widgets.money_of import money_by_source
from pages.widgets.raw_text import raw_html
from pipeline.contracts import read_mapping
from pipeline.quality.rule_settings import RuleState
from pipeline.quality.rules import Example, Rule
from pipeline.settings import get_settings

# Examples are cells of this source's files.
EXAMPLE_SOURCE = "karamad"


def draw_rule(here: Here, state: RuleState) -> None:
    """Title, severity, when it is asked, its columns and thresholds, issues now."""
    t, f, rule = here.t, here.f, state.rule
    severity = frame_texts(here.language)(f"severity_{rule.severity}")
    st.header(rule.title.of(here.language), anchor=False)
    st.html(f'<span class="sales-tag {SEVERITY_TAGS[rule.severity]}">{escape(severity)}</span> '
            f'<span class="sales-code">{escape(rule.code)}</span>')  # fmt: skip
    st.info(rule.advice.of(here.language), icon=":material/lightbulb:")
    shown = [
        Card(t("what_happens"), severity, t(f"means_{rule.severity}")),
        Card(t("when_asked"), t(f"scope_{rule.scope}"), t(f"scope_{rule.scope}_text")),
        Card(t("issues_now"), f.number(state.issues), money_by_source(here, state.impact_amounts),
             money_by_source(here, state.impact_amounts, exact=True)),
    ]  # fmt: skip
    for name, value in rule.thresholds.items():
        low, high = rule.limits[name]
        note = t("limits", low=f.number(low), high=f.number(high),
                 shipped=f.number(state.shipped.thresholds[name]))  # fmt: skip
        shown.append(Card(t(f"threshold_{name}"), f.number(value), note))
    cards(shown)
    if rule.columns:
        headers = here.listed(plain(_header(name)) for name in rule.columns)
        st.caption(t("columns", columns=headers))


def draw_examples(here: Here, rule: Rule) -> None:
    """What the rule finds and what it leaves alone, cell by cell."""
    t = here.t
    st.header(t("examples"), anchor=False)
    fails, passes = st.columns(2)
    for place, name, found in ((fails, "fails", rule.examples.fails),
                               (passes, "passes", rule.examples.passes)):  # fmt: skip
        items = "".join(f"<li>{_example(here, example)}</li>" for example in found)
        with place:
            st.markdown(f"**{t(name)}**")
            st.html(f'<ul class="sales-examples {name}">{items}</ul>')


def draw_changes(here: Here, state: RuleState) -> None:
    """Who changed severity or thresholds, when and why; the newest first."""
    t, words = here.t, frame_texts(here.language)
    st.header(t("changes"), anchor=False)
    if not state.changes:
        st.caption(t("no_changes"))
    for change in reversed(state.changes):
        said = [words(f"severity_{change['severity']}")] if change["severity"] else []
        said += [
            f"{t(f'threshold_{name}')}: {here.f.digits(value)}"
            for name, value in change["thresholds"].items()
        ]
        who = f"**{unmarked(here.actor(change['author']))}** · {here.f.moment(change['at'])}"
        st.markdown(f"{who} · {plain(' · '.join(said))}")
        st.caption(t("reason_was", reason=plain(change["reason"] or "–")))


def _example(here: Here, example: Example) -> str:
    t, f = here.t, here.f
    said = []
    for name, before in (("ex_history", example.history), ("ex_earlier", example.earlier)):
        if before:
            said.append(escape(t(name)) + _lines(here, before))
    if example.text is not None:
        said.append(f"{escape(t('ex_text'))} {raw_html(example.text, t('nothing'))}")
    for name in ("without", "with_"):
        if columns := getattr(example, name):
            shown = here.listed(isolate(column) for column in columns)
            said.append(escape(t("ex_without" if name == "without" else "ex_with", columns=shown)))
    for old, new in example.renamed.items():
        said.append(escape(t("ex_renamed", old=isolate(old), new=isolate(new))))
    if example.lines:
        said.append(_lines(here, example.lines))
    if example.repeat > 1:
        said.append(escape(t("ex_repeat", count=f.number(example.repeat))))
    if example.lost:
        said.append(escape(t("ex_lost", count=f.number(example.lost))))
    return "".join(f"<div>{part}</div>" for part in said)


def _lines(here: Here, lines: tuple[Mapping[str, str], ...]) -> str:
    return "".join(f"<div>{_cells(here, line)}</div>" for line in lines)


def _cells(here: Here, line: Mapping[str, str]) -> str:
    """The cells in which a line differs from a sound one."""
    if not line:
        return f"<i>{escape(here.t('ex_sound'))}</i>"
    return " · ".join(
        f"<bdi>{escape(_header(name))}</bdi>: {raw_html(text, here.t('nothing'))}"
        for name, text in line.items()
    )


def _header(name: str) -> str:
    return read_mapping(get_settings().config_dir, EXAMPLE_SOURCE).header_of(name)
