"""A table whose rows open something and may be ticked: mirrored, by keyboard, on a phone as cards.

The browser's own grid draws on a canvas: it neither mirrors columns nor shows hidden characters,
and a click on its heads would sort the one page that it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.widgets.raw_text import parts_of

_SCRIPT = Path(__file__).resolve().parent / "pick_table.js"


@dataclass(frozen=True, slots=True)
class PickCell:
    """One cell: text, or a value of the file as it stands (`is_raw`); a tag has a colour.

    `below` is a second, quieter line, `title` shows on hover, `bar` is a share (0 to 1) drawn as a
    bar of `bar_tag`'s colour under the text.
    """

    text: str | None
    below: str = ""
    tag: str | None = None
    below_tag: str | None = None
    title: str = ""
    is_raw: bool = False
    bar: float | None = None
    bar_tag: str = ""


@dataclass(frozen=True, slots=True)
class PickRow:
    """One row: what opening it gives, and its cells; the first is the button."""

    id: int | str
    cells: Sequence[PickCell]


def pick_table(
    here: Here,
    key: str,
    heads: Sequence[tuple[str, bool]],
    rows: Sequence[PickRow],
    *,
    label: str,
    on_open: Callable[[str], None] | None,
    tick: bool = False,
) -> list[str]:
    """Draw the table; `heads` are (text, whether the column holds figures). Returns ticked ids.

    `on_open` is called with the id of the opened row before the page is drawn anew; None: the rows
    open nothing, and do not look as if they did.
    """
    words = frame_texts(here.language)

    def opened() -> None:
        if on_open is not None and (row := st.session_state[key].opened) is not None:
            on_open(str(row))

    component = st.components.v2.component(
        "sales_pick_table", html='<div class="sales-scroll sales-pick" role="region"></div>',
        js=_script(), isolate_styles=False,
    )  # fmt: skip
    known = {str(row.id) for row in rows}
    ticked = [i for i in (st.session_state.get(key) or {}).get("ticked", []) if i in known]
    data = {
        "label": label,
        "direction": here.preferences.direction,
        "opens": on_open is not None,
        "tick": tick,
        "ticked": ticked,
        "columns": [{"label": text, "kind": "number" if n else "text"} for text, n in heads],
        "rows": [{"id": str(row.id), "cells": [*map(_as_data, row.cells)]} for row in rows],
        "words": {name: words(f"pick_{name}") for name in ("all", "one", "nothing")},
    }
    found = component(
        data=data, key=key, default={"ticked": ticked},
        on_opened_change=opened, on_ticked_change=lambda: None,
    )  # fmt: skip
    return [row for row in (found.ticked or []) if row in known]


def _as_data(cell: PickCell) -> dict[str, Any]:
    return {
        "text": cell.text or "",
        "raw": parts_of(cell.text) if cell.is_raw else None,
        "below": cell.below,
        "tag": cell.tag,
        "below_tag": cell.below_tag,
        "title": cell.title,
        "bar": cell.bar,
        "bar_tag": cell.bar_tag,
    }


@lru_cache(maxsize=1)
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
