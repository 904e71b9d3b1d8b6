"""Home: what needs this person now, and how the last published month went."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from pages.frame.formats import isolate
from pages.frame.language import frame_texts, rule_title
from pages.frame.page import Here, Page
from pages.frame.shell import link_to
from pages.widgets.cards import Card, Cell, cards, small_table, steps
from pages.widgets.charts import monthly_bars
from pages.widgets.inside import follow, way
from pages.widgets.job_progress import draw_active_jobs
from pages.widgets.money_of import currency_of, money_by_source
from pages.widgets.notice import draw_notice
from pages.widgets.sample_months import draw_samples, mark, month_name
from pages.widgets.waiting_files import draw_waiting
from pipeline.access.allowed import Action, may
from pipeline.db import Row
from pipeline.overview import Overview, change, read_overview
from pipeline.sample_months import is_sample

PAGE = Page(
    section="", order=0, icon=":material/home:", action=Action.SEE_OVERVIEW,
    help_for=Action.SEE_LOADS,
)  # fmt: skip
# Where each figure of the last month comes from.
_PAGES = {"net": "net_sales", "gross": "net_sales", "returns": "returns"}


def draw(here: Here) -> None:
    """First steps when there is nothing; else what waits (not for managers) and the last month."""
    follow(here)
    seen = read_overview(here.url)
    if seen.is_empty:
        _draw_start(here)
        return
    draw_notice(here)
    draw_samples(here)
    if may(here.who, Action.SEE_LOADS):
        _draw_needs(here, seen)
        draw_waiting(here)
        draw_active_jobs(here)
    _draw_month(here, seen)
    if may(here.who, Action.SEE_LOADS):
        _draw_waiting(here, seen)
        _draw_rules(here, seen)


def _draw_start(here: Here) -> None:
    t = here.t
    cures = may(here.who, Action.SEE_LOADS)
    st.header(t("start_title"), anchor=False)
    st.markdown(t("start_text" if cures else "start_text_manager"))
    if cures:
        names = ("step_file", "step_check", "step_publish")
        steps([(t(name), t(f"{name}_text")) for name in names])
        draw_waiting(here)
        link_to("upload", t("go_upload"))


def _draw_needs(here: Here, seen: Overview) -> None:
    t, f, counts = here.t, here.f, seen.counts
    drafts, unfinished = counts["drafts"], counts["unfinished"]
    st.header(t("needs_you"), anchor=False)
    cards([
        Card(t("drafts"), f.number(drafts), t("drafts_note" if drafts else "drafts_none"),
             mood="wait" if drafts else "good",
             href=way(here, "loads", state="draft") if drafts else ""),
        Card(t("unfinished"), f.number(unfinished),
             t("unfinished_note" if unfinished else "unfinished_none"),
             mood="bad" if unfinished else "good",
             href=way(here, "loads", state=["received", "failed"]) if unfinished else ""),
        Card(t("issues"), f.number(counts["issues"]),
             t("issues_note", errors=f.number(counts["rejected_lines"])),
             behind=_of_samples(here, counts), href=way(here, "issues")),
        Card(t("impact"), money_by_source(here, seen.impact_amounts), t("impact_note"),
             title=money_by_source(here, seen.impact_amounts, exact=True),
             href=way(here, "issues", order="money")),
    ])  # fmt: skip


def _of_samples(here: Here, counts: Row) -> str:
    """How many of the issues are invented: those wait for nobody."""
    if not (issues := counts["sample_issues"]):
        return ""
    return here.t("issues_sampled", issues=here.f.number(issues))


def _draw_month(here: Here, seen: Overview) -> None:
    t, f, last, before = here.t, here.f, seen.last_month, seen.month_before
    if last is None:
        st.info(t("no_month"))
        return
    title = t("month_of", month=f.month(last["period"]))
    st.header(f"{title} · {mark(here)}" if last["is_sample"] else title, anchor=False)
    source, currency = last["source_system"], currency_of(last["source_system"])
    asked = {"source": source, "from": last["period"], "to": last["period"]}
    shown = []
    for name in _PAGES:
        amount = last[f"{name}_amount"]
        grown = change(amount, before[f"{name}_amount"]) if before else None
        note = t("no_month_before")
        if before is not None:
            samples = [before["period"]] if before["is_sample"] else []
            than = t("against", month=month_name(here, before["period"], samples))
            note = f"{f.percent(grown, sign=True)} {than}"
        shown.append(
            Card(t(name), f.money(amount, currency), note, f.money_exact(amount, currency),
                 trend=_trend(name, grown), href=way(here, _PAGES[name], **asked))
        )  # fmt: skip
    cards(shown)
    monthly_bars(here, t("trend"), [m for m in seen.months if m["source_system"] == source])


def _draw_waiting(here: Here, seen: Overview) -> None:
    if not seen.waiting:
        return
    t, f, states = here.t, here.f, frame_texts(here.language)
    st.header(t("waiting"), anchor=False)
    heads = [("load", False), ("file", False), ("month", False), ("state", False), ("lines", True),
             ("issues", True), ("net", True)]  # fmt: skip
    small_table(
        [(t(f"head_{name}"), number) for name, number in heads],
        [
            [
                Cell(f.number(row["load_id"]), href=_load(here, row)),
                Cell(isolate(row["file_name"]), href=_load(here, row),
                     mark=mark(here) if is_sample(row) else ""),
                Cell(f.month(row["period"])),
                Cell(
                    states(f"state_{row['state']}"),
                    tag="wait" if row["state"] == "draft" else "bad",
                ),
                Cell(f.number(row["lines_read"]), number=True),
                Cell(f.number(row["issues"]), number=True,
                     href=way(here, "issues", load=str(row["load_id"]))),
                Cell(f.money(row["net_amount"], currency_of(row["source_system"])), number=True),
            ]
            for row in seen.waiting
        ],
    )  # fmt: skip


def _load(here: Here, row: Row) -> str:
    return way(here, "load", load=str(row["load_id"]))


def _draw_rules(here: Here, seen: Overview) -> None:
    if not seen.rules:
        return
    t, f, words = here.t, here.f, frame_texts(here.language)
    st.header(t("rules"), anchor=False)
    heads = [("rule", False), ("severity", False), ("count", True), ("impact", True)]
    small_table(
        [(t(f"head_{name}"), number) for name, number in heads],
        [
            [
                Cell(rule_title(row["rule_code"], here.language),
                     href=way(here, "issues", rule=row["rule_code"])),
                Cell(
                    words(f"severity_{row['severity']}"),
                    tag="bad" if row["severity"] == "ERROR" else "wait",
                ),
                Cell(f.number(row["issues"]), number=True),
                Cell(f.money(row["impact_amount"], currency_of(row["source_system"])), number=True),
            ]
            for row in seen.rules
        ],
    )  # fmt: skip


def _trend(name: str, grown: Decimal | None) -> str:
    """Whether a growth is welcome: more returns are not."""
    if not grown:
        return ""
    return "good" if (grown > 0) != (name == "returns") else "bad"
