"""What a sample of a column's cells says about the column: dates, figures, codes or names."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pipeline.transform.text import clean_cell, fold_digits, fold_text

SAMPLE_CELLS: Final = 40  # filled cells looked at per column: enough to tell half from most
CELL_LETTERS: Final = 80  # of a cell looked at: no date, figure or code is longer
MOSTLY: Final = 0.8
HALF: Final = 0.5
FEW_CELLS: Final = 3  # below this a sample proves nothing
MANY_TYPES: Final = 30  # an export knows a handful of invoice types

_EMPTY = frozenset({"", "-"})
_DATE = re.compile(r"(?:\d{2}|1[2-5]\d\d|19\d\d|20\d\d)[/.\-]\d{1,2}[/.\-]\d{1,2}(?:[ T].*)?$")
_DATE_DAY_FIRST = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-](?:1[2-5]|19|20)\d\d(?:[ T].*)?$")
_DATE_DIGITS = re.compile(r"(?:1[2-5]|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_DATE_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?$")
_NUMBER = re.compile(r"[(+\-−]?\s*[\d٬,،' ]*\d(?:[.٫/]\d+)?(?:[eE][+-]?\d+)?\s*[)\-−]?$")
_CODE = re.compile(r"(?=.*\d)[A-Za-z\d][A-Za-z\d/_.\-]*$")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_SALE_OR_RETURN = re.compile(r"(?:فاکتور )?فروش$|.*(?:برگشت|مرجوع)|sale$|.*return", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares (0..1) of the filled cells looked at that read as each kind; a cell may be several."""

    filled: int
    date: float
    bare_date: float  # eight digits or an Excel serial: a date, or a code that looks like one
    number: float
    signed_or_fraction: float
    code: float
    letters: float
    sale_or_return: float
    distinct: int


def profile_column(rows: Sequence[Sequence[str]], position: int) -> Profile:
    """Give the profile of one column (0-based) over rows spread evenly; short rows do not count."""
    plain = [fold_digits(cell) for cell in islice(_filled(rows, position), SAMPLE_CELLS)]

    def share(test: Callable[[str], object]) -> float:
        return sum(1 for cell in plain if test(cell)) / len(plain) if plain else 0.0

    return Profile(
        filled=len(plain),
        date=share(lambda cell: _DATE.match(cell) or _DATE_DAY_FIRST.match(cell)),
        bare_date=share(lambda cell: _DATE_DIGITS.match(cell) or _DATE_SERIAL.match(cell)),
        number=share(_NUMBER.match),
        signed_or_fraction=share(
            lambda cell: _NUMBER.match(cell) and any(mark in cell for mark in "-−(.٫,٬")
        ),
        code=share(_CODE.match),
        letters=share(_LETTERS.search),
        sale_or_return=share(lambda cell: _SALE_OR_RETURN.match(fold_text(cell))),
        distinct=len(set(plain)),
    )


def _filled(rows: Sequence[Sequence[str]], position: int) -> Iterator[str]:
    """Give the filled cells of a column, walking over the rows in wide strides."""
    stride = max(1, len(rows) // SAMPLE_CELLS)
    for start in range(stride):
        for row in rows[start::stride]:
            raw = row[position] if position < len(row) else ""
            if raw and (cell := clean_cell(raw[:CELL_LETTERS])) not in _EMPTY:
                yield cell


def contradicts(profile: Profile, kind: str, concepts: frozenset[str]) -> bool:
    """Say whether the cells cannot be of that kind (`Wanted.kind`) and those header concepts.

    True is strong evidence: at least half of at least a few filled cells read as something else.
    """
    if profile.filled < FEW_CELLS:
        return False
    return _IMPOSSIBLE.get(kind, _not_an_attribute)(profile, concepts)


def confirms(profile: Profile, kind: str) -> bool:
    """Say whether nearly all cells read as that kind in a way few other columns would."""
    if profile.filled < FEW_CELLS:
        return False
    if kind == "date":
        return profile.date + profile.bare_date >= MOSTLY
    if kind == "type":
        return profile.sale_or_return >= MOSTLY and profile.distinct <= MANY_TYPES
    if kind == "measure":
        return profile.number >= MOSTLY
    return kind == "key" and profile.code >= MOSTLY


def implied_role(profile: Profile) -> frozenset[str]:
    """Give {code} or {name}, as nearly all cells are, or nothing: for a header without a role."""
    if profile.filled < FEW_CELLS or profile.date >= HALF:
        return frozenset()
    if profile.code >= MOSTLY and profile.signed_or_fraction == 0:
        return frozenset({"code"})
    wordy = profile.letters >= MOSTLY and profile.code < HALF
    return frozenset({"name"}) if wordy else frozenset()


def _not_a_date(profile: Profile, _: frozenset[str]) -> bool:
    return profile.date + profile.bare_date < HALF


def _not_a_measure(profile: Profile, _: frozenset[str]) -> bool:
    return profile.number < HALF or profile.date >= HALF


def _not_a_key(profile: Profile, _: frozenset[str]) -> bool:
    wordy = profile.letters >= HALF and profile.code < HALF
    return profile.date >= HALF or wordy or profile.signed_or_fraction >= HALF


def _not_a_type(profile: Profile, _: frozenset[str]) -> bool:
    return profile.date >= HALF or profile.distinct > MANY_TYPES


def _not_an_attribute(profile: Profile, concepts: frozenset[str]) -> bool:
    if "name" in concepts or "address" in concepts:
        return profile.letters < 1 - MOSTLY
    if "code" in concepts:
        return profile.date >= HALF or (profile.letters >= HALF and profile.code < HALF)
    return profile.date >= HALF and not concepts & {"date", "time"}


_IMPOSSIBLE: Final[dict[str, Callable[[Profile, frozenset[str]], bool]]] = {
    "date": _not_a_date,
    "measure": _not_a_measure,
    "key": _not_a_key,
    "type": _not_a_type,
}
