"""The process that opens a workbook: alone, with bounded memory and processor time.

Started by `workbook.py` as `python -m pipeline.ingestion.workbook_child <request as JSON>`. It
writes frames to its standard output (kind, length, payload) and never the words of a message: a
workbook that makes it fail, hang or die harms no one else.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers.expat import ExpatError

from pipeline.errors import RefusedFile
from pipeline.ingestion.workbook_choice import best_of, describe_sheets
from pipeline.ingestion.workbook_guard import Look, look_at
from pipeline.ingestion.workbook_limits import MEBIBYTE, Limits
from pipeline.ingestion.workbook_ods import ods_sheets
from pipeline.ingestion.workbook_package import Package
from pipeline.ingestion.workbook_refusals import refusal
from pipeline.ingestion.workbook_rows import SheetReader, check_extent, with_merges_filled
from pipeline.ingestion.workbook_xlsx import XlsxSheet

FRAME = struct.Struct(">cI")
BUDGET, SHEETS, LINES, END, ERROR = b"B", b"S", b"L", b"Z", b"E"
_BLOCK = MEBIBYTE // 4
_LONGEST_COMPLAINT = 64 * 1024  # the only file this process may write to is its standard error

# What damaged content makes the readers raise; each of them means the same to the user.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ExpatError,
    EOFError,
    ValueError,
    LookupError,
    NotImplementedError,
    struct.error,
)


def main(request: dict[str, Any], out: BinaryIO) -> None:
    """Answer one request (`path`, `sheet`, `fill_merged`, `action`, `limits`) with frames."""
    limits = Limits(**request["limits"])
    _bound_memory(limits.memory_bytes)
    try:
        with ExitStack() as held:
            _answer(request, limits, held, out)
    except RefusedFile as error:
        _send_json(out, ERROR, {"code": error.code, "values": error.values})
    except MemoryError:
        _send_json(out, ERROR, {"code": "WORKBOOK_MEMORY", "values": {}})
    except _DAMAGE as error:
        detail = f"{type(error).__name__}: {error}"
        _send_json(out, ERROR, {"code": "WORKBOOK_DAMAGED", "values": {"detail": detail}})


def _answer(request: dict[str, Any], limits: Limits, held: ExitStack, out: BinaryIO) -> None:
    path = Path(request["path"])
    _bound_processor(limits.cpu_seconds)
    look = look_at(path, limits)
    budget = limits.cpu_budget(look.content_bytes)
    _bound_processor(budget)
    _send_json(out, BUDGET, budget)
    sheets = _open_sheets(path, look, limits, held)
    if not sheets:
        raise refusal("WORKBOOK_NO_DATA")
    if request["action"] == "list":
        listed = [asdict(info) for info in describe_sheets(sheets, limits)]
        _send_json(out, SHEETS, {"sheets": listed, "remarks": _remarks_of(look)})
        return
    sheet = _choose(sheets, request["sheet"], limits)
    _send_sheet(sheet, look, request["fill_merged"], limits, out)


def _open_sheets(path: Path, look: Look, limits: Limits, held: ExitStack) -> list[SheetReader]:
    if look.kind in ("xls", "xlsb"):
        _bound_memory(limits.binary_memory(look.content_bytes))
        return _binary_sheets(path, limits)
    archive = held.enter_context(zipfile.ZipFile(path))
    if look.kind == "ods":
        return list(ods_sheets(archive, limits))
    package = Package(archive, limits)
    return [XlsxSheet(package, part, limits) for part in package.sheets]


def _binary_sheets(path: Path, limits: Limits) -> list[SheetReader]:
    # Imported here: it costs memory that the other formats do not need.
    from python_calamine import CalamineError, PasswordError

    from pipeline.ingestion.workbook_calamine import calamine_sheets

    try:
        return list(calamine_sheets(path, limits))
    except PasswordError as error:
        raise refusal("WORKBOOK_PASSWORD") from error
    except CalamineError as error:
        raise refusal("WORKBOOK_DAMAGED", detail=str(error)) from error


def _choose(sheets: list[SheetReader], name: str | None, limits: Limits) -> SheetReader:
    if name is not None:
        found = next((sheet for sheet in sheets if sheet.name == name), None)
        if found is None:
            raise refusal("WORKBOOK_NO_SHEET", sheet=name)
        return found
    best = best_of(describe_sheets(sheets, limits)) if len(sheets) > 1 else 0
    return sheets[best or 0]


def _send_sheet(
    sheet: SheetReader, look: Look, fill_merged: bool, limits: Limits, out: BinaryIO
) -> None:
    extent = sheet.extent()
    check_extent(extent, sheet.name, limits)
    rows = sheet.rows(extent.columns)
    if fill_merged:
        rows = with_merges_filled(rows, sheet.merges)
    last, sent = 0, 0
    pending: list[bytes] = []
    size = 0
    for number, fields in rows:
        record = b"\n" * (number - last - 1) + _record(fields, limits)
        last = number
        pending.append(record)
        size += len(record)
        if size >= _BLOCK:
            sent = _send_lines(out, pending, sent, limits)
            pending, size = [], 0
    _send_lines(out, pending, sent, limits)
    _send_json(
        out,
        END,
        {
            "sheet": sheet.name,
            "kind": look.kind,
            "rows": last,
            "columns": extent.columns,
            "hidden_rows": sheet.hidden_rows,
            "formulas_without_value": extent.formulas_without_value,
            "remarks": _remarks_of(look)
            + (["HIDDEN_ROWS_READ"] if sheet.hidden_rows else [])
            + (["FORMULAS_WITHOUT_VALUE"] if extent.formulas_without_value else []),
        },
    )


def _record(fields: list[bytes], limits: Limits) -> bytes:
    record = b",".join(fields) + b"\n"
    if len(record) > limits.row_bytes:
        raise refusal("WORKBOOK_TOO_LARGE", what="bytes in a row", limit=limits.row_bytes)
    return record


def _send_lines(out: BinaryIO, pending: list[bytes], sent: int, limits: Limits) -> int:
    block = b"".join(pending)
    for piece in _pieces(block):
        _send(out, LINES, piece)
    if sent + len(block) > limits.output_bytes:
        raise refusal("WORKBOOK_TOO_LARGE", what="bytes of text", limit=limits.output_bytes)
    return sent + len(block)


def _pieces(block: bytes) -> Iterator[bytes]:
    for start in range(0, len(block), _BLOCK):
        yield block[start : start + _BLOCK]


def _remarks_of(look: Look) -> list[str]:
    binary = ["FORMATS_NOT_READ"] if look.kind in ("xls", "xlsb") else []
    return [*look.remarks, *binary]


def _bound_memory(wanted: int) -> None:
    """Bound what is allocated from here on; the interpreter's own address space comes on top."""
    own = 0
    statm = Path("/proc/self/statm")
    if statm.exists():
        own = int(statm.read_text().split()[0]) * resource.getpagesize()
    _lower(resource.RLIMIT_AS, own + wanted)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, _LONGEST_COMPLAINT)


def _lower(kind: int, wanted: int) -> None:
    hard = resource.getrlimit(kind)[1]
    bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (bound, bound))


def _bound_processor(seconds: int) -> None:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    wanted = int(spent.ru_utime + spent.ru_stime) + 1 + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _send_json(out: BinaryIO, kind: bytes, value: object) -> None:
    _send(out, kind, json.dumps(value).encode())


def _send(out: BinaryIO, kind: bytes, payload: bytes) -> None:
    out.write(FRAME.pack(kind, len(payload)) + payload)
    out.flush()


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]), sys.stdout.buffer)
    except BrokenPipeError:
        # The reader of our frames has gone away: there is no one left to tell.
        os._exit(1)
