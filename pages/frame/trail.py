"""Where a person was in this tab: each page's last state, and what is said while one stays."""

from __future__ import annotations

from typing import Any

import streamlit as st

_LAST, _PAGE, _STAYING = "frame_last", "frame_page", "frame_staying"


def arrive(name: str) -> None:
    """A run of a page begins; what was kept for another page is let go."""
    if st.session_state.get(_PAGE) != name:
        st.session_state[_STAYING] = {}
    st.session_state[_PAGE] = name


def is_on(name: str) -> bool:
    """Whether this page is the one that is being drawn."""
    return bool(st.session_state.get(_PAGE) == name)


def keep_state(name: str) -> None:
    """A run of a page ends: its state is what a way back to it leads to."""
    seen = {key: st.query_params.get_all(key) for key in st.query_params}
    st.session_state[_LAST] = {**st.session_state.get(_LAST, {}), name: seen}


def last_state(name: str) -> dict[str, list[str]] | None:
    """The state in which a page was last seen in this tab; None when it was not."""
    seen: dict[str, dict[str, list[str]]] = st.session_state.get(_LAST, {})
    return seen.get(name)


def staying() -> dict[str, Any]:
    """What is remembered as long as the person stays on the page."""
    kept: dict[str, Any] = st.session_state.setdefault(_STAYING, {})
    return kept
