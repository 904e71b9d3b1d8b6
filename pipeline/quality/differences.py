"""What differs between a file and an earlier load of its source: columns, size, days, entities."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from pipeline.ingestion.header_types import header_key
from pipeline.quality.drift import NullRate, is_far
from pipeline.quality.rules import RuleSet

FIRST_ENTITIES = 20


class Seen(Protocol):
    """One header of a file, 0-based `position`, and the canonical column it was read as."""

    @property
    def position(self) -> int: ...
    @property
    def header(self) -> str: ...
    @property
    def column(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class SeenThen:
    """One header of the earlier load, as its run recorded it."""

    position: int
    header: str
    column: str | None


@dataclass(frozen=True, slots=True)
class Renamed:
    """A canonical column that has another header now."""

    column: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A column that stands elsewhere among the columns both files have; positions from 1."""

    header: str
    then: int
    now: int


@dataclass(frozen=True, slots=True)
class ColumnChanges:
    """How the header row changed; `missing` and `new` hold headers in the order of their file."""

    missing: tuple[str, ...]
    new: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class EntityChanges:
    """Codes that came and went: how many, and the first FIRST_ENTITIES of each, sorted."""

    new_count: int
    new: tuple[str, ...]
    vanished_count: int
    vanished: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """A file (`now`) beside the last load of its source (`then`).

    Lines and net amounts are those of the whole file: all records, all readable amounts, signed, in
    the load's currency. Days and entities are those of accepted lines, and None or empty where
    there is none. First and last days are of the lines in the month of the file, `month_now`: the
    one that most lines are of; `strays_now` counts the lines outside it. `null_rates` are the
    columns that moved further than the rule allowed.
    """

    load_id: int
    period: str
    state: str
    file_name: str
    received_by: str
    lines_then: int
    lines_now: int
    net_amount_then: Decimal
    net_amount_now: Decimal
    first_day_then: date | None
    first_day_now: date | None
    last_day_then: date | None
    last_day_now: date | None
    month_now: str | None
    strays_now: int
    first_stray_now: date | None
    last_stray_now: date | None
    columns: ColumnChanges
    null_rates: tuple[NullRate, ...]
    entities: dict[str, EntityChanges]

    @property
    def lines_percent(self) -> Decimal | None:
        """Change of the number of lines in percent of then; None where there was no line."""
        return _percent(Decimal(self.lines_now), Decimal(self.lines_then))

    @property
    def net_amount_percent(self) -> Decimal | None:
        """Change of the net total in percent of its size then; None where it was zero."""
        return _percent(self.net_amount_now, self.net_amount_then)

    def notable(self, rules: RuleSet) -> tuple[str, ...]:
        """Codes of the drift rules whose threshold is passed."""
        lines = rules.threshold("ROW_COUNT_DRIFT", "percent")
        total = rules.threshold("TOTAL_DRIFT", "percent")
        points = rules.threshold("NULL_RATE_DRIFT", "points")
        passed = {
            "ROW_COUNT_DRIFT": is_far(Decimal(self.lines_now), Decimal(self.lines_then), lines),
            "TOTAL_DRIFT": is_far(self.net_amount_now, self.net_amount_then, total),
            "NULL_RATE_DRIFT": any(abs(one.now - one.then) > points for one in self.null_rates),
        }
        return tuple(code for code, is_passed in passed.items() if is_passed)


def compare_columns(then: Sequence[Seen], now: Sequence[Seen]) -> ColumnChanges:
    """What became of each column of the earlier header row; columns without a name are left out.

    Columns are the same when they were read as the same canonical column, else when their headers
    are spellings of the same text.
    """
    then, now = _named(then), _named(now)
    pairs = _paired(then, now)
    old, new = {a.position for a, _ in pairs}, {b.position for _, b in pairs}
    return ColumnChanges(
        missing=tuple(a.header for a in then if a.position not in old),
        new=tuple(b.header for b in now if b.position not in new),
        renamed=tuple(
            Renamed(b.column or b.header, a.header, b.header)
            for a, b in pairs
            if header_key(a.header) != header_key(b.header)
        ),
        moved=tuple(Moved(b.header, a.position + 1, b.position + 1) for a, b in _moved(pairs)),
    )


def compare_entities(then: set[str], now: set[str]) -> EntityChanges:
    """Which codes are only in one of two loads."""
    new, vanished = sorted(now - then), sorted(then - now)
    return EntityChanges(
        len(new), tuple(new[:FIRST_ENTITIES]), len(vanished), tuple(vanished[:FIRST_ENTITIES])
    )


def _percent(now: Decimal, then: Decimal) -> Decimal | None:
    return (now - then) * 100 / abs(then) if then else None


def _named(row: Iterable[Seen]) -> list[Seen]:
    return [one for one in row if header_key(one.header)]


def _paired(then: Sequence[Seen], now: Sequence[Seen]) -> list[tuple[Seen, Seen]]:
    """Columns of both files, in the order of the new one."""
    by_column = {one.column: one for one in then if one.column}
    found = {b.position: by_column[b.column] for b in now if b.column in by_column}
    taken = {a.position for a in found.values()}
    by_key: dict[str, list[Seen]] = {}
    for a in then:
        if a.position not in taken:
            by_key.setdefault(header_key(a.header), []).append(a)
    for b in now:
        if b.position not in found and (same := by_key.get(header_key(b.header))):
            found[b.position] = same.pop(0)
    return [(found[b.position], b) for b in now if b.position in found]


def _moved(pairs: Sequence[tuple[Seen, Seen]]) -> Iterator[tuple[Seen, Seen]]:
    """The fewest columns whose moving explains the new order: those outside a longest run.

    `pairs` stand in the new order; what keeps its order is a longest increasing run of the old
    positions, found by the usual piles (patience sorting).
    """
    tops: list[int] = []
    pile_of = []
    for a, _ in pairs:
        pile = bisect_left(tops, a.position)
        tops[pile : pile + 1] = [a.position]
        pile_of.append(pile)
    kept, wanted = set(), len(tops) - 1
    for index in range(len(pairs) - 1, -1, -1):
        if pile_of[index] == wanted:
            kept.add(index)
            wanted -= 1
    return (pair for index, pair in enumerate(pairs) if index not in kept)
