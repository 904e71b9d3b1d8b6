"""What a file is, from a bounded sample: encoding, dialect, header, where the table begins."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.errors import PipelineError, RefusedFile
from pipeline.ingestion.cells import Dialect
from pipeline.ingestion.damage import Damage
from pipeline.ingestion.dialect import DialectGuess, guess_dialect
from pipeline.ingestion.encoding import (
    EncodingGuess,
    detect_bom,
    guess_encoding,
    known_encoding,
)
from pipeline.ingestion.kinds import Column
from pipeline.ingestion.layout import Layout, find_layout
from pipeline.ingestion.lines import LineSplitter
from pipeline.ingestion.refusals import refuse_unless_table
from pipeline.ingestion.sample_rows import Row, read_rows
from pipeline.ingestion.source import Sample, Source, open_source, take_sample

__all__ = ["Damage", "Dialect", "Inspection", "Overrides", "inspect_source"]
_HEAD_LINES = 1_000
_DIALECT_HEAD_LINES = 200
_DIALECT_SLICE_LINES = 40
_LONGEST_SAMPLE_LINE = 1 << 17
_HINT = "sep="
_NO_TEXT = ("EMPTY_FILE", "NO_TEXT_IN_FILE")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the user says about the file; None leaves it to detection. `header_line` 0: none."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_line: int | None = None
    sheet: str | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything at all is not left to detection."""
        return self != Overrides()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found.

    `header_line`: physical line of the first header row, 1-based, 0 where there is none;
    `preamble_lines`: lines before it. `width`: cells of a sound record. `header`: one name per
    column (a damaged header may have fewer or more); `header_cells`: each header row as it stands.
    `profile`: what each column holds. `confidence`: 0..1 for encoding and dialect together.
    `evidence`: English sentences; `codes`: the same for machines. `damaged_lines`: filled by a
    full reading alone.
    """

    format: str
    encoding: str
    bom: bytes
    dialect: Dialect
    header_line: int
    header_rows: int
    header: tuple[str, ...]
    preamble_lines: int
    confidence: float
    evidence: tuple[str, ...]
    size: int
    sheet: str | None = None
    width: int = 0
    header_cells: tuple[tuple[str, ...], ...] = ()
    profile: tuple[Column, ...] = ()
    codes: tuple[str, ...] = ()
    damaged_lines: tuple[Damage, ...] = ()


def inspect_source(path: Source, overrides: Overrides | None = None) -> Inspection:
    """Inspect a delimited text file (a path or an open binary file) from a bounded sample.

    Raises OSError where it cannot be read and PipelineError for an override that makes no sense.
    RefusedFile for what is no table. A workbook gives an inspection that says its format alone;
    a file without any text gives one of width 0.
    """
    wanted = overrides or Overrides()
    with open_source(path) as handle:
        sample = take_sample(handle)
    format_ = _format(path, wanted)
    if format_ != "text":
        nothing = Dialect(",")
        evidence = (f"the content is a workbook ({format_})",)
        return Inspection(
            format_, "", b"", nothing, 0, 0, (), 0, 1.0, evidence, sample.size, wanted.sheet
        )
    return inspect_sample(sample, wanted)


def _format(path: Source, wanted: Overrides) -> str:
    try:
        return refuse_unless_table(path, sys.maxsize)
    except RefusedFile as refusal:
        # Who names the encoding knows that it is text; and no text at all is a table of no records.
        if refusal.code in _NO_TEXT or (wanted.encoding and refusal.code == "FILE_IS_BINARY"):
            return "text"
        raise


def inspect_sample(sample: Sample, wanted: Overrides) -> Inspection:
    """Inspect what was read of a file already."""
    encoding = _encoding(sample, wanted)
    head = _texts(sample.head[len(encoding.bom) :], encoding.encoding, sample.whole)
    slices = [_texts(part, encoding.encoding, False)[1:] for part in sample.slices]
    hint = _delimiter_hint(head)
    guess = _dialect(head, slices, wanted, hint)
    rows = read_rows(head[1:] if hint else head, guess.dialect)
    layout = find_layout(rows, guess.dialect, _forced_row(rows, wanted, bool(hint)))
    return _inspection(sample, encoding, guess, layout, rows, bool(hint))


def _encoding(sample: Sample, wanted: Overrides) -> EncodingGuess:
    if wanted.encoding is None:
        return guess_encoding([sample.head, *sample.slices])
    name = known_encoding(wanted.encoding)
    bom, marked = detect_bom(sample.head)
    if wanted.encoding.strip().lower().replace("_", "-") == "utf-16" and marked:
        name = marked
    return EncodingGuess(name, bom if marked == name else b"", 1.0, f"the user says {name}")


def _texts(data: bytes, encoding: str, whole: bool) -> list[str]:
    """Lines of a part of the file as text; the last one is dropped where it may be cut."""
    splitter = LineSplitter(encoding)
    lines = splitter.feed(data)
    if whole or not lines:
        lines += splitter.finish()
    return [line.text[:_LONGEST_SAMPLE_LINE] for line in lines[:_HEAD_LINES]]


def _delimiter_hint(head: Sequence[str]) -> str | None:
    """Give the delimiter that spreadsheet programs are told by a first line such as `sep=;`."""
    first = head[0].strip('"\ufeff') if head else ""
    return first[len(_HINT) :] if first[:4].lower() == _HINT and 5 <= len(first) <= 6 else None


def _dialect(
    head: Sequence[str], slices: Sequence[Sequence[str]], wanted: Overrides, hint: str | None
) -> DialectGuess:
    if wanted.delimiter == "" or (wanted.quote is not None and len(wanted.quote) > 1):
        raise PipelineError(
            "BAD_DIALECT",
            fa="جداکننده نمی‌تواند خالی باشد و نشان گیومه یک نویسه است.",
            en="A delimiter cannot be empty, and a quote is one character.",
        )
    texts = [text for text in head[bool(hint) :] if text.strip()][:_DIALECT_HEAD_LINES]
    for part in slices:
        texts.extend([text for text in part if text.strip()][:_DIALECT_SLICE_LINES])
    guess = guess_dialect(texts, wanted.delimiter or hint, wanted.quote or None)
    if wanted.quote == "":
        return replace(guess, dialect=replace(guess.dialect, quote=None, escape=None))
    return guess


def _forced_row(rows: Sequence[Row], wanted: Overrides, hint: bool) -> int | None:
    """Give the index of the row that begins at the header line the user names, -1 for none."""
    if wanted.header_line is None:
        return None
    if wanted.header_line == 0:
        return -1
    found = [i for i, row in enumerate(rows) if row.index + 1 + hint == wanted.header_line]
    if not found:
        raise PipelineError(
            "NO_SUCH_HEADER_LINE",
            where=f"line {wanted.header_line}",
            fa=f"خط {wanted.header_line} در آغاز فایل نیست یا میان یک خانهٔ چندخطی است؛ "
            "شمارهٔ خط سرستون را دوباره بدهید.",
            en=f"Line {wanted.header_line} is not among the first lines of the file, or stands "
            "inside a cell of several lines; give the number of the header line again.",
            line_no=wanted.header_line,
        )
    return found[0]


def _inspection(
    sample: Sample,
    encoding: EncodingGuess,
    guess: DialectGuess,
    layout: Layout,
    rows: Sequence[Row],
    hint: bool,
) -> Inspection:
    found = layout.header_row >= 0
    begin = layout.header_row if found else layout.first_record
    preamble = (rows[begin].index if begin < len(rows) else 0) + hint
    return Inspection(
        format="text",
        encoding=encoding.encoding,
        bom=encoding.bom,
        dialect=guess.dialect,
        header_line=preamble + 1 if found else 0,
        header_rows=layout.header_rows,
        header=layout.header,
        preamble_lines=preamble,
        confidence=round(min(encoding.confidence, guess.confidence), 3),
        evidence=(encoding.evidence, guess.evidence, layout.reason),
        size=sample.size,
        width=layout.width,
        header_cells=layout.header_cells,
        profile=layout.profile,
        codes=_codes(encoding, guess, layout, preamble),
    )


def _codes(
    encoding: EncodingGuess, guess: DialectGuess, layout: Layout, preamble: int
) -> tuple[str, ...]:
    facts = {
        "BOM": bool(encoding.bom),
        "ONLY_ASCII": "ASCII" in encoding.evidence and not encoding.bom,
        "ONE_COLUMN": layout.width == 1,
        "NO_QUOTES": guess.dialect.quote is None,
        "BACKSLASH_ESCAPE": guess.dialect.escape == "\\",
        "NO_ESCAPE": guess.dialect.escape == "",
        "PREAMBLE": preamble > 0,
        "NO_HEADER": layout.header_row < 0,
        "TALL_HEADER": layout.header_rows > 1,
        "DAMAGED_HEADER": layout.header_row >= 0 and len(layout.header) != layout.width,
    }
    return tuple(code for code, holds in facts.items() if holds)
