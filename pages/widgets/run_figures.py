"""Figures of runs as cards and tables, each beside the month before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pages.frame.language import frame_texts, rule_title
from pages.frame.page import Here
from pages.widgets.cards import Card, Cell, cards, small_table
from pages.widgets.issue_table import SEVERITY_TAGS
from pages.widgets.pick_table import PickCell, PickRow, pick_table
from pipeline.db import Row
from pipeline.overview import change

STATE_TAGS = {"draft": "wait", "published": "", "superseded": "", "voided": "bad"}


def draw_cards(here: Here, run: Row, currency: str) -> None:
    """Lines, acceptance, issues, money and time of one run."""
    t, f = here.t, here.f
    state = frame_texts(here.language)(f"state_{run['state']}")
    st.caption(
        t("run_line", run=f.number(run["run_id"]), load=f.number(run["load_id"]),
          month=f.month(run["period"]), state=state, when=f.moment(run["finished_at"]))
    )  # fmt: skip
    with st.container(key="run_cards"):
        cards(_cards(here, run, currency))


def _cards(here: Here, run: Row, currency: str) -> list[Card]:
    t, f = here.t, here.f
    money = f.money(run["impact_amount"], currency)
    return [
        Card(t("lines"), f.number(run["lines_read"]), _against(here, run, "lines", "lines_read")),
        Card(t("accepted"), f.percent(run["accepted_share"], 2),
             t("rejected", lines=f.number(run["rejected_lines"])),
             mood="bad" if run["rejected_lines"] else "good"),
        Card(t("issues"), f.number(run["issues"]), _against(here, run, "issues", "issues")),
        Card(t("impact"), money,
             t("rejected_money", money=f.money(run["rejected_net_amount"], currency)),
             f.money_exact(run["impact_amount"], currency)),
        Card(t("net"), f.money(run["net_amount"], currency),
             _against(here, run, "net_amount", "net_amount"),
             f.money_exact(run["net_amount"], currency)),
        Card(t("seconds"), t("so_many_seconds", seconds=f.number(run["seconds"], 1)),
             t("speed", lines=f.number(run["lines_per_second"]))
             if run["lines_per_second"] is not None else ""),
    ]  # fmt: skip


def draw_rules(
    here: Here, rules: Sequence[Row], before: str | None, currency: str,
    on_open: Callable[[str], None] | None,
) -> None:  # fmt: skip
    """Rules by frequency with their share of all, and what the month before had.

    Without `on_open` there is nothing to open.
    """
    t, f, words = here.t, here.f, frame_texts(here.language)
    heads = [(t("head_rule"), False), (t("head_issues"), False), (t("head_share"), True),
             (t("head_cumulative"), True), (t("head_money"), True)]  # fmt: skip
    if before is not None:
        heads.append((t("head_before", month=f.month(before)), True))
    most = max(row["issues"] for row in rules) or 1
    rows = []
    for row in rules:
        cells = [
            PickCell(rule_title(row["rule_code"], here.language), title=row["rule_code"],
                     below=words(f"severity_{row['severity']}"),
                     below_tag=SEVERITY_TAGS[row["severity"]]),
            PickCell(f.number(row["issues"]), bar=row["issues"] / most,
                     bar_tag=SEVERITY_TAGS[row["severity"]]),
            PickCell(f.percent(row["share"])),
            PickCell(f.percent(row["cumulative_share"])),
            PickCell(f.money(row["impact_amount"], currency),
                     title=f.money_exact(row["impact_amount"], currency)),
        ]  # fmt: skip
        if before is not None:
            cells.append(PickCell(f.number(row["before_issues"])))
        rows.append(PickRow(row["rule_code"], cells))
    pick_table(here, "run_rules", heads, rows, label=t("by_rule"), on_open=on_open)


def draw_months(here: Here, months: Sequence[Row], currency: str) -> None:
    """Months, newest first: each figure with its change against the month before."""
    t, f, words = here.t, here.f, frame_texts(here.language)
    names = ("month", "state", "lines", "accepted", "issues", "money", "net", "seconds")
    numbers = names[2:]
    small_table(
        [(t(f"head_{name}"), name in numbers) for name in names],
        [
            [
                Cell(f.month(row["period"])),
                Cell(words(f"state_{row['state']}"), tag=STATE_TAGS[row["state"]]),
                Cell(_with(here, f.number(row["lines_read"]), row["lines_change"]), number=True),
                Cell(_points(here, row), number=True),
                Cell(_with(here, f.number(row["issues"]), row["issues_change"]), number=True),
                Cell(f.money(row["impact_amount"], currency), number=True),
                Cell(_with(here, f.money(row["net_amount"], currency), row["net_amount_change"]),
                     number=True),
                Cell(t("so_many_seconds", seconds=f.number(row["seconds"], 1)), number=True),
            ]
            for row in months
        ],
    )  # fmt: skip
    st.caption(t("changes_help"))


def _against(here: Here, run: Row, before: str, now: str) -> str:
    """How a figure differs from the published month before; a sentence without one."""
    if run["before_run_id"] is None:
        return here.t("no_month_before")
    grown = change(run[now], run[f"before_{before}"])
    than = here.t("against", month=here.f.month(run["before_period"]))
    return f"{here.f.percent(grown, sign=True)} {than}"


def _with(here: Here, figure: str, changed: object) -> str:
    if changed is None:
        return figure
    return f"{figure} ({here.f.percent(changed, 0, sign=True)})"  # type: ignore[arg-type]


def _points(here: Here, row: Row) -> str:
    """Accepted share, and its change in points of a percentage."""
    figure = here.f.percent(row["accepted_share"], 2)
    changed = row["accepted_share_change"]
    if changed is None:
        return figure
    points = here.f.number(changed * 100, 2)
    return f"{figure} ({points})"
