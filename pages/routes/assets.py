"""Fonts, styles and the icon from pages/look/, and the answer to "is it up?"."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from pages.frame import database
from pages.routes.gate import who_asks
from pipeline.access.acting import acting_as
from pipeline.access.allowed import Action, may
from pipeline.db import transaction
from pipeline.faults import known_fault
from pipeline.health import read_health
from pipeline.settings import get_settings

LOOK = Path(__file__).resolve().parent.parent / "look"
look = Mount("/look", StaticFiles(directory=LOOK))


async def home(request: Request) -> Response:
    """GET /home: the first page has the shortest address, and links by its name find it."""
    return RedirectResponse("/" + f"?{request.url.query}".rstrip("?"), 307)


def health_facts(request: Request) -> Response:
    """GET /health.json: what the health page says, for programs of an administrator; 503 when
    something is bad. It is nobody else's."""
    who = who_asks(request.scope)
    if who is None or not may(who, Action.SEE_HEALTH):
        return JSONResponse({"code": "NOT_ALLOWED"}, 403)
    try:
        with acting_as(who):
            found = read_health(database.url(), get_settings())
    except Exception as error:
        known = known_fault(error)
        if known is None:
            raise
        return JSONResponse({"code": known.code}, 503)
    return JSONResponse(found.as_facts(), 503 if found.state == "bad" else 200)


def health(request: Request) -> Response:
    """GET /healthz: 200 when console and database answer, 503 and the reason's code otherwise."""
    try:
        with transaction(database.url()):
            return JSONResponse({"status": "ok"})
    except Exception as error:
        known = known_fault(error)
        return JSONResponse({"status": "away", "code": known.code if known else "UNEXPECTED"}, 503)
