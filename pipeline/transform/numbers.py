"""Numbers as exports write them, read exactly: never rounded, never guessed."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipeline.transform.cells import fold_digits, pick, put_back, rows_where, without_marks

# Four decimals hold every currency and weight met; what has more is named, not rounded.
SCALE = 4
AMOUNT = pl.Decimal(38, SCALE)
# A single amount of a quadrillion is a defect of the file, whatever the currency.
WHOLE_DIGITS = 15
LIMIT = 10**WHOLE_DIGITS

_FOLD = {
    "٬": ",", "،": ",", "’": ",", "'": ",",
    "٫": ".",
    "−": "-", "–": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-", "＋": "+",
}  # fmt: skip
# Sign, digits plain or in groups of three, decimals, exponent.
_WHOLE = r"(?:\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+)"
_NUMBER = rf"^[+-]?(?:{_WHOLE}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{{1,2}})?$"


_WHOLE_NUMBER = pl.all().cast(pl.Int64, strict=False)
_SMALL = pl.when(pl.all().is_between(-LIMIT, LIMIT, closed="none")).then(pl.all()).cast(AMOUNT)


def read_numbers(cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read columns of cells as amounts.

    Returns two frames of the same shape and names: the amounts (`AMOUNT`; null where empty or
    unreadable) and Booleans, true where a cell is there but is no number. Read are Persian, Arabic
    and ASCII digits, thousands separators in groups of three, `٫` and `.` decimals, a minus in
    front, behind or as brackets, exponents, and marks and blanks around; a number of 10^15 or more,
    or with more than four decimals, is unreadable.
    """
    if not cells.width:
        return cells, cells
    amounts = cells.select_seq(_WHOLE_NUMBER).select_seq(_SMALL)
    # Most cells are plain whole numbers. What is left of all columns is read in one go.
    both = pl.DataFrame([*cells, *(column.alias(f"read {column.name}") for column in amounts)])
    is_left = [
        pl.col(f"read {name}").is_null() & (pl.col(name).str.len_bytes() > 0)
        for name in cells.columns
    ]
    rows = rows_where(both, *is_left)
    values, unreadable = _read_carefully(pick(cells.get_columns(), rows))
    nothing = pl.repeat(False, cells.height, dtype=pl.Boolean, eager=True)
    columns = [nothing.clone() if len(at) else nothing for at in rows]
    bad = put_back(columns, rows, unreadable)
    return (
        pl.DataFrame(put_back(amounts.get_columns(), rows, values)),
        pl.DataFrame([column.alias(name) for column, name in zip(bad, cells.columns, strict=True)]),
    )


def _fold(cells: pl.Expr) -> pl.Expr:
    """ASCII digits, comma for thousands, point for decimals, hyphen for minus."""
    return fold_digits(cells).str.replace_many(list(_FOLD), list(_FOLD.values()))


def _signs_first(text: pl.Expr) -> pl.Expr:
    """`(1,200)` and `1,200-` as `-1,200`; no blank between sign and digits."""
    text = text.str.replace(r"^\(\s*([^()+-]+?)\s*\)$", "-$1")
    text = text.str.replace(r"^([^+-]*[^+\-eE ])\s*-$", "-$1")
    return text.str.replace(r"^([+-])\s+", "$1")


def _fits(text: pl.Expr) -> pl.Expr:
    """True where whole digits and decimals are within what an amount can hold."""
    parts = text.str.extract_groups(r"^[+-]?0*(\d*)(?:\.(\d*?)0*)?$")
    whole = parts.struct[0].str.len_bytes() <= WHOLE_DIGITS
    decimals = parts.struct[1].str.len_bytes().fill_null(0) <= SCALE
    return whole & decimals


_CELL = pl.col("cell")
_IS_THERE = ~_CELL.is_in(["", "-"])
_PLAIN = _CELL.str.replace_all("[, ]", "").str.strip_prefix("+")
# One after the other, what stands in a cell becomes what an amount can be read from.
_STEPS: tuple[tuple[pl.Expr, ...], ...] = (
    (without_marks(_CELL),),
    (_signs_first(_fold(_CELL)), _IS_THERE.alias("there")),
    (pl.when(_CELL.str.contains(_NUMBER) & pl.col("there")).then(_PLAIN), pl.col("there")),
)
_VALUE = pl.when(_fits(_CELL)).then(_CELL).cast(AMOUNT, strict=False)


def _read_carefully(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Amounts of `cells`, and which of them are there but are none."""
    if not len(cells):
        return cells.cast(AMOUNT), cells.cast(pl.Boolean)
    read = cells.to_frame()
    for step in _STEPS:
        read = read.select_seq(step)
    plain = _spell_out_exponents(read["cell"])
    read = read.with_columns_seq(plain).with_columns_seq(value=_VALUE)
    read = read.select_seq("value", unreadable=pl.col("there") & pl.col("value").is_null())
    return read["value"], read["unreadable"]


def _spell_out_exponents(text: pl.Series) -> pl.Series:
    """`1.5E3` as `1500`: rare, so one by one with exact decimals."""
    (at,) = rows_where(text.to_frame(), pl.all().str.contains("[eE]"))
    if not len(at):
        return text
    plain = [f"{Decimal(cell):f}" for cell in text[at]]
    return text.scatter(at, pl.Series(plain, dtype=pl.String))
