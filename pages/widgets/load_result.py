"""What a run made of a file: lines, money, issues by rule, and the balance to line and rial."""

from __future__ import annotations

import streamlit as st

from pages.frame.formats import escape
from pages.frame.language import frame_texts, page_texts, rule_title
from pages.frame.page import Here
from pages.frame.shell import link_to
from pages.widgets.cards import Card, Cell, cards, small_table
from pages.widgets.inside import way
from pages.widgets.links import go, row
from pipeline.access.personal import may_see_file
from pipeline.db import Row
from pipeline.loads import LoadDetail

MOST_RULES = 12


def draw_result(here: Here, detail: LoadDetail) -> None:
    """Figures of the load's run, and its rejected lines to take along."""
    t = page_texts("load", here.language)
    if detail.figures is None or detail.balance is None:
        st.info(t("no_result"), icon=":material/hourglass_empty:")
        return
    _draw_cards(here, detail, detail.figures.run, detail.balance)
    _draw_ways_on(here, detail.load, detail.figures.run)


def draw_findings(here: Here, detail: LoadDetail) -> None:
    """The issues of the load's run by rule, and its balance sheet; nothing before a run is through.

    Money in the load's currency.
    """
    if detail.figures is None or detail.balance is None:
        return
    _draw_rules(here, detail)
    unread = detail.beside["unread_lines"] if detail.beside else 0
    _draw_balance(here, detail.currency, detail.balance, unread)


def draw_original(here: Here, load: Row) -> None:
    """The file as it came: size, SHA-256, who and when, and the way to have it back."""
    t, f = page_texts("load", here.language), here.f
    st.header(t("original"), anchor=False)
    st.caption(
        t("received", user=escape(here.actor(load["received_by"])),
          when=f.moment(load["received_at"]), size=f.size(load["file_size"]))
    )  # fmt: skip
    st.code(f"SHA-256  {bytes(load['sha256']).hex()}", language=None, wrap_lines=True)
    if load["purged_at"] is not None:
        st.info(t("purged", when=f.moment(load["purged_at"])), icon=":material/delete_forever:")
        return
    if not may_see_file(load["received_by"]):
        st.caption(t("file_of_another"))
        return
    go(t("download_original"), f"/downloads/original?load={load['load_id']}", "outline")


def _draw_cards(here: Here, detail: LoadDetail, run: Row, balance: Row) -> None:
    t, f, currency = page_texts("load", here.language), here.f, detail.currency
    cards([
        Card(t("lines_in"), f.number(run["lines_read"]),
             t("set_aside_note", lines=f.number(balance["set_aside_lines"]))),
        Card(t("accepted"), f.number(run["canonical_lines"]),
             f.percent(run["accepted_share"], 2), mood="good"),
        Card(t("refused"), f.number(run["rejected_lines"]),
             f.money(run["rejected_net_amount"], currency),
             f.money_exact(run["rejected_net_amount"], currency),
             mood="bad" if run["rejected_lines"] else "good"),
        _net_card(here, detail, run),
    ])  # fmt: skip


def _net_card(here: Here, detail: LoadDetail, run: Row) -> Card:
    """Net sales as the figures will show them; accepted lines of other months stand beside."""
    t, f, currency = page_texts("load", here.language), here.f, detail.currency
    beside = detail.beside or {"stray_lines": 0, "stray_net_amount": 0}
    lines, strays = beside["stray_lines"], beside["stray_net_amount"] or 0
    net, said = run["net_amount"] - strays, ""
    if lines:
        name = "net_strays" if lines > 1 else "net_stray"
        said = t(name, lines=f.number(lines), money=f.money_exact(strays, currency))
    month = detail.load["period"]
    title = t("net_of", month=f.month(month)) if month else t("net")
    return Card(title, f.money(net, currency), t("net_note"), f.money_exact(net, currency),
                behind=said)  # fmt: skip


def _draw_ways_on(here: Here, load: Row, run: Row) -> None:
    t, load_id = page_texts("load", here.language), load["load_id"]
    to_send_back = run["rejected_lines"] and may_see_file(load["received_by"])
    with st.container(horizontal=True, vertical_alignment="center"):
        if to_send_back:
            go(t("download_refused"), f"/downloads/refused?load={load_id}", "outline")
        link_to("issues", t("see_issues"), load=str(load_id))
        link_to("run_stats", t("see_run"), run=str(run["run_id"]))
    if to_send_back:
        st.caption(t("refused_help"))


def _draw_rules(here: Here, detail: LoadDetail) -> None:
    t, f, words = page_texts("load", here.language), here.f, frame_texts(here.language)
    assert detail.figures is not None
    found = [rule for rule in detail.figures.rules if rule["issues"]]
    st.header(t("by_rule"), anchor=False)
    if not found:
        st.caption(t("no_issues"))
        return
    run = detail.figures.run
    touching = f.money(run["impact_amount"], detail.currency)
    said = [t("issues_sum", issues=f.number(run["issues"]), money=touching)]
    st.caption(" ".join(said + ([t("warnings_count")] if run["warnings"] else [])))
    load = str(detail.load["load_id"])
    heads = [("rule", False), ("severity", False), ("count", True), ("money", True)]
    small_table(
        [(t(f"head_{name}"), number) for name, number in heads],
        [
            [
                Cell(rule_title(rule["rule_code"], here.language),
                     href=way(here, "issues", load=load, rule=rule["rule_code"])),
                Cell(
                    words(f"severity_{rule['severity']}"),
                    tag="bad" if rule["severity"] == "ERROR" else "wait",
                ),
                Cell(f.number(rule["issues"]), number=True),
                Cell(f.money(rule["impact_amount"], detail.currency), number=True),
            ]
            for rule in found[:MOST_RULES]
        ],
    )  # fmt: skip
    if len(found) > MOST_RULES:
        left = len(found) - MOST_RULES
        more = t("more_rules" if left > 1 else "more_rule", rules=f.number(left))
        row([(more, way(here, "issues", load=load))], "sales-in")


def _draw_balance(here: Here, currency: str, balance: Row, unread: int) -> None:
    t, f = page_texts("load", here.language), here.f
    st.header(t("balance"), anchor=False)

    def line(name: str, lines: int | None, amount: object) -> list[Cell]:
        money = "" if amount is None else f.money_exact(amount, currency)  # type: ignore[arg-type]
        count = "" if lines is None else f.number(lines)
        return [Cell(t(f"entry_{name}")), Cell(count, number=True), Cell(money, number=True)]

    entries = [
        line("file", balance["raw_lines"], balance["file_net_amount"]),
        line("canonical", balance["canonical_lines"], balance["canonical_net_amount"]),
        line("rejected", balance["rejected_lines"], balance["rejected_net_amount"]),
        line("set_aside", balance["set_aside_lines"], None),
        line("gap", balance["lines_gap"], balance["amount_gap"]),
    ]
    small_table([(t("head_entry"), False), (t("head_lines"), True), (t("head_net"), True)], entries)
    if balance["balanced"]:
        said = [t("balanced")]
        if unread:
            name = "unread_lines" if unread > 1 else "unread_line"
            said.append(t(name, lines=f.number(unread)))
        st.success(" ".join(said), icon=":material/balance:")
    else:
        st.error(t("not_balanced"), icon=":material/balance:")
