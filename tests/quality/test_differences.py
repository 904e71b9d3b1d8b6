"""What became of columns and codes between two files, on rows made by hand and by chance."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.quality.differences import (
    ColumnChanges,
    EntityChanges,
    Moved,
    Renamed,
    SeenThen,
    compare_columns,
    compare_entities,
)


def row(*headers: str | tuple[str, str]) -> list[SeenThen]:
    """A header row; a pair is a header and the canonical column it was read as."""
    pairs = [one if isinstance(one, tuple) else (one, None) for one in headers]
    return [SeenThen(position, text, column) for position, (text, column) in enumerate(pairs)]


def test_the_same_row_differs_in_nothing() -> None:
    same = row(("نام مشتری", "customer_name"), "یادداشت", "یادداشت", "")
    assert compare_columns(same, same) == ColumnChanges((), (), (), ())


def test_spellings_of_one_header_are_the_same_column() -> None:
    then, now = row("كد كالا", ("مبلغ", "net_amount")), row("کد  کالا", ("مبلغ ", "net_amount"))
    assert compare_columns(then, now) == ColumnChanges((), (), (), ())


def test_a_header_that_is_mapped_only_now_is_not_new() -> None:
    assert compare_columns(row("شهر"), row(("شهر", "city"))) == ColumnChanges((), (), (), ())


def test_missing_new_renamed_and_moved_columns_are_told_apart() -> None:
    then = row(("الف", "a"), ("ب", "b"), ("ج", "c"), "د", "د", "ه")
    now = row(("ب", "b"), ("جیم", "c"), "د", ("الف", "a"), "و")
    assert compare_columns(then, now) == ColumnChanges(
        missing=("د", "ه"),
        new=("و",),
        renamed=(Renamed("c", "ج", "جیم"),),
        moved=(Moved("الف", 1, 4),),
    )


@given(st.permutations(range(6)))
def test_no_fewer_columns_could_have_moved(order: list[int]) -> None:
    then = row(*"abcdef")
    now = row(*(then[i].header for i in order))
    moved = {one.header for one in compare_columns(then, now).moved}
    stayed = [one.header for one in now if one.header not in moved]
    assert stayed == sorted(stayed)
    longer = combinations([one.header for one in now], len(stayed) + 1)
    assert all(list(some) != sorted(some) for some in longer)


def test_all_codes_are_counted_and_the_first_twenty_shown() -> None:
    now = {f"P{number:03}" for number in range(25)} | {"same"}
    changes = compare_entities({"same", "gone"}, now)
    assert changes == EntityChanges(
        25, tuple(f"P{number:03}" for number in range(20)), 1, ("gone",)
    )
