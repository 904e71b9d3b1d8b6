"""Forms of our own: from where they may come, how much they may hold, where they lead."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

import anyio
from starlette.requests import HTTPConnection, Request

LONGEST_FORM, FORM_SECONDS = 4096, 20


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form that was sent."""

    fields: dict[str, list[str]]

    def __call__(self, name: str) -> str:
        """The first value of a field; empty when it is not there."""
        return self.fields.get(name, [""])[0]


async def read_form(request: Request) -> Form:
    """What was sent; a form that is too long, or does not come to its end, counts as empty."""
    body = b""
    with anyio.move_on_after(FORM_SECONDS) as time:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_FORM:
                return Form({})
    if time.cancelled_caught:
        return Form({})
    try:
        return Form(parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True))
    except ValueError:  # more fields than anybody fills in
        return Form({})


def comes_from_here(connection: HTTPConnection) -> bool:
    """Whether a page of ours sent a changing request or opens a WebSocket.

    Then its origin is the host that it asks, port and all.
    """
    origin = connection.headers.get("origin", "")
    return origin.partition("://")[2] == connection.headers.get("host", "") != ""


def own_path(address: str) -> str:
    """The address when it is a path of ours, else the first page: nobody is led to other hosts."""
    plain = address.startswith("/") and address.isprintable() and "\\" not in address
    return address if plain and not address.startswith("//") else "/"
