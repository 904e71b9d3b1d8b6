"""What leaves the system as a file: issues as CSV or workbook, and a load's original bytes."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.db import query, transaction
from pipeline.errors import PipelineError
from pipeline.ingestion.store import read_chunks
from pipeline.results import read_load, require_kept

ROWS_AT_A_TIME = 2_000
SHEET_ROWS = 1_048_576
FORMATS = (".csv", ".xlsx")
CELL_CHARACTERS = 32_767
# Spreadsheet programs calculate what begins so, full-width forms included.
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_HIDING_SIGNS = ("\t", "\r", "\n")
_NUMBER_DIGITS = 15  # more than these a workbook's numbers cannot hold
_WIDTHS = {"file_name": 24, "column_name": 18, "raw_value": 28, "message": 60, "fingerprint": 38}
_NARROW = 14
# In XML these stand for nothing, and a workbook that holds one does not open.
_NOT_IN_XML = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})


@dataclass(frozen=True, slots=True)
class RawExport:
    """Original bytes as written: their size in bytes and their proven SHA-256."""

    path: Path
    size: int
    sha256: bytes


def export_raw(url: str, load_id: int, out: Path) -> RawExport:
    """Write the bytes of a load as they came; a folder as `out` takes the file's own name.

    Size and SHA-256 are compared with the receipt before `out` comes about; PipelineError
    RAW_DAMAGED when they differ, RefusedAction when there is no such load.
    """
    with transaction(url) as connection:
        load = require_kept(read_load(connection, load_id))
        path = out / Path(load["file_name"]).name if out.is_dir() else out
        digest, size = hashlib.sha256(), 0
        with _whole_or_not_at_all(path) as unfinished, unfinished.open("wb") as file:
            for chunk in _kept_chunks(connection, load_id):
                digest.update(chunk)
                size += file.write(chunk)
            if digest.digest() != bytes(load["sha256"]) or size != load["file_size"]:
                raise _damaged(load_id)
    return RawExport(path, size, digest.digest())


def export_issues(
    url: str,
    out: Path,
    *,
    load_id: int | None = None,
    code: str | None = None,
    headings: Callable[[str], str] = str,
    sheet: str = "Issues",
) -> int:
    """Write issues to `out`, .csv or .xlsx, streamed; returns how many.

    Of one load, or of all drafts and published loads; of one rule, or of all. `headings` gives the
    heading of a column in a workbook; a CSV carries the columns' own names. ValueError for another
    kind of file, RefusedAction when there is no such load.
    """
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx}
    if out.suffix.lower() not in writers:
        raise ValueError(f"Wanted: a .csv or .xlsx file; not {out.name}.")
    with transaction(url) as connection:
        if load_id is not None:
            read_load(connection, load_id)
        with connection.cursor(name="issues") as cursor:
            cursor.itersize = ROWS_AT_A_TIME
            cursor.execute(query("list_issues"), {"load_id": load_id, "code": code})
            names = [column.name for column in cursor.description or ()]
            with _whole_or_not_at_all(out) as unfinished:
                return writers[out.suffix.lower()](unfinished, names, cursor, headings, sheet)


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


def _write_csv(
    path: Path, names: Sequence[str], rows: Any, headings: Callable[[str], str], sheet: str
) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows:
            writer.writerow([csv_cell(value) for value in row])
            count += 1
    return count


def _write_xlsx(
    path: Path, names: Sequence[str], rows: Any, headings: Callable[[str], str], sheet: str
) -> int:
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
        for count, row in enumerate(rows, start=1):
            sheets_before, line = divmod(count - 1, SHEET_ROWS - 1)
            if line == 0:
                title = f"{sheet} {sheets_before + 1}" if sheets_before else sheet
                page = _add_page(book, names, headings, title)
            for column, value in enumerate(row):
                _write_cell(page, line + 1, column, value)
        if page is None:
            _add_page(book, names, headings, sheet)
    return count


def _add_page(book: Any, names: Sequence[str], headings: Callable[[str], str], title: str) -> Any:
    page = book.add_worksheet(title)
    page.right_to_left()
    page.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, name in enumerate(names):
        page.set_column(column, column, _WIDTHS.get(name, _NARROW))
        page.write_string(0, column, headings(name), bold)
    return page


def _write_cell(page: Any, line: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, int | Decimal) and _fits_a_number(value):
        page.write_number(line, column, value)
        return
    text = str(value) if isinstance(value, str) else format(value, "f")
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


def _kept_chunks(connection: Any, load_id: int) -> Iterator[bytes]:
    """The kept bytes; pieces that cannot be unpacked are damage like any other."""
    from isal.igzip_lib import IsalError

    try:
        yield from read_chunks(connection, load_id)
    except IsalError as error:  # type: ignore[misc]  # its stub hides its base
        raise _damaged(load_id) from error


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """A neighbour to write to, which takes the place of `path` once all went well."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _damaged(load_id: int) -> PipelineError:
    return PipelineError(
        "RAW_DAMAGED",
        fa="بایت‌های نگه‌داری‌شدهٔ بار {load_id} با رسید آن نمی‌خواند و فایلی نوشته نشد. پایگاه داده "
        "را از نسخهٔ پشتیبان برگردانید یا فایل اصلی را دوباره بگیرید.",
        en="The kept bytes of load {load_id} do not match its receipt; no file was written. "
        "Restore the database from a backup, or get the original file again.",
        load_id=load_id,
    )
