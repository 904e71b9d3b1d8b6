"""Numbers as exports write them, read exactly: never rounded, never guessed."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipeline.transform.cells import BLANKS, INVISIBLE, clean, fold_digits

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
    whole = cells.select(pl.all().cast(pl.Int64, strict=False))
    whole = whole.select(pl.when(pl.all().is_between(-LIMIT, LIMIT, closed="none")).then(pl.all()))
    amounts = whole.select(pl.all().cast(AMOUNT)).get_columns()
    # Most cells are plain whole numbers. What is left of all columns is read in one go.
    left = cells.select(pl.all().str.len_bytes() > 0).fill_null(False)
    rest = [
        (~read & there).arg_true()
        for read, there in zip(whole.select(pl.all().is_not_null()), left, strict=True)
    ]
    values, unreadable = _read_carefully(
        pl.concat([column.gather(at) for column, at in zip(cells, rest, strict=True)], rechunk=True)
    )
    nothing = pl.repeat(False, cells.height, dtype=pl.Boolean, eager=True)
    bad, start = [], 0
    for number, at in enumerate(rest):
        part = slice(start, start + len(at))
        start = part.stop
        if len(at):
            amounts[number] = amounts[number].scatter(at, values[part])
        # `scatter` writes in place.
        bad.append(nothing.clone().scatter(at, unreadable[part]) if len(at) else nothing)
    names = cells.columns
    return (
        pl.DataFrame([column.alias(name) for column, name in zip(amounts, names, strict=True)]),
        pl.DataFrame([column.alias(name) for column, name in zip(bad, names, strict=True)]),
    )


def _read_carefully(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    cells = clean(column.rename("cells"))
    there = cells.is_not_null()
    text = _signs_first(_fold(cells))
    number = text.str.contains(_NUMBER)
    text = text.set(~number.fill_null(False), None).str.replace_all("[, ]", "")
    text = _spell_out_exponents(text).str.strip_prefix("+")
    values = text.set(~_fits(text).fill_null(False), None).cast(AMOUNT, strict=False)
    return values, there & values.is_null()


def _fold(cells: pl.Series) -> pl.Series:
    """ASCII digits, comma for thousands, point for decimals, hyphen for minus."""
    cells = cells.str.replace_all(INVISIBLE, "").str.replace_all(BLANKS, " ").str.strip_chars()
    return fold_digits(cells).str.replace_many(list(_FOLD), list(_FOLD.values()))


def _signs_first(text: pl.Series) -> pl.Series:
    """`(1,200)` and `1,200-` as `-1,200`; no blank between sign and digits."""
    text = text.str.replace(r"^\(\s*([^()+-]+?)\s*\)$", "-$1")
    text = text.str.replace(r"^([^+-]*[^+\-eE ])\s*-$", "-$1")
    return text.str.replace(r"^([+-])\s+", "$1")


def _spell_out_exponents(text: pl.Series) -> pl.Series:
    """`1.5E3` as `1500`: rare, so one by one with exact decimals."""
    has_exponent = text.str.contains("[eE]").fill_null(False)
    if not has_exponent.any():
        return text
    at = has_exponent.arg_true()
    plain = [f"{Decimal(cell):f}" for cell in text.gather(at)]
    return text.scatter(at, pl.Series(plain, dtype=pl.String))


def _fits(text: pl.Series) -> pl.Series:
    """True where whole digits and decimals are within what an amount can hold."""
    parts = text.str.extract_groups(r"^[+-]?0*(\d*)(?:\.(\d*?)0*)?$")
    whole = parts.struct[0].str.len_bytes() <= WHOLE_DIGITS
    decimals = parts.struct[1].str.len_bytes().fill_null(0) <= SCALE
    return whole & decimals
