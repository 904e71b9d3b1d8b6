"""The address of the issues page: what it says is what is asked for, and nonsense is named."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.widgets.issue_address import amount_of, filter_pairs, multi, read_filter
from pages.widgets.raw_text import parts_of, raw_html
from pipeline.quality.issue_filter import NOBODY, STATUSES, IssueFilter

WORDS = st.text(min_size=1, max_size=20).filter(lambda text: text != "-")
AMOUNTS = st.none() | st.decimals(-(10**12), 10**12, places=4).map(lambda n: n + 0)


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=3, unique=True).map(tuple)


FILTERS = st.builds(
    IssueFilter,
    loads=st.lists(st.integers(1, 10**12), max_size=3, unique=True).map(tuple),
    states=some(st.sampled_from(("draft", "published", "voided"))),
    source=st.none() | WORDS,
    months=some(st.sampled_from(("1403-05", "2010-12"))),
    rules=some(st.sampled_from(("NET_MISMATCH", "INVALID_DATE"))),
    severities=some(st.sampled_from(("ERROR", "WARNING"))),
    columns=some(WORDS),
    salespeople=some(WORDS),
    branches=some(WORDS),
    statuses=some(st.sampled_from(STATUSES)),
    assignee=st.none() | st.just(NOBODY) | WORDS,
    text=st.none() | WORDS,
    min_amount=AMOUNTS,
    max_amount=AMOUNTS,
    came_back=st.booleans(),
)


@given(FILTERS)
def test_a_filter_survives_its_address(wanted: IssueFilter) -> None:
    assert read_filter(filter_pairs(wanted)) == (wanted, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("load", "0"), ("load", "-1"), ("load", "x"), ("load", "1" * 19), ("load", "۱"),
        ("month", "1403-13"), ("rule", "drop table"), ("severity", "error"), ("status", "done"),
        ("state", "received"), ("min", "many"), ("max", "NaN"), ("back", "yes"), ("column", ""),
    ],
)  # fmt: skip
def test_nonsense_is_named_and_asks_for_nothing(name: str, value: str) -> None:
    assert read_filter({name: [value]}) == (IssueFilter(), [(name, value)])


def test_the_good_part_of_an_address_holds() -> None:
    wanted, unknown = read_filter({"load": ["7", "x", "7"], "assignee": ["-"], "min": ["1,500"]})
    assert wanted == IssueFilter(loads=(7,), assignee=NOBODY, min_amount=Decimal(1500))
    assert unknown == [("load", "x")]


def test_a_query_string_is_read_by_name() -> None:
    assert multi([("rule", "A"), ("load", "1"), ("rule", "B")]) == {
        "rule": ["A", "B"],
        "load": ["1"],
    }


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1500", "1500"), ("۱٬۵۰۰٫۵", "1500.5"), ("1,500 000", "1500000"), ("-۳", "-3"),
     ("", None), ("abc", None), ("Infinity", None), ("1e40", None)],
)  # fmt: skip
def test_amounts_are_read_as_people_type_them(typed: str, amount: str | None) -> None:
    assert amount_of(typed) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("12", [("12", "")]),
        (" 12 3 ", [("␣", "U+0020"), ("12 3", ""), ("␣", "U+0020")]),
        ("۱۲\u00a0", [("۱۲", ""), ("⍽", "U+00A0")]),
        ("می\u200cشود", [("می\u200cشود", "")]),
        ("12\u200c", [("12", ""), ("¤", "U+200C")]),
        ("\u200f5\t", [("¤", "U+200F"), ("5", ""), ("⇥", "U+0009")]),
        ("", []),
        (None, []),
    ],
)
def test_hidden_characters_of_a_value_are_shown(
    raw: str | None, parts: list[tuple[str, str]]
) -> None:
    assert parts_of(raw) == parts


def test_a_value_is_text_in_html_too() -> None:
    assert "<img" not in raw_html("<img src=x onerror=alert(1)>", "empty")
    assert "empty" in raw_html("", "empty")
