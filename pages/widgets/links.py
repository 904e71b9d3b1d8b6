"""Links that leave the run of the page: the browser itself goes there, in the same tab."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode, urlsplit

import streamlit as st


def go(label: str, address: str, kind: str = "plain") -> None:
    """One link to an address of ours; `kind` is how it looks: plain, button or quiet."""
    st.html(f'<a class="sales-link sales-{kind}" href="{escape(address)}">{escape(label)}</a>')


def send(label: str, address: str) -> None:
    """What changes something, looking like a quiet link: the browser sends it as a form."""
    st.html(
        f'<form method="post" action="{escape(address)}">'
        f'<button class="sales-link sales-quiet" type="submit">{escape(label)}</button></form>'
    )


def here_path() -> str:
    """The address of where the person is: path and query."""
    address = urlsplit(st.context.url or "/")
    query = urlencode([(k, v) for k in st.query_params for v in st.query_params.get_all(k)])
    return (address.path or "/") + (f"?{query}" if query else "")


def row(links: Sequence[tuple[str, str]], kind: str = "sales-file") -> None:
    """Links side by side: label and address; those of kind `sales-in` stay within the console."""
    shown = "".join(
        f'<a class="{escape(kind)}" href="{escape(address)}">{escape(label)}</a>'
        for label, address in links
    )
    st.html(f'<div class="sales-row">{shown}</div>')


def choose(title: str, choices: Sequence[tuple[str, str, bool]]) -> None:
    """A row of links of which one is in force: label, address, whether it is the one."""
    links = "".join(
        f'<a href="{escape(address)}"{" aria-current=true" if chosen else ""}>{escape(label)}</a>'
        for label, address, chosen in choices
    )
    st.html(
        f'<div class="sales-choice" role="group" aria-label="{escape(title)}">'
        f"<span>{escape(title)}</span><div>{links}</div></div>"
    )
