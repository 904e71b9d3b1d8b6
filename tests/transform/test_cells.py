"""Cleaning of columns of cells: what the eye does not see goes, what it reads stays."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.transform.cells import (
    CellReader,
    clean,
    clean_keys,
    compact,
    fold_texts,
    read_cells,
    spell,
)
from pipeline.transform.text import fold_text

CLEANED = {
    "": None,
    " ": None,
    "-": None,
    "\u200c": None,
    " -\u200f ": None,
    "\u00a0\u2003": None,
    "A1": "A1",
    " A1\t": "A1",
    "\u202bفروش\u202c": "فروش",
    "نیم\u200cفاصله": "نیمفاصله",
    "دو\u00a0 واژه": "دو واژه",
    "\ufeffشماره": "شماره",
    "--": "--",
    "a-": "a-",
    "0": "0",
}
KEYS = {"۰۰۷": "007", "٠٠٧": "007", " K\u200e-۱۲ ": "K-12", "007": "007", "ك": "ك", "-": None}


def clean_key(column: pl.Series) -> pl.Series:
    return clean_keys(column.to_frame()).to_series()


@pytest.mark.parametrize("cell", CLEANED)
def test_a_clean_cell(cell: str) -> None:
    assert clean(pl.Series([cell])).to_list() == [CLEANED[cell]]


def test_cells_of_a_column_do_not_touch_one_another() -> None:
    assert clean(pl.Series(list(CLEANED))).to_list() == list(CLEANED.values())
    assert clean_key(pl.Series(list(KEYS))).to_list() == list(KEYS.values())


def test_columns_of_a_frame_do_not_touch_one_another() -> None:
    cells = pl.DataFrame(
        {"plain": ["a", " b", "-"], "odd": ["۱", "", "x\u200c"], "none": ["", "", "-"]}
    )
    assert clean_keys(cells).to_dict(as_series=False) == {
        "plain": ["a", "b", None],
        "odd": ["1", None, "x"],
        "none": [None, None, None],
    }


def test_a_column_that_is_cleaned_stays_as_it_was() -> None:
    column = pl.Series("a", ["۱ ", "-", "x"])
    clean_key(column)
    assert column.to_list() == ["۱ ", "-", "x"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet="a ۱٠-\u200c\u200f\u00a0\tفي", max_size=6), max_size=12))
def test_cleaning_is_done_cell_by_cell_and_once_is_enough(cells: list[str]) -> None:
    column = pl.Series(cells, dtype=pl.String)
    for cleaning in (clean, clean_key):
        whole = cleaning(column)
        one_by_one = [cleaning(pl.Series([cell])).to_list()[0] for cell in cells]
        assert whole.to_list() == one_by_one
        assert cleaning(whole).to_list() == one_by_one
        assert whole.dtype == pl.String


# Written → shown.
SPELT = {
    "می\u200cشود": "می\u200cشود",
    "می\u200c\u200cشود": "می\u200cشود",
    "می\u200c شود": "می شود",
    "\u200cمی شود\u200c": "می شود",
    "(می\u200c)": "(می)",
    "ه\u200d.ش": "ه\u200d.ش",
    " \u200dش": "ش",
    "\u202bفروش\u202c\u200f": "فروش",
    "كيك ۱۲": "كيك ۱۲",
    "\u00a0آب  معدنی\u2003": "آب معدنی",
    "آ\u00adب\ufeff": "آب",
    "-": None,
    "\u200c": None,
    "": None,
}
NAMES = st.text(
    st.sampled_from(
        "ابتگیيىكىةهآأإؤئۀءﻻﷲ۱٣ 12aBé-.،«»\u0301\u064e\u0653\u200b\u200c\u200d\u200f\u0640\u00a0\t"
    )
)


@pytest.mark.parametrize("cell", SPELT)
def test_a_name_as_it_is_spelt(cell: str) -> None:
    assert spell(pl.Series([cell])).to_list() == [SPELT[cell]]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(NAMES, st.text(max_size=6)), min_size=1, max_size=6))
def test_a_name_is_spelt_once_and_says_what_it_said(cells: list[str]) -> None:
    written = spell(pl.Series(cells))
    assert spell(written).equals(written)
    for cell, shown in zip(cells, written, strict=True):
        assert fold_text(cell) == fold_text(shown) if shown else fold_text(cell) in ("", "-")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(NAMES, st.text(max_size=6)), min_size=1, max_size=6))
def test_columns_are_folded_as_texts_are_and_once_is_enough(cells: list[str]) -> None:
    folded = fold_texts(pl.Series(cells))
    assert folded.to_list() == [fold_text(cell) for cell in cells]
    assert fold_texts(folded).equals(folded)


texts = st.one_of(st.none(), st.text(max_size=3))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(texts, max_size=12), min_size=1, max_size=3))
def test_each_distinct_text_is_read_once_and_spread_as_row_by_row(
    blocks: list[list[str | None]],
) -> None:
    asked: list[str] = []

    def length(text: str) -> int | None:
        asked.append(text)
        return len(text) if len(text) % 2 else None

    reader = CellReader(length, pl.Int64)
    for block in blocks:
        column = pl.Series("a", block, dtype=pl.String)
        answers, empty = read_cells(column.to_frame(), {"a": reader}).get_columns()
        cells = clean_key(column)
        assert answers.to_list() == [
            len(cell) if cell is not None and len(cell) % 2 else None for cell in cells
        ]
        assert empty.to_list() == [cell is None for cell in cells]
        assert (answers.name, answers.dtype) == ("a", pl.Int64)
    assert len(asked) <= len({text for block in blocks for text in block})


def test_a_compact_frame_is_the_same_frame() -> None:
    frame = pl.DataFrame({"a": ["x", None], "b": [1, 2]})
    assert compact(frame).equals(frame)
