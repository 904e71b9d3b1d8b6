"""Files that are written for one request and streamed from there; nothing of them stays behind."""

from __future__ import annotations

import shutil
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from pages.frame import database
from pages.frame.ways import on_screen
from pipeline.access.origin import origin
from pipeline.audit import tell
from pipeline.errors import DatabaseAway, PipelineError
from pipeline.faults import known_fault, unexpected
from pipeline.journal import note
from pipeline.settings import Settings

CHUNK_BYTES = 1024**2
OLD_SECONDS = 3600
MOST_ASKED, LONGEST_ASKED = 40, 200
_NOT_THERE = ("UNKNOWN_LOAD", "NOTHING_KEPT")  # never received, or purged
_NOT_THEIRS = ("NOT_ALLOWED", "FILE_OF_ANOTHER")
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


@dataclass(frozen=True, slots=True)
class Deed:
    """What the audit chain is told of a file that leaves: who, `export` or `download`, of what
    (kind and id), and facts such as what was asked for."""

    actor: str
    action: str
    subject: tuple[str, object]
    detail: Mapping[str, object]


def send_written(
    settings: Settings, language: str, place: str, deed: Deed, write: Callable[[Path], Written]
) -> Response:
    """Have `write` make a file in a folder of its own, and stream it.

    The audit chain is told before the first byte leaves; what it cannot be told of does not leave.
    What goes wrong is said in the person's language; `place` names the request in the log.
    """
    try:
        # The open file outlives its folder, so nothing is left behind however the sending ends.
        with tempfile.TemporaryDirectory(dir=_scratch(settings)) as folder:
            written = write(Path(folder))
            _tell(settings, deed, written)
            return _streamed(written)
    except Exception as error:
        known: PipelineError | None = known_fault(error)
        if known is None:
            known = unexpected(error, place, settings.var_dir)
            return PlainTextResponse(on_screen(known, language), 500)
        return PlainTextResponse(on_screen(known, language), _status(known))


def asked(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The parameters of a request, for a deed: as much as a reader wants to see of them."""
    found: dict[str, list[str]] = {}
    for name, value in islice(pairs, MOST_ASKED):
        found.setdefault(name[:LONGEST_ASKED], []).append(value[:LONGEST_ASKED])
    return found


def _tell(settings: Settings, deed: Deed, written: Written) -> None:
    size = written.path.stat().st_size
    facts = {"file_name": written.title, "size": size, **deed.detail}
    tell(database.url(), deed.actor, deed.action, deed.subject, facts)
    note(settings.var_dir, deed.action, person=deed.actor, origin=origin() or None,
         file=written.title, size=size)  # fmt: skip


def _status(error: PipelineError) -> int:
    if isinstance(error, DatabaseAway):
        return 503
    return 403 if error.code in _NOT_THEIRS else 404 if error.code in _NOT_THERE else 400


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
        with suppress(FileNotFoundError):  # another request's, which has just been sent
            if left.stat().st_mtime < time.time() - OLD_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    return folder
