"""What a step would change, before it is taken: figures of months, whose, which issues."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from pages.frame.formats import isolate
from pages.frame.language import page_texts, rule_title
from pages.frame.page import Here
from pages.widgets.cards import Card, Cell, cards, small_table
from pipeline.loads import figures_mark
from pipeline.months.changes import (
    DIMENSIONS,
    EntityChange,
    Figures,
    MonthDifference,
    MonthFigures,
)

AMOUNTS = ("net_amount", "gross_amount", "returns_amount")
# Months named one by one before the others are counted.
MOST_NAMED = 4
COUNTS = ("invoices", "customers", "lines")
_KEY = "difference_seen"


def worked_out(
    here: Here, subject: tuple[object, ...], work_out: Callable[[], MonthDifference]
) -> MonthDifference:
    """The difference of `subject`, worked out once as long as no figure can have changed."""
    mark = figures_mark(here.url)
    seen: dict[object, MonthDifference] = st.session_state.get(_KEY, {})
    seen = {key: found for key, found in seen.items() if key[0] == mark}  # type: ignore[index]
    if (mark, subject) not in seen:
        with st.spinner(page_texts("load", here.language)("working_out")):
            seen[mark, subject] = work_out()
    st.session_state[_KEY] = seen
    return seen[mark, subject]


def draw_difference(here: Here, found: MonthDifference, currency: str) -> None:
    """The figures before and after, the largest changes, and the issues that come and go."""
    draw_figures(here, found, currency)
    draw_details(here, found, currency)


def draw_figures(here: Here, found: MonthDifference, currency: str) -> None:
    """The figures of the month itself, before and after."""
    main = _main_month(found)
    if main is None:
        nothing = page_texts("load", here.language)("nothing_changes")
        st.info(nothing, icon=":material/drag_handle:")
    else:
        if main.month != found.period or main.before.lines:
            st.markdown(f"**{here.f.month(main.month)}**")
        _draw_month(here, main, currency)
    if others := _other_months(found):
        _say_others(here, others, currency)


def draw_details(here: Here, found: MonthDifference, currency: str) -> None:
    """Other months that lines are dated in, the largest changes, issues that come and go."""
    t, f = page_texts("load", here.language), here.f
    if others := _other_months(found):
        with st.expander(t("other_months", months=f.number(len(others))), icon=":material/event:"):
            _draw_nets(here, others, currency)
    lines = found.lines
    st.caption(
        t("lines_change", gone=f.number(lines.only_before), come=f.number(lines.only_after),
          changed=f.number(lines.changed_keys))
    )  # fmt: skip
    with st.expander(t("largest"), icon=":material/swap_vert:"):
        for dimension in DIMENSIONS:
            _draw_largest(here, t(f"dimension_{dimension}"), found.largest[dimension], currency)
    with st.expander(t("issues_change"), icon=":material/rule:"):
        _draw_issues(here, found)


def _main_month(found: MonthDifference) -> MonthFigures | None:
    """The month that the step is about, or another one where that does not change."""
    moved = [m for m in found.months if m.before != m.after]
    return next((m for m in moved if m.month == found.period), moved[0] if moved else None)


def _other_months(found: MonthDifference) -> list[MonthFigures]:
    main = _main_month(found)
    return [m for m in found.months if m.before != m.after and m is not main]


def _say_others(here: Here, others: list[MonthFigures], currency: str) -> None:
    """Which other months change too, and by how much together: before the step is taken."""
    t, f = page_texts("load", here.language), here.f
    named = [f.month(one.month) for one in others[:MOST_NAMED]]
    if (left := len(others) - MOST_NAMED) > 0:
        named.append(t("months_left" if left > 1 else "month_left", months=f.number(left)))
    change = sum((one.change.net_amount for one in others), Decimal(0))
    money = f.money_exact(change, currency)
    moved = sum(abs(one.change.lines) for one in others)
    lines = t("lines_many" if moved > 1 else "lines_one", lines=f.number(moved))
    st.info(t("others_change", lines=lines, months=here.listed(named), money=money),
            icon=":material/event:")  # fmt: skip


def _draw_month(here: Here, month: MonthFigures, currency: str) -> None:
    """Before, after and change; of a month that has no line yet, what it will show."""
    t, f = page_texts("load", here.language), here.f
    if not month.before.lines:
        _draw_first(here, month.after, currency)
        return

    def row(name: str, show: Callable[[Decimal | int], str]) -> list[Cell]:
        before, after, change = (_figure(part, name) for part in _parts(month))
        grown = f.percent(change / abs(Decimal(before)), sign=True) if before else "–"
        return [
            Cell(t(f"measure_{name}")),
            Cell(show(before), number=True),
            Cell(show(after), number=True),
            Cell(show(change), number=True),
            Cell(grown if change else "–", number=True),
        ]

    heads = [("measure", False), ("before", True), ("after", True), ("change", True),
             ("percent", True)]  # fmt: skip
    small_table(
        [(t(f"head_{name}"), number) for name, number in heads],
        [
            *(row(name, lambda amount: f.money_exact(amount, currency)) for name in AMOUNTS),
            *(row(name, f.number) for name in COUNTS),
        ],
    )


def _draw_first(here: Here, figures: Figures, currency: str) -> None:
    """What a month shows that shows nothing yet: there is nothing to compare it with."""
    t, f = page_texts("load", here.language), here.f
    amounts = [(name, Decimal(_figure(figures, name))) for name in AMOUNTS]
    shown = [
        Card(t(f"measure_{name}"), f.money(amount, currency), f.money_exact(amount, currency))
        for name, amount in amounts
    ]
    lines, *others = reversed(COUNTS)
    said = [f"{t(f'measure_{name}')}: {f.number(int(_figure(figures, name)))}" for name in others]
    cards([*shown, Card(t(f"measure_{lines}"), f.number(figures.lines), " · ".join(said))])


def _draw_nets(here: Here, months: list[MonthFigures], currency: str) -> None:
    """Months that lines dated outside the load's own month touch: their net, a row each."""
    t, f = page_texts("load", here.language), here.f
    heads = [("month", False), ("before", True), ("after", True), ("change", True)]
    small_table(
        [(t(f"head_{name}"), number) for name, number in heads],
        [
            [
                Cell(f.month(one.month)),
                *(
                    Cell(f.money_exact(part.net_amount, currency), number=True)
                    for part in _parts(one)
                ),
            ]
            for one in months
        ],
    )


