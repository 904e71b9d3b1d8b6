"""The page's first bytes in the person's language: direction, font, theme, browser's locale."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.frame.language import frame_texts
from pages.frame.preferences import Preferences, read_preferences
from pipeline.settings import get_settings

# Streamlit preloads its own font, which we do not use.
_PRELOAD = re.compile(rb'<link\s+rel="preload".*?/>', re.DOTALL)


class FirstFrame:
    """Rewrites Streamlit's index page; everything else passes untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith("/look"):
            await self.app(scope, receive, send)
            return
        preferences = read_preferences(HTTPConnection(scope).cookies, get_settings().language)
        # The index must arrive whole and unpacked to be rewritten.
        plain = [(k, v) for k, v in scope["headers"] if k not in _NEGOTIATION]
        wants_page = b"text/html" in dict(scope["headers"]).get(b"accept", b"")
        await self.app(
            {**scope, "headers": plain} if wants_page else scope,
            receive,
            _Rewriting(send, preferences) if wants_page else send,
        )


_NEGOTIATION = (b"accept-encoding", b"if-none-match", b"if-modified-since")


class _Rewriting:
    """Collects an HTML answer and sends it rewritten."""

    def __init__(self, send: Send, preferences: Preferences) -> None:
        self.send, self.preferences = send, preferences
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self.start = message
        elif self.start is None or message["type"] != "http.response.body":
            await self.send(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self.start)

    async def _finish(self, start: Message) -> None:
        body = rewritten(self.body, self.preferences)
        headers = [(k, v) for k, v in start["headers"] if k not in _OF_THE_OLD_BODY]
        headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
        await self.send({**start, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


_OF_THE_OLD_BODY = (b"content-length", b"etag", b"last-modified", b"cache-control")


def rewritten(page: bytes, preferences: Preferences) -> bytes:
    """Streamlit's index page with our language, direction, look and pins; others as they are."""
    if b'<html lang="en">' not in page or b'id="root"' not in page:
        return page
    t = frame_texts(preferences.language)
    opening = f'<html lang="{preferences.language}" dir="{preferences.direction}">'
    page = page.replace(b'<html lang="en">', opening.encode(), 1)
    page = _PRELOAD.sub(b"", page, count=1)
    page = page.replace(b"<title>Streamlit</title>", f"<title>{t('product')}</title>".encode(), 1)
    page = page.replace(b'href="./favicon.png"', b'href="/look/icon.png"', 1)
    return page.replace(b'<meta charset="UTF-8" />', _head(preferences).encode(), 1)


def _head(preferences: Preferences) -> str:
    """What must be known before the bundle runs."""
    theme = json.dumps(json.dumps(preferences.theme.capitalize()))
    locale = json.dumps(preferences.locale)
    return (
        '<meta charset="UTF-8" />'
        '<link rel="preload" href="/look/fonts/Vazirmatn.woff2" as="font" type="font/woff2" '
        'crossorigin /><link rel="stylesheet" href="/look/look.css" />'
        f'<script src="/look/one_step.js"></script>{_large_part()}'
        "<script>"
        # Else it looks for its server below the page's own path first, and fails there twice.
        "window.__streamlit = {BACKEND_BASE_URL: location.origin};"
        f"for (const [name, value] of [['language', {locale}], ['languages', [{locale}]]])"
        " Object.defineProperty(navigator, name, {get: () => value, configurable: true});"
        f"try {{ localStorage.setItem(`stActiveTheme-${{location.pathname}}-v2`, {theme}) }}"
        " catch { /* a browser without storage follows the system */ }"
        "</script>"
    )


@lru_cache(maxsize=1)
def _large_part() -> str:
    """What Plotly draws with is 5 MB: the browser fetches it while it has nothing else to do."""
    scripts = Path(streamlit.__file__).parent / "static" / "static" / "js"
    found = next(scripts.glob("PlotlyChart.*.js"), None)
    return "" if found is None else f'<link rel="prefetch" href="/static/js/{found.name}" />'


def _is_page(message: Message) -> bool:
    return dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html")
