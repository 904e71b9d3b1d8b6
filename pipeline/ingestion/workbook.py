"""Workbooks (xlsx, xls, xlsb, ods) as the lines of one regular text, read by a bounded child.

The text has one fixed form: UTF-8, comma, RFC 4180 quotes, LF; one record per sheet row from row 1
to the last used one (an unused row is an empty line), each record one physical line. So a line's
number is the row's number in Excel. The bytes of the workbook itself are stored unchanged beside.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipeline.ingestion.workbook_child import END, LINES, SHEETS
from pipeline.ingestion.workbook_choice import SheetInfo
from pipeline.ingestion.workbook_limits import DEFAULT, Limits
from pipeline.ingestion.workbook_process import Child
from pipeline.ingestion.workbook_refusals import REMARKS, refusal

__all__ = [
    "DEFAULT",
    "Limits",
    "SheetInfo",
    "WorkbookInfo",
    "WorkbookLines",
    "WorkbookSummary",
    "describe_workbook",
    "list_sheets",
    "workbook_to_lines",
]


@dataclass(frozen=True, slots=True)
class WorkbookInfo:
    """A workbook's sheets in order, and codes of remarks (see `remark_text`)."""

    sheets: tuple[SheetInfo, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkbookSummary:
    """What was read of one sheet: counts of rows and columns, and codes of remarks."""

    sheet: str
    kind: str
    rows: int
    columns: int
    hidden_rows: int
    formulas_without_value: int
    remarks: tuple[str, ...]


def list_sheets(path: Path, *, limits: Limits = DEFAULT) -> list[SheetInfo]:
    """The sheets of the workbook at `path` in order, the one that looks like the data `chosen`.

    Raises RefusedFile when the file is no workbook, is locked, damaged or beyond `limits`.
    """
    return list(describe_workbook(path, limits=limits).sheets)


def describe_workbook(path: Path, *, limits: Limits = DEFAULT) -> WorkbookInfo:
    """As `list_sheets`, with remarks on what will be ignored. Raises RefusedFile likewise."""
    with Child(path, "list", None, False, limits) as child:
        for kind, payload in child.frames():
            if kind == SHEETS:
                answer = child.understood(payload)
                sheets = tuple(SheetInfo(**sheet) for sheet in answer["sheets"])
                return WorkbookInfo(sheets, _known(answer["remarks"]))
    raise refusal("WORKBOOK_READER_DIED")


def workbook_to_lines(
    path: Path, sheet: str | None = None, *, limits: Limits = DEFAULT, fill_merged: bool = False
) -> WorkbookLines:
    """The rows of `sheet` (or of the sheet that looks like the data) as lines of CSV bytes.

    Iterating gives one line per sheet row, LF included; `summary` is there at the end. With
    `fill_merged` a merged cell's value is repeated in every cell it covers, in the first 50 rows.
    Raises RefusedFile, while iterating, as `list_sheets` does or when there is no such sheet.
    """
    return WorkbookLines(path, sheet, limits, fill_merged)


class WorkbookLines(Iterator[bytes]):
    """The lines of one sheet; close it (or use `with`) when leaving before its end."""

    def __init__(self, path: Path, sheet: str | None, limits: Limits, fill_merged: bool) -> None:
        self._told: list[WorkbookSummary] = []
        # The generator must not know this object: in a circle of references an abandoned reading
        # would keep its child until the next garbage collection.
        self._lines = _lines_of(Child(path, "lines", sheet, fill_merged, limits), self._told)

    @property
    def summary(self) -> WorkbookSummary | None:
        """What was read; None until the last line was taken."""
        return self._told[0] if self._told else None

    def __next__(self) -> bytes:
        return next(self._lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading child, if it still runs."""
        self._lines.close()


def _lines_of(child: Child, told: list[WorkbookSummary]) -> Generator[bytes]:
    """The lines that `child` sends, then its summary into `told`; ends the child in any case."""
    held = b""
    with child:
        for kind, payload in child.frames():
            if kind == LINES:
                *whole, held = (held + payload).split(b"\n")
                for line in whole:
                    yield line + b"\n"
            elif kind == END:
                told.append(_summary(child.understood(payload)))
                return
    raise refusal("WORKBOOK_READER_DIED")


def _summary(answer: dict[str, Any]) -> WorkbookSummary:
    return WorkbookSummary(**{**answer, "remarks": _known(answer["remarks"])})


def _known(codes: list[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code in REMARKS)
