"""Pages without a script, around the console: one card, both languages, light and dark."""

from __future__ import annotations

from html import escape

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from pages.frame.language import frame_texts
from pages.frame.preferences import Preferences, read_preferences
from pages.frame.ways import on_screen
from pipeline.errors import DatabaseAway, PipelineError
from pipeline.settings import get_settings
from pipeline.texts import Texts, read_texts

RETRY_SECONDS = 5


def access_texts(language: str) -> Texts:
    """The words of signing in and of one's own account."""
    return read_texts(get_settings().config_dir, language, "access")


def preferences_of(connection: HTTPConnection) -> Preferences:
    """How this browser's pages speak."""
    return read_preferences(connection.cookies, get_settings().language)


def card(
    preferences: Preferences, title: str, body: str, status: int = 200, *, refresh: int = 0
) -> Response:
    """A page of one card; `body` is HTML, `title` text; `refresh` are seconds, 0 for never."""
    t = frame_texts(preferences.language)
    again = f'<meta http-equiv="refresh" content="{refresh}" />' if refresh else ""
    html = f"""<!DOCTYPE html>
<html lang="{preferences.language}" dir="{preferences.direction}" data-theme="{preferences.theme}">
<head><meta charset="UTF-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
{again}<title>{escape(title)} · {escape(t("product"))}</title>
<link rel="icon" href="/look/icon.png" /><link rel="stylesheet" href="/look/sign_in.css" /></head>
<body><main>{body}</main></body></html>"""
    return HTMLResponse(html, status, headers={"cache-control": "no-store"})


def header(preferences: Preferences, under: str) -> str:
    """The product's sign and name, and a sentence under it, as HTML."""
    t = frame_texts(preferences.language)
    return (
        '<header><img src="/look/icon.png" alt="" width="44" height="44" />'
        f"<h1>{escape(t('product'))}</h1><p>{escape(under)}</p></header>"
    )


def message(text: str, kind: str = "fault") -> str:
    """A sentence that stands out, as HTML: kind fault or done; nothing for an empty one."""
    role = "alert" if kind == "fault" else "status"
    return f'<p class="{kind}" role="{role}">{escape(text)}</p>' if text else ""


def password_field(name: str, label: str, complete: str, *, focus: bool = False) -> str:
    """A labelled field for a password, as HTML; `complete` tells the browser which one."""
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" type="password" dir="ltr" required maxlength="200" '
        f'autocomplete="{complete}"{" autofocus" if focus else ""} />'
    )


def away_page(scope: Scope, error: PipelineError) -> Response:
    """That the database is away, or what else is wrong with it; the browser asks again."""
    preferences = preferences_of(HTTPConnection(scope))
    t = frame_texts(preferences.language)
    away = isinstance(error, DatabaseAway)
    said = t("database_away") if away else on_screen(error, preferences.language)
    body = header(preferences, t("database_away_retry")) + message(said)
    return card(preferences, t("product"), body, 503, refresh=RETRY_SECONDS)