def _parts(month: MonthFigures) -> tuple[Figures, Figures, Figures]:
    return month.before, month.after, month.change


def _figure(figures: Figures, name: str) -> Decimal | int:
    return getattr(figures, name)  # type: ignore[no-any-return]


def _draw_largest(here: Here, title: str, changes: tuple[EntityChange, ...], currency: str) -> None:
    t, f = page_texts("load", here.language), here.f
    st.markdown(f"**{title}**")
    if not changes:
        st.caption(t("none_changes"))
        return
    heads = [("code", False), ("before", True), ("after", True), ("change", True)]
    small_table(
        [(t(f"head_{name}"), number) for name, number in heads],
        [
            [
                Cell(isolate(one.entity_id)),
                Cell(f.money(one.net_before, currency), number=True),
                Cell(f.money(one.net_after, currency), number=True),
                Cell(f.money(one.change, currency), number=True),
            ]
            for one in changes
        ],
    )


def _draw_issues(here: Here, found: MonthDifference) -> None:
    t, f = page_texts("load", here.language), here.f
    if not found.issues:
        st.caption(t("no_issues"))
        return
    heads = [("rule", False), ("fixed", True), ("new", True), ("staying", True)]
    small_table(
        [(t(f"head_{name}"), number) for name, number in heads],
        [
            [
                Cell(rule_title(one.rule_code, here.language)),
                Cell(f.number(one.fixed), number=True),
                Cell(f.number(one.new), number=True),
                Cell(f.number(one.staying), number=True),
            ]
            for one in found.issues
        ],
    )
