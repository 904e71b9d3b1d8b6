"""Who is this, and how do they like their screen? The one place that knows; tests replace it."""

from __future__ import annotations

import streamlit as st

from pages.frame import session
from pages.frame.preferences import CHOICES, Preferences, read_preferences
from pipeline.access.people import Person
from pipeline.settings import get_settings

__all__ = ["Person", "Preferences", "current", "preferences"]


def current() -> Person | None:
    """The person of this browser; None when nobody is signed in (any more)."""
    return session.read(get_settings(), st.context.cookies.get(session.COOKIE))


def preferences() -> Preferences:
    """Their preferences; a change in this tab counts before the cookie that will keep it."""
    changed = {name: st.session_state[name] for name in CHOICES if st.session_state.get(name)}
    return read_preferences({**st.context.cookies, **changed}, get_settings().language)
