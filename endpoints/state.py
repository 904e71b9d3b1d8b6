"""Whether the API is up and ready, who calls it, and which KPI views there are."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from endpoints.answers import moment
from endpoints.callers import caller, caller_for
from endpoints.described import of_object
from endpoints.service import service_of
from pipeline.access.acting import acting_as, acting_as_engine_itself
from pipeline.access.allowed import Action
from pipeline.access.tokens import Bearer
from pipeline.db import reading
from pipeline.feeds.feed import Feed, feeds
from pipeline.feeds.read import read_columns, read_mark

router = APIRouter()
_OK = {"status": "ok"}
_PRIVATE = {"cache-control": "no-store"}


@router.get("/health", operation_id="health", tags=["state"], responses=of_object("state", 429))
async def health() -> Response:
    """The process answers, whatever the database does."""
    return JSONResponse(_OK, headers=_PRIVATE)


@router.get("/ready", operation_id="ready", tags=["state"], responses=of_object("state", 429, 503))
def ready(request: Request) -> Response:
    """The database answers too, and has the tables of this version."""
    url = service_of(request).url
    with acting_as_engine_itself():
        with reading(url) as connection:
            for feed in feeds().values():
                read_columns(connection, feed)
        read_mark(url, feeds()["issues"])
    return JSONResponse(_OK, headers=_PRIVATE)


@router.get("/v1/me", operation_id="me", tags=["state"], responses=of_object("me", 401, 429, 503))
def me(bearer: Annotated[Bearer, Depends(caller)]) -> Response:
    """Whose token this is, what it is for and until when."""
    token, person = bearer.token, bearer.person
    facts = {
        "name": person.name,
        "role": person.role.value,
        "token": token.name,
        "scopes": [scope.value for scope in token.scopes if bearer.may(scope)],
        "expires_at": moment(token.expires_at),
        "sees_personal": person.sees_personal,
        "limited_to": {
            "branches": list(person.scope.branches),
            "salespeople": list(person.scope.salespeople),
        },
    }
    return JSONResponse(facts, headers=_PRIVATE)


@router.get(
    "/v1/kpi", operation_id="views", tags=["kpi"], responses=of_object("views", 401, 403, 429, 503)
)
def views(
    request: Request, bearer: Annotated[Bearer, Depends(caller_for(Action.SEE_FIGURES))]
) -> Response:
    """Every KPI view with its question, formula and columns."""
    with acting_as(bearer.person), reading(service_of(request).url) as connection:
        columns = {f.name: read_columns(connection, f) for f in feeds().values() if f.is_kpi}
    rows = [_described(feeds()[name], found) for name, found in columns.items()]
    return JSONResponse({"rows": rows}, headers=_PRIVATE)


def _described(feed: Feed, columns: Any) -> dict[str, Any]:
    return {
        "name": feed.name,
        "address": f"/v1/kpi/{feed.name}",
        "question": feed.question,
        "grain": feed.grain,
        "formula": feed.formula,
        "edge_cases": feed.edge_cases,
        "key": list(feed.key),
        "columns": [{"name": column.name, "kind": column.kind} for column in columns],
    }
