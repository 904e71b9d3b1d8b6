"""The rows of an xlsx sheet read by expat: slower than by expressions, right for any spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from pipeline.ingestion.workbook_limits import Limits
from pipeline.ingestion.workbook_refusals import refusal
from pipeline.ingestion.workbook_scan import column_of
from pipeline.ingestion.workbook_xml import Attributes, Handler, parse

ParsedCell = tuple[int, str, str, str]  # column (1-based), style, type, text
ParsedRow = tuple[int, bool, list[ParsedCell]]  # row number (1-based), hidden, its cells

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def parsed_rows(stream: IO[bytes], limits: Limits) -> Iterator[ParsedRow]:
    """Rows of the sheet part in `stream`; raises RefusedFile as `workbook_xml.parse` does."""
    reader = _RowsReader(limits)
    for _ in parse(stream, reader, limits):
        yield from reader.ready
        reader.ready.clear()


class _RowsReader(Handler):
    """Collects finished rows in `ready`; whoever feeds it takes them away."""

    def __init__(self, limits: Limits) -> None:
        self.ready: list[ParsedRow] = []
        self._limits = limits
        self._row = 0
        self._column = 0
        self._hidden = False
        self._cells: list[ParsedCell] = []
        self._style = self._kind = ""
        self._pieces: list[str] = []
        self._length = 0
        self._in_value = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self._start_row(attributes)
        elif name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._in_value = True
        elif name == "rPh":
            # Phonetic hints repeat the text in another script: their `t` is no content.
            self._in_value = False
            self._pieces.append("")

    def text(self, data: str) -> None:
        if self._in_value:
            self._length += len(data)
            if self._length > self._limits.cell_bytes:
                limit = self._limits.cell_bytes
                raise refusal("WORKBOOK_TOO_LARGE", what="bytes in a cell", limit=limit)
            self._pieces.append(data)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._in_value = False
        elif name == "c":
            text = "".join(self._pieces)
            self._cells.append((self._column, self._style, self._kind, text))
        elif name == "row":
            self.ready.append((self._row, self._hidden, self._cells))
            self._cells = []

    def _start_row(self, attributes: Attributes) -> None:
        given = attributes.get("r", "")
        self._row = int(given) if given.isdecimal() and len(given) < 9 else self._row + 1
        if self._row > self._limits.rows:
            raise refusal("WORKBOOK_TOO_LARGE", what="rows", limit=self._limits.rows)
        self._hidden = attributes.get("hidden") in ("1", "true")
        self._column = 0

    def _start_cell(self, attributes: Attributes) -> None:
        found = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = column_of(found.group(1)) if found else self._column + 1
        # Empty, merely formatted cells may reach the last column; more than exist is damage.
        if len(self._cells) > 16_384:
            raise refusal("WORKBOOK_DAMAGED", detail="too many cells in a row")
        self._style, self._kind = attributes.get("s", ""), attributes.get("t", "")
        self._pieces, self._length = [], 0
