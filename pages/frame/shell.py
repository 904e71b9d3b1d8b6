"""The frame around every page: who may see it, its title and help, the sidebar, its errors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.frame import database, errors, page, settings_menu, trail, who
from pages.frame.language import frame_texts, page_texts
from pages.frame.page import SECTIONS, Entry
from pages.frame.preferences import Preferences
from pages.frame.warm_up import await_charts
from pages.widgets.links import go, here_path
from pipeline.access.allowed import may
from pipeline.access.people import Person
from pipeline.access.refusals import Refusal, tell_refusal
from pipeline.settings import get_settings

HOME = "home"
PAGES_KEY = "frame_pages"
USER_KEY = "frame_user"


def run() -> None:
    """One run of the console: the page that the address names, for whoever is signed in."""
    preferences = who.preferences()
    t = frame_texts(preferences.language)
    st.set_page_config(
        page_title=t("product"), page_icon=str(page.FOLDER / "look" / "icon.png"), layout="wide"
    )
    who.forget()
    with errors.shown(preferences.language, "console"):
        person = who.current()
        if person is None:
            _ask_to_sign_in(preferences)
            return
        _keep_apart(person)
        _draw(person, preferences)


def _keep_apart(person: Person) -> None:
    """What one person left in this tab is not the next one's."""
    if st.session_state.get(USER_KEY, person.user_id) != person.user_id:
        st.session_state.clear()
    st.session_state[USER_KEY] = person.user_id


def _draw(person: Person, preferences: Preferences) -> None:
    pages = {entry: _as_page(entry, preferences.language) for entry in page.entries()}
    st.session_state[PAGES_KEY] = {entry.name: shown for entry, shown in pages.items()}
    chosen = st.navigation(list(pages.values()), position="hidden")
    _draw_sidebar(pages, person, preferences)
    chosen.run()


def link_to(name: str, label: str, icon: str | None = None, **state: str | Sequence[str]) -> None:
    """A link to a page with its state, drawn only for roles that may open it."""
    entry = next((entry for entry in page.entries() if entry.name == name), None)
    person = who.current()
    shown = st.session_state.get(PAGES_KEY, {}).get(name)
    if entry is None or person is None or shown is None or not entry.open_to(person):
        return
    look = {"label": label, "icon": icon or entry.page.icon}
    if trail.is_on(name):
        # For a link to the page itself the browser's part forgets the state with the next click.
        st.button(**look, type="tertiary", key=f"link {name} {urlencode(state, doseq=True)}",
                  on_click=st.query_params.from_dict, args=(state,))  # fmt: skip
    else:
        st.page_link(shown, **look, query_params=state or None)


def open_page(name: str, **state: str) -> None:
    """Go to another page with its state, where the role may open it; else stay.

    Ends the run: what is to be kept must be in the database before.
    """
    entry = next((entry for entry in page.entries() if entry.name == name), None)
    person = who.current()
    shown = st.session_state.get(PAGES_KEY, {}).get(name)
    if entry is not None and person is not None and shown is not None and entry.open_to(person):
        st.switch_page(shown, query_params=state)


def draw(name: str) -> None:
    """One page with its title and its sentence of help, or why it is not shown."""
    preferences, person = who.preferences(), who.current()
    entry = next(entry for entry in page.entries() if entry.name == name)
    t = frame_texts(preferences.language)
    if person is None:
        _ask_to_sign_in(preferences)
    elif not entry.open_to(person):
        refusal = Refusal(person.name, "page", name, role=str(person.role))
        with errors.shown(preferences.language, f"page {name}"):
            tell_refusal(database.url, get_settings(), refusal)
        _refuse(t("no_access_title"), t("no_access_text"))
        link_to(HOME, page_texts(HOME, preferences.language)("title"))
    else:
        with errors.shown(preferences.language, f"page {name}"):
            here = page.here(name, person, preferences)
            trail.arrive(name)
            await_charts()
            st.title(here.t("title"), anchor=False)
            st.caption(_help(entry, here))
            page.module(name).draw(here)
            trail.keep_state(name)
            _say_unknown(here, t)


def draw_back(name: str, **state: str) -> None:
    """The way back to a list, as it was seen last in this tab; never seen, it opens in `state`."""
    t = frame_texts(who.preferences().language)
    seen = trail.last_state(name)
    title = page_texts(name, who.preferences().language)("title")
    with st.container(key=f"back_{name}"):
        link_to(name, t("back_to", page=title), ":material/arrow_back:",
                **(state if seen is None else seen))  # fmt: skip


def _help(entry: Entry, here: page.Here) -> str:
    """The sentence under the title; who may do less than it speaks of has one of their own."""
    more = entry.page.help_for
    return here.t("help" if more is None or may(here.who, more) else "help_less")


def _as_page(entry: Entry, language: str) -> StreamlitPage:
    """The page for Streamlit's navigation; it has no icon there, or a host outside is asked."""
    return st.Page(
        partial(draw, entry.name),
        title=page_texts(entry.name, language)("title"),
        url_path=entry.name,
        default=entry.name == HOME,
    )


def _draw_sidebar(
    pages: dict[Entry, StreamlitPage], person: Person, preferences: Preferences
) -> None:
    t = frame_texts(preferences.language)
    with st.sidebar:
        st.html(f'<div class="sales-brand">{escape(t("product"))}</div>')
        for section in SECTIONS:
            mine = [e for e in pages if e.page.section == section and e.open_to(person)]
            mine = [entry for entry in mine if entry.page.in_menu]
            if section and mine:
                st.caption(t(f"section_{section}"))
            for entry in mine:
                st.page_link(pages[entry], icon=entry.page.icon, width="stretch")
        settings_menu.draw(person, preferences, t)


def _ask_to_sign_in(preferences: Preferences) -> None:
    t = frame_texts(preferences.language)
    _refuse(t("signed_out_title"), t("signed_out_text"))
    back = urlencode({"back": here_path()})
    go(t("sign_in"), f"/sign-in?{back}", "button")


def _refuse(title: str, text: str) -> None:
    with st.container(key="refused"):
        st.title(title, anchor=False)
        st.info(text, icon=":material/lock:")


def _say_unknown(here: page.Here, t: object) -> None:
    """What the address asks for and cannot be had, in one line."""
    from pages.frame.formats import plain

    for name, value in dict.fromkeys(here.address.unknown):
        st.caption(t("unknown_in_address", name=plain(name), value=plain(value[:60])))  # type: ignore[operator]
