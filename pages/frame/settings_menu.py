"""The foot of the sidebar: language, money unit, digits, theme, who is here, the way out."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from pages.frame.formats import plain
from pages.frame.preferences import Preferences
from pages.widgets.links import choose, go, here_path, send
from pages.widgets.remember import remember
from pipeline.access.people import Person
from pipeline.texts import Texts


def draw(person: Person, preferences: Preferences, t: Texts) -> None:
    """Who is here, and a menu with what they may set for themselves."""
    with st.container(key="me"):
        other = "en" if preferences.language == "fa" else "fa"
        go(t(f"language_{other}"), _switch("language", other), "quiet")
        with st.popover(t("settings"), icon=":material/tune:", width="stretch"):
            _draw_money(preferences, t)
            _draw_links("digits", ("persian", "latin"), _digits(preferences), t)
            _draw_links("theme", ("system", "light", "dark"), preferences.theme, t)
        st.caption(f"{plain(person.name)} · {t(f'role_{person.role}')}")
        go(t("my_account"), "/account", "quiet")
        send(t("sign_out"), "/sign-out")


def _draw_money(preferences: Preferences, t: Texts) -> None:
    """Rial or Toman, changed at once and remembered by a cookie."""
    st.session_state.setdefault("money", preferences.money)
    st.segmented_control(
        t("money"), ("rial", "toman"), key="money", required=True, width="stretch",
        format_func=lambda unit: t(f"money_{unit}"),
    )  # fmt: skip
    remember("money", st.session_state["money"])


def _draw_links(name: str, choices: tuple[str, ...], chosen: str, t: Texts) -> None:
    """Choices that the whole page is built anew for: the browser itself goes by them."""
    choose(t(name), [(t(f"{name}_{c}"), _switch(name, c), c == chosen) for c in choices])


def _digits(preferences: Preferences) -> str:
    return "persian" if preferences.persian_digits else "latin"


def _switch(name: str, value: str) -> str:
    """Address of a change of preference that comes back to where the person is."""
    return "/prefer?" + urlencode({name: value, "back": here_path()})
