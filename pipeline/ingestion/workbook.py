"""Workbooks (xlsx, xls, xlsb, ods) as the lines of one regular text, read by a bounded child.

The text has one fixed form: UTF-8, comma, RFC 4180 quotes, LF; one record per sheet row from row 1
to the last used one (an unused row is an empty line), each record one physical line. So a line's
number is the row's number in Excel. The bytes of the workbook itself are stored unchanged beside.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from pipeline.ingestion.workbook_child import BUDGET, END, ERROR, FRAME, LINES, SHEETS
from pipeline.ingestion.workbook_choice import SheetInfo
from pipeline.ingestion.workbook_limits import DEFAULT, MEBIBYTE, Limits
from pipeline.ingestion.workbook_refusals import CODES, REMARKS, refusal

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

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_FRAME = 4 * MEBIBYTE
_READ = 1 << 18
_ERROR_VALUES = frozenset(("detail", "what", "limit", "sheet", "row", "column"))
_FRAMES = (BUDGET, SHEETS, LINES, END, ERROR)


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
    with _Child(path, "list", None, False, limits) as child:
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
        self.summary: WorkbookSummary | None = None
        self._child = _Child(path, "lines", sheet, fill_merged, limits)
        self._lines = self._split()

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
        self._child.close()

    def _split(self) -> Generator[bytes]:
        held = b""
        with self._child:
            for kind, payload in self._child.frames():
                if kind == LINES:
                    *whole, held = (held + payload).split(b"\n")
                    for line in whole:
                        yield line + b"\n"
                elif kind == END:
                    self.summary = _summary(self._child.understood(payload))
                    return
        raise refusal("WORKBOOK_READER_DIED")


def _summary(answer: dict[str, Any]) -> WorkbookSummary:
    return WorkbookSummary(**{**answer, "remarks": _known(answer["remarks"])})


def _known(codes: list[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code in REMARKS)


class _Child:
    """The reading process: started when its frames are first asked for, never outliving them."""

    def __init__(
        self, path: Path, action: str, sheet: str | None, fill_merged: bool, limits: Limits
    ) -> None:
        self._request = {
            "path": str(Path(path).resolve()),
            "action": action,
            "sheet": sheet,
            "fill_merged": fill_merged,
            "limits": asdict(limits),
        }
        self._limits = limits
        self._patience = limits.stall_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill the process if it runs, and wait for it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None
        if self._complaints is not None:
            self._complaints.close()
            self._complaints = None

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """Frames as they come; raises RefusedFile for an error frame, garbage, death, time-out."""
        self._start()
        held = bytearray()
        while data := self._read():
            held += data
            while len(held) >= FRAME.size:
                kind, length = FRAME.unpack_from(held)
                if kind not in _FRAMES or length > _LONGEST_FRAME:
                    raise refusal("WORKBOOK_READER_DIED", detail="garbage")
                if len(held) < FRAME.size + length:
                    break
                payload = bytes(held[FRAME.size : FRAME.size + length])
                del held[: FRAME.size + length]
                self._heed(kind, payload)
                yield kind, payload
        raise self._death()

    def understood(self, payload: bytes) -> Any:
        """The JSON of `payload`; raises RefusedFile when it is none."""
        try:
            return json.loads(payload)
        except ValueError as error:
            raise refusal("WORKBOOK_READER_DIED", detail="garbage") from error

    def _start(self) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", __package__ + ".workbook_child", json.dumps(self._request)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=_ROOT,
            env={"PATH": os.defpath, "MALLOC_ARENA_MAX": "1"},  # no secret of ours reaches it
        )

    def _read(self) -> bytes:
        """The next bytes, empty at the end; only time spent waiting here counts."""
        assert self._process is not None and self._process.stdout is not None
        began = time.monotonic()
        ready, _, _ = select.select([self._process.stdout], [], [], max(self._patience, 0))
        self._patience -= time.monotonic() - began
        if not ready:
            raise refusal("WORKBOOK_TIMEOUT")
        return os.read(self._process.stdout.fileno(), _READ)

    def _heed(self, kind: bytes, payload: bytes) -> None:
        if kind == BUDGET:
            most = self._limits.cpu_budget(self._limits.uncompressed_bytes)
            self._patience += 2 * min(int(self.understood(payload)), most)
        elif kind == ERROR:
            raise self._refusal_of(self.understood(payload))

    def _refusal_of(self, answer: dict[str, Any]) -> Exception:
        """The refusal the child names; one it cannot properly name is a failure of its own."""
        code, values = answer["code"], answer["values"]
        if code not in CODES or set(values) - _ERROR_VALUES:
            return refusal("WORKBOOK_READER_DIED", detail="garbage")
        return refusal(code, **values)

    def _death(self) -> Exception:
        """The refusal that explains how the process ended without an answer."""
        assert self._process is not None
        status = self._process.wait()
        if status == -signal.SIGXCPU:
            return refusal("WORKBOOK_TIMEOUT")
        # Rust aborts when an allocation fails, and the kernel kills what takes too much.
        if status in (-signal.SIGABRT, -signal.SIGKILL):
            return refusal("WORKBOOK_MEMORY", detail=self._last_words())
        return refusal("WORKBOOK_READER_DIED", status=status, detail=self._last_words())

    def _last_words(self) -> str:
        assert self._complaints is not None
        self._complaints.seek(0)
        return self._complaints.read(64_000)[-2_000:].decode(errors="replace")
