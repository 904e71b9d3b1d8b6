"""Who calls: the person of a bearer token, and whether they may do what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from endpoints.gate import refuse_when
from endpoints.problems import Problem
from endpoints.service import origin_of, service_of
from pipeline.access.allowed import Action
from pipeline.access.tokens import Bearer, note_use, read_bearer
from pipeline.audit import tell
from pipeline.feeds.feed import Feed

_CHALLENGE = {"www-authenticate": 'Bearer realm="sales-engine"'}
_WRONG = {"www-authenticate": 'Bearer realm="sales-engine", error="invalid_token"'}
_SCHEME = HTTPBearer(
    scheme_name="token",
    auto_error=False,
    description="A token of a person, issued in the console (My tokens) or by "
    "`python -m pipeline tokens issue`.",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)]


def caller(request: Request, credentials: Credentials) -> Bearer:
    """The person behind the request's token; Problem NOT_SIGNED_IN, or TOO_MANY_REQUESTS."""
    service = service_of(request)
    if credentials is None:
        raise Problem(401, "NOT_SIGNED_IN", _CHALLENGE)
    bearer = read_bearer(service.url, credentials.credentials)
    if bearer is None:
        service.origins.fine(origin_of(request), service.wrong_token_cost)
        _note_refusal(request, "WRONG_TOKEN", None)
        raise Problem(401, "NOT_SIGNED_IN", _WRONG)
    refuse_when(service.tokens.take(bearer.token.token_id))
    note_use(service.url, bearer)
    return bearer


def caller_for(action: Action) -> Callable[[Request, Bearer], Bearer]:
    """A dependency: the caller, when token and person may do this; else Problem NOT_ALLOWED."""

    def allowed(request: Request, bearer: Annotated[Bearer, Depends(caller)]) -> Bearer:
        if not bearer.may(action):
            _note_refusal(request, "NOT_ALLOWED", bearer)
            raise Problem(403, "NOT_ALLOWED", action=action.value)
        return bearer

    return allowed


def note_reading(request: Request, bearer: Bearer, feed: Feed) -> None:
    """Into the audit chain: this token was given rows of this feed; once an hour is enough."""
    service = service_of(request)
    if service.readings.take((bearer.token.token_id, feed.name)) > 0:
        return
    detail = {"token_id": bearer.token.token_id, "name": bearer.token.name}
    tell(service.url, bearer.person.name, "read", ("feed", feed.name), detail)


def _note_refusal(request: Request, code: str, bearer: Bearer | None) -> None:
    """Into the audit chain; of the same kind from the same place once a minute, or a flood of
    wrong tokens would fill it."""
    service, whose = service_of(request), bearer.token.token_id if bearer else None
    if service.refusals.take((origin_of(request), code, whose)) > 0:
        return
    actor = bearer.person.name if bearer else "-"
    detail = {"code": code, "token_id": whose}
    tell(service.url, actor, "refuse", ("route", request.url.path), detail)
