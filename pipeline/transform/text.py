"""Cleaning of cells and folding of text, so that two spellings of one word compare equal."""

import re
import unicodedata
from typing import Final

# Characters without width: they change how text is laid out or broken, never what it says.
INVISIBLE: Final = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f"
    "\ufeff"
)
# Spaces other than the ordinary one that exports use between words.
ODD_SPACES: Final = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
PERSIAN_DIGITS: Final = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS: Final = "٠١٢٣٤٥٦٧٨٩"
TATWEEL: Final = "\u0640"
# Letters that Arabic and Persian keyboards (and habits) write differently for one letter.
# آ أ إ ؤ ئ need no entry: they are a letter and a mark, and marks are dropped.
LETTER_VARIANTS: Final = {
    "ي": "ی", "ى": "ی", "ې": "ی", "ے": "ی", "ك": "ک", "ڪ": "ک",
    "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ٱ": "ا",
}  # fmt: skip

_DIGITS = str.maketrans(PERSIAN_DIGITS + ARABIC_DIGITS, "0123456789" * 2)
_CLEAN = str.maketrans(ODD_SPACES, " " * len(ODD_SPACES), INVISIBLE)
_FOLD = str.maketrans(LETTER_VARIANTS) | _DIGITS | {ord(TATWEEL): None}
_NOT_WORD = re.compile(r"[\W_]+")
_DIGIT_BORDER = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")


def clean_cell(text: str) -> str:
    """Give a cell without characters of no width and without surrounding blanks.

    Non-breaking and other odd spaces become ordinary ones; letters and digits stay as they are.
    """
    return text.translate(_CLEAN).strip()


def fold_digits(text: str) -> str:
    """Give the text with Persian and Arabic digits as ASCII digits; keys are compared this way."""
    return text.translate(_DIGITS)


def fold_text(text: str) -> str:
    """Give one form for all spellings of a text: for comparing, never for storing or showing.

    Equal afterwards: ی/ي, ک/ك, ه/ة, ا/آ/أ/إ, digits of three scripts, composed and decomposed
    letters, presentation forms, with and without diacritics, tatweel, ZWNJ and direction marks,
    any run of white space. Case stays. Idempotent.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_CLEAN))
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    folded = unicodedata.normalize("NFKC", bare).translate(_FOLD)
    return " ".join(folded.split())


def fold_header(text: str) -> str:
    """Give a header as lower-case words with single spaces: `fold_text` without punctuation.

    `%` is read as درصد because it tells a rate from an amount; a digit and a letter that touch are
    two words (`تخفیف2` and `تخفیف 2` are equal); a final ء is dropped (`جزء`, `جز`).
    Idempotent; empty for a header without any letter or digit.
    """
    words = _NOT_WORD.sub(" ", fold_text(text.replace("%", " درصد ").replace("٪", " درصد ")))
    apart = _DIGIT_BORDER.sub(" ", words.casefold().replace("ء", ""))
    return " ".join(fold_text(apart).split())
