"""GET /sheets/issues.csv|xlsx?…: the issues that a filter asks for, as a file, streamed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from pages.frame import database
from pages.frame.language import frame_texts
from pages.frame.preferences import read_preferences
from pages.frame.session import MAY_UPLOAD
from pages.routes.gate import who_asks
from pages.widgets.issue_address import multi, read_filter
from pipeline.errors import PipelineError, RefusedAction
from pipeline.exports import FORMATS, export_issues
from pipeline.faults import known_fault, unexpected
from pipeline.quality.issue_filter import IssueFilter
from pipeline.settings import Settings, get_settings
from pipeline.texts import read_texts

CHUNK_BYTES = 1024**2
_KINDS = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def issues(request: Request) -> Response:
    """Every issue that fits, however many: a workbook from right to left, or CSV with its mark.

    A filter that makes no sense is refused: a sheet of other issues than asked for is worse than
    none.
    """
    settings = get_settings()
    language = read_preferences(request.cookies, settings.language).language
    t, kind = frame_texts(language), f".{request.path_params['kind']}"
    who = who_asks(request.scope)
    if who is None or who.role not in MAY_UPLOAD:
        return PlainTextResponse(t("no_access_title"), 403)
    wanted, unknown = read_filter(multi(request.query_params.multi_items()))
    if unknown or kind not in FORMATS:
        name, value = unknown[0] if unknown else ("", kind)
        return PlainTextResponse(t("unknown_in_address", name=name, value=value[:60]), 400)
    try:
        return _written(settings, wanted, kind, language)
    except Exception as error:
        known: PipelineError | None = known_fault(error)
        known = known or unexpected(error, "sheet of issues", settings.var_dir)
        status = 404 if isinstance(known, RefusedAction) else 500
        return PlainTextResponse(known.text(language), status)


def _written(settings: Settings, wanted: IssueFilter, kind: str, language: str) -> Response:
    scratch = settings.var_dir / "scratch"
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    words = read_texts(settings.config_dir, language, "cli")
    headings: Callable[[str], str] = lambda name: words(f"head_{name}")  # noqa: E731
    # The open file outlives its folder, so nothing is left behind however the sending ends.
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder) / f"issues{kind}"
        export_issues(database.url(), path, wanted, headings=headings, sheet=words("sheet"))
        sent = {
            "content-disposition": f'attachment; filename="{path.name}"',
            "content-length": str(path.stat().st_size),
            "cache-control": "no-store",
        }
        return StreamingResponse(_chunks(path.open("rb")), media_type=_KINDS[kind], headers=sent)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
