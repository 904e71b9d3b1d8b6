"""The sheets of the binary workbooks (xls, xlsb), read by python-calamine.

Calamine holds a sheet in memory as a full rectangle, gives no number formats (zeros that are only
shown, not stored, are lost) and gives an error value as an empty cell; the first is bounded by the
reading child's memory limit, the others are told to the user as remarks.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.ingestion.workbook_cells import field, value_text
from pipeline.ingestion.workbook_limits import Limits
from pipeline.ingestion.workbook_refusals import refusal
from pipeline.ingestion.workbook_rows import Extent, Merge, Row, check_width

REMARK = "FORMATS_NOT_READ"


class _Workbook:
    """An open workbook that keeps the sheet loaded last, and only that one, in memory."""

    def __init__(self, path: Path) -> None:
        # Given a path, calamine would believe the name's ending; given bytes, it looks at them.
        self._file = path.open("rb")
        self._workbook = CalamineWorkbook.from_filelike(self._file)
        self.listed = self._workbook.sheets_metadata
        self._index = -1
        self._sheet: CalamineSheet | None = None

    def sheet(self, index: int) -> CalamineSheet:
        """The sheet at `index` of `listed`."""
        if self._sheet is None or index != self._index:
            self._sheet = None  # freed before the next one is loaded
            self._sheet = self._workbook.get_sheet_by_index(index)
            self._index = index
        return self._sheet


class CalamineReader:
    """A `SheetReader` over one sheet of an xls or xlsb workbook, loaded when first needed."""

    def __init__(self, workbook: _Workbook, index: int, limits: Limits) -> None:
        about = workbook.listed[index]
        self.name = about.name
        self.visible = about.visible == SheetVisibleEnum.Visible
        self.hidden_rows = 0  # calamine does not say which rows are hidden; all are read
        self.merges: list[Merge] = []
        self._workbook = workbook
        self._index = index
        self._limits = limits

    def extent(self) -> Extent:
        sheet = self._workbook.sheet(self._index)
        if sheet.start is None or sheet.end is None:
            return Extent()
        self.merges = [
            (top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])
        ][: self._limits.merges]
        rows, columns = sheet.end[0] + 1, sheet.end[1] + 1
        return Extent(rows, columns, sheet.height * sheet.width)

    def quick_extent(self) -> Extent:
        return self.extent()

    def sample(self, count: int) -> list[int]:
        return [sum(map(bool, fields)) for _, fields in islice(self.rows(0), count)]

    def rows(self, width: int) -> Iterator[Row]:
        check_width(width, self._limits)
        sheet = self._workbook.sheet(self._index)
        if sheet.start is None:
            return
        left = [b""] * sheet.start[1]  # rows begin at row 1, but at the first used column
        for number, values in enumerate(sheet.iter_rows(), 1):
            fields = left + [field(value_text(value)) for value in values]
            if any(fields):
                yield number, fields + [b""] * (width - len(fields))


def calamine_sheets(path: Path, limits: Limits) -> list[CalamineReader]:
    """The worksheets of the workbook at `path`, in order. Raises what python-calamine raises."""
    workbook = _Workbook(path)
    if len(workbook.listed) > limits.sheets:
        raise refusal("WORKBOOK_TOO_LARGE", what="sheets", limit=limits.sheets)
    return [
        CalamineReader(workbook, at, limits)
        for at, about in enumerate(workbook.listed)
        if about.typ == SheetTypeEnum.WorkSheet
    ]
