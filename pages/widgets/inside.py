"""Links within the console: a click on `a.sales-in` or a mark of a chart keeps the session.

They are plain links too: without the script, in a new tab or by keyboard they lead to the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn
from urllib.parse import parse_qs, urlencode, urlsplit

import streamlit as st

from pages.frame.page import Here, entries
from pages.frame.shell import PAGES_KEY

State = Mapping[str, str | Sequence[str]]
_SCRIPT = """
export default function({ parentElement, setTriggerValue }) {
    const page = parentElement.ownerDocument
    const follow = (event) => {
        const link = event.target.closest && event.target.closest("a.sales-in")
        const { button, ctrlKey, metaKey, shiftKey, altKey } = event
        const aside = button || ctrlKey || metaKey || shiftKey || altKey
        if (!link || aside || event.defaultPrevented) return
        event.preventDefault()
        setTriggerValue("address", link.getAttribute("href"))
    }
    page.addEventListener("click", follow)
    return () => page.removeEventListener("click", follow)
}
"""


def address(page: str, state: State) -> str:
    """The address of a page in a state, for links that `follow` follows."""
    return f"/{page}?{urlencode(state, doseq=True)}"


def way(here: Here, page: str, **state: str | Sequence[str]) -> str:
    """The address of a page for who may open it; empty for everybody else."""
    entry = next(entry for entry in entries() if entry.name == page)
    return address(page, state) if entry.open_to(here.who) else ""


def follow(here: Here) -> None:
    """Go where the last click on such a link leads; called before a page draws anything."""
    component = st.components.v2.component("sales_inside", js=_SCRIPT)
    clicked = component(key="inside", on_address_change=lambda: None).address
    if clicked:
        target = urlsplit(str(clicked))
        visit(here, target.path.strip("/"), parse_qs(target.query, keep_blank_values=True))


def visit(here: Here, page: str, state: State) -> NoReturn:
    """Show a page in a state, now."""
    if page == here.name:
        st.query_params.from_dict(dict(state))
        st.rerun()
    st.switch_page(st.session_state[PAGES_KEY][page], query_params=dict(state))
