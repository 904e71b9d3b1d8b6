"""The fast way through a text file: blocks of whole lines, checked and cut into cells as columns.

A block is looked at as a whole. Lines that are plainly sound are parsed together, vectorised; only
runs of lines about which there is any doubt go one by one through the careful reader
(`records.py`), whose word is final. Both ways give the same records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.ingestion.damage import Damage, undecodable
from pipeline.ingestion.encoding import decode_line
from pipeline.ingestion.inspection import Inspection
from pipeline.ingestion.records import RecordReader

LINE_NO = "line_no"
_LF = 10
_CR = 13
_LONE_CR = re.compile(rb"\r(?!\n)")


@dataclass(slots=True)
class Block:
    """Whole lines of a file, read.

    `text`: the physical lines as UTF-8, terminators included; `crlf_count` of them end in CRLF, the
    others in LF. `regular`: each physical line is one
    RAW line; otherwise `raw` holds the RAW lines (`line_no, line, undecoded`). `cells`: one String
    column per asked-for position, named by the asker, and `line_no`, of sound records.
    `damages`: what is wrong with each damaged record, and its text.
    """

    first_line_no: int
    line_count: int
    text: bytes
    crlf_count: int
    regular: bool
    cells: pl.DataFrame
    raw: pl.DataFrame | None = None
    set_aside: list[tuple[int, str]] = field(default_factory=list)
    damages: list[tuple[Damage, str]] = field(default_factory=list)


RAW_SCHEMA = {LINE_NO: pl.Int32, "line": pl.String, "undecoded": pl.Binary}


class BlockReader:
    """Reads the blocks of one file.

    `columns` maps the caller's names to positions in the file. `filled` names those of them of
    which a record fills at least one: a line that fills none, or repeats the header in one, may be
    a total or a header.
    """

    def __init__(
        self,
        inspection: Inspection,
        columns: dict[str, int],
        block_bytes: int,
        filled: Sequence[str] = (),
    ) -> None:
        self._columns = dict(sorted(columns.items(), key=lambda item: item[1]))
        self._filled = [name for name in filled if name in columns] or list(self._columns)[:1]
        self._block_bytes = block_bytes
        self._encoding = inspection.encoding
        self._bom = inspection.bom
        # From here on everything is UTF-8 without a mark.
        self._inspection = replace(inspection, encoding="utf-8", bom=b"")
        self._lines = _LineTest(self._inspection)
        self._other_table_width = 0

    def read(self, chunks: Iterable[bytes]) -> Iterator[Block]:
        """Blocks of the file whose bytes are `chunks`, in order; memory is that of a block or two."""
        line_no, held = 1, b""
        for text, final in _whole_lines(self._as_utf8(chunks), self._block_bytes):
            block, held = self._read_block(held + text if held else text, line_no, final)
            if block is not None:
                line_no += block.line_count
                yield block

    def _as_utf8(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The text as UTF-8; what other encodings cannot decode becomes U+FFFD and is named later."""
        if self._encoding == "utf-8":
            yield from _without_start(chunks, len(self._bom))
            return
        import codecs

        decoder = codecs.getincrementaldecoder(self._encoding)(errors="replace")
        for chunk in _without_start(chunks, len(self._bom)):
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()

    def _read_block(self, text: bytes, first: int, final: bool) -> tuple[Block | None, bytes]:
        """Read a block; a doubtful run at its end is given back to begin the next one."""
        ends, crlf = _line_ends(text)
        if crlf < np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == _CR):
            text = _LONE_CR.sub(b"\n", text)
            ends, _ = _line_ends(text)
        doubtful = self._lines.doubtful(text, ends, first, self._encoding != "utf-8")
        if not final and doubtful.size and doubtful[-1]:
            keep = int(np.flatnonzero(~doubtful)[-1]) + 1 if not doubtful.all() else 0
            if 0 < keep:
                cut = int(ends[keep - 1])
                block, _ = self._finish_block(text[:cut], ends[:keep], doubtful[:keep], first)
                return block, text[cut:]
            if len(text) < 2 * self._block_bytes:
                return None, text
        return self._finish_block(text, ends, doubtful, first)

    def _finish_block(
        self, text: bytes, ends: NDArray[np.int64], doubtful: NDArray[np.bool_], first: int
    ) -> tuple[Block, bytes]:
        block = Block(first, len(ends), text, _crlf_count(text, ends), True, self._empty_cells())
        sound = self._parse(_keep(text, ends, ~doubtful), np.flatnonzero(~doubtful) + first)
        odd = self._may_be_no_record(sound)
        if odd.any():
            doubtful[sound[LINE_NO].filter(odd).to_numpy() - first] = True
            sound = sound.filter(~odd)
        pieces = [sound]
        careful_raw: list[tuple[int, str, bytes | None]] = []
        for start, stop in _runs(doubtful):
            begin = int(ends[start - 1]) if start else 0
            run = text[begin : int(ends[stop - 1])]
            pieces.append(self._read_carefully(run, first + start, block, careful_raw))
            if not _lines_are(careful_raw[-(stop - start) :], first + start, stop - start):
                block.regular = False
        cells = [piece for piece in pieces if piece.height]
        if cells:
            block.cells = pl.concat(cells, rechunk=True) if len(cells) > 1 else cells[0]
        if not block.regular:
            block.raw = _raw_lines(text, ends, doubtful, first, careful_raw)
        return block, b""

    def _parse(self, data: bytes, numbers: NDArray[np.int64]) -> pl.DataFrame:
        """Cut sound lines into the asked-for cells, all at once."""
        if not data:
            return self._empty_cells()
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
        return frame.with_columns(pl.Series(LINE_NO, numbers, dtype=pl.Int32))

    def _may_be_no_record(self, cells: pl.DataFrame) -> pl.Series:
        """True for rows that fill none of the columns a record fills, or repeat a header there."""
        header = self._inspection.header
        empty = pl.all_horizontal(pl.col(name).str.strip_chars() == "" for name in self._filled)
        named = [pl.col(n) == header[self._columns[n]] for n in self._filled]
        return cells.select(odd=pl.any_horizontal(empty, *named)).to_series()

    def _read_carefully(
        self, data: bytes, first: int, block: Block, raw: list[tuple[int, str, bytes | None]]
    ) -> pl.DataFrame:
        reader = RecordReader(
            self._inspection, first, other_table_width=self._other_table_width
        )
        rows: list[tuple[int, list[str]]] = []
        for record in (*reader.feed(data), *reader.finish()):
            line, exact = _raw_text(record.raw)
            raw.append((record.line_no, line, None if exact else record.raw))
            if record.kind != "record":
                block.set_aside.append((record.line_no, record.kind))
            elif (damage := record.damage or self._lost(record.line_no, line)) is not None:
                block.damages.append((damage, line))
            elif record.cells is not None:
                rows.append((record.line_no, record.cells))
        self._other_table_width = reader.other_table_width
        return self._frame(rows)

    def _lost(self, line_no: int, line: str) -> Damage | None:
        """Damage of a line that held bytes its own encoding does not know."""
        if self._encoding == "utf-8" or "\ufffd" not in line:
            return None
        return undecodable(line_no, line.encode(), self._encoding)

    def _frame(self, rows: list[tuple[int, list[str]]]) -> pl.DataFrame:
        columns = {
            name: pl.Series([cells[position] for _, cells in rows], dtype=pl.String)
            for name, position in self._columns.items()
        }
        numbers = pl.Series([line_no for line_no, _ in rows], dtype=pl.Int32)
        return pl.DataFrame({**columns, LINE_NO: numbers})

    def _empty_cells(self) -> pl.DataFrame:
        return pl.DataFrame(schema={**dict.fromkeys(self._columns, pl.String), LINE_NO: pl.Int32})


