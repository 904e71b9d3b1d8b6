"""What a cell looks like (number, date, time, code, text) and what a column usually holds."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

TYPED = frozenset({"number", "date", "time"})
_LONGEST_TYPED = 40
_FILLED = 0.95
_DOMINANT = 0.8
_FITS = 0.75
_FOLD = str.maketrans(
    "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٬٫−",
    "01234567890123456789,.-",
    "\u200c\u200e\u200f\u202a\u202b\u202c\ufeff",
)
_NUMBER = re.compile(
    r"[-+(]? ?[$€£]? ?(?:\d+|\d{1,3}(?:[, ]\d{2,3})+)?(?:\.\d*)?(?:[eE][-+]?\d{1,3})?[%)-]?"
)
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?")
_CODE = re.compile(r"[\w./#:@?=&%+-]*\d[\w./#:@?=&%+-]*")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of the sample holds: its dominant kind, and whether it is never blank."""

    kind: str
    filled: bool


@lru_cache(maxsize=16_384)
def kind_of(cell: str) -> str:
    """Name the kind of one cell: empty, number, date, time, code or text."""
    if len(cell) > _LONGEST_TYPED:
        return "text"
    folded = cell.translate(_FOLD).strip()
    if not folded:
        return "empty"
    if _TIME.fullmatch(folded):
        return "time"
    if _DATE.fullmatch(folded):
        return "date"
    if _NUMBER.fullmatch(folded) and any(c.isdigit() for c in folded):
        return "number"
    return "code" if _CODE.fullmatch(folded) else "text"


def profile_columns(rows: Sequence[Sequence[str]], width: int) -> tuple[Column, ...]:
    """Say for each of `width` columns what the rows (all of that width) usually hold."""
    return tuple(_column([row[i] for row in rows]) for i in range(width))


def _column(cells: list[str]) -> Column:
    counts = Counter(kind_of(cell) for cell in cells)
    empty = counts.pop("empty", 0)
    present = len(cells) - empty
    if not present:
        return Column("empty", False)
    kind, count = counts.most_common(1)[0]
    dominant = kind if count >= _DOMINANT * present else "mixed"
    # One blank among few cells may be a total; it says nothing yet.
    filled = present >= _FILLED * len(cells) or (empty == 1 and present > 1)
    return Column(dominant, filled)


def typed_columns(profile: Sequence[Column]) -> list[int]:
    """Positions of the columns that hold numbers, dates or times."""
    return [i for i, column in enumerate(profile) if column.kind in TYPED]


def fit(cells: Sequence[str], profile: Sequence[Column]) -> tuple[int, int]:
    """Count the typed columns whose cell is of the column's kind, and those not blank."""
    matches = checked = 0
    for cell, column in zip(cells, profile, strict=False):
        if column.kind in TYPED:
            kind = kind_of(cell)
            if kind != "empty":
                checked += 1
                matches += kind == column.kind
    return matches, checked


def fits(cells: Sequence[str], profile: Sequence[Column]) -> bool:
    """Whether the cells look like a record of this table (true where nothing can be told)."""
    matches, checked = fit(cells, profile)
    return matches >= _FITS * checked


def has_typed(cells: Iterable[str]) -> bool:
    """Whether any cell is a number, a date or a time."""
    return any(kind_of(cell) in TYPED for cell in cells)
