"""Keeps a preference in the browser's cookie, so that the next visit starts with it."""

from __future__ import annotations

import streamlit as st

from pages.frame.preferences import CHOICES, LASTS_SECONDS

_SCRIPT = """
export default function({ data }) {
    document.cookie = `${data.name}=${data.value}; path=/; max-age=${data.seconds}; samesite=lax`
}
"""


def remember(name: str, value: str) -> None:
    """Write the cookie of one preference; ValueError for what is no choice of it."""
    if value not in CHOICES[name]:
        raise ValueError(f"{value!r} is no choice for {name}.")
    component = st.components.v2.component("sales_remember", js=_SCRIPT)
    component(data={"name": name, "value": value, "seconds": LASTS_SECONDS}, key=f"remember_{name}")
