"""Fonts, styles and the icon from pages/look/, and the answer to "is it up?"."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from pages.frame import database
from pages.frame.errors import known_fault
from pipeline.db import transaction

LOOK = Path(__file__).resolve().parent.parent / "look"
look = Mount("/look", StaticFiles(directory=LOOK))


async def home(request: Request) -> Response:
    """GET /home: the first page has the shortest address, and links by its name find it."""
    return RedirectResponse("/" + f"?{request.url.query}".rstrip("?"), 307)


def health(request: Request) -> Response:
    """GET /healthz: 200 when console and database answer, 503 and the reason's code otherwise."""
    try:
        with transaction(database.url()):
            return JSONResponse({"status": "ok"})
    except Exception as error:
        known = known_fault(error)
        return JSONResponse({"status": "away", "code": known.code if known else "UNEXPECTED"}, 503)
