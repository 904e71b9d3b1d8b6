"""Amounts as exports write them, read cell by cell with exact decimals (DESIGN, section 4)."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache

WHOLE_DIGITS = 15
DECIMALS = 4
# Exact for products of two amounts, and for sums of very many.
EXACT = Context(prec=120)

_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_PLAIN_SIGNS = str.maketrans(
    "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٬،’'٫−–‐‑﹣－＋",
    "01234567890123456789,,,,.------+",
)
_AMOUNT = re.compile(
    r"(?P<whole>[0-9]*|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)"
    r"(?:\.(?P<part>[0-9]*))?(?:[eE](?P<power>[+-]?[0-9]{1,2}))?"
)


def clean(cell: str) -> str:
    """A cell without marks of no width and without blanks around; inner blanks become one space.

    A lone hyphen is how exports write "nothing": it comes back empty.
    """
    if not cell.isascii():
        cell = _INVISIBLE.sub("", cell)
    cell = " ".join(cell.split())
    return "" if cell == "-" else cell


@lru_cache(maxsize=65_536)
def read_amount(text: str) -> Decimal | None:
    """The amount that a cleaned, non-empty cell says, or None where it says none.

    Persian, Arabic and ASCII digits, thousands in groups of three, `٫` or `.`
    decimals, a minus before or behind, or brackets, an exponent. Below 10^15, at most four
    decimals; never rounded.
    """
    if text.isascii() and text.isdigit() and len(text) <= WHOLE_DIGITS:
        return Decimal(text)
    text, negative = _without_sign(text.translate(_PLAIN_SIGNS))
    found = _AMOUNT.fullmatch(text)
    if found is None or not (found["whole"] or found["part"]):
        return None
    digits = re.sub("[, ]", "", found["whole"]) + (found["part"] or "")
    power = int(found["power"] or 0) - len(found["part"] or "")
    return _within_limits(digits, power, negative)


def _without_sign(text: str) -> tuple[str, bool]:
    """The text without its sign, which stands at one place only, and whether it is a minus."""
    if text.startswith("(") and text.endswith(")"):
        inside = text[1:-1].strip()
        return (inside, True) if not any(sign in inside for sign in "+-()") else ("", False)
    if text.startswith(("+", "-")):
        return text[1:].lstrip(), text[0] == "-"
    body = text[:-1].rstrip()
    if text.endswith("-") and not any(sign in body for sign in "+-") and body[-1:] not in "eE":
        return body, True
    return text, False


def _within_limits(digits: str, power: int, negative: bool) -> Decimal | None:
    stripped = digits.rstrip("0")
    power += len(digits) - len(stripped)
    significant = stripped.lstrip("0")
    if not significant:
        return Decimal(0)
    if power < -DECIMALS or len(significant) + power > WHOLE_DIGITS:
        return None
    return Decimal((int(negative), tuple(map(int, significant)), power))
