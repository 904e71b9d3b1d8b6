"""/account: one's own password, and where one is signed in; no script is needed."""

from __future__ import annotations

from functools import partial
from html import escape

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pages.frame import database
from pages.frame.formats import Formats, isolate
from pages.frame.language import frame_texts
from pages.frame.names import browser_name
from pages.frame.preferences import Preferences
from pages.frame.ways import on_screen
from pages.routes.forms import Form, comes_from_here, own_path, read_form
from pages.routes.plain_pages import (
    access_texts,
    card,
    header,
    message,
    password_field,
    preferences_of,
)
from pages.routes.sign_in import in_turn
from pages.routes.visitor import place_of, session_of, take_cookie
from pipeline.access.passwords import SHORTEST
from pipeline.access.sessions import Session, SessionRow, end_mine, end_one, list_sessions
from pipeline.access.sign_in import change_own
from pipeline.errors import PipelineError
from pipeline.settings import get_settings
from pipeline.texts import Texts


def show(request: Request) -> Response:
    """GET /account: who one is, the form for a new password, the open sessions."""
    return _page(request, done=request.query_params.get("done", ""))


async def change_password(request: Request) -> Response:
    """POST /account/password: the new password; every other session of the person ends."""
    form = await read_form(request)
    return await in_turn(partial(_change_password, request, form))


async def end(request: Request) -> Response:
    """POST /account/end: sign out of one other session, or of all with this one."""
    form = await read_form(request)
    return await anyio.to_thread.run_sync(partial(_end, request, form))


def _change_password(request: Request, form: Form) -> Response:
    session = session_of(request.scope)
    if session is None or not comes_from_here(request):
        return _page(request, fault="elsewhere", status=403)
    if form("new") != form("again"):
        return _page(request, fault="not_the_same", status=400)
    try:
        change_own(database.url(), session, form("old"), form("new"), place_of(request))
    except PipelineError as error:
        return _page(request, said=on_screen(error, preferences_of(request).language), status=400)
    back = own_path(form("back") or "/")
    return RedirectResponse(back if session.must_change else "/account?done=changed", 303)


def _end(request: Request, form: Form) -> Response:
    session = session_of(request.scope)
    if session is None or not comes_from_here(request):
        return _page(request, fault="elsewhere", status=403)
    if form("which") == "all":
        end_mine(database.url(), session)
        answer = RedirectResponse("/sign-in", 303)
        take_cookie(answer, request.scope)
        return answer
    given = form("which")
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    ended = end_one(database.url(), session.person, number)
    return RedirectResponse("/account?done=ended" if ended else "/account", 303)


def _page(
    request: Request, *, fault: str = "", said: str = "", done: str = "", status: int = 200
) -> Response:
    session = session_of(request.scope)
    if session is None:
        return RedirectResponse("/sign-in?back=/account", 303)
    preferences = preferences_of(request)
    words = access_texts(preferences.language)
    parts = [_head(preferences, session)]
    parts += [message(said or (words(fault) if fault else ""))]
    parts += [message(words(done) if done in ("changed", "ended") else "", "done")]
    parts += [
        _password_form(preferences, words, session, own_path(request.query_params.get("back", "/")))
    ]
    if not session.must_change:
        parts += [_sessions(preferences, words, session)]
    parts += [_foot(preferences, words, session)]
    return card(preferences, words("account"), "".join(parts), status)


def _head(preferences: Preferences, session: Session) -> str:
    t, role = frame_texts(preferences.language), session.person.role
    under = f"{isolate(session.person.name)} · {t(f'role_{role}')}"
    # Who came for a password of their own is told what they may do once they are in.
    return header(
        preferences, under if session.must_change else f"{under}: {t(f'role_{role}_does')}"
    )


def _password_form(preferences: Preferences, words: Texts, session: Session, back: str) -> str:
    name, shortest = session.person.name, Formats(preferences).digits(SHORTEST)
    first = session.must_change
    why = message(words("first_password", shortest=shortest), "done") if first else ""
    title = words("first_title" if first else "new_password_title")
    # A one-time password was typed a moment ago, and opened nothing but this form.
    old = "" if first else password_field("old", words("old_password"), "current-password")
    send = words("first_change" if first else "change_password")
    return f"""<form method="post" action="/account/password">
<h2>{escape(title)}</h2>{why}
<input type="hidden" name="back" value="{escape(back)}" />
<input type="hidden" name="username" autocomplete="username" value="{escape(name)}" />
{old}
{password_field("new", words("new_password", shortest=shortest), "new-password", focus=first)}
{password_field("again", words("again"), "new-password")}
<button class="main">{escape(send)}</button></form>"""


def _sessions(preferences: Preferences, words: Texts, session: Session) -> str:
    rows = list_sessions(
        database.url(), get_settings(), session.person.user_id, session.session_hash
    )
    shown = "".join(_session(preferences, words, row) for row in rows)
    return f"""<section><h2>{escape(words("sessions"))}</h2><ul class="sessions">{shown}</ul>
<form method="post" action="/account/end"><button class="quiet" name="which" value="all">
{escape(words("end_all"))}</button></form></section>"""


def _session(preferences: Preferences, words: Texts, row: SessionRow) -> str:
    seen = Formats(preferences).moment(row.seen_at)
    about = f"<bdi>{escape(row.origin)}</bdi> · {escape(words('seen', at=seen))}"
    agent = browser_name(row.agent, preferences.language)
    end = f"<b>{escape(words('this_one'))}</b>"
    if not row.is_this:
        end = f"""<form method="post" action="/account/end"><button class="quiet" name="which"
 value="{row.session_id}">{escape(words("end_one"))}</button></form>"""
    said = f'<small title="{escape(row.agent)}">{escape(agent)}</small>'
    return f"<li><div>{about}{said}</div>{end}</li>"


def _foot(preferences: Preferences, words: Texts, session: Session) -> str:
    t = frame_texts(preferences.language)
    back = "" if session.must_change else f'<a href="/">{escape(words("back"))}</a>'
    return f"""<footer>{back}<form method="post" action="/sign-out"><button class="link">
{escape(t("sign_out"))}</button></form></footer>"""
