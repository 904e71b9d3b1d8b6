"""Acts on people: done or refused in words; a one-time password shown until it is copied."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from pages.frame import errors
from pages.frame.formats import plain
from pages.frame.page import Here
from pipeline.errors import PipelineError

_SECRET, _SAID = "user_secret", "user_said"
T = TypeVar("T")


def act(here: Here, deed: Callable[[], T]) -> T | None:
    """Do it; None, and why, when it is refused."""
    try:
        return deed()
    except PipelineError as refused:
        errors.show(refused, here.language, f"page {here.name}")
        return None


def act_and_say(here: Here, deed: Callable[[], object], said: str = "done") -> None:
    """Do it in a callback: the page drawn next says that it is done."""
    before = st.session_state.get(_SAID)
    if act(here, lambda: [deed()]) is not None and before is st.session_state.get(_SAID):
        st.session_state[_SAID] = said


def draw_said(here: Here) -> None:
    """What was done just before."""
    if said := st.session_state.pop(_SAID, None):
        st.success(here.t(said), icon=":material/check:")


def keep_secret(name: str, password: str) -> None:
    """Show a one-time password from now on, until it is said to be copied."""
    st.session_state[_SECRET] = (name, password)


def draw_secret(here: Here) -> None:
    """The one-time password that was just made: it is kept nowhere else."""
    if (made := st.session_state.get(_SECRET)) is None:
        return
    name, password = made
    with st.container(border=True, key="one_time_password"):
        st.warning(here.t("shown_once", name=plain(name)), icon=":material/content_copy:")
        st.code(password, language=None)
        st.caption(here.t("shown_how"))
        st.button(here.t("shown_done"), type="primary", key="password_copied",
                  on_click=partial(st.session_state.pop, _SECRET, None))  # fmt: skip
