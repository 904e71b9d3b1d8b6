"""The fast way through a text file: blocks of whole lines, checked and cut into cells as columns.

A block is looked at as a whole. Lines that are plainly sound are parsed together, vectorised; only
runs of lines about which there is any doubt go one by one through the careful reader
(`records.py`), whose word is final. Both ways give the same records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.ingestion.damage import Damage, undecodable
from pipeline.ingestion.encoding import decode_line
from pipeline.ingestion.inspection import Inspection
from pipeline.ingestion.records import Record, RecordReader

LINE_NO = "line_no"
_LF = 10
_CR = 13
_LONE_CR = re.compile(rb"\r(?!\n)")
# Bytes looked at at once: few enough to stay near the processor, and to need little beside them.
LOOK_BYTES = 4 * 1024**2


@dataclass(slots=True)
class Block:
    """Whole lines of a file, read.

    `text`: the physical lines as UTF-8, terminators (LF or CRLF) included. Each of them is one RAW
    line, unless `raw` holds the RAW lines (`line_no, line, undecoded`). `cells`: one String
    column per asked-for position, named by the asker, and `line_no`, of sound records. A record
    that begins in one block and ends in the next one belongs to the next.
    `damages`: what is wrong with each damaged record, and its text.
    """

    first_line_no: int
    line_count: int
    text: bytes
    cells: pl.DataFrame
    raw: pl.DataFrame | None = None
    set_aside: list[tuple[int, str]] = field(default_factory=list)
    damages: list[tuple[Damage, str]] = field(default_factory=list)


RAW_SCHEMA = {LINE_NO: pl.Int32, "line": pl.String, "undecoded": pl.Binary}


class BlockReader:
    """Reads the blocks of one file.

    `columns` maps the caller's names to positions in the file. `dated` names those of them that
    hold dates: a line without a digit in any of them, or with a header's name in one, may be a
    total, a header or the beginning of another table. Without them every line is looked at.
    """

    def __init__(
        self,
        inspection: Inspection,
        columns: dict[str, int],
        block_bytes: int,
        dated: Sequence[str] = (),
    ) -> None:
        self._columns = dict(sorted(columns.items(), key=lambda item: item[1]))
        self._dated = [name for name in dated if name in columns]
        self._block_bytes = block_bytes
        self._encoding = inspection.encoding
        self._bom = inspection.bom
        # From here on everything is UTF-8 without a mark.
        self._inspection = replace(inspection, encoding="utf-8", bom=b"")
        self._lines = _LineTest(self._inspection, tells_records=bool(self._dated))
        self._careful = RecordReader(self._inspection)

    def read(self, chunks: Iterable[bytes]) -> Iterator[Block]:
        """Blocks of the file whose bytes are `chunks`, in order; memory is a block or two."""
        line_no = 1
        for text, final in _whole_lines(self._as_utf8(chunks), self._block_bytes):
            block = self._read_block(text, line_no, final)
            line_no += block.line_count
            yield block

    def _as_utf8(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The text as UTF-8; what cannot be decoded becomes U+FFFD and is named later."""
        if self._encoding == "utf-8":
            yield from _without_start(chunks, len(self._bom))
            return
        import codecs

        decoder = codecs.getincrementaldecoder(self._encoding)(errors="replace")
        for chunk in _without_start(chunks, len(self._bom)):
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()

    def _read_block(self, text: bytes, first: int, final: bool) -> Block:
        plain, ends = text, _line_ends(text)
        if b"\r" in text and _has_lone_cr(text, ends):
            # LF for a lone CR in all that is looked at as a whole; every byte keeps its place.
            plain = _LONE_CR.sub(b"\n", text)
            ends = _line_ends(plain)
        doubtful = self._lines.doubtful(plain, ends, first, self._encoding != "utf-8")
        numbers = np.flatnonzero(~doubtful)
        sound = self._parse(_keep(plain, ends, ~doubtful))
        doubtful[numbers[self._may_be_no_records(sound)]] = True
        careful = self._read_carefully(text, ends, doubtful, first, final)
        block = Block(first, len(ends), plain, self._empty_cells())
        rows = self._judge(careful, block)
        left = ~doubtful[numbers]
        if not left.all():
            sound, numbers = sound.filter(pl.Series(left)), numbers[left]
        block.cells = self._together(sound, numbers + first, rows)
        if not _are_plain_lines(careful, np.flatnonzero(doubtful) + first):
            block.raw = _raw_lines(plain, ends, doubtful, first, careful)
        return block

    def _read_carefully(
        self,
        text: bytes,
        ends: NDArray[np.int64],
        doubtful: NDArray[np.bool_],
        first: int,
        final: bool,
    ) -> list[Record]:
        """Records of the doubtful lines, and of those after them that decide what they are.

        The latter become doubtful too. A record that is not at its end with the block comes with
        the next one.
        """
        odd, plain = np.flatnonzero(doubtful), np.flatnonzero(~doubtful)
        records: list[Record] = []
        at = 0
        while at < len(ends):
            if self._careful.is_at_rest:
                if (at := _next(odd, at, len(ends))) == len(ends):
                    break
                self._careful.skip_to(first + at)
            stop = max(at + 1, _next(plain, at, len(ends)))
            begin = int(ends[at - 1]) if at else 0
            records += self._careful.feed_lines(text[begin : int(ends[stop - 1])])
            doubtful[at:stop] = True
            at = stop
        if final:
            records += self._careful.finish()
        return records

    def _judge(self, careful: list[Record], block: Block) -> list[tuple[int, list[str]]]:
        """Note what is damaged or no record; give the sound records."""
        rows = []
        for record in careful:
            line = raw_text(record.raw)
            if record.kind != "record":
                block.set_aside.append((record.line_no, record.kind))
            elif (damage := record.damage or self._lost(record.line_no, line)) is not None:
                block.damages.append((damage, line))
            elif record.cells is not None:
                rows.append((record.line_no, record.cells))
        return rows

    def _parse(self, data: bytes) -> pl.DataFrame:
        """Cut sound lines into the asked-for cells, all at once."""
        if not data:
            return self._empty_cells().drop(LINE_NO)
        dialect = self._inspection.dialect
        frame = pl.read_csv(
            data,
            has_header=False,
            separator=dialect.delimiter,
            quote_char=dialect.quote,
            columns=list(self._columns.values()),
            infer_schema=False,
            empty_string_is_null=False,
        )
        frame.columns = list(self._columns)
        return frame

    def _may_be_no_records(self, cells: pl.DataFrame) -> NDArray[np.uint32]:
        """Numbers of rows without a digit where dates stand, or with a header's name there."""
        if not cells.height:
            return np.empty(0, np.uint32)
        dates = pl.DataFrame([cells[name] for name in self._dated])
        at = dates.select_seq(self._undated_at_sight).to_series()
        if len(at):
            at = at.filter(dates[at].select_seq(self._undated).to_series())
        return at.to_numpy()

    @cached_property
    def _undated_at_sight(self) -> pl.Expr:
        """Where not every date begins with a digit, as no name of a column does."""
        tells = not any(name.strip()[:1].isdigit() for name in self._date_headers.values())
        begins_with_digit = [
            pl.col(name).is_between(pl.lit("0"), pl.lit(":"), closed="left") & tells
            for name in self._dated
        ]
        return (~pl.all_horizontal(begins_with_digit)).arg_true()

    @cached_property
    def _undated(self) -> pl.Expr:
        """Whether a row has no digit in any date, or the header's name."""
        dated = pl.any_horizontal(pl.col(name).str.contains(r"\d") for name in self._dated)
        named = pl.any_horizontal(
            pl.col(name).str.strip_chars() == text.strip()
            for name, text in self._date_headers.items()
        )
        return ~dated | named

    @cached_property
    def _date_headers(self) -> dict[str, str]:
        return {name: self._inspection.header[self._columns[name]] for name in self._dated}

    def _lost(self, line_no: int, line: str) -> Damage | None:
        """Damage of a line that held bytes its own encoding does not know."""
        if self._encoding == "utf-8" or "\ufffd" not in line:
            return None
        return undecodable(line_no, line.encode(), self._encoding)

    def _together(
        self, sound: pl.DataFrame, numbers: NDArray[np.int64], rows: list[tuple[int, list[str]]]
    ) -> pl.DataFrame:
        """The cells of a block: those read at once, then those read one by one."""
        if rows:
            columns = {
                name: pl.Series([cells[position] for _, cells in rows], dtype=pl.String)
                for name, position in self._columns.items()
            }
            sound = pl.concat([sound, pl.DataFrame(columns)])
        line_no = np.append(numbers, [line_no for line_no, _ in rows])
        # In one piece: what is done with columns in unlike pieces begins by mending them.
        return sound.with_columns_seq(pl.Series(LINE_NO, line_no, dtype=pl.Int32)).rechunk()

    def _empty_cells(self) -> pl.DataFrame:
        return pl.DataFrame(schema={**dict.fromkeys(self._columns, pl.String), LINE_NO: pl.Int32})


