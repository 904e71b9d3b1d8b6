"""Files that are written for one request and streamed from there; nothing of them stays behind."""

from __future__ import annotations

import shutil
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from pipeline.errors import DatabaseAway, PipelineError
from pipeline.faults import known_fault, unexpected
from pipeline.settings import Settings

CHUNK_BYTES = 1024**2
OLD_SECONDS = 3600
_NOT_THERE = ("UNKNOWN_LOAD", "NOTHING_KEPT")  # never received, or purged
BYTES = "application/octet-stream"
KINDS = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is ready to be sent: as what (media type), under which name, and its SHA-256."""

    path: Path
    kind: str
    title: str
    sha256: bytes | None = None


def send_written(
    settings: Settings, language: str, place: str, write: Callable[[Path], Written]
) -> Response:
    """Have `write` make a file in a folder of its own, and stream it.

    What goes wrong is said in the person's language; `place` names the request in the log.
    """
    try:
        # The open file outlives its folder, so nothing is left behind however the sending ends.
        with tempfile.TemporaryDirectory(dir=_scratch(settings)) as folder:
            return _streamed(write(Path(folder)))
    except Exception as error:
        known: PipelineError | None = known_fault(error)
        if known is None:
            known = unexpected(error, place, settings.var_dir)
            return PlainTextResponse(known.text(language), 500)
        return PlainTextResponse(known.text(language), _status(known))


def _status(error: PipelineError) -> int:
    if isinstance(error, DatabaseAway):
        return 503
    return 404 if error.code in _NOT_THERE else 400


def _streamed(written: Written) -> Response:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(written.title)}",
        "content-length": str(written.path.stat().st_size),
        "cache-control": "no-store",
    }
    if written.sha256 is not None:
        headers["repr-digest"] = f"sha-256=:{b64encode(written.sha256).decode()}:"  # RFC 9530
    chunks = _chunks(written.path.open("rb"))
    return StreamingResponse(chunks, media_type=written.kind, headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _scratch(settings: Settings) -> Path:
    """Where files are written before they leave; what a killed console left goes first."""
    folder = settings.var_dir / "scratch"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.iterdir():
        # Of a console that was killed: lines of people do not lie about.
        if left.stat().st_mtime < time.time() - OLD_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    return folder
