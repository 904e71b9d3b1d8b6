"""A first, fast pass over the bytes of an xlsx sheet: its extent, and whether it is plain.

Plain means: spelled as Excel, openpyxl and XlsxWriter spell it (no prefix, no comment, no CDATA,
`r` first in every row and cell, UTF-8), so that regular expressions read it without doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from pipeline.ingestion.workbook_limits import MEBIBYTE, Limits
from pipeline.ingestion.workbook_refusals import refusal
from pipeline.ingestion.workbook_rows import Extent, Merge

_BLOCK = MEBIBYTE // 4
_HEAD = 64 * 1024
_LONGEST_TAG = 8 * MEBIBYTE
_VALUED = re.compile(rb'<c r="([A-Z]{1,3})\d+"(?:[^>]*[^>/])?>')
_PLACE = re.compile(rb'<c r="[A-Z]{1,3}(\d{1,7})"')
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_DIMENSION = re.compile(rb'<dimension ref="(?:[A-Z]{1,3}\d{1,7}:)?([A-Z]{1,3})(\d{1,7})"')
_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([^\"']+)")
_ENDS_OF_VALUES = (b"</v>", b"</is>")


@dataclass(slots=True)
class Scan:
    """What the pass found; of a sheet that is not plain, only `plain` and `merges` count."""

    extent: Extent = field(default_factory=Extent)
    merges: list[Merge] = field(default_factory=list)
    plain: bool = True


def column_of(letters: str) -> int:
    """Column number of `letters`, 1-based: A is 1, XFD is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(column: int) -> bytes:
    """The letters of a 1-based column number."""
    letters = b""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = bytes([65 + rest]) + letters
    return letters


def cut_blocks(stream: IO[bytes], after: bytes, longest: int) -> Iterator[bytes]:
    """The bytes of `stream` in blocks that end after `after`; the last one ends as it ends.

    Raises RefusedFile when `after` does not come within `longest` bytes.
    """
    held = b""
    while block := stream.read(_BLOCK):
        start = max(len(held) - len(after), 0)
        held += block
        cut = held.rfind(after, start)
        if cut >= 0:
            yield held[: cut + len(after)]
            held = held[cut + len(after) :]
        elif len(held) > longest:
            raise refusal("WORKBOOK_TOO_LARGE", what="bytes in a row", limit=longest)
    if held:
        yield held


def scan(stream: IO[bytes], limits: Limits) -> Scan:
    """Pass over the sheet part in `stream`; raises RefusedFile when it ends before its rows do."""
    result = Scan()
    letters: set[bytes] = set()
    ended = False
    last_row = 0
    for at, block in enumerate(cut_blocks(stream, b">", _LONGEST_TAG)):
        result.plain = result.plain and _is_plain(block, first=at == 0)
        letters.update(_VALUED.findall(block))
        last_row = _count(block, result.extent, last_row)
        ended = ended or b"</sheetData>" in block or b"<sheetData/>" in block
        _note_merges(block, result.merges, limits)
    if not ended and result.plain:
        raise refusal("WORKBOOK_DAMAGED", detail="the sheet has no end")
    result.extent.columns = max((column_of(found.decode()) for found in letters), default=0)
    return result


def declared_extent(stream: IO[bytes]) -> Extent | None:
    """The extent that the head of a sheet part declares, if it does."""
    found = _DIMENSION.search(stream.read(_HEAD))
    if found is None:
        return None
    rows, columns = int(found.group(2)), column_of(found.group(1).decode())
    return Extent(rows, columns, rows * columns)


def _is_plain(block: bytes, *, first: bool) -> bool:
    if first:
        encoding = _ENCODING.search(block[:200])
        if not block.lstrip(b"\xef\xbb\xbf").startswith(b"<") or (
            encoding and encoding.group(1).lower() not in (b"utf-8", b"us-ascii")
        ):
            return False
    return (
        b"<!" not in block
        and b":sheetData" not in block
        and b"<c>" not in block
        and b"<row>" not in block
        and block.count(b"<c ") == block.count(b'<c r="')
        and block.count(b"<row ") == block.count(b'<row r="')
    )


def _count(block: bytes, extent: Extent, row: int) -> int:
    """Add the block to `extent`; `row` is the row of the last cell begun before it."""
    extent.cells += block.count(b"<v>") + block.count(b"<is>")
    extent.formulas_without_value += block.count(b"</f></c>")
    end = max(block.rfind(mark) for mark in _ENDS_OF_VALUES)
    if end >= 0:
        extent.rows = max(extent.rows, _last_row(block, end, row))
    return _last_row(block, len(block), row)


def _last_row(block: bytes, end: int, before: int) -> int:
    """The row of the last cell that begins before `end`, or `before` when none does."""
    at = block.rfind(b'<c r="', 0, end)
    place = _PLACE.match(block, at) if at >= 0 else None
    return int(place.group(1)) if place else before


def _note_merges(block: bytes, merges: list[Merge], limits: Limits) -> None:
    for left, top, right, bottom in _MERGE.findall(block):
        if len(merges) >= limits.merges:
            return
        columns = column_of(left.decode()), column_of(right.decode())
        merges.append((int(top), columns[0], int(bottom), columns[1]))
