"""The filter of issues: fields that write the address, from which everything else is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

import streamlit as st

from pages.frame.formats import isolate, named
from pages.frame.language import frame_texts, rule_title
from pages.frame.page import Here
from pages.widgets.issue_address import (
    NAMES,
    NOBODY_SIGN,
    STATES,
    amount_of,
    filter_pairs,
    read_filter,
)
from pipeline.access.people import Person
from pipeline.loads import figures_mark
from pipeline.quality.issue_choices import assignees, issue_choices
from pipeline.quality.issue_filter import STATUSES, IssueFilter
from pipeline.quality.issue_names import Names
from pipeline.quality.rule_settings import SEVERITIES

CHOICES_SECONDS = 3600
_MORE = ("severity", "column", "salesperson", "branch", "assignee", "min", "max", "state", "back")
_KEY = "issues_"


def asked() -> IssueFilter:
    """The filter in the address; what makes no sense there is left out."""
    return read_filter({name: st.query_params.get_all(name) for name in NAMES})[0]


def say_unknown(here: Here) -> None:
    """Let the frame say which parameters of the filter make no sense."""
    here.address.unknown += read_filter({n: st.query_params.get_all(n) for n in NAMES})[1]


def show(wanted: IssueFilter) -> None:
    """Put a filter into the address, from its first page on."""
    forget_place()
    for name, values in filter_pairs(wanted).items():
        if values:
            st.query_params[name] = values
        else:
            st.query_params.pop(name, None)


def forget_place() -> None:
    """Which page, and which issue was open: nothing of another list."""
    for name in ("after", "page", "issue"):
        st.query_params.pop(name, None)


def draw_filters(here: Here, wanted: IssueFilter) -> None:
    """All fields: the ones of every day in a row, the others behind a button."""
    url = here.url
    known, names = _choices(url, figures_mark(url), here.who)
    values = {**known, "assignee": assignees(url)}
    rules, statuses = {}, {}
    for code in values.get("rule", []):
        rules[code] = rule_title(code, here.language)
    for status in STATUSES:
        statuses[status] = frame_texts(here.language)(f"status_{status}")
    with st.container(key="issue_filter", horizontal=True, vertical_alignment="bottom"):
        _text(here, "text", wanted.text or "", here.t("text_hint"))
        _many(here, "month", wanted.months, values.get("month", []), here.f.month)
        _many(here, "load", [*map(str, wanted.loads)], values.get("load", []), here.f.digits)
        _many(here, "rule", wanted.rules, rules, lambda code: rule_title(code, here.language))
        _many(here, "status", wanted.statuses, statuses, lambda s: statuses.get(s, s))
        _draw_more(here, wanted, values, names)
        if st.query_params.keys() & set(NAMES):
            st.button(here.t("clear"), key=f"{_KEY}clear", icon=":material/close:",
                      type="tertiary", on_click=lambda: show(IssueFilter()))  # fmt: skip


def _draw_more(
    here: Here, wanted: IssueFilter, values: Mapping[str, list[str]], names: Names
) -> None:
    t, words = here.t, frame_texts(here.language)
    used = sum(bool(filter_pairs(wanted)[name]) for name in _MORE)
    label = t("more_used", count=here.f.number(used)) if used else t("more")
    with st.popover(label, icon=":material/tune:"):
        _many(here, "severity", wanted.severities, SEVERITIES, lambda s: words(f"severity_{s}"))
        _many(here, "state", wanted.states, STATES, lambda s: words(f"state_{s}"))
        _many(here, "column", wanted.columns, values.get("column", []), isolate)
        _many(
            here,
            "salesperson",
            wanted.salespeople,
            values.get("salesperson", []),
            partial(named, names.salespeople),
        )
        _many(
            here,
            "branch",
            wanted.branches,
            values.get("branch", []),
            partial(named, names.branches),
        )
        _assignee(here, wanted, values.get("assignee", []))
        least, most = st.columns(2)
        with least:
            _amount(here, "min", wanted.min_amount)
        with most:
            _amount(here, "max", wanted.max_amount)
        key = f"{_KEY}back"
        st.session_state[key] = wanted.came_back
        st.checkbox(t("label_back"), key=key, help=t("back_help"),
                    on_change=lambda: _write("back", ["1"] * st.session_state[key]))  # fmt: skip


def _many(here: Here, name: str, chosen, known, word: Callable[[str], str]) -> None:  # type: ignore[no-untyped-def]
    """Any of some values; one that the address asks for and nobody has is a choice too."""
    key = f"{_KEY}{name}"
    st.session_state[key] = list(chosen)
    st.multiselect(
        here.t(f"label_{name}"), [*dict.fromkeys([*known, *chosen])], key=key, format_func=word,
        placeholder=here.t("any"), on_change=lambda: _write(name, st.session_state[key]),
    )  # fmt: skip


def _text(here: Here, name: str, value: str, hint: str) -> None:
    key = f"{_KEY}{name}"
    st.session_state[key] = value
    st.text_input(here.t(f"label_{name}"), key=key, placeholder=hint, max_chars=200,
                  on_change=lambda: _write(name, [st.session_state[key].strip()]))  # fmt: skip


def _assignee(here: Here, wanted: IssueFilter, known: list[str]) -> None:
    key, now = f"{_KEY}assignee", (filter_pairs(wanted)["assignee"] or [""])[0]
    st.session_state[key] = now
    words = {"": here.t("any"), NOBODY_SIGN: here.t("nobody")}
    st.selectbox(
        here.t("label_assignee"), [*dict.fromkeys(["", NOBODY_SIGN, *known, now])], key=key,
        format_func=lambda name: words.get(name) or isolate(name),
        on_change=lambda: _write("assignee", [st.session_state[key]]),
    )  # fmt: skip


def _amount(here: Here, name: str, value: Decimal | None) -> None:
    """An amount in the person's unit; the address has it in that of the data."""
    key, unit = f"{_KEY}{name}", 10 if here.preferences.money == "toman" else 1
    st.session_state[key] = "" if value is None else f"{value / unit:,f}"

    def typed() -> None:
        said = st.session_state[key].strip()
        amount = amount_of(said)
        _write(name, [said if amount is None else format(amount * unit, "f")])

    st.text_input(here.t(f"label_{name}", unit=here.f.unit()), key=key, on_change=typed)


def _write(name: str, values: list[str]) -> None:
    forget_place()
    if values := [value for value in values if value]:
        st.query_params[name] = values
    else:
        st.query_params.pop(name, None)


@st.cache_data(ttl=CHOICES_SECONDS, max_entries=64, show_spinner=False)
def _choices(url: str, mark: tuple[int, int], person: Person) -> tuple[dict[str, list[str]], Names]:
    """What there is to choose from under a mark of the figures, as this person may see it.

    Counts are always asked for anew, never taken from here.
    """
    return issue_choices(url)
