"""Values of a file as they stand, with what the eye would miss shown as signs of their own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby

_SIGNS = {"\t": "⇥", "\n": "↵", "\r": "↵", "\u00a0": "⍽", "\ufffd": "\ufffd"}
_ZWNJ = "\u200c"
_BLANK = "␣"


def parts_of(text: str | None) -> list[tuple[str, str]]:
    """The text cut into (text, name of the hidden character that it stands for, or nothing).

    Signs stand for blanks at an end, tabs, line ends, no-break blanks, and characters without a
    look; the half space between letters, which Persian needs, stays as it is.
    """
    marked = [_marked(text or "", at) for at in range(len(text or ""))]
    return [
        ("".join(shown for shown, _ in run), name)
        for name, run in ((name, list(run)) for name, run in groupby(marked, key=lambda m: m[1]))
    ]


def raw_html(text: str | None, nothing: str) -> str:
    """The same as HTML; an empty value is said in words."""
    parts = "".join(
        f'<i class="sales-sign" title="{escape(name)}">{escape(shown)}</i>' if name
        else f"<span>{escape(shown)}</span>"
        for shown, name in parts_of(text)
    )  # fmt: skip
    return f'<bdi class="sales-raw">{parts or _none(nothing)}</bdi>'


def direction_of(headers: Iterable[str | None]) -> str:
    """The direction of a file's text, as most of its headers run: `rtl` or `ltr`."""
    letters = [_first_strong(header or "") for header in headers]
    return "rtl" if letters.count("rtl") > letters.count("ltr") else "ltr"


def line_html(
    text: str, spans: Sequence[tuple[int, int]], marks: Mapping[int, str], direction: str
) -> str:
    """The text of a line in the direction of its file; cells at the `marks` (position → mood) stand
    out.

    Each cell is apart from its neighbours, so that numbers side by side keep the order of the file.
    """
    parts, at = [], 0
    for position, (start, end) in enumerate(spans):
        cell = f"<bdi>{escape(text[start:end])}</bdi>"
        if position in marks:
            cell = f'<mark class="{escape(marks[position])}">{cell}</mark>'
        parts += [escape(text[at:start]), cell]
        at = end
    inside = "".join([*parts, escape(text[at:])]) or " "
    return f'<pre class="sales-text" dir="{escape(direction)}"><code>{inside}</code></pre>'


def _first_strong(text: str) -> str:
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    kind = next((kind for kind in kinds if kind in ("L", "R", "AL")), "")
    return {"L": "ltr", "R": "rtl", "AL": "rtl"}.get(kind, "")


def _none(nothing: str) -> str:
    return f'<i class="sales-none">{escape(nothing)}</i>'


def _marked(text: str, at: int) -> tuple[str, str]:
    sign = text[at]
    if sign == " " and (text[:at].isspace() or not text[:at] or not text[at:].strip()):
        return _BLANK, "U+0020"
    if sign == _ZWNJ and text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha():
        return sign, ""
    if sign in _SIGNS or unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp"):
        return _SIGNS.get(sign, "¤"), f"U+{ord(sign):04X}"
    return sign, ""
