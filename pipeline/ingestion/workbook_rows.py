"""What every kind of sheet gives: its extent, its rows, and a count of what is worth telling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from pipeline.ingestion.workbook_limits import Limits
from pipeline.ingestion.workbook_refusals import refusal

Row = tuple[int, list[bytes]]  # row number in the sheet, 1-based; one CSV field per column
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; 1-based

_SPARSE_AREA = 20_000_000  # cells; below it even an all but empty sheet costs nothing to write
_SPARSE_SHARE = 100
_FILLED_ROWS = 50  # merged cells further down are data, not headers


@dataclass(slots=True)
class Extent:
    """The used part of a sheet: last row and column with a value (1-based; 0 = empty sheet)."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    formulas_without_value: int = 0


class SheetReader(Protocol):
    """One sheet of an open workbook."""

    name: str
    visible: bool
    hidden_rows: int
    merges: list[Merge]

    def extent(self) -> Extent:
        """The sheet's extent, from a pass over all of it; fills `merges`."""

    def quick_extent(self) -> Extent:
        """As `extent`, but a large sheet may be believed what it declares of itself."""

    def sample(self, count: int) -> list[int]:
        """How many cells have a value in each of the first `count` rows that have any."""

    def rows(self, width: int) -> Iterator[Row]:
        """Rows that have a value, in order, each of `width` fields; counts `hidden_rows`."""


def check_extent(extent: Extent, sheet: str, limits: Limits) -> None:
    """Raise RefusedFile for a sheet beyond the limits or nearly empty over a vast area."""
    if extent.rows > limits.rows:
        raise refusal("WORKBOOK_TOO_LARGE", what="rows", limit=limits.rows)
    area = extent.rows * extent.columns
    if area > _SPARSE_AREA and extent.cells * _SPARSE_SHARE < area:
        raise refusal("WORKBOOK_SPARSE", sheet=sheet, row=extent.rows, column=extent.columns)
    check_width(extent.columns, limits)


def check_width(columns: int, limits: Limits) -> None:
    """Raise RefusedFile for a sheet wider than `limits.columns`."""
    if columns > limits.columns:
        raise refusal("WORKBOOK_TOO_LARGE", what="columns", limit=limits.columns)


def with_merges_filled(rows: Iterator[Row], merges: list[Merge]) -> Iterator[Row]:
    """`rows` with the value of a merged cell repeated in every cell it covers, near the top."""
    origin = _origins(merges)
    values: dict[tuple[int, int], bytes] = {}
    for number, fields in rows:
        if number <= _FILLED_ROWS:
            for column in range(len(fields)):
                source = origin.get((number, column + 1))
                if source == (number, column + 1):
                    values[source] = fields[column]
                elif source is not None:
                    fields[column] = values.get(source, b"")
        yield number, fields


def _origins(merges: list[Merge]) -> dict[tuple[int, int], tuple[int, int]]:
    """Each covered cell near the top → the cell that holds its value."""
    return {
        (row, column): (top, left)
        for top, left, bottom, right in merges
        for row in range(top, min(bottom, _FILLED_ROWS) + 1)
        for column in range(left, right + 1)
    }