class _LineTest:
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


def _without_start(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[count:]
        count = max(0, count - len(chunk))


def _whole_lines(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of about `size` bytes that end with a line; the second value marks the last one."""
    parts: list[bytes] = []
    held = 0
    for chunk, is_last in _with_last(chunks):
        held += len(chunk)
        cut = 0
        if held >= size and not is_last:
            cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r", 0, len(chunk) - 1)) + 1
        if cut == 0:
            parts.append(chunk)
            continue
        parts.append(chunk[:cut])
        # Small chunks come together in one large copy.
        text, parts, held = b"".join(parts), [chunk[cut:]], len(chunk) - cut
        yield text, False
    if held:
        yield b"".join(parts), True


def _with_last(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Every chunk that holds something, and whether it is the last one."""
    before = b""
    for chunk in filter(None, chunks):
        if before:
            yield before, False
        before = chunk
    if before:
        yield before, True


def _line_ends(text: bytes) -> NDArray[np.int64]:
    """Offsets behind each physical line that an LF ends, and behind the last one."""
    data = np.frombuffer(text, dtype=np.uint8)
    ends = np.concatenate([np.flatnonzero(data[a:b] == _LF) + a + 1 for a, b in _looks(len(text))])
    return ends if text.endswith(b"\n") else np.append(ends, len(text))


def _has_lone_cr(text: bytes, ends: NDArray[np.int64]) -> bool:
    """Whether a CR stands anywhere but before an LF."""
    data = np.frombuffer(text, dtype=np.uint8)
    inner = ends[ends > 1]
    in_pairs = np.count_nonzero((data[inner - 2] == _CR) & (data[inner - 1] == _LF))
    all_of_them = sum(np.count_nonzero(data[a:b] == _CR) for a, b in _looks(len(text)))
    return bool(all_of_them > in_pairs)


def _looks(size: int) -> Iterator[tuple[int, int]]:
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


def _next(indices: NDArray[np.int64], at: int, end: int) -> int:
    """The first of the sorted indices from `at` on, or `end`."""
    found = int(np.searchsorted(indices, at))
    return int(indices[found]) if found < len(indices) else end


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and stop of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.view(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _keep(text: bytes, ends: NDArray[np.int64], wanted: NDArray[np.bool_]) -> bytes:
    """The bytes of the wanted lines."""
    if wanted.all():
        return text
    view = memoryview(text)
    pieces = []
    for start, stop in _runs(wanted):
        begin = int(ends[start - 1]) if start else 0
        pieces.append(view[begin : int(ends[stop - 1])])
    return b"".join(pieces)


def raw_text(raw: bytes) -> str:
    """A record's text without its terminator, as the database can hold it."""
    text, _ = decode_line(raw, "utf-8")
    return text.rstrip("\r\n").replace("\0", "\ufffd")


def _is_exact(raw: bytes) -> bool:
    """Whether the text of a record says all that its bytes say."""
    return decode_line(raw, "utf-8")[1] and b"\0" not in raw


def _are_plain_lines(records: list[Record], numbers: NDArray[np.int64]) -> bool:
    """Whether the records are exactly the physical lines of these numbers, unchanged."""
    found = [record.line_no for record in records]
    return found == numbers.tolist() and all(_is_exact(record.raw) for record in records)


def _raw_lines(
    text: bytes,
    ends: NDArray[np.int64],
    doubtful: NDArray[np.bool_],
    first: int,
    careful: list[Record],
) -> pl.DataFrame:
    """The RAW lines of a block in which some records are not one plain physical line."""
    starts = np.concatenate(([0], ends[:-1])).tolist()
    kept = np.flatnonzero(~doubtful)
    lines = [text[starts[i] : int(ends[i])].rstrip(b"\r\n") for i in kept]
    sound = pl.DataFrame(
        {
            LINE_NO: pl.Series(kept + first, dtype=pl.Int32),
            "line": pl.Series(lines, dtype=pl.Binary).cast(pl.String),
            "undecoded": pl.Series([None], dtype=pl.Binary).new_from_index(0, len(lines)),
        }
    )
    odd = [(r.line_no, raw_text(r.raw), None if _is_exact(r.raw) else r.raw) for r in careful]
    rest = pl.DataFrame(odd, schema=RAW_SCHEMA, orient="row")
    return pl.concat([sound, rest], rechunk=True).sort(LINE_NO)
