"""What a run remembers of its lines, whatever block they are in: candidates, prices, names."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from unittest.mock import patch

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quality.kept import KeptNumbers
from pipeline.quality.memory import ReturnMemory, twin_candidates
from pipeline.quality.names import NameMemory, Names
from pipeline.quality.prices import PriceMemory
from pipeline.transform.numbers import AMOUNT

_TEXTS = (
    "transaction_type",
    "customer_id",
    "product_id",
    "invoice_id",
    "reference_invoice_id",
)


def test_a_return_is_a_candidate_when_neither_its_pair_nor_its_reference_was_sold() -> None:
    memory, alone = ReturnMemory(), ReturnMemory()
    for one in (memory, alone):
        one.add(
            _block((2, "RETURN", "c1", "p1", "r1", None), (3, "RETURN", "c9", "p9", "r2", "i7"))
        )
        one.add(
            _block((4, "RETURN", "c1", "p2", "r3", "i8"), (5, "RETURN", "c2", "p1", "r4", None))
        )
    assert alone.orphan_candidates() == [2, 3, 4, 5]
    memory.add(_block((6, "SALE", "c1", "p1", "i1", None), (7, "SALE", "c5", "p5", "i7", None)))
    assert memory.orphan_candidates() == [4, 5]


def test_a_reference_to_another_return_is_no_sale() -> None:
    memory = ReturnMemory()
    memory.add(_block((2, "RETURN", "c1", "p1", "r1", "r1")))
    assert memory.orphan_candidates() == [2]


def test_nothing_read_names_nothing() -> None:
    assert ReturnMemory().orphan_candidates() == []


@given(st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=4))
def test_a_line_has_a_possible_twin_when_its_mark_is_there_again(blocks: list[list[int]]) -> None:
    lines = list(enumerate((mark for block in blocks for mark in block), start=2))
    numbers, marks, start = KeptNumbers(np.int32), KeptNumbers(), 0
    with patch("pipeline.quality.kept.PIECE", 5):
        for block in blocks:
            part = lines[start : start + len(block)]
            start += len(block)
            numbers.add(pl.Series([no for no, _ in part], dtype=pl.Int32))
            marks.add(pl.Series([mark for _, mark in part], dtype=pl.UInt64))
        found = twin_candidates(numbers.parts(), marks.parts())
    often = Counter(mark for _, mark in lines)
    assert found == [no for no, mark in lines if often[mark] > 1]


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=12), max_size=6))
def test_numbers_come_back_as_they_were_kept(blocks: list[list[int]]) -> None:
    kept = KeptNumbers()
    with patch("pipeline.quality.kept.PIECE", 4):
        for block in blocks:
            kept.add(pl.Series(block, dtype=pl.UInt64))
        parts = kept.parts()
    assert [n for part in parts for n in part] == [n for block in blocks for n in block]
    assert all(len(part) == 4 for part in parts[:-1]) and all(map(len, parts))
    kept.clear()
    assert kept.parts() == []


def test_the_usual_price_is_the_lower_of_the_middle_two() -> None:
    memory = PriceMemory()
    memory.add(_prices(("p1", 10), ("p1", 30), ("p2", 7), ("p1", 20)))
    memory.add(_prices(("p1", 30), ("p2", 9)))
    # Of p1: 10, 20, 30, 30, the middle two 20 and 30; of p2: 7 and 9.
    assert memory.prices(2).sort("product_id").rows() == [
        ("p1", Decimal(20), 4),
        ("p2", Decimal(7), 2),
    ]
    assert memory.prices(3)["product_id"].to_list() == ["p1"]
    assert sorted(memory.asked().rows()) == [
        ("p1", Decimal(10), 1),
        ("p1", Decimal(20), 1),
        ("p1", Decimal(30), 2),
        ("p2", Decimal(7), 1),
        ("p2", Decimal(9), 1),
    ]


def test_the_price_of_a_return_says_nothing() -> None:
    memory = PriceMemory()
    memory.add(_prices(("p1", 10)).with_columns(transaction_type=pl.lit("RETURN")))
    assert memory.prices(1).is_empty()


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(1, 5)), max_size=30))
def test_prices_are_those_of_the_lines_however_they_come(lines: list[tuple[str, int]]) -> None:
    memory = PriceMemory()
    for start in range(0, len(lines), 7):
        memory.add(_prices(*lines[start : start + 7]))
    expected = {}
    for product in ("a", "b"):
        prices = sorted(price for code, price in lines if code == product)
        if prices:
            expected[product] = (Decimal(prices[(len(prices) - 1) // 2]), len(prices))
    found = {code: (price, count) for code, price, count in memory.prices(1).rows()}
    assert found == expected


def test_the_rarer_name_of_a_code_is_the_unusual_one() -> None:
    names = _names((2, "c1", "Tea"), (3, "c1", "Tea"), (4, "c1", "Coffee"), (5, "c2", "Rice"))
    assert (names.lines.to_list(), names.first_called) == ([4], [])


def test_a_first_name_that_proves_unusual_is_looked_up_by_its_code() -> None:
    names = _names((2, "c1", "Tea"), (3, "c1", "Coffee"), (4, "c1", "Coffee"), (5, "c2", "Rice"))
    assert (names.lines.to_list(), names.first_called) == ([], ["c1"])
    assert names.others.to_list() == [3, 4]


def test_of_names_as_frequent_the_first_is_usual_and_spellings_are_one_name() -> None:
    names = _names((2, "c1", "چای"), (3, "c1", "چاي"), (4, "c1", "شکر"), (5, "c1", "شکر"))
    assert (names.lines.to_list(), names.first_called) == ([4, 5], [])


def test_a_blank_name_is_none() -> None:
    names = _names((2, "c1", ""), (3, "c1", "Tea"), (4, "c1", ""))
    assert (names.lines.to_list(), names.first_called) == ([], [])


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["", "x", "y", "z"])), max_size=25),
    st.integers(1, 9),
)
def test_unusual_names_are_those_of_the_lines_however_they_come(
    called: list[tuple[str, str]], size: int
) -> None:
    lines = [(number, code, name) for number, (code, name) in enumerate(called, start=2)]
    names = _names(*lines, size=size)
    found = set(names.lines) | {
        no for no, code, _ in lines if code in names.first_called and no not in set(names.others)
    }
    assert found == _unusual(lines)


def _unusual(lines: list[tuple[int, str, str]]) -> set[int]:
    unusual = set()
    for code in {code for _, code, _ in lines}:
        named = [(no, name) for no, of, name in lines if of == code and name]
        often = Counter(name for _, name in named)
        if often:
            usual = max(often, key=lambda name: (often[name], -_first(named, name)))
            unusual |= {no for no, name in named if name != usual}
    return unusual


def _first(named: list[tuple[int, str]], name: str) -> int:
    return min(no for no, called in named if called == name)


def _names(*lines: tuple[int, str, str], size: int = 2) -> Names:
    memory = NameMemory()
    for start in range(0, len(lines), size):
        numbers, codes, names = zip(*lines[start : start + size], strict=True)
        memory.add(
            pl.Series(numbers, dtype=pl.Int32),
            pl.Series(codes, dtype=pl.String),
            pl.Series(names, dtype=pl.String),
        )
    return memory.names()


def _prices(*lines: tuple[str, int]) -> pl.DataFrame:
    columns = {
        "product_id": [product for product, _ in lines],
        "unit_price": pl.Series([price for _, price in lines]).cast(AMOUNT),
    }
    schema = {"product_id": pl.String}
    return pl.DataFrame(columns, schema_overrides=schema).with_columns(
        transaction_type=pl.lit("SALE")
    )


def _block(*rows: tuple[int | str | None, ...]) -> pl.DataFrame:
    schema = {"line_no": pl.Int32} | dict.fromkeys(_TEXTS, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
