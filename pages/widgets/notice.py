"""What became of a click, said once on the run after it: done, or why not."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.frame.formats import escape
from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.frame.ways import on_screen
from pipeline.errors import PipelineError
from pipeline.faults import known_fault, unexpected
from pipeline.settings import get_settings

_KEY = "notice"


def attempt(here: Here, done: str, act: Callable[[], object], *, quiet: bool = False) -> bool:
    """Do something that a click asked for and remember what to say of it; whether it went well.

    For callbacks: nothing is drawn here, and what is refused stays in the person's words. `quiet`
    leaves it to the caller to say that it is done.
    """
    try:
        act()
    except Exception as error:
        known: PipelineError | None = known_fault(error)
        known = known or unexpected(error, f"page {here.name}", get_settings().var_dir)
        st.session_state[_KEY] = ("bad", on_screen(known, here.language))
        return False
    if not quiet:
        st.session_state[_KEY] = ("good", done)
    return True


def say(kind: str, text: str) -> None:
    """Remember a sentence for the run to come; `kind` is good or bad."""
    st.session_state[_KEY] = (kind, text)


def draw_notice(here: Here) -> None:
    """Draw what there is to say, once."""
    kind, text = st.session_state.pop(_KEY, ("", ""))
    if kind == "good":
        st.success(escape(text), icon=":material/check_circle:")
    elif kind == "bad":
        st.error(
            f"{frame_texts(here.language)('not_done')} {escape(text)}", icon=":material/error:"
        )
