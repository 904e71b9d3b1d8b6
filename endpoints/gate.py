"""Before anything is answered: a reference, and whether the address asks too often; behind it, what
no browser may do with an answer."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from math import ceil

import anyio.to_thread
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from endpoints.problems import Problem, answer
from endpoints.service import origin_of, service_of
from pipeline.access.acting import acting_as
from pipeline.access.origin import coming_from

_HEADERS = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
}


class Gate:
    """Wraps every request; an error that nothing below answered is answered here."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        scope.setdefault("state", {})["reference"] = reference
        sending = _Sending(send, reference)
        connection = HTTPConnection(scope)
        try:
            require_allowance(connection)
            # Nobody acts until an endpoint says who: what forgets to say it reads nothing.
            with acting_as(None), coming_from(origin_of(connection)):
                await self.app(scope, receive, sending)
        except Exception as error:
            if sending.has_begun:
                raise
            said = await anyio.to_thread.run_sync(answer, connection, error)
            await said(scope, receive, sending)


class _Sending:
    """Sends an answer with our headers, and knows whether it has begun."""

    def __init__(self, send: Send, reference: str) -> None:
        self.send, self.has_begun = send, False
        self.headers = {**_HEADERS, b"x-request-id": reference.encode()}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            message = {**message, "headers": [*message["headers"], *self.headers.items()]}
        await self.send(message)


def require_allowance(connection: HTTPConnection) -> None:
    """Problem TOO_MANY_REQUESTS when the address has asked too often."""
    refuse_when(service_of(connection).origins.take(origin_of(connection)))


def refuse_when(seconds: float) -> None:
    """Problem TOO_MANY_REQUESTS, with the seconds to wait, unless there is nothing to wait for."""
    if seconds > 0:
        wait = ceil(seconds)
        raise Problem(429, "TOO_MANY_REQUESTS", {"retry-after": str(wait)}, seconds=wait)