class _LineTest:
    """Tells plainly sound lines from doubtful ones, a block at a time."""

    def __init__(self, inspection: Inspection) -> None:
        dialect = inspection.dialect
        self._inspection = inspection
        self._delimiter, self._quote = dialect.delimiter, dialect.quote
        self._width = inspection.width
        self._escape = dialect.escape
        self._plain = (
            len(dialect.delimiter) == 1
            and dialect.delimiter.isascii()
            and (dialect.quote is None or dialect.quote.isascii())
            and inspection.width > 1
        )
        mark = re.escape(dialect.delimiter)
        if dialect.quote is not None:
            quote = re.escape(dialect.quote)
            # A whole quoted cell between delimiters; what is left must hold no quote.
            self._quoted = rf"{quote}(?:[^{quote}]|{quote}{quote})*{quote}"
            self._unsound = rf"{quote}|[^{mark}]\x01|\x01[^{mark}\r\n]"

    def doubtful(
        self, text: bytes, ends: NDArray[np.int64], first: int, transcoded: bool
    ) -> NDArray[np.bool_]:
        """True for each physical line that the careful reader must look at."""
        if not self._plain:
            return np.ones(len(ends), dtype=np.bool_)
        data = np.frombuffer(text, dtype=np.uint8)
        starts = np.concatenate(([0], ends[:-1]))
        doubt = _count(data, self._delimiter, starts) != self._width - 1
        if self._quote is not None and self._quote.encode() in text:
            at = _lines_with(data, self._quote, ends)
            doubt[at] = self._doubtful_quotes([text[starts[i] : ends[i]] for i in at])
        if self._escape == "\\":
            doubt[_lines_with(data, "\\", ends)] = True
        doubt[_lines_with(data, "\0", ends)] = True
        doubt[_undecodable(text, starts, ends)] = True
        if transcoded and (lost := "\ufffd".encode()) in text:
            at = _lines_with(data, lost[:1].decode("latin-1"), ends)
            doubt[[i for i in at if lost in text[starts[i] : ends[i]]]] = True
        doubt[self._blank(text, starts, ends)] = True
        last_head_line = self._inspection.preamble_lines + self._inspection.header_rows
        doubt[: max(0, last_head_line - first + 1)] = True
        return doubt

    def _doubtful_quotes(self, lines: list[bytes]) -> NDArray[np.bool_]:
        """Judge lines with quotes by what stands outside of well-formed quoted cells."""
        column = pl.Series([line.decode(errors="replace") for line in lines], dtype=pl.String)
        bare = column.str.replace_all(self._quoted, "\x01")
        unsound = bare.str.contains(self._unsound)
        unsound |= bare.str.count_matches(self._delimiter, literal=True) != self._width - 1
        return unsound.to_numpy()

    def _blank(
        self, text: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> list[int]:
        """Lines short enough to hold nothing but delimiters and blanks, and that do."""
        short = np.flatnonzero(ends - starts <= 3 * self._width + 2)
        marks = f"{self._delimiter}{self._quote or ''}".encode() + b" \t\r\n"
        return [int(i) for i in short if not text[starts[i] : ends[i]].strip(marks)]


def _count(data: NDArray[np.uint8], mark: str, starts: NDArray[np.int64]) -> NDArray[np.uint32]:
    """How often an ASCII character stands in each line."""
    return np.add.reduceat((data == ord(mark)).view(np.uint8), starts, dtype=np.uint32)


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
    ready: bytes | None = None
    for chunk in chunks:
        parts.append(chunk)
        held += len(chunk)
        if held < size:
            continue
        whole = b"".join(parts)
        cut = max(whole.rfind(b"\n"), whole.rfind(b"\r", 0, len(whole) - 1)) + 1
        if cut == 0:
            continue
        if ready is not None:
            yield ready, False
        ready, rest = whole[:cut], whole[cut:]
        parts, held = ([rest], len(rest)) if rest else ([], 0)
    rest = b"".join(parts)
    if ready is not None and rest:
        yield ready, False
        ready = None
    if (last := rest or ready) is not None and last:
        yield last, True


def _line_ends(text: bytes) -> tuple[NDArray[np.int64], int]:
    """Offsets behind each physical line, the last one too, and how many lines end in CRLF."""
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _LF) + 1
    crlf = _crlf_count(text, ends)
    if text and not text.endswith(b"\n"):
        ends = np.append(ends, len(text))
    return ends, crlf


def _crlf_count(text: bytes, ends: NDArray[np.int64]) -> int:
    data = np.frombuffer(text, dtype=np.uint8)
    inner = ends[ends > 1]
    return int(np.count_nonzero((data[inner - 2] == _CR) & (data[inner - 1] == _LF)))


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


def _raw_text(raw: bytes) -> tuple[str, bool]:
    """A record's text without its terminator, as the database can hold it, and if that is exact."""
    text, decodes = decode_line(raw, "utf-8")
    exact = decodes and "\0" not in text
    return text.rstrip("\r\n").replace("\0", "\ufffd"), exact


def _lines_are(raw: list[tuple[int, str, bytes | None]], first: int, count: int) -> bool:
    """Whether the run's RAW lines are exactly its physical lines, unchanged."""
    numbers = [line_no for line_no, _, undecoded in raw if undecoded is None]
    return numbers == list(range(first, first + count))


def _raw_lines(
    text: bytes,
    ends: NDArray[np.int64],
    doubtful: NDArray[np.bool_],
    first: int,
    careful: list[tuple[int, str, bytes | None]],
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
    rest = pl.DataFrame(careful, schema=RAW_SCHEMA, orient="row")
    return pl.concat([sound, rest], rechunk=True).sort(LINE_NO)
