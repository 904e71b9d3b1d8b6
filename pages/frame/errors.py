"""What goes wrong on a page: said in the person's language, never as a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.frame.formats import escape
from pages.frame.language import frame_texts
from pages.frame.ways import on_screen
from pipeline.errors import DatabaseAway, PipelineError
from pipeline.faults import known_fault, unexpected
from pipeline.settings import get_settings

RETRY_SECONDS = 5


@contextmanager
def shown(language: str, place: str) -> Iterator[None]:
    """Draw what the body raises as a message; a fault of ours gets a reference in the log."""
    try:
        yield
    except Exception as error:
        show(error, language, place)


def show(error: Exception, language: str, place: str) -> None:
    """Draw one error: what happened, where, and what to do."""
    if isinstance(known := known_fault(error), DatabaseAway):
        _show_database_away(known, language)
        return
    if known is None:
        known = unexpected(error, place, get_settings().var_dir)
    st.error(escape(on_screen(known, language)), icon=":material/error:")


@st.fragment(run_every=RETRY_SECONDS)
def _show_database_away(error: PipelineError, language: str) -> None:
    """The message, and a look every few seconds whether the database is back."""
    from pages.frame import database
    from pipeline.db import transaction

    t = frame_texts(language)
    tries = st.session_state["database_tries"] = st.session_state.get("database_tries", 0) + 1
    if tries > 1:
        try:
            with transaction(database.url()):
                pass
        except Exception as still:
            if known_fault(still) is None:
                raise
        else:
            st.session_state.pop("database_tries")
            st.rerun(scope="app")
    with st.container(key="database_away"):
        st.error(t("database_away"), icon=":material/cloud_off:")
        st.caption(t("database_away_retry"))


def show_uncaught(error: Exception) -> bool:
    """What escaped every page, such as a callback's error; True: Streamlit draws no traceback."""
    from pages.frame import who

    show(error, who.preferences().language, "console")
    return True
