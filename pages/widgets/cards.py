"""Figures as cards, small tables and steps: quick to read, the same in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st


@dataclass(frozen=True)
class Card:
    """One figure: its name, the figure as text, a note; `title` shows on hover, exact digits say.

    `mood` colours the edge: wait, bad, good or nothing; `trend` the note: good, bad or nothing.
    `behind` is a second note, below; `href` leads to what the figure comes from.
    """

    name: str
    figure: str
    note: str = ""
    title: str = ""
    mood: str = ""
    trend: str = ""
    behind: str = ""
    href: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a small table: text, whether it is a figure, and a tag's colour if it is one.

    `href` makes it a link within the console; `share` (0 to 1) draws a bar below it; `mark` is a
    tag behind the text, `note` a few quiet words below. `parts`, where there are any, stand in the
    text's place, each whole.
    """

    text: str
    number: bool = False
    tag: str | None = None
    href: str = ""
    share: float = 0
    mark: str = ""
    note: str = ""
    parts: Sequence[str] = ()


def cards(shown: Sequence[Card]) -> None:
    """Cards side by side, as many as the screen has room for."""
    st.html(f'<div class="sales-cards">{"".join(map(_card, shown))}</div>')


def small_table(
    heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[Cell]], links: Sequence[str] = ()
) -> None:
    """A table of a few rows: heads are (text, whether the column holds figures).

    `links` are addresses of the heads, such as those that sort by them; "" is no link.
    """
    addresses = [*links, *[""] * (len(heads) - len(links))]
    top = "".join(
        f'<th scope="col"{_class(number)}>{_linked(escape(text), href)}</th>'
        for (text, number), href in zip(heads, addresses, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    st.html(
        '<div class="sales-scroll"><table class="sales-table">'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def steps(shown: Sequence[tuple[str, str]]) -> None:
    """Numbered steps, each a title and a sentence."""
    items = "".join(f"<li><b>{escape(a)}</b><span>{escape(b)}</span></li>" for a, b in shown)
    st.html(f'<ol class="sales-steps">{items}</ol>')


def parts_html(parts: Sequence[str]) -> str:
    """Values side by side, of which none is torn apart where a line ends."""
    return " · ".join(f'<bdi class="sales-part">{escape(part)}</bdi>' for part in parts)


def _card(card: Card) -> str:
    note = f'<span class="note {card.trend}">{escape(card.note)}</span>' if card.note else ""
    if card.behind:
        note += f'<span class="note">{escape(card.behind)}</span>'
    return (
        f'<div class="sales-card" data-mood="{escape(card.mood)}" title="{escape(card.title)}">'
        f'<span class="name">{escape(card.name)}</span>'
        f'<span class="figure">{_linked(escape(card.figure), card.href)}</span>{note}</div>'
    )


def _cell(cell: Cell) -> str:
    text = parts_html(cell.parts) or escape(cell.text)
    if cell.tag is not None:
        text = f'<span class="sales-tag {escape(cell.tag)}">{text}</span>'
    text = _linked(text, cell.href)
    if cell.mark:
        text += f' <span class="sales-tag">{escape(cell.mark)}</span>'
    if cell.share > 0:
        text += f'<i class="sales-share" style="--share: {min(cell.share, 1):.3f}"></i>'
    if cell.note:
        text += f'<small class="sales-note">{escape(cell.note)}</small>'
    return f"<td{_class(cell.number)}>{text}</td>"


def _linked(html: str, href: str) -> str:
    return f'<a class="sales-in" href="{escape(href)}">{html}</a>' if href else html


def _class(number: bool) -> str:
    return ' class="number"' if number else ""
