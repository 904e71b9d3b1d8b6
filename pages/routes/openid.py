"""Signing in through the organisation's own accounts (OpenID Connect), where that is set up."""

from __future__ import annotations

import secrets
import time
from functools import partial

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pages.frame import database
from pages.frame.ways import on_screen
from pages.routes.forms import own_path
from pages.routes.plain_pages import access_texts, preferences_of
from pages.routes.sign_in import refused_page
from pages.routes.visitor import give_cookie, place_of, session_of
from pipeline.access.claims import admit
from pipeline.access.openid import Attempt, authorize_url, claims_of
from pipeline.errors import PipelineError
from pipeline.settings import get_settings

STATE_COOKIE = "sales_openid"
LASTS_SECONDS, MOST_ATTEMPTS = 600, 1000
# State → when it began, and the attempt; a console that starts anew lets people begin anew.
_attempts: dict[str, tuple[float, Attempt]] = {}


def begin(request: Request) -> Response:
    """GET /sign-in/openid: on to the issuer, and back to where the person wanted to go."""
    settings = get_settings()
    if not settings.oidc_issuer:
        return RedirectResponse("/sign-in", 303)
    redirect_uri = f"{request.url.scheme}://{request.url.netloc}/sign-in/openid/back"
    attempt = Attempt(own_path(request.query_params.get("back", "/")), redirect_uri)
    try:
        answer = RedirectResponse(authorize_url(settings, attempt), 303)
    except PipelineError as error:
        return refused_page(request, on_screen(error, preferences_of(request).language), 502)
    _remember(attempt)
    answer.set_cookie(
        STATE_COOKIE, attempt.state, max_age=LASTS_SECONDS, path="/sign-in/openid",
        httponly=True, samesite="lax", secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


async def end(request: Request) -> Response:
    """GET /sign-in/openid/back: the issuer's answer, worth a session once and for this browser."""
    return await anyio.to_thread.run_sync(partial(_end, request))


def _end(request: Request) -> Response:
    words = access_texts(preferences_of(request).language)
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    began, attempt = _attempts.pop(state, (0.0, None))
    mine = secrets.compare_digest(request.cookies.get(STATE_COOKIE, "").encode(), state.encode())
    if attempt is None or not mine or not code or time.monotonic() - began > LASTS_SECONDS:
        return refused_page(request, words("openid_again"), 400)
    try:
        claims = claims_of(get_settings(), attempt, code)
        before = session_of(request.scope)
        token = admit(database.url(), get_settings(), claims, place_of(request), before)
    except PipelineError as error:
        return refused_page(request, on_screen(error, preferences_of(request).language), 403)
    if token is None:
        return refused_page(request, words("openid_no_role"), 403)
    answer = RedirectResponse(attempt.back, 303)
    answer.delete_cookie(STATE_COOKIE, path="/sign-in/openid")
    give_cookie(answer, request.scope, token)
    return answer


def _remember(attempt: Attempt) -> None:
    now = time.monotonic()
    for state, (began, _) in list(_attempts.items()):
        if now - began > LASTS_SECONDS or len(_attempts) >= MOST_ATTEMPTS:
            _attempts.pop(state, None)
    _attempts[attempt.state] = (now, attempt)
