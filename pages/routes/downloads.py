"""GET /downloads/…: a load's original bytes, or its refused lines as a workbook to send back."""

from __future__ import annotations

import shutil
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from pages.frame import database
from pages.frame.language import page_texts
from pages.frame.preferences import read_preferences
from pages.frame.session import MAY_UPLOAD
from pages.routes.gate import who_asks
from pipeline.errors import PipelineError, RefusedAction
from pipeline.exports import export_raw, export_refused
from pipeline.faults import known_fault, unexpected
from pipeline.settings import Settings, get_settings

CHUNK_BYTES = 1024**2
OLD_SECONDS = 3600
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Writes the file into a folder; gives its path, and the SHA-256 where it is known.
Writer = Callable[[Settings, int, Path, str], tuple[Path, bytes | None]]


def original(request: Request) -> Response:
    """The file of a load as it came; its SHA-256 is proven before the first byte leaves."""
    return _send(request, _write_original, "application/octet-stream")


def refused(request: Request) -> Response:
    """The refused lines of a load, right to left, with their line numbers and reasons."""
    return _send(request, _write_refused, WORKBOOK)


def _write_original(
    settings: Settings, load_id: int, folder: Path, language: str
) -> tuple[Path, bytes | None]:
    exported = export_raw(database.url(), load_id, folder)
    return exported.path, exported.sha256


def _write_refused(
    settings: Settings, load_id: int, folder: Path, language: str
) -> tuple[Path, bytes | None]:
    t = page_texts("load", language)
    path = folder / f"refused-{load_id}.xlsx"
    headings = {"line_no": t("sheet_line_no"), "reason_given": t("sheet_reason")}
    ours = settings.model_copy(update={"language": language})
    export_refused(
        database.url(), ours, load_id, path, lambda name: headings.get(name, name), t("sheet")
    )
    return path, None


def _send(request: Request, write: Writer, kind: str) -> Response:
    settings = get_settings()
    language = read_preferences(request.cookies, settings.language).language
    who = who_asks(request.scope)
    if who is None or who.role not in MAY_UPLOAD:
        return PlainTextResponse(page_texts("load", language)("not_yours"), 403)
    given = request.query_params.get("load", "")
    load_id = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    try:
        # The open file outlives its folder, so nothing is left behind however the sending ends.
        with tempfile.TemporaryDirectory(dir=_scratch(settings)) as folder:
            path, sha256 = write(settings, load_id, Path(folder), language)
            return _stream(path.open("rb"), path, kind, sha256)
    except Exception as error:
        known: PipelineError | None = known_fault(error)
        known = known or unexpected(error, "download", settings.var_dir)
        status = 404 if isinstance(known, RefusedAction) else 500
        return PlainTextResponse(known.text(language), status)


def _stream(file: BinaryIO, path: Path, kind: str, sha256: bytes | None) -> Response:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(path.name)}",
        "content-length": str(path.stat().st_size),
        "cache-control": "no-store",
    }
    if sha256 is not None:
        headers["repr-digest"] = f"sha-256=:{b64encode(sha256).decode()}:"  # RFC 9530
    return StreamingResponse(_chunks(file), media_type=kind, headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _scratch(settings: Settings) -> Path:
    """Where files are written before they leave; what a killed console left goes first."""
    folder = settings.var_dir / "downloads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.iterdir():
        # Of a console that was killed: lines of people do not lie about.
        if left.stat().st_mtime < time.time() - OLD_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    return folder
