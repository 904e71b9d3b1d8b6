"""Around every request: from where it comes, for the audit chain; and what was refused is told."""

from __future__ import annotations

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.frame import database
from pages.routes.gate import CLOSED, who_asks
from pages.routes.sockets import REFUSED as SOCKETS_REFUSED
from pages.routes.visitor import address_of
from pipeline.access.origin import coming_from
from pipeline.access.refusals import NOBODY, Refusal, tell_refusal
from pipeline.errors import PipelineError
from pipeline.settings import get_settings

_REFUSED = (401, 403, 411, 413, 429)


class Witness:
    """Stands before the gate. A page that leads to the sign-in is no refusal, nor is a wrong
    password, which the chain knows already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refused: list[int] = []

        async def watched(message: Message) -> None:
            if (status := _refusal(scope, message)) is not None:
                refused.append(status)
            await send(message)

        with coming_from(address_of(scope)):
            await self.app(scope, receive, watched)
            if refused:
                await anyio.to_thread.run_sync(_tell, scope, refused[0])


def _refusal(scope: Scope, message: Message) -> int | None:
    """The status that refuses, if this message does."""
    if message["type"] == "websocket.close":
        code = message.get("code")
        return code if code in SOCKETS_REFUSED else None
    if message["type"] != "http.response.start":
        return None
    status, path = int(message["status"]), scope["path"]
    if path.startswith(CLOSED):
        return status
    if path == "/sign-in" and status == 401:
        return None
    return status if status in _REFUSED else None


def _tell(scope: Scope, status: int) -> None:
    try:
        who = who_asks(scope)
    except PipelineError:
        who = None  # the database is away: the journal says that somebody was refused
    refusal = Refusal(
        person=NOBODY if who is None else who.name,
        kind="route",
        what=scope["path"],
        role=None if who is None else str(who.role),
        method=scope.get("method", "WEBSOCKET"),
        status=status,
    )
    tell_refusal(database.url, get_settings(), refusal)
