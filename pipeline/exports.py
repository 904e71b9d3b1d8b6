"""What leaves the system as a file: issues, lines to send back, and a load's original bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.access.personal import may_see_file
from pipeline.db import Row, fetch_one, query, transaction
from pipeline.errors import PipelineError, RefusedAction
from pipeline.ingestion.raw_lines import lines_table
from pipeline.ingestion.store import read_chunks
from pipeline.quality.issue_filter import IssueFilter, matching
from pipeline.quality.line_cells import Reading
from pipeline.quality.rules import Rule, read_catalogue
from pipeline.results import read_load, require_kept
from pipeline.settings import Settings
from pipeline.sheets import Marked, SheetColumn, whole_or_not_at_all, write_csv, write_xlsx

ROWS_AT_A_TIME = 2_000
FORMATS = (".csv", ".xlsx")
_WIDTHS = {
    "file_name": 24, "column_name": 18, "raw_value": 28, "message": 60, "reason_given": 30,
    "comment": 30, "fingerprint": 38, "issue_key": 38,
}  # fmt: skip
_REASON = 60


@dataclass(frozen=True, slots=True)
class RawExport:
    """Original bytes as written: their size in bytes and their proven SHA-256."""

    path: Path
    size: int
    sha256: bytes


@acting_as_engine(Action.SEE_LOADS)
def export_raw(url: str, load_id: int, out: Path) -> RawExport:
    """Write the bytes of a load as they came; a folder as `out` takes the file's own name.

    Size and SHA-256 are compared with the receipt before `out` comes about; PipelineError
    RAW_DAMAGED when they differ, RefusedAction when there is no such load, and FILE_OF_ANOTHER for
    an uploader who did not hand it in.
    """
    with transaction(url) as connection:
        load = require_kept(_require_open(read_load(connection, load_id)))
        path = out / Path(load["file_name"]).name if out.is_dir() else out
        digest, size = hashlib.sha256(), 0
        with whole_or_not_at_all(path) as unfinished, unfinished.open("wb") as file:
            for chunk in _kept_chunks(connection, load_id):
                digest.update(chunk)
                size += file.write(chunk)
            if digest.digest() != bytes(load["sha256"]) or size != load["file_size"]:
                raise _damaged(load_id)
    return RawExport(path, size, digest.digest())


def export_issues(
    url: str,
    out: Path,
    wanted: IssueFilter | None = None,
    *,
    headings: Callable[[str], str] = str,
    sheet: str = "Issues",
) -> int:
    """Write issues to `out`, .csv or .xlsx, streamed; returns how many.

    Those that `wanted` asks for, by default all of drafts and published loads, with status,
    assignee and last reason. `headings` gives the heading of a column in a workbook; a CSV carries
    the columns' own names. ValueError for another kind of file, RefusedAction when a load that is
    asked for does not exist.
    """
    if out.suffix.lower() not in FORMATS:
        raise ValueError(f"Wanted: a .csv or .xlsx file; not {out.name}.")
    wanted = wanted or IssueFilter()
    with transaction(url) as connection:
        for load_id in wanted.loads:
            read_load(connection, load_id)
        with connection.cursor(name="issues") as cursor:
            cursor.itersize = ROWS_AT_A_TIME
            cursor.execute(query("export_issues", **matching(wanted)), wanted.parameters())
            names = [column.name for column in cursor.description or ()]
            with whole_or_not_at_all(out) as unfinished:
                if out.suffix.lower() == ".csv":
                    return write_csv(unfinished, [SheetColumn(name) for name in names], cursor)
                columns = [
                    SheetColumn(headings(n), _WIDTHS.get(n, SheetColumn(n).width)) for n in names
                ]
                return write_xlsx(unfinished, columns, cursor, sheet)


@acting_as_engine(Action.SEE_LOADS)
def export_refused(
    url: str,
    settings: Settings,
    load_id: int,
    out: Path,
    headings: Callable[[str], str] = str,
    sheet: str = "Refused",
) -> int:
    """Write the rejected lines of a load as a workbook to send back; returns how many.

    Line number in the file and the reasons in words come first, then the cells as they stand under
    their own headers, blamed ones marked. `headings` words the first two columns (`line_no`,
    `reason_given`). ValueError for another kind of file, RefusedAction when there is no such load,
    no run of it is through, or as by `export_raw`.
    """
    if out.suffix.lower() != ".xlsx":
        raise ValueError(f"Wanted: a .xlsx file; not {out.name}.")
    rules = {rule.code: rule for rule in read_catalogue(settings.config_dir).rules}
    with transaction(url) as connection:
        _require_open(read_load(connection, load_id))
        found = fetch_one(connection, "read_last_reading", {"load_id": load_id})
        if found is None:
            raise _no_reading(load_id)
        reading = Reading.of(found["inspection"])
        with connection.cursor(name="refused", row_factory=dict_row) as cursor:
            cursor.itersize = ROWS_AT_A_TIME
            statement = query("list_refused_lines", table=lines_table(load_id)["table"])
            cursor.execute(statement, {"load_id": load_id})
            rows = (_refused_row(row, reading, rules, settings.language) for row in cursor)
            with whole_or_not_at_all(out) as unfinished:
                columns = [
                    SheetColumn(headings("line_no")),
                    SheetColumn(headings("reason_given"), _REASON),
                    *map(SheetColumn, reading.headers),
                ]
                return write_xlsx(unfinished, columns, rows, sheet)


def _require_open(load: Row) -> Row:
    """The load, if whoever acts may see the personal cells of its file; else RefusedAction."""
    if may_see_file(load["received_by"]):
        return load
    raise RefusedAction(
        "FILE_OF_ANOTHER",
        fa="فایل بار {load_id} را {received_by} داده است و نام و نشانی مشتریان در آن است؛ تنها "
        "خود او و کسانی که داده‌های شخصی را می‌بینند آن را می‌گیرند.",
        en="The file of load {load_id} was handed in by {received_by} and holds names and "
        "addresses of customers; only they, and those who may see personal data, can have it.",
        load_id=load["load_id"],
        received_by=load["received_by"],
    )


def _refused_row(
    row: dict[str, Any], reading: Reading, rules: dict[str, Rule], language: str
) -> list[Any]:
    """Line number, reasons, and the cells; a cell that is blamed comes as `Marked`."""
    reasons = []
    for code, column in zip(row["codes"] or (), row["columns"] or (), strict=True):
        title = rules[code].title.of(language) if code in rules else code
        reasons.append(f"{column}: {title}" if column else title)
    cells = reading.cells(row["line"], set(row["columns"] or ()))
    texts = [Marked(cell.text) if cell.is_marked else cell.text for cell in cells]
    return [row["line_no"], " · ".join(dict.fromkeys(reasons)), *texts]


def _kept_chunks(connection: Any, load_id: int) -> Iterator[bytes]:
    """The kept bytes; pieces that cannot be unpacked are damage like any other."""
    from isal.igzip_lib import IsalError

    try:
        yield from read_chunks(connection, load_id)
    except IsalError as error:  # type: ignore[misc]  # its stub hides its base
        raise _damaged(load_id) from error


def _damaged(load_id: int) -> PipelineError:
    return PipelineError(
        "RAW_DAMAGED",
        fa="بایت‌های نگه‌داری‌شدهٔ بار {load_id} با رسید آن نمی‌خواند و فایلی نوشته نشد. پایگاه داده "
        "را از نسخهٔ پشتیبان برگردانید یا فایل اصلی را دوباره بگیرید.",
        en="The kept bytes of load {load_id} do not match its receipt; no file was written. "
        "Restore the database from a backup, or get the original file again.",
        load_id=load_id,
    )


def _no_reading(load_id: int) -> RefusedAction:
    return RefusedAction(
        "LOAD_NOT_READ",
        fa="اجرای بار {load_id} هنوز به پایان نرسیده است و سطر ردشده‌ای ندارد؛ پس از پایان آن "
        "دوباره بخواهید.",
        en="No run of load {load_id} is through yet, so it has no rejected lines; ask again when "
        "one is.",
        load_id=load_id,
    )
