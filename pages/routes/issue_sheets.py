"""GET /sheets/issues.csv|xlsx?…: the issues that a filter asks for, as a file, streamed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.frame import database
from pages.frame.language import frame_texts
from pages.frame.preferences import read_preferences
from pages.routes.gate import who_asks
from pages.routes.written import KINDS, Deed, Written, asked, send_written
from pages.widgets.issue_address import multi, read_filter
from pipeline.access.allowed import Action, may
from pipeline.exports import FORMATS, export_issues
from pipeline.quality.issue_filter import IssueFilter
from pipeline.settings import get_settings
from pipeline.texts import Texts, read_texts


def issues(request: Request) -> Response:
    """Every issue that fits, however many: a workbook from right to left, or CSV with its mark.

    A filter that makes no sense is refused: a sheet of other issues than asked for is worse than
    none.
    """
    settings = get_settings()
    language = read_preferences(request.cookies, settings.language).language
    t, kind = frame_texts(language), f".{request.path_params['kind']}"
    who = who_asks(request.scope)
    if who is None or not may(who, Action.SEE_ISSUES):
        return PlainTextResponse(t("no_access_title"), 403)
    wanted, unknown = read_filter(multi(request.query_params.multi_items()))
    if unknown or kind not in FORMATS:
        name, value = unknown[0] if unknown else ("", kind)
        return PlainTextResponse(t("unknown_in_address", name=name, value=value[:60]), 400)
    words = read_texts(settings.config_dir, language, "cli")
    query = asked(request.query_params.multi_items())
    return send_written(
        settings,
        language,
        "sheet of issues",
        Deed(who.name, "export", ("sheet", f"issues{kind}"), {"asked": query}),
        lambda folder: _write(folder / f"issues{kind}", wanted, words),
    )


def _write(path: Path, wanted: IssueFilter, words: Texts) -> Written:
    headings: Callable[[str], str] = lambda name: words(f"head_{name}")  # noqa: E731
    export_issues(database.url(), path, wanted, headings=headings, sheet=words("sheet"))
    return Written(path, KINDS[path.suffix], path.name)
