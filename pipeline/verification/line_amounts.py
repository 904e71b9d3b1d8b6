"""I4 (and the look of blank lines, I3): what each line says against where it went, in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from pipeline.contracts import Words
from pipeline.db import Connection, query
from pipeline.verification.file_text import RawLine
from pipeline.verification.gaps import Gap, make_gap
from pipeline.verification.net_amounts import NetReader, WrongWidthError

Place = tuple[int, str, Decimal | None]

_AMOUNT = Words(
    fa="مبلغ خالص این سطر در فایل {expected} است و در {place} {found}.",
    en="The net amount of this line is {expected} in the file, and {found} in {place}.",
)
_WIDTH = Words(
    fa="این سطر {found} خانه دارد و سرستون {expected} خانه، ولی در {place} است.",
    en="This line has {found} cells and the header {expected}, but it is in {place}.",
)
_NOT_BLANK = Words(
    fa="این سطر به نام سطر خالی کنار گذاشته شده است، ولی خالی نیست.",
    en="This line is set aside as blank, but it is not.",
)


def read_places(connection: Connection, load_id: int) -> Iterator[tuple[int, list[Place]]]:
    """Line number after line number, the places where the line is (one, if all is well)."""
    with connection.cursor(name="verify_places", binary=True) as cursor:
        cursor.itersize = 5_000
        cursor.execute(query("verify/read_places"), {"load_id": load_id})
        for line_no, places in groupby(cursor, key=itemgetter(0)):
            yield line_no, list(places)


@dataclass(slots=True)
class AmountCheck:
    """Compares lines, in their order, with what became of them.

    `total` is the file's readable net amount, `gaps` the first of each kind. A line that is in no
    place or in several is not judged here; `complete` is then False and `total` not meant to be
    compared.
    """

    load_id: int
    reader: NetReader
    places: Iterator[tuple[int, list[Place]]]
    total: Decimal = Decimal(0)
    complete: bool = True
    gaps: dict[str, Gap] = field(default_factory=dict)
    _next: tuple[int, list[Place]] | None = None

    def __post_init__(self) -> None:
        self._next = next(self.places, None)

    def take(self, raw: RawLine) -> None:
        """Compare one RAW line."""
        found = self._places_of(raw.line_no)
        if len(found) != 1:
            self.complete = False
            return
        _, place, amount = found[0]
        if place in ("canonical", "rejected"):
            self._compare(raw, place, amount)
        elif place == "damaged" and amount is not None:
            self._note("amount", raw, _AMOUNT, expected="-", found=amount, place="rejected")
        elif place == "blank" and any(char.isalnum() for char in raw.line):
            self._note("blank", raw, _NOT_BLANK)

    def _places_of(self, line_no: int) -> list[Place]:
        while self._next is not None and self._next[0] < line_no:
            self._next = next(self.places, None)
        if self._next is None or self._next[0] != line_no:
            return []
        return self._next[1]

    def _compare(self, raw: RawLine, place: str, amount: Decimal | None) -> None:
        try:
            expected = self.reader.net_amount(raw.line)
        except WrongWidthError as error:
            width = self.reader.width
            return self._note("width", raw, _WIDTH, expected=width, found=error.cells, place=place)
        if expected is not None:
            self.total += expected
        if expected != amount:
            self._note(
                "amount", raw, _AMOUNT, expected=_text(expected), found=_text(amount), place=place
            )
        return None

    def _note(self, kind: str, raw: RawLine, words: Words, **values: Any) -> None:
        if kind not in self.gaps:
            code = "I3" if kind == "blank" else "I4"
            gap = make_gap(code, words, load_id=self.load_id, line_no=raw.line_no, **values)
            self.gaps[kind] = gap


def _text(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount:f}"
