"""Names of people: what may be one, and when two are the same."""

from __future__ import annotations

import unicodedata

from pipeline.errors import RefusedAction

LONGEST = 60
# Names under which the house itself acts: the terminal's verbs, the folder that workers watch,
# whoever hands in invented data, and the sign-in of people who are known elsewhere.
TERMINAL, INBOX, SAMPLE, OPENID = "cli", "inbox", "sample", "openid"
RESERVED = (TERMINAL, INBOX, SAMPLE, OPENID)
# Two keyboards write them differently, and nobody sees it.
_ALIKE = str.maketrans("يىكةۀأإؤ", "ییکههااو")


def clean_name(name: str) -> str:
    """The name as it is shown: single spaces, nothing unprintable. Else RefusedAction.

    Neither is a name of the house itself a person's: history would not tell the two apart.
    """
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
    if fold_name(shown) in RESERVED:
        raise RefusedAction(
            "NAME_RESERVED",
            fa="با نام «{name}» خود سامانه کار می‌کند. نامی دیگر برگزینید.",
            en="The product itself acts under the name '{name}'. Choose another name.",
            name=shown,
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
