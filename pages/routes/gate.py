"""Before anything is answered: who asks, and from where."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.routes.clicks import Clicks
from pages.routes.plain_pages import away_page
from pages.routes.sockets import ELSEWHERE, NO_SESSION, TOO_MANY, is_foreign, one_more
from pages.routes.visitor import KEY, address_of, arrive, who_asks
from pipeline.access.acting import acting_as
from pipeline.access.origin import coming_from
from pipeline.access.sessions import Session
from pipeline.errors import PipelineError
from pipeline.faults import known_fault

__all__ = ["Gate", "who_asks"]

# What anybody may ask for: the sign-in and what it looks like, and whether the console is up.
_OPEN = frozenset(
    {"/sign-in", "/sign-in/openid", "/sign-in/openid/back", "/sign-out", "/prefer", "/healthz"}
    | {"/_stcore/health"}
)
_LOOK = "/look/"
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/upload_file")
# All there is for who still has the password of the first sign-in.
_WITH_OLD_PASSWORD = ("/account",)


class Gate:
    """Lets nobody past without a session, and closes what no browser of ours asks for.

    What a request does with the database, it does as whoever sent it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if is_foreign(scope):
            await _close(receive, send, ELSEWHERE)
        elif scope["path"].startswith(CLOSED):
            await _refuse(scope, receive, send, Response("Not found", 404))
        elif scope["path"] in _OPEN or scope["path"].startswith(_LOOK):
            with acting_as(None):
                await self.app(scope, receive, send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            session = await arrive(scope)
        except Exception as error:
            known = known_fault(error)
            if known is None:
                raise
            await _refuse(scope, receive, send, _away(scope, known))
            return
        if session is None:
            await _refuse(scope, receive, send, _lead(scope, "/sign-in", "SIGNED_OUT", 401))
        elif session.must_change and not scope["path"].startswith(_WITH_OLD_PASSWORD):
            await _refuse(scope, receive, send, _lead(scope, "/account", "CHANGE_PASSWORD", 403))
        else:
            await self._pass(scope, receive, send, session)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, session: Session) -> None:
        inner = {**scope, KEY: session}
        if scope["type"] == "websocket":
            # A page's script asks by itself who acts, at each run: this connection may outlive it.
            with one_more(session.session_id) as is_welcome, acting_as(None):
                if is_welcome:
                    await self.app(inner, Clicks(scope, receive, session), send)
                else:
                    await _close(receive, send, TOO_MANY)
        else:
            person = None if session.must_change else session.person
            with acting_as(person), coming_from(address_of(scope), session.session_id):
                await self.app(inner, receive, send)


def _lead(scope: Scope, path: str, code: str, status: int) -> Response:
    """Pages lead to `path` and back; anything else is told, in a way a script can read."""
    if _wants_page(scope):
        back = scope["path"] + ("?" + scope["query_string"].decode("latin-1")).rstrip("?")
        return RedirectResponse(f"{path}?" + urlencode({"back": back}), 303)
    return JSONResponse({"code": code}, status)


def _away(scope: Scope, error: PipelineError) -> Response:
    """Without the database nobody is known, so nobody is let in; it says so and tries again."""
    return (
        away_page(scope, error) if _wants_page(scope) else JSONResponse({"code": error.code}, 503)
    )


def _wants_page(scope: Scope) -> bool:
    accepted = dict(scope["headers"]).get(b"accept", b"")
    return scope.get("method") == "GET" and b"text/html" in accepted


async def _refuse(scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
    if scope["type"] == "websocket":
        await _close(receive, send, NO_SESSION)
    else:
        await answer(scope, receive, send)


async def _close(receive: Receive, send: Send, code: int) -> None:
    await receive()
    await send({"type": "websocket.close", "code": code})
