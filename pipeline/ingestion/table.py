"""The two plain ways to read a file: all of its rows as text, or what it is and what is damaged."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.ingestion.inspection import Inspection, Overrides, inspect_source
from pipeline.ingestion.records import Record, RecordReader
from pipeline.ingestion.source import Source, blocks, open_source
from pipeline.ingestion.tables import TEXT, open_table


def read_records(
    path: Source, inspection: Inspection | None = None, overrides: Overrides | None = None
) -> Iterator[Record]:
    """Give every record of a text file in order, also what carries no record; streams.

    Raises what `inspect_source` raises, and PipelineError for a workbook, which is no text.
    """
    found = inspection or inspect_source(path, overrides)
    if found.format != "text":
        raise PipelineError(
            "NOT_DELIMITED_TEXT",
            fa=f"این فایل کارپوشه ({found.format}) است و به شکل متن خوانده نمی‌شود.",
            en=f"This file is a workbook ({found.format}) and cannot be read as delimited text.",
            format=found.format,
        )
    reader = RecordReader(found)
    with open_source(path) as handle:
        for block in blocks(handle, skip=len(found.bom)):
            yield from reader.feed(block)
        yield from reader.finish()


def read_table(path: Source, overrides: Overrides | None = None) -> Iterator[list[str]]:
    """Give the header (where there is one), then each record in order, every cell as text.

    A header of several rows comes as one row of joined names. Damaged records come as the best
    reading of them. Preamble, blank lines, repeated headers, totals and tables below are left out:
    they are no records of this table. Of a workbook, the sheet that looks like the data is read.
    Raises what `inspect_source` raises, and RefusedFile for a workbook that cannot be read.
    """
    path, found = _as_text(path, overrides)
    if found.header_line:
        yield list(found.header)
    for record in read_records(path, found):
        if record.kind == "record" and record.cells is not None:
            yield record.cells


def inspect(path: Source, overrides: Overrides | None = None) -> Inspection:
    """Inspect a file by reading all of it: as `inspect_source`, and `damaged_lines` filled."""
    kind = inspect_source(path, overrides).format
    path, found = _as_text(path, overrides)
    damaged = tuple(r.damage for r in read_records(path, found) if r.damage is not None)
    return replace(found, format=kind, damaged_lines=damaged)


def _as_text(path: Source, overrides: Overrides | None) -> tuple[Source, Inspection]:
    """The file, or the rendering of its sheet, and what it is."""
    found = inspect_source(path, overrides)
    if found.format == TEXT or not isinstance(path, str | Path):
        return path, found
    table = open_table(Path(path), found.size, overrides)
    # The handle keeps the rendering alive for as long as somebody reads it.
    return table.handle(), table.inspect(overrides)
