"""Names of people: what may be one, and when two are the same."""

from __future__ import annotations

import unicodedata

from pipeline.errors import RefusedAction

LONGEST = 60
# Two keyboards write them differently, and nobody sees it.
_ALIKE = str.maketrans("يىكةۀأإؤ", "ییکههااو")


def clean_name(name: str) -> str:
    """The name as it is shown: single spaces, nothing unprintable. Else RefusedAction."""
    text = unicodedata.normalize("NFC", name)
    # ZWNJ belongs to Persian words; it is the one invisible sign that stays.
    kept = "".join(c if c.isprintable() or c == "\u200c" else " " for c in text)
    shown = " ".join(kept.split()).strip("\u200c ")
    if not any(c.isalpha() for c in fold_name(shown)) or len(shown) > LONGEST:
        raise RefusedAction(
            "WRONG_NAME",
            fa="نام باید دست‌کم یک حرف و دست‌بالا {longest} نویسه داشته باشد.",
            en="A name has at least one letter and at most {longest} characters.",
            longest=LONGEST,
        )
    return shown


def fold_name(name: str) -> str:
    """What two spellings of one name share: no case, marks, invisible signs, doubled letters."""
    text = unicodedata.normalize("NFKD", name.translate(_ALIKE)).casefold().translate(_ALIKE)
    kept = [c if c.isalnum() or c in "@._-+" else " " for c in text if _is_seen(c)]
    return " ".join("".join(kept).split())


def _is_seen(character: str) -> bool:
    """Neither a mark on another letter, nor an invisible sign, nor a stretched line."""
    return unicodedata.category(character) not in ("Mn", "Cf", "Me") and character != "ـ"
