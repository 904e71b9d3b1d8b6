"""A file as a text table, whatever it came as: a workbook's sheet is rendered to one on disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import RefusedFile
from pipeline.ingestion.inspection import Inspection, Overrides, inspect_source
from pipeline.ingestion.refusals import refuse_unless_table
from pipeline.scratch import nameless_file

TEXT = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A readable text table: `path` is the file itself, or a rendering that lives as long as this.

    `format` is text, xlsx, xlsb, xls or ods; `remarks` are codes of what a workbook holds beside
    its cells (macros, links …) and what was left alone.
    """

    path: Path
    format: str
    sheet: str | None = None
    remarks: tuple[str, ...] = ()
    _rendering: Any = field(default=None, repr=False, compare=False)

    def inspect(self, overrides: Overrides | None = None) -> Inspection:
        """What the text is; of a rendering, regular UTF-8, only the header is looked for."""
        if self.format == TEXT:
            return inspect_source(self.path, overrides)
        given = overrides or Overrides()
        known = replace(given, encoding="utf-8", delimiter=",", quote='"')
        return replace(inspect_source(self.path, known), sheet=self.sheet)

    def handle(self) -> BinaryIO:
        """An open handle on the text; it keeps a rendering alive."""
        if self._rendering is None:
            return self.path.open("rb")
        rendering: BinaryIO = self._rendering
        return rendering


def open_table(path: Path, limit_bytes: int, overrides: Overrides | None = None) -> Table:
    """Open a file as a text table; raises RefusedFile when it holds none."""
    kind = kind_of(path, limit_bytes, overrides)
    if kind == TEXT:
        return Table(path, TEXT)
    # Imported when a workbook comes: the reading child imports this package too.
    from pipeline.ingestion.workbook import describe_workbook

    described = describe_workbook(path)
    wanted = overrides.sheet if overrides else None
    sheet = wanted or next(sheet.name for sheet in described.sheets if sheet.chosen)
    rendering, place = nameless_file()
    for line in render(path, sheet):
        rendering.write(line)
    rendering.flush()
    return Table(place, kind, sheet, described.remarks, rendering)


def kind_of(path: Path, limit_bytes: int, overrides: Overrides | None = None) -> str:
    """Text, xlsx, xlsb, xls or ods; RefusedFile for anything else. Nothing is rendered."""
    try:
        return refuse_unless_table(path, limit_bytes)
    except RefusedFile as refusal:
        # Who names the encoding knows that it is text.
        if refusal.code == "FILE_IS_BINARY" and overrides and overrides.encoding:
            return TEXT
        raise


def render(path: Path, sheet: str | None) -> Iterator[bytes]:
    """The rows of a sheet as lines of UTF-8 CSV, one per row: line numbers are row numbers."""
    from pipeline.ingestion.workbook import workbook_to_lines

    with workbook_to_lines(path, sheet) as lines:
        yield from lines
