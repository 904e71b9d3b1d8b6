"""A file looked at under one setting or another, and which remembered settings fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.ingestion.encoding import detect_bom, known_encoding
from pipeline.ingestion.inspection import Inspection, Overrides
from pipeline.ingestion.lines import Line, LineSplitter
from pipeline.ingestion.source import open_source, take_sample
from pipeline.ingestion.table import read_records
from pipeline.ingestion.tables import TEXT, Table, kind_of, open_table
from pipeline.ingestion.workbook_refusals import remark_text as workbook_remark

SAMPLE_RECORDS = 300
_NOT_THERE = {"NO_SUCH_HEADER_LINE": "header_line", "WORKBOOK_NO_SHEET": "sheet"}
_OF_TEXT = ("encoding", "delimiter", "quote")
_SOUND_SHARE = 0.5  # damaged lines are no reason to doubt an encoding; more than half are

_REMARKS = {
    "REMEMBERED_ENCODING_UNFIT": (
        "کدگذاری به‌یادسپرده به این فایل نمی‌خورد و کنار گذاشته شد.",
        "The remembered encoding does not fit this file and was left aside.",
    ),
    "REMEMBERED_DELIMITER_UNFIT": (
        "جداکنندهٔ به‌یادسپرده به این فایل نمی‌خورد و کنار گذاشته شد.",
        "The remembered delimiter does not fit this file and was left aside.",
    ),
    "REMEMBERED_QUOTE_UNFIT": (
        "نشان نقل‌قول به‌یادسپرده به این فایل نمی‌خورد و کنار گذاشته شد.",
        "The remembered quote does not fit this file and was left aside.",
    ),
    "REMEMBERED_HEADER_LINE_UNFIT": (
        "خط سرستون به‌یادسپرده در این فایل نیست و کنار گذاشته شد.",
        "The remembered header line is not in this file and was left aside.",
    ),
    "REMEMBERED_SHEET_UNFIT": (
        "برگهٔ به‌یادسپرده در این فایل نیست و کنار گذاشته شد.",
        "The remembered sheet is not in this file and was left aside.",
    ),
}


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it reads under `overrides`; `remarks` are codes of what was left aside."""

    overrides: Overrides
    table: Table
    inspection: Inspection
    sample: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


class Looks:
    """The looks at one file; each setting is tried once, each sheet rendered once."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self._path, self._limit = path, limit_bytes
        self._tables: dict[tuple[str | None, bool], Table] = {}
        self._looks: dict[Overrides, Look] = {}

    def under(self, overrides: Overrides) -> Look:
        """The file read as `overrides` say; RefusedFile when it is no table, PipelineError when
        they make no sense for it."""
        if overrides not in self._looks:
            table = self._table(overrides)
            inspection = table.inspect(overrides)
            sample = tuple(_sample(table.path, inspection))
            self._looks[overrides] = Look(overrides, table, inspection, sample)
        return self._looks[overrides]

    def fitting(self, remembered: Overrides) -> Look:
        """The file read by what is remembered; what is not in it is left aside with a remark.

        Raises as `under` does for what no remembered setting is to blame for.
        """
        wanted, aside = self._meant_for(remembered), []
        while True:
            try:
                look = self.under(wanted)
            except PipelineError as error:
                name = _NOT_THERE.get(error.code, "")
                if not name or getattr(wanted, name) is None:
                    raise
                aside.append(name)
            else:
                if wanted.encoding is None or look.table.format != TEXT:
                    return replace(look, remarks=unfit(aside))
                if _reads_as(self._path, wanted.encoding):
                    return replace(look, remarks=unfit(aside))
                name = "encoding"
                aside.append(name)
            wanted = replace(wanted, **{name: None})

    def _meant_for(self, remembered: Overrides) -> Overrides:
        """Settings of text say nothing of a workbook, nor a sheet of a text."""
        if kind_of(self._path, self._limit, remembered) == TEXT:
            return replace(remembered, sheet=None)
        return replace(remembered, **dict.fromkeys(_OF_TEXT))

    def _table(self, overrides: Overrides) -> Table:
        key = overrides.sheet, overrides.encoding is not None
        if key not in self._tables:
            self._tables[key] = open_table(self._path, self._limit, overrides)
        return self._tables[key]


def unfit(names: Sequence[str]) -> tuple[str, ...]:
    """Codes of the remarks on remembered settings that were left aside."""
    return tuple(f"REMEMBERED_{name.upper()}_UNFIT" for name in names)


def given_names(overrides: Overrides) -> list[str]:
    """Names of the settings that are not left to detection."""
    names = (*_OF_TEXT, "header_line", "sheet")
    return [name for name in names if getattr(overrides, name) is not None]


def remark_text(code: str, language: str) -> str:
    """The sentence of a remark on reading in `language` ("fa" or "en"); KeyError for an unknown."""
    if code not in _REMARKS:
        return workbook_remark(code, language)
    fa, en = _REMARKS[code]
    return fa if language == "fa" else en


def _reads_as(path: Path, encoding: str) -> bool:
    """Whether the text of a file, by a bounded sample, can be in an encoding."""
    with open_source(path) as handle:
        sample = take_sample(handle)
    name = known_encoding(encoding)
    bom, marked = detect_bom(sample.head)
    if marked and marked != name:
        return encoding.lower().replace("_", "-") == "utf-16" and marked.startswith("utf-16")
    # The ends of a part may be cut inside a character.
    lines = _lines(sample.head[len(bom) :], name, sample.whole)
    for part in sample.slices:
        lines += _lines(part, name, False)[1:]
    telling = [line for line in lines if not line.raw.isascii() or b"\x00" in line.raw]
    sound = sum(line.decodes for line in telling)
    return sound >= _SOUND_SHARE * len(telling)


def _lines(part: bytes, encoding: str, whole: bool) -> list[Line]:
    splitter = LineSplitter(encoding)
    lines = splitter.feed(part)
    return lines + splitter.finish() if whole else lines


def _sample(path: Path, inspection: Inspection) -> list[tuple[str, ...]]:
    records = read_records(path, inspection)
    sound = (
        tuple(record.cells)
        for record in records
        if record.kind == "record"
        and record.damage is None
        and record.cells is not None
        and len(record.cells) == inspection.width
    )
    return list(islice(sound, SAMPLE_RECORDS))
