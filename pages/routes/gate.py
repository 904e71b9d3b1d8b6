"""Before anything is answered: who asks, from where; what comes back is ours alone and says so."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.frame import session
from pipeline.access.people import Person
from pipeline.settings import get_settings

# What anybody may ask for: the sign-in and what it looks like, and whether the console is up.
_OPEN = ("/sign-in", "/sign-out", "/prefer", "/look/", "/healthz", "/_stcore/health")
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/upload_file")
# `unsafe-…` and `blob:` are what Streamlit's own bundle, charts and components live on.
_HEADERS = {
    b"content-security-policy": b"default-src 'self'; "
    b"script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
    b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    b"connect-src 'self' ws: wss: data: blob:; worker-src 'self' blob:; object-src 'none'; "
    b"base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cross-origin-opener-policy": b"same-origin",
}


class Gate:
    """Lets nobody past without a session, and closes what no browser of ours asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(CLOSED):
            await _refuse(scope, receive, send, Response("Not found", 404))
        elif path.startswith(_OPEN) or who_asks(scope) is not None:
            await self.app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, _to_sign_in(scope))


class SecurityHeaders:
    """Writes on every answer what the browser may do with it: nothing with hosts outside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                more = [pair for pair in _HEADERS.items() if pair[0] not in given]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def who_asks(scope: Scope) -> Person | None:
    """Who the session cookie of a request stands for."""
    cookies = HTTPConnection(scope).cookies
    return session.read(get_settings(), cookies.get(session.COOKIE))


def _to_sign_in(scope: Scope) -> Response:
    """Pages lead to the sign-in and back; anything else is told, in a way a script can read."""
    if scope.get("method") == "GET" and b"text/html" in dict(scope["headers"]).get(b"accept", b""):
        back = scope["path"] + ("?" + scope["query_string"].decode("latin-1")).rstrip("?")
        return RedirectResponse("/sign-in?" + urlencode({"back": back}), 303)
    return JSONResponse({"code": "SIGNED_OUT"}, 401)


async def _refuse(scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4401})
    else:
        await answer(scope, receive, send)
