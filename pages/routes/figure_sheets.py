"""GET /exports/<what>.<csv|xlsx>?…: all rows of a figure, in the words of whoever asks."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.frame import database
from pages.frame.preferences import read_preferences
from pages.routes.gate import who_asks
from pages.routes.written import KINDS, Deed, Written, asked, send_written
from pages.widgets.figure_address import figure_of
from pages.widgets.figure_words import figure_texts, may_see_personal
from pipeline.access.allowed import Action, may
from pipeline.db import reading
from pipeline.kpi.scopes import scopes
from pipeline.kpi.sheets import WHAT, export_figures
from pipeline.settings import get_settings


def send(request: Request) -> Response:
    """The sheet as a download; what is wrong with the question is said in the person's language."""
    settings = get_settings()
    language = read_preferences(request.cookies, settings.language).language
    name = Path(str(request.path_params["name"]))
    who = who_asks(request.scope)
    if not may(who, Action.EXPORT_FIGURES) or name.stem not in WHAT or name.suffix not in KINDS:
        return PlainTextResponse(figure_texts(language)("no_such_sheet"), 404)
    may_see = may_see_personal(who)

    def write(folder: Path) -> Written:
        path = folder / name
        _write(request, path, language, may_see=may_see)
        month = request.query_params.get("from", "")
        sheet = figure_texts(language)(f"sheet_{path.stem}")
        return Written(path, KINDS[path.suffix], f"{sheet} {month}{path.suffix}")

    query = asked(request.query_params.multi_items())
    deed = Deed(who.name, "export", ("sheet", name.name), {"asked": query, "personal": may_see})
    return send_written(settings, language, "figure sheet", deed, write)


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
