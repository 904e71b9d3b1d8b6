"""GET /exports/<what>.<csv|xlsx>?…: all rows of a figure, in the words of whoever asks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from pages.frame import database
from pages.frame.preferences import read_preferences
from pages.routes.gate import who_asks
from pages.widgets.figure_address import figure_of
from pages.widgets.figure_words import figure_texts, may_see_personal
from pipeline.db import reading
from pipeline.errors import PipelineError
from pipeline.faults import known_fault, unexpected
from pipeline.kpi.scopes import scopes
from pipeline.kpi.sheets import WHAT, export_figures
from pipeline.settings import get_settings

CHUNK_BYTES = 1024**2
KINDS = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def send(request: Request) -> Response:
    """The sheet as a download; what is wrong with the question is said in the person's language."""
    settings = get_settings()
    language = read_preferences(request.cookies, settings.language).language
    name = Path(str(request.path_params["name"]))
    who = who_asks(request.scope)
    if who is None or name.stem not in WHAT or name.suffix not in KINDS:
        return PlainTextResponse(figure_texts(language)("no_such_sheet"), 404)
    scratch = settings.var_dir / "scratch"
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # The open file outlives its folder: nothing is left behind however the sending ends.
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            path = Path(folder) / name
            _write(request, path, language, may_see=may_see_personal(who))
            return _stream(path, request.query_params.get("from", ""), language)
    except Exception as error:
        known: PipelineError | None = known_fault(error)
        known = known or unexpected(error, "figure sheet", settings.var_dir)
        return PlainTextResponse(known.text(language), 400)


def _write(request: Request, path: Path, language: str, *, may_see: bool) -> None:
    t, given, url = figure_texts(language), request.query_params, database.url()
    sort = (given["sort"], given.get("order") != "up") if given.get("sort") else None
    figure = figure_of(given.getlist)
    with reading(url) as connection:
        known = {scope.source: scope.currency for scope in scopes(connection)}
    currency = known.get(figure.filters.source, "")
    unit = t.words.get(f"currency_{currency}", currency)

    def heading(column: str) -> str:
        text = t.words.get(f"head_{column}", column)
        return f"{text} ({unit})" if column.endswith("_amount") else text

    export_figures(
        url, path.stem, figure, path, headings=heading,
        sheet=t(f"sheet_{path.stem}"), may_see=may_see, sort=sort,
    )  # fmt: skip


def _stream(path: Path, month: str, language: str) -> Response:
    title = f"{figure_texts(language)(f'sheet_{path.stem}')} {month}{path.suffix}"
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(title)}",
        "content-length": str(path.stat().st_size),
        "cache-control": "no-store",
    }
    return StreamingResponse(_chunks(path.open("rb")), media_type=KINDS[path.suffix],
                             headers=headers)  # fmt: skip


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
