"""Sheets as files: CSV and right-to-left workbooks in which text stays text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767
# Spreadsheet programs calculate what begins so, full-width forms included.
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_HIDING_SIGNS = ("\t", "\r", "\n")
_NUMBER_DIGITS = 15  # more than these a workbook's numbers cannot hold
_NARROW = 14
_MARK = "#FFC7CE"
# In XML these stand for nothing, and a workbook that holds one does not open.
_NOT_IN_XML = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: its heading, and in a workbook its width in characters."""

    heading: str
    width: int = _NARROW


class Marked(str):
    """Text of a cell that a workbook shows on a coloured ground."""

    __slots__ = ()


def csv_cell(value: Any) -> str:
    """A value as a CSV cell: numbers as they are, text that a spreadsheet would calculate quoted.

    See OWASP, "CSV Injection": an apostrophe before the sign makes the program show the text.
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        risky = value.startswith(_HIDING_SIGNS) or value.lstrip().startswith(_FORMULA_SIGNS)
        return f"'{value}" if risky else value
    return str(value)


def write_csv(
    path: Path, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]], sheet: str = ""
) -> int:
    """Write rows as UTF-8 CSV with a mark at its beginning; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading for column in columns])
        for row in rows:
            writer.writerow([csv_cell(value) for value in row])
            count += 1
    return count


def write_xlsx(
    path: Path, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]], sheet: str
) -> int:
    """Write rows as a workbook, streamed, in as many sheets as they need; returns how many."""
    import xlsxwriter  # type: ignore[import-untyped]

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        page: Any = None
        mark = book.add_format({"bg_color": _MARK})
        for count, row in enumerate(rows, start=1):
            sheets_before, line = divmod(count - 1, SHEET_ROWS - 1)
            if line == 0:
                title = f"{sheet} {sheets_before + 1}" if sheets_before else sheet
                page = _add_page(book, columns, title)
            for column, value in enumerate(row):
                _write_cell(page, line + 1, column, value, mark)
        if page is None:
            _add_page(book, columns, sheet)
    return count


def _add_page(book: Any, columns: Sequence[SheetColumn], title: str) -> Any:
    page = book.add_worksheet(title)
    page.right_to_left()
    page.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for number, column in enumerate(columns):
        page.set_column(number, number, column.width)
        page.write_string(0, number, _fitting(column.heading), bold)
    return page


def _write_cell(page: Any, line: int, column: int, value: Any, mark: Any) -> None:
    if value is None:
        return
    if isinstance(value, int | Decimal) and _fits_a_number(value):
        page.write_number(line, column, value)
        return
    text = str(value) if isinstance(value, str) else format(value, "f")
    if isinstance(value, Marked):
        # A marked cell without text shows its ground all the same.
        write = page.write_string if text else page.write_blank
        write(line, column, _fitting(text), mark)
    else:
        page.write_string(line, column, _fitting(text))


def _fits_a_number(value: int | Decimal) -> bool:
    """Whether a workbook's number, a binary float, shows every digit of it."""
    return len(Decimal(value).normalize().as_tuple().digits) <= _NUMBER_DIGITS


def _fitting(text: str) -> str:
    """The text as far as a workbook's cell takes it; where it is cut it says so."""
    text = text.translate(_NOT_IN_XML)
    # Characters beyond the basic plane count twice.
    if len(text.encode("utf-16-le")) // 2 <= CELL_CHARACTERS:
        return text
    cut = text.encode("utf-16-le")[: 2 * (CELL_CHARACTERS - 1)].decode("utf-16-le", "ignore")
    return f"{cut}…"


@contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """A neighbour to write to, which takes the place of `path` once all went well."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
