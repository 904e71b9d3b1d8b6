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

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.ingestion.damage import Damage, undecodable
from pipeline.ingestion.doubt import LineTest, looks
from pipeline.ingestion.encoding import decode_line
from pipeline.ingestion.inspection import Inspection
from pipeline.ingestion.records import Record, RecordReader

LINE_NO = "line_no"
_LF = 10
_CR = 13
_LONE_CR = re.compile(rb"\r(?!\n)")


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
        self._lines = LineTest(self._inspection, tells_records=bool(self._dated))
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
    ends = np.concatenate([np.flatnonzero(data[a:b] == _LF) + a + 1 for a, b in looks(len(text))])
    return ends if text.endswith(b"\n") else np.append(ends, len(text))


def _has_lone_cr(text: bytes, ends: NDArray[np.int64]) -> bool:
    """Whether a CR stands anywhere but before an LF."""
    data = np.frombuffer(text, dtype=np.uint8)
    inner = ends[ends > 1]
    in_pairs = np.count_nonzero((data[inner - 2] == _CR) & (data[inner - 1] == _LF))
    all_of_them = sum(np.count_nonzero(data[a:b] == _CR) for a, b in looks(len(text)))
    return bool(all_of_them > in_pairs)


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
