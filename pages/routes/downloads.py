"""GET /downloads/…: a load's original bytes, or its rejected lines as a workbook to send back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.frame import database
from pages.frame.language import page_texts
from pages.frame.preferences import read_preferences
from pages.routes.gate import who_asks
from pages.routes.written import BYTES, KINDS, Deed, Written, send_written
from pipeline.access.allowed import Action, may
from pipeline.exports import export_raw, export_refused
from pipeline.settings import Settings, get_settings

# Writes what is known of a load into a folder, in a language.
Writer = Callable[[Settings, int, Path, str], Written]


def original(request: Request) -> Response:
    """The file of a load as it came; its SHA-256 is proven before the first byte leaves."""
    return _send(request, "original", _write_original)


def refused(request: Request) -> Response:
    """The rejected lines of a load, right to left, with their line numbers and reasons."""
    return _send(request, "rejected lines", _write_refused)


def _write_original(settings: Settings, load_id: int, folder: Path, language: str) -> Written:
    exported = export_raw(database.url(), load_id, folder)
    return Written(exported.path, BYTES, exported.path.name, exported.sha256)


def _write_refused(settings: Settings, load_id: int, folder: Path, language: str) -> Written:
    t = page_texts("load", language)
    path = folder / f"rejected-{load_id}.xlsx"
    headings = {"line_no": t("sheet_line_no"), "reason_given": t("sheet_reason")}
    ours = settings.model_copy(update={"language": language})
    export_refused(
        database.url(), ours, load_id, path, lambda name: headings.get(name, name), t("sheet")
    )
    return Written(path, KINDS[path.suffix], path.name)


def _send(request: Request, what: str, write: Writer) -> Response:
    settings = get_settings()
    language = read_preferences(request.cookies, settings.language).language
    who = who_asks(request.scope)
    if who is None or not may(who, Action.SEE_LOADS):
        return PlainTextResponse(page_texts("load", language)("not_yours"), 403)
    given = request.query_params.get("load", "")
    load_id = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    deed = Deed(who.name, "download", ("load", load_id), {"what": what})
    return send_written(
        settings,
        language,
        "download",
        deed,
        lambda folder: write(settings, load_id, folder, language),
    )
