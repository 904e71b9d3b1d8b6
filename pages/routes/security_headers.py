"""What the browser is told with every answer: what it may do with it, and that it is not kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# `unsafe-…` and `blob:` are what Streamlit's own bundle, charts and components live on.
_POLICY = (
    b"default-src 'self'; "
    b"script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
    b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    b"connect-src 'self'%s data: blob:; worker-src 'self' blob:; object-src 'none'; "
    b"base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
# Alike for everybody, and kept by the browser; anything else is somebody's own.
_KEPT = ("/look/", "/static/", "/component/", "/_stcore/bidi-components/")
_HOST = re.compile(rb"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


class SecurityHeaders:
    """Writes on every answer what the browser may do with it: nothing with hosts outside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                more = [pair for pair in _headers_for(scope) if pair[0] not in given]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def _headers_for(scope: Scope) -> Iterator[tuple[bytes, bytes]]:
    """What the browser is told with the answer to this request, where the answer says nothing."""
    yield from _HEADERS.items()
    host = dict(scope["headers"]).get(b"host", b"")
    # Older browsers do not take 'self' for our own WebSocket; all others' stay closed.
    sockets = b" ws://%s wss://%s" % (host, host) if _HOST.fullmatch(host) else b""
    yield b"content-security-policy", _POLICY % sockets
    if not scope["path"].startswith(_KEPT):
        yield b"cache-control", b"no-store"
    if scope["scheme"] == "https":
        yield b"strict-transport-security", b"max-age=31536000"
