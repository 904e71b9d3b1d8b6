"""Run stats: how good each month's run was, what was wrong in it, and how months compare."""

from __future__ import annotations

import streamlit as st

from pages.frame.page import Here, Page
from pages.frame.shell import link_to, open_page
from pages.widgets.money_of import currency_of
from pages.widgets.run_charts import months_chart
from pages.widgets.run_figures import draw_cards, draw_months, draw_rules
from pipeline.access.allowed import Action, may
from pipeline.db import Row
from pipeline.quality.run_figures import RunFigures, month_figures, run_figures

PAGE = Page(section="data", order=40, icon=":material/monitoring:", action=Action.SEE_RUN_STATS)
_OPEN = "run_stats_rule"


def draw(here: Here) -> None:
    """One run with its rules, then all months of its source."""
    months = month_figures(here.url)
    run_id = here.address.number("run", least=1)
    if not months and run_id is None:
        with here.empty("none" if may(here.who, Action.UPLOAD_FILE) else "none_yet"):
            link_to("upload", here.t("go_upload"))
        return
    run = _choose(here, months) if run_id is None else run_id
    shown = run_figures(here.url, run)
    _go_to_issues(here, shown)
    if run_id is not None:
        st.button(here.t("to_months"), icon=":material/calendar_month:",
                  on_click=lambda: st.query_params.pop("run", None))  # fmt: skip
    _draw_run(here, shown)
    _draw_over_months(here, shown, months)


def _choose(here: Here, months: list[Row]) -> int:
    """The run of the source and month in the address; the newest month unless it names one."""
    sources = sorted({row["source_system"] for row in months})
    source = here.address.choice("source", sources, sources[0])
    mine = {row["period"]: row for row in reversed(months) if row["source_system"] == source}
    period = here.address.choice("month", list(mine), next(iter(mine)))
    with st.container(horizontal=True, key="run_choice"):
        if len(sources) > 1:
            st.session_state["run_source"] = source
            st.selectbox(here.t("label_source"), sources, key="run_source", width=240,
                         format_func=here.source,
                         on_change=_chosen, args=("source",))  # fmt: skip
        st.session_state["run_month"] = period
        st.selectbox(here.t("label_month"), list(mine), key="run_month", width=240,
                     format_func=here.f.month, on_change=_chosen, args=("month",))  # fmt: skip
    return int(mine[period]["run_id"])


def _chosen(name: str) -> None:
    st.query_params[name] = st.session_state[f"run_{name}"]
    if name == "source":
        st.query_params.pop("month", None)


def _draw_run(here: Here, shown: RunFigures) -> None:
    run = shown.run
    currency = currency_of(run["source_system"])
    draw_cards(here, run, currency)
    st.header(here.t("by_rule"), anchor=False)
    if not shown.rules:
        st.success(here.t("no_issues"), icon=":material/verified:")
        return
    opens = may(here.who, Action.SEE_ISSUES)
    st.caption(here.t("pareto_help") + (f" {here.t('pareto_open')}" if opens else ""))
    draw_rules(here, shown.rules, run["before_period"], currency,
               _remember_rule if opens else None)  # fmt: skip


def _draw_over_months(here: Here, shown: RunFigures, months: list[Row]) -> None:
    source = shown.run["source_system"]
    mine = [row for row in months if row["source_system"] == source]
    if not mine:
        return
    st.header(here.t("over_months"), anchor=False)
    months_chart(here, here.t("issues_by_month"), mine)
    draw_months(here, list(reversed(mine)), currency_of(source))


def _remember_rule(code: str) -> None:
    st.session_state[_OPEN] = code


def _go_to_issues(here: Here, shown: RunFigures) -> None:
    """To the issues of the rule that was opened."""
    if (code := st.session_state.pop(_OPEN, None)) is not None:
        open_page("issues", load=str(shown.run["load_id"]), rule=code)
