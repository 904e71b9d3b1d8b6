"""Which lines of a block need a careful look: told by counting marks, many lines at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.ingestion.inspection import Inspection

_LF = 10
_CR = 13
# Bytes looked at at once: few enough to stay near the processor, and to need little beside them.
LOOK_BYTES = 4 * 1024**2


class LineTest:
    """Tells plainly sound lines from doubtful ones, a block at a time."""

    def __init__(self, inspection: Inspection, *, tells_records: bool) -> None:
        dialect = inspection.dialect
        self._inspection = inspection
        self._delimiter, self._quote = dialect.delimiter, dialect.quote
        self._width = inspection.width
        self._escape = dialect.escape
        self._plain = (
            tells_records
            and len(dialect.delimiter) == 1
            and dialect.delimiter.isascii()
            and (dialect.quote is None or dialect.quote.isascii())
            and inspection.width > 1
        )

    def doubtful(
        self, text: bytes, ends: NDArray[np.int64], first: int, transcoded: bool
    ) -> NDArray[np.bool_]:
        """True for each physical line that the careful reader must look at."""
        if not self._plain:
            return np.ones(len(ends), dtype=np.bool_)
        starts = np.concatenate(([0], ends[:-1]))
        doubt = np.concatenate(
            [
                self._doubtful(text[starts[a] : ends[b - 1]], ends[a:b] - starts[a], transcoded)
                for a, b in _runs_of_lines(ends)
            ]
        )
        last_head_line = self._inspection.preamble_lines + self._inspection.header_rows
        doubt[: max(0, last_head_line - first + 1)] = True
        return doubt

    def _doubtful(
        self, text: bytes, ends: NDArray[np.int64], transcoded: bool
    ) -> NDArray[np.bool_]:
        data = np.frombuffer(text, dtype=np.uint8)
        starts = np.concatenate(([0], ends[:-1]))
        doubt: NDArray[np.bool_] = _count(data, self._delimiter, starts) != self._width - 1
        if self._quote is not None and self._quote.encode() in text:
            at = _lines_with(data, self._quote, ends)
            doubt[at] = self._doubtful_quotes([text[starts[i] : ends[i]] for i in at])
        if self._escape == "\\" and b"\\" in text:
            doubt[_lines_with(data, "\\", ends)] = True
        if b"\0" in text:
            doubt[_lines_with(data, "\0", ends)] = True
        doubt[_undecodable(text, starts, ends)] = True
        if transcoded and (lost := "\ufffd".encode()) in text:
            at = _lines_with(data, lost[:1].decode("latin-1"), ends)
            doubt[[i for i in at if lost in text[starts[i] : ends[i]]]] = True
        doubt[self._blank(text, starts, ends)] = True
        return doubt

    def _doubtful_quotes(self, lines: list[bytes]) -> NDArray[np.bool_]:
        """Judge lines with quotes: whole cells must be quoted, and cells be as many as elsewhere.

        From the start of a line each quote in turn opens or closes, and one that closes where the
        next opens at once is a doubled quote.
        """
        data = np.frombuffer(b"".join(lines), dtype=np.uint8)
        ends = np.cumsum([len(line) for line in lines])
        quote, mark = ord(self._quote or ""), ord(self._delimiter)
        at = np.flatnonzero(data == quote)
        line = np.searchsorted(ends, at, "right")
        first = np.searchsorted(line, np.arange(len(lines)))
        closes = (np.arange(len(at)) - first[line]) % 2 == 1
        starts = at == (ends[line - 1] * (line > 0))
        fits_before = starts | np.isin(data[at - 1], (mark, quote))
        fits_after = np.isin(data[np.minimum(at + 1, len(data) - 1)], (mark, quote, _LF, _CR))
        fits = np.where(closes, fits_after | (at + 1 == len(data)), fits_before)
        marks = np.flatnonzero(data == mark)
        of = np.searchsorted(ends, marks, "right")
        is_outside = (np.searchsorted(at, marks) - first[of]) % 2 == 0
        cells = np.bincount(of[is_outside], minlength=len(lines)) + 1
        is_open = np.bincount(line, minlength=len(lines)) % 2 == 1
        misfits = np.bincount(line[~fits], minlength=len(lines)) > 0
        verdict: NDArray[np.bool_] = is_open | misfits | (cells != self._width)
        return verdict

    def _blank(self, text: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> list[int]:
        """Lines short enough to hold nothing but delimiters and blanks, and that do."""
        short = np.flatnonzero(ends - starts <= 3 * self._width + 2)
        marks = f"{self._delimiter}{self._quote or ''}".encode() + b" \t\r\n"
        return [int(i) for i in short if not text[starts[i] : ends[i]].strip(marks)]


def _count(data: NDArray[np.uint8], mark: str, starts: NDArray[np.int64]) -> NDArray[Any]:
    """How often an ASCII character stands in each line; two bytes a count where lines are short."""
    longest = np.diff(starts, append=len(data)).max()
    size = np.uint16 if longest <= np.iinfo(np.uint16).max else np.uint32
    return np.add.reduceat((data == ord(mark)).view(np.uint8), starts, dtype=size)


def _lines_with(data: NDArray[np.uint8], mark: str, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of the lines that hold a byte."""
    return np.unique(np.searchsorted(ends, np.flatnonzero(data == ord(mark)), "right"))


def _undecodable(text: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> list[int]:
    """Indices of lines that are no UTF-8."""
    try:
        # One vectorised look at the whole block.
        pl.Series([text], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        pieces = zip(starts.tolist(), ends.tolist(), strict=True)
        return [i for i, (a, b) in enumerate(pieces) if not _decodes(text[a:b])]
    return []


def _decodes(piece: bytes) -> bool:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return True


def looks(size: int) -> Iterator[tuple[int, int]]:
    """Where each part of a text begins and ends that is looked at at once."""
    for begin in range(0, size, LOOK_BYTES):
        yield begin, min(begin + LOOK_BYTES, size)


def _runs_of_lines(ends: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """The same in whole lines: numbers of the first one and of the one behind the last."""
    begin = 0
    while begin < len(ends):
        reach = LOOK_BYTES + (ends[begin - 1] if begin else 0)
        end = max(begin + 1, int(np.searchsorted(ends, reach, "right")))
        yield begin, end
        begin = end
