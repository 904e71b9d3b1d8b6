"""GET /sheets/audit.csv|xlsx?…: the audit events that a filter asks for, as a file, streamed."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.frame import database
from pages.frame.language import frame_texts
from pages.frame.preferences import read_preferences
from pages.routes.gate import who_asks
from pages.routes.written import KINDS, Deed, Written, asked, send_written
from pages.widgets.audit_address import multi, read_filter
from pages.widgets.audit_words import audit_texts
from pipeline.access.allowed import Action, may
from pipeline.audit_trail import FORMATS, EventFilter, export_events
from pipeline.settings import get_settings
from pipeline.texts import Texts


def events(request: Request) -> Response:
    """Every event that fits, in order; a filter that makes no sense is refused."""
    settings = get_settings()
    language = read_preferences(request.cookies, settings.language).language
    t, kind = frame_texts(language), f".{request.path_params['kind']}"
    who = who_asks(request.scope)
    if who is None or not may(who, Action.SEE_AUDIT):
        return PlainTextResponse(t("no_access_title"), 403)
    wanted, unknown = read_filter(multi(request.query_params.multi_items()))
    if unknown or kind not in FORMATS:
        name, value = unknown[0] if unknown else ("", kind)
        return PlainTextResponse(t("unknown_in_address", name=name, value=value[:60]), 400)
    words = audit_texts(language)
    deed = Deed(who.name, "export", ("sheet", f"audit{kind}"),
                {"asked": asked(request.query_params.multi_items())})  # fmt: skip
    return send_written(
        settings, language, "sheet of audit events", deed,
        lambda folder: _write(folder / f"audit{kind}", wanted, words),
    )  # fmt: skip


def _write(path: Path, wanted: EventFilter, words: Texts) -> Written:
    export_events(
        database.url(), path, wanted,
        headings=lambda name: words(f"head_{name}"), sheet=words("sheet"),
    )  # fmt: skip
    return Written(path, KINDS[path.suffix], path.name)
