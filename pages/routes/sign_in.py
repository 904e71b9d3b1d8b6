"""Signing in with a name and a password, and signing out; no script is needed for either."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TypeVar
from urllib.parse import urlencode

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pages.frame import database
from pages.frame.language import frame_texts
from pages.frame.preferences import CHOICES, LASTS_SECONDS
from pages.routes.forms import comes_from_here, own_path, read_form
from pages.routes.plain_pages import (
    access_texts,
    card,
    header,
    message,
    password_field,
    preferences_of,
)
from pages.routes.visitor import give_cookie, place_of, session_of, take_cookie
from pipeline.access import sign_in as coming_in
from pipeline.access.names import LONGEST
from pipeline.access.sessions import end_session
from pipeline.faults import known_fault
from pipeline.settings import get_settings
from pipeline.texts import Texts

# A hash takes 64 MB and a core for some 50 ms: few at a time, however many knock.
_at_work = anyio.CapacityLimiter(2)
MOST_WAITING = 40
T = TypeVar("T")


async def show(request: Request) -> Response:
    """GET /sign-in: name and password."""
    return _page(request)


async def sign_in(request: Request) -> Response:
    """POST /sign-in: the session's cookie, and back to where the person wanted to go.

    What was wrong is not told: a wrong password, an unknown name and a wait look alike.
    """
    if not comes_from_here(request):
        return _page(request, "elsewhere", 403)
    form = await read_form(request)
    name, back = form("name"), own_path(form("back") or "/")
    if _at_work.statistics().tasks_waiting >= MOST_WAITING:
        return _page(request, "busy", 503, name=name)

    def attempt() -> str | None:
        before = session_of(request.scope)
        place = place_of(request)
        return coming_in.sign_in(database.url(), name, form("password"), place, before=before)

    try:
        token = await in_turn(attempt)
    except Exception as error:
        if known_fault(error) is None:
            raise
        return _page(request, "away", 503, name=name)
    if token is None:
        return _page(request, "wrong", 401, name=name, back=back)
    answer = RedirectResponse(back, 303)
    give_cookie(answer, request.scope, token)
    return answer


async def in_turn(work: Callable[[], T]) -> T:
    """Run work that hashes a password in a thread, after those who came before."""
    return await anyio.to_thread.run_sync(work, limiter=_at_work)


async def sign_out(request: Request) -> Response:
    """POST /sign-out: the session ends on the server, the cookie goes, the sign-in comes."""
    if not comes_from_here(request):
        return _page(request, "elsewhere", 403)

    def leave() -> None:
        if (session := session_of(request.scope)) is not None:
            end_session(database.url(), session)

    await anyio.to_thread.run_sync(leave)
    answer = RedirectResponse("/sign-in", 303)
    take_cookie(answer, request.scope)
    return answer


async def ask_first(request: Request) -> Response:
    """GET /sign-out: a link, which anybody may plant, signs nobody out; the button is there."""
    return RedirectResponse("/account", 303)


async def prefer(request: Request) -> Response:
    """GET /prefer?language=en&back=/…: keeps a preference; what is no choice changes nothing."""
    answer = RedirectResponse(own_path(request.query_params.get("back", "/")), 303)
    for name, allowed in CHOICES.items():
        value = request.query_params.get(name)
        if value in allowed:
            answer.set_cookie(name, str(value), max_age=LASTS_SECONDS, samesite="lax")
    return answer


def refused_page(request: Request, said: str, status: int) -> Response:
    """The sign-in, and above it why another way in did not work."""
    return _page(request, said=said, status=status)


def _page(
    request: Request,
    fault: str = "",
    status: int = 200,
    *,
    name: str = "",
    back: str = "",
    said: str = "",
) -> Response:
    preferences = preferences_of(request)
    t, words = frame_texts(preferences.language), access_texts(preferences.language)
    back = back or own_path(request.query_params.get("back", "/"))
    other = "en" if preferences.language == "fa" else "fa"
    switch = {"language": other, "back": "/sign-in?" + urlencode({"back": back})}
    body = f"""{header(preferences, t("product_does"))}{message(words(fault) if fault else said)}
<form method="post" action="/sign-in"><input type="hidden" name="back" value="{escape(back)}" />
<label for="name">{escape(words("name"))}</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false"
 maxlength="{LONGEST}" value="{escape(name[:LONGEST])}" dir="auto" required{_focus(not name)} />
{password_field("password", words("password"), "current-password", focus=bool(name))}
<button class="main">{escape(t("sign_in"))}</button></form>{_elsewhere(words, back)}
<footer><a href="/prefer?{escape(urlencode(switch))}" lang="{other}">
{escape(t(f"language_{other}"))}</a><small>{escape(words("forgotten"))}</small></footer>"""
    return card(preferences, t("sign_in"), body, status)


def _elsewhere(words: Texts, back: str) -> str:
    """The way through the organisation's accounts, where it is set up."""
    if not get_settings().oidc_issuer:
        return ""
    address = "/sign-in/openid?" + urlencode({"back": back})
    return f'<a class="main" href="{escape(address)}">{escape(words("openid"))}</a>'


def _focus(wanted: bool) -> str:
    return " autofocus" if wanted else ""
