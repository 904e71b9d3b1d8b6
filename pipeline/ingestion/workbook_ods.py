"""The sheets of an OpenDocument workbook (ods) as streams of rows.

Read here and not by python-calamine, for two reasons: an ods cell or row may say that it is
repeated a million times, which must be bounded while reading, and a cell carries the text that the
user sees, which keeps the leading zeros of a formatted number.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO

from pipeline.ingestion.workbook_cells import duration_text, field, iso_text, number_text
from pipeline.ingestion.workbook_limits import Limits
from pipeline.ingestion.workbook_refusals import refusal
from pipeline.ingestion.workbook_rows import Extent, Merge, Row, check_width
from pipeline.ingestion.workbook_xml import Attributes, Handler, parse

_CONTENT = "content.xml"
_ISO_DURATION = re.compile(r"(-?)PT(\d{1,7})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
_NUMBERS = ("float", "percentage", "currency")
_LEADING_ZERO = re.compile(r"0\d+", re.ASCII)

SheetRow = tuple[int, bool, list[bytes]]  # row number (1-based), hidden, fields


class OdsSheet:
    """A `SheetReader` over one table of content.xml, the `index`-th."""

    def __init__(
        self, archive: zipfile.ZipFile, index: int, name: str, visible: bool, limits: Limits
    ) -> None:
        self.name = name
        self.visible = visible
        self.hidden_rows = 0
        self.merges: list[Merge] = []
        self._archive = archive
        self._index = index
        self._limits = limits

    def extent(self) -> Extent:
        extent = Extent()
        self.merges.clear()
        for number, _, fields in self._own_rows():
            extent.rows = number
            extent.columns = max(extent.columns, len(fields))
            extent.cells += sum(map(bool, fields))
        return extent

    def quick_extent(self) -> Extent:
        return self.extent()

    def sample(self, count: int) -> list[int]:
        return [sum(map(bool, fields)) for _, fields in islice(self.rows(0), count)]

    def rows(self, width: int) -> Iterator[Row]:
        self.hidden_rows = 0
        for number, hidden, fields in self._own_rows():
            self.hidden_rows += hidden
            yield number, fields + [b""] * (width - len(fields))

    def _own_rows(self) -> Iterator[SheetRow]:
        """Rows of this sheet that have a value, cut after their last one."""
        with self._archive.open(_CONTENT) as stream:
            yield from _rows_of(stream, self._index, self.merges, self._limits)


def ods_sheets(archive: zipfile.ZipFile, limits: Limits) -> list[OdsSheet]:
    """The sheets of an open ods package, in order. Raises RefusedFile as `parse` does."""
    reader = _TableReader(-1, [], limits)
    with archive.open(_CONTENT) as stream:
        for _ in parse(stream, reader, limits):
            pass
    named = enumerate(reader.tables)
    return [OdsSheet(archive, at, name, visible, limits) for at, (name, visible) in named]


def _rows_of(
    stream: IO[bytes], wanted: int, merges: list[Merge], limits: Limits
) -> Iterator[SheetRow]:
    reader = _TableReader(wanted, merges, limits)
    for _ in parse(stream, reader, limits):
        for number, times, hidden, fields in reader.ready:
            for repeat in range(times):
                yield number + repeat, hidden, fields
        reader.ready.clear()
        if len(reader.tables) > wanted + 1:
            return


class _TableReader(Handler):
    """Collects the names of tables; rows and merged cells of the one that is `wanted`."""

    def __init__(self, wanted: int, merges: list[Merge], limits: Limits) -> None:
        self._merges = merges
        self.tables: list[tuple[str, bool]] = []
        self.ready: list[tuple[int, int, bool, list[bytes]]] = []
        self._wanted = wanted
        self._limits = limits
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._row = self._row_times = 0
        self._row_hidden = False
        self._fields: list[bytes] = []
        self._gap = 0  # empty columns not yet written: a row is as long as its last value
        self._cell: Attributes = {}
        self._pieces: list[str] = []
        self._length = 0
        self._paragraph = 0
        self._aside = 0  # depth inside an annotation, whose text is not the cell's

    def start(self, name: str, attributes: Attributes) -> None:
        given = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if name == "style":
            self._style = given.get("name", "")
        elif name == "table-properties" and given.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table":
            self._start_table(given)
        elif len(self.tables) - 1 == self._wanted:
            self._start_within(name, given)

    def text(self, data: str) -> None:
        if self._paragraph and not self._aside:
            self._length += len(data)
            if self._length > self._limits.cell_bytes:
                limit = self._limits.cell_bytes
                raise refusal("WORKBOOK_TOO_LARGE", what="bytes in a cell", limit=limit)
            self._pieces.append(data)

    def end(self, name: str) -> None:
        if len(self.tables) - 1 != self._wanted:
            return
        if name == "annotation":
            self._aside -= 1
        elif name == "p":
            self._paragraph -= 1
        elif name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "table-row":
            self._end_row()

    def _start_table(self, given: Attributes) -> None:
        if len(self.tables) >= self._limits.sheets:
            raise refusal("WORKBOOK_TOO_LARGE", what="sheets", limit=self._limits.sheets)
        visible = given.get("style-name", "") not in self._hidden_styles
        self.tables.append((given.get("name", ""), visible))
        self._row, self._row_times = 1, 0

    def _start_within(self, name: str, given: Attributes) -> None:
        if name == "table-row":
            self._row += self._row_times
            self._row_times = _repeats(given, "number-rows-repeated")
            self._row_hidden = given.get("visibility", "visible") != "visible"
            self._fields, self._gap = [], 0
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._pieces, self._length = given, [], 0
        elif name == "annotation":
            self._aside += 1
        elif name == "p":
            self._paragraph += 1
            if self._pieces:
                self.text("\n")
        elif name == "s":
            self.text(" " * min(_repeats(given, "c"), self._limits.cell_bytes + 1))
        elif name in ("tab", "line-break"):
            self.text("\t" if name == "tab" else "\n")

    def _end_cell(self) -> None:
        times = _repeats(self._cell, "number-columns-repeated")
        made = _cell_field(self._cell, "".join(self._pieces))
        if not made:
            self._gap += times
            return
        check_width(len(self._fields) + self._gap + times, self._limits)
        self._note_merge(len(self._fields) + self._gap + 1)
        self._fields += [b""] * self._gap + [made] * times
        self._gap = 0

    def _note_merge(self, column: int) -> None:
        down = _repeats(self._cell, "number-rows-spanned")
        right = _repeats(self._cell, "number-columns-spanned")
        if down * right > 1 and len(self._merges) < self._limits.merges:
            self._merges.append((self._row, column, self._row + down - 1, column + right - 1))

    def _end_row(self) -> None:
        if not self._fields:
            return
        if self._row + self._row_times - 1 > self._limits.rows:
            raise refusal("WORKBOOK_TOO_LARGE", what="rows", limit=self._limits.rows)
        row = (self._row, self._row_times, self._row_hidden, self._fields)
        self.ready.append(row)


def _repeats(given: Attributes, name: str) -> int:
    text = given.get(name, "1")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise refusal("WORKBOOK_DAMAGED", detail=f"{name} is no number")
    return max(int(text), 1)


def _cell_field(cell: Attributes, shown: str) -> bytes:
    """One cell as a CSV field, from its typed value where it has one, else from its text."""
    kind = cell.get("value-type", "")
    if kind in _NUMBERS and "value" in cell:
        text = number_text(cell["value"])
        kept = _LEADING_ZERO.fullmatch(shown) and (shown.lstrip("0") or "0") == text
        return (shown if kept else text).encode()
    if kind == "date" and "date-value" in cell:
        return field(iso_text(cell["date-value"]))
    if kind == "time" and (found := _ISO_DURATION.fullmatch(cell.get("time-value", ""))):
        sign, hours, minutes, seconds = found.groups()
        total = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        return duration_text(-total if sign else total).encode()
    if kind == "boolean":
        return b"TRUE" if cell.get("boolean-value") == "true" else b"FALSE"
    return field(cell.get("string-value", shown))
