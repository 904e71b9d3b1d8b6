"""Who is this, and how do they like their screen? The one place that knows; tests replace it."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.frame import database
from pages.frame.preferences import CHOICES, Preferences, read_preferences
from pages.routes.visitor import COOKIE, HOST_COOKIE
from pipeline.access.origin import said
from pipeline.access.people import Person
from pipeline.access.sessions import read_session
from pipeline.settings import get_settings

__all__ = ["Person", "Preferences", "current", "forget", "origin", "preferences"]

_SEEN, _SESSION = "frame_person", "frame_session"
THIS_MACHINE = "127.0.0.1"
FRESH_SECONDS = 1.0


def current() -> Person | None:
    """The person of this browser; None when nobody is signed in (any more).

    Read from the database once for a run of the script, which asks many times; in a long one anew.
    """
    seen = st.session_state.get(_SEEN)
    if seen is None or time.monotonic() - seen[0] > FRESH_SECONDS:
        seen = st.session_state[_SEEN] = (time.monotonic(), _read())
    person: Person | None = seen[1]
    return person


def forget() -> None:
    """A new run begins: whoever it was before is asked for anew."""
    st.session_state.pop(_SEEN, None)


def preferences() -> Preferences:
    """Their preferences; a change in this tab counts before the cookie that will keep it."""
    changed = {name: st.session_state[name] for name in CHOICES if st.session_state.get(name)}
    return read_preferences({**st.context.cookies, **changed}, get_settings().language)


def origin() -> str:
    """From where the browser of the script that runs comes, for the audit chain; else empty."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ""
    # Streamlit names no address for a browser on this machine.
    return said(st.context.ip_address or THIS_MACHINE, st.session_state.get(_SESSION))


def _read() -> Person | None:
    cookies = st.context.cookies
    # The gate let this connection in by the right one of the two.
    token = cookies.get(HOST_COOKIE) or cookies.get(COOKIE)
    session = read_session(database.url(), get_settings(), token)
    st.session_state[_SESSION] = None if session is None else session.session_id
    return None if session is None or session.must_change else session.person
