"""The reading child seen from its parent: started, listened to with patience, ended in any case."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Self

from pipeline.ingestion.workbook_child import BUDGET, END, ERROR, FRAME, LINES, SHEETS
from pipeline.ingestion.workbook_limits import MEBIBYTE, Limits
from pipeline.ingestion.workbook_refusals import CODES, refusal

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_FRAME = 4 * MEBIBYTE
_READ = 1 << 18
_ERROR_VALUES = frozenset(("detail", "what", "limit", "sheet", "row", "column"))
_FRAMES = (BUDGET, SHEETS, LINES, END, ERROR)


class Child:
    """The reading process: started when its frames are first asked for, never outliving them."""

    def __init__(
        self, path: Path, action: str, sheet: str | None, fill_merged: bool, limits: Limits
    ) -> None:
        self._request = {
            "path": str(Path(path).absolute()),
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
        try:
            return refusal(code, **values)
        except KeyError as missing:
            return refusal("WORKBOOK_READER_DIED", detail=f"garbage: no {missing}")

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
