"""The rows of one xlsx sheet as a stream, so that memory does not grow with the sheet.

Most writers (Excel, openpyxl, XlsxWriter) spell cells in one plain way; those sheets are cut into
rows and cells by regular expressions, at twice the speed of expat. A first pass over the bytes
decides whether a sheet is plain; any other goes through expat, and so does any single row that
the expressions do not account for in full.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import IO

from pipeline.ingestion.workbook_cells import formatted_text, iso_text
from pipeline.ingestion.workbook_limits import MEBIBYTE, Limits
from pipeline.ingestion.workbook_package import Package, SheetPart, checked_field
from pipeline.ingestion.workbook_refusals import refusal
from pipeline.ingestion.workbook_rows import Extent, Merge, Row, check_width
from pipeline.ingestion.workbook_scan import Scan, cut_blocks, declared_extent, letters_of, scan
from pipeline.ingestion.workbook_sheet_xml import ParsedRow, parsed_rows

_ROW_TAG = re.compile(rb'<row r="(\d{1,8})"([^>]*)>')
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="(\w+)")?'
    rb"(?:/>|>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?(?:<v>([^<]*)</v>)?"
    rb"(?:<is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is>)?</c>)"
)
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w+));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_SCANNED_SIZE = 64 * MEBIBYTE  # a larger sheet is believed its declared dimension in a listing
_ZERO = ord("0")
_LONGEST_ROW = 32 * MEBIBYTE


class XlsxSheet:
    """A `SheetReader` over one worksheet part of `package`."""

    def __init__(self, package: Package, sheet: SheetPart, limits: Limits) -> None:
        self.name = sheet.name
        self.visible = sheet.visible
        self.hidden_rows = 0
        self.merges: list[Merge] = []
        self._package = package
        self._sheet = sheet
        self._strings: list[bytes] = []
        self._limits = limits
        self._scan: Scan | None = None
        special = enumerate(package.formats)
        self._formats = {b"%d" % at: shape for at, shape in special if shape is not None}

    def extent(self) -> Extent:
        scanned = self._scanned()
        if scanned.plain:
            return scanned.extent
        extent = scanned.extent
        extent.rows = extent.columns = extent.cells = 0
        with self._open() as stream:
            for number, _, cells in parsed_rows(stream, self._limits):
                filled = [column for column, _, _, text in cells if text]
                if filled:
                    extent.rows, extent.cells = number, extent.cells + len(filled)
                    extent.columns = max(extent.columns, *filled)
        return extent

    def quick_extent(self) -> Extent:
        if self._sheet.size > _SCANNED_SIZE:
            with self._open() as stream:
                declared = declared_extent(stream)
            if declared is not None:
                return declared
        return self.extent()

    def sample(self, count: int) -> list[int]:
        with self._open() as stream:
            rows = parsed_rows(stream, self._limits)
            filled = (sum(bool(cell[3]) for cell in row[2]) for row in rows)
            return list(islice((cells for cells in filled if cells), count))

    def rows(self, width: int) -> Iterator[Row]:
        check_width(width, self._limits)
        self.hidden_rows = 0
        last = 0
        self._strings = self._package.shared_strings
        with self._open() as stream:
            made = self._plain_rows if self._scanned().plain else self._parsed_rows
            for number, fields in made(stream, width):
                if not last < number <= self._limits.rows:
                    raise refusal("WORKBOOK_DAMAGED", detail="rows out of order")
                last = number
                if any(fields):
                    yield number, fields

    def _open(self) -> IO[bytes]:
        return self._package.open(self._sheet.part)

    def _scanned(self) -> Scan:
        if self._scan is None:
            with self._open() as stream:
                self._scan = scan(stream, self._limits)
            self.merges = self._scan.merges
        return self._scan

    def _plain_rows(self, stream: IO[bytes], width: int) -> Iterator[Row]:
        columns = {letters_of(column + 1): column for column in range(width)}
        for block in cut_blocks(stream, b"</row>", _LONGEST_ROW):
            *wholes, rest = block.split(b"</row>")
            for whole in wholes:
                yield self._plain_row(whole, columns)
            self._count_hidden(rest)

    def _plain_row(self, whole: bytes, columns: dict[bytes, int]) -> Row:
        """The row that ends `whole`; rows without cells may stand before it."""
        at = whole.rfind(b"<row ")
        tag = _ROW_TAG.match(whole, at) if at >= 0 else None
        if tag is None:
            raise refusal("WORKBOOK_DAMAGED", detail="a row has no beginning")
        self._count_hidden(whole[: tag.end()])
        return int(tag.group(1)), self._plain_fields(whole[tag.end() :], columns)

    def _count_hidden(self, tags: bytes) -> None:
        if b"hidden" in tags:
            self.hidden_rows += sum(bool(_HIDDEN.search(t[2])) for t in _ROW_TAG.finditer(tags))

    def _plain_fields(self, body: bytes, columns: dict[bytes, int]) -> list[bytes]:
        cells = _CELL.findall(body)
        if len(cells) != body.count(b"<c "):
            return self._fields_of_odd_row(body, len(columns))
        fields = [b""] * len(columns)
        strings, formats = self._strings, self._formats
        for letters, style, kind, value, inline in cells:
            if kind == b"s" and value.isdigit():
                fields[columns[letters]] = strings[int(value)]
            elif (
                not kind
                and value.isdigit()
                and (value[0] != _ZERO or len(value) == 1)
                and style not in formats
            ):
                fields[columns[letters]] = value
            elif value or inline:
                text = _unescape_xml((value or inline).decode())
                made = self._field(kind.decode(), style, text)
                # A cell beyond the width can only be an empty one: the scan saw all others.
                if made:
                    fields[columns[letters]] = made
        return fields

    def _fields_of_odd_row(self, body: bytes, width: int) -> list[bytes]:
        lone = io.BytesIO(b'<sheetData><row r="1">' + body + b"</row></sheetData>")
        return self._fields_of(next(parsed_rows(lone, self._limits)), width)

    def _parsed_rows(self, stream: IO[bytes], width: int) -> Iterator[Row]:
        for row in parsed_rows(stream, self._limits):
            self.hidden_rows += row[1]
            yield row[0], self._fields_of(row, width)

    def _fields_of(self, row: ParsedRow, width: int) -> list[bytes]:
        fields = [b""] * width
        for column, style, kind, text in row[2]:
            if text:
                fields[column - 1] = self._field(kind, style.encode(), text)
        return fields

    def _field(self, kind: str, style: bytes, text: str) -> bytes:
        """One cell as a CSV field; `kind` is the cell's type attribute, `text` its content."""
        if kind == "s":
            return self._shared(text)
        if kind in ("", "n"):
            made = formatted_text(text, self._formats.get(style), self._package.date1904)
            return checked_field(made, self._limits)
        if kind == "b":
            return b"FALSE" if text.strip() in ("0", "false") else b"TRUE"
        return checked_field(iso_text(text) if kind == "d" else text, self._limits)

    def _shared(self, text: str) -> bytes:
        index = int(text)
        if index < 0:
            raise refusal("WORKBOOK_DAMAGED", detail="a shared string before the first")
        return self._strings[index]


def _unescape_xml(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        if name not in _NAMED:
            raise refusal("WORKBOOK_DAMAGED", detail="unknown entity")
        return _NAMED[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))
