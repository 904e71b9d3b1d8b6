"""Numbers read exactly in every form that exports write, and nothing else taken for one."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.transform.numbers import AMOUNT, read_numbers

READABLE = {
    # digits of three scripts, and in one number
    "12": "12", "۱۲": "12", "١٢": "12", "۱2٣": "123", "007": "7", "000000000000000000012": "12",
    # thousands
    "1,200": "1200", "1٬200": "1200", "۱٬۲۰۰٬۳۰۰": "1200300", "1 200": "1200", "1'200": "1200",
    "12,345,678": "12345678", "1\u00a0200": "1200", "1\u202f200\u202f300": "1200300",
    # decimals
    "1.5": "1.5", "1٫5": "1.5", "۱٬۲۰۰٫۵": "1200.5", ".5": "0.5", "5.": "5", "-.5": "-0.5",
    "0.0001": "0.0001", "1.50000000": "1.5", "1,200.25": "1200.25",
    # signs
    "-5": "-5", "5-": "-5", "−5": "-5", "۵−": "-5", "(5)": "-5", "(1,200)": "-1200", "( ۵ )": "-5",
    "+5": "5", "- 5": "-5", "5 -": "-5", "-0": "0", "0": "0", "1,200.5-": "-1200.5",
    # exponents
    "1.5E3": "1500", "1e-2": "0.01", "2E+2": "200", "-1.25e1": "-12.5",
    "9.99E14": "999000000000000", "۱٫۵E۳": "1500",
    # what the eye does not see
    " 5 ": "5", "\u200f110": "110", "5\u200c": "5", "\u00a05\u200e": "5", "\ufeff7": "7",
    "\t8": "8", "-\u200f5": "-5", "1\u200c,200": "1200",
    # limits
    "999999999999999": "999999999999999", "-999999999999999.9999": "-999999999999999.9999",
    "1E14": "100000000000000", "1E-4": "0.0001",
}  # fmt: skip
EMPTY = ("", " ", "-", "\u200f", " - ", "\u200c\u00a0", "-\u200e")
UNREADABLE = (
    *("1000000000000000", "-1000000000000000", "1E15", "9" * 30, "1E99", "9223372036854775808"),
    *("0.00001", "1.23456", "1E-5", "-0.00001", "1E-99"),
    *("12..5", "1.2.3", "1,5", "12,34", "1,2345", "1,23,456", ",200", "1,200,", "1,,200", "1 2"),
    *("1,200 300", "1.5,200", "1,20.5", "12 345 67"),
    *("--5", "-5-", "+-5", "5-5", "5+", "(5", "5)", "(-5)", "((5))", "-(5)", "()", "( )", "+", "−"),
    *(
        "NaN",
        "nan",
        "inf",
        "-Infinity",
        "0x1F",
        "1_000",
        "1e",
        "e5",
        "E",
        "1e3.5",
        "1e1000",
        ".",
        "-.",
    ),
    *(
        "abc",
        "12a",
        "a12",
        "5%",
        "$5",
        "5 ریال",
        "½",
        "²",
        "1/2",
        "=1+1",
        "1:30",
        "دو",
        "\\N",
        "NULL",
    ),
)


def read(cells: list[str]) -> tuple[list[Decimal | None], list[bool]]:
    """Amounts, and which cells are there but no number."""
    amounts, unreadable = read_numbers(pl.DataFrame({"a": cells}, schema={"a": pl.String}))
    assert amounts["a"].dtype == AMOUNT
    return amounts["a"].to_list(), unreadable["a"].to_list()


@pytest.mark.parametrize("cell", READABLE)
def test_a_number_is_read_exactly(cell: str) -> None:
    assert read([cell]) == ([Decimal(READABLE[cell])], [False])


@pytest.mark.parametrize("cell", EMPTY)
def test_an_empty_cell_is_no_number_and_no_fault(cell: str) -> None:
    assert read([cell]) == ([None], [False])


@pytest.mark.parametrize("cell", UNREADABLE)
def test_anything_else_is_not_guessed_at(cell: str) -> None:
    assert read([cell]) == ([None], [True])


def test_cells_of_a_column_do_not_touch_one_another() -> None:
    cells = [*READABLE, *EMPTY, *UNREADABLE, "5"]
    amounts, unreadable = read(cells)
    expected = [Decimal(value) for value in READABLE.values()]
    nothing = [None] * (len(EMPTY) + len(UNREADABLE))
    assert amounts == [*expected, *nothing, Decimal(5)]
    flags = [False] * (len(READABLE) + len(EMPTY)) + [True] * len(UNREADABLE) + [False]
    assert unreadable == flags


def test_columns_of_a_frame_do_not_touch_one_another() -> None:
    frame = pl.DataFrame(
        {
            "plain": ["1", "2", "3"],
            "odd": ["x", "۲", ""],
            "both": ["(1)", "2", "y"],
            "none": ["", "", ""],
        }
    )
    amounts, unreadable = read_numbers(frame)
    assert amounts.to_dict(as_series=False) == {
        "plain": [1, 2, 3],
        "odd": [None, 2, None],
        "both": [-1, 2, None],
        "none": [None, None, None],
    }
    assert unreadable.to_dict(as_series=False) == {
        "plain": [False, False, False],
        "odd": [True, False, False],
        "both": [False, False, True],
        "none": [False, False, False],
    }


def test_no_lines_are_read_as_none() -> None:
    amounts, unreadable = read_numbers(pl.DataFrame(schema={"a": pl.String}))
    assert (amounts.schema["a"], amounts.height, unreadable.height) == (AMOUNT, 0, 0)


WIDEST = Decimal("999999999999999.9999")
amounts_anywhere = st.decimals(-WIDEST, WIDEST, places=4, allow_nan=False)
DIGITS = {name: str.maketrans("0123456789", digits) for name, digits in {
    "ascii": "0123456789", "persian": "۰۱۲۳۴۵۶۷۸۹", "arabic": "٠١٢٣٤٥٦٧٨٩",
}.items()}  # fmt: skip
styles = st.fixed_dictionaries(
    {
        "digits": st.sampled_from(list(DIGITS)),
        "thousands": st.sampled_from(["", ",", "٬", " ", "\u00a0", "'"]),
        "point": st.sampled_from([".", "٫"]),
        "places": st.integers(4, 9),
        "trim": st.booleans(),
        "minus": st.sampled_from(["-{}", "{}-", "−{}", "({})", "- {}", "{} -"]),
        "around": st.sampled_from(
            ["{}", " {} ", "\u200f{}", "{}\u200e", "\u202b{}\u202c", "\t{}\u00a0"]
        ),
    }
)


def written(value: Decimal, style: dict[str, object]) -> str:
    """A number as some export may write it."""
    whole, _, places = f"{abs(value):,.{style['places']}f}".partition(".")
    places = places.rstrip("0") if style["trim"] else places
    text = whole.replace(",", str(style["thousands"]))
    text += f"{style['point']}{places}" if places else ""
    text = str(style["minus"]).format(text) if value < 0 else text
    return str(style["around"]).format(text).translate(DIGITS[str(style["digits"])])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(amounts_anywhere, styles), min_size=1, max_size=20))
def test_a_number_in_any_style_reads_back_exactly(
    cases: list[tuple[Decimal, dict[str, object]]],
) -> None:
    cells = [written(value, style) for value, style in cases]
    assert read(cells) == ([value for value, _ in cases], [False] * len(cases))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-(10**14), 10**14), max_size=20), st.integers(-4, 14))
def test_exponents_move_the_point(values: list[int], power: int) -> None:
    cells = [f"{value}E{power}" for value in values]
    exact = [Decimal(value).scaleb(power) for value in values]
    fits = [
        abs(v) < 10**15 and v == v.quantize(Decimal("0.0001")) if abs(v) < 10**15 else False
        for v in exact
    ]
    amounts, unreadable = read(cells)
    assert amounts == [value if fit else None for value, fit in zip(exact, fits, strict=True)]
    assert unreadable == [not fit for fit in fits]


def test_no_column_is_read_as_none() -> None:
    """Of a file in which no measure was found, not even one."""
    amounts, unreadable = read_numbers(pl.DataFrame(height=0))
    assert amounts.shape == unreadable.shape == (0, 0)
