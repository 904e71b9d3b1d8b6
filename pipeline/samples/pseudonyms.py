"""Keyed replacements for codes and names: same text, same pseudonym; same length and kinds of
characters; nothing of the original letter by letter.

Codes are encrypted so that different codes stay different (a permutation of all codes of one
shape, by a Feistel network over HMAC-SHA256). Names and other texts are replaced letter by letter
from an HMAC stream of the whole text; two spellings of one name give one pseudonym in the same
two spellings.
"""

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache
from typing import Final

_DIGIT_SETS: Final = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")
_PERSIAN: Final = "ابپتثجچحخدذرزژسشصضطظعغفقگلمنوه"
_LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
_UPPER: Final = _LOWER.upper()
# Letters with two spellings change places, so that each keeps its spelling and none stays.
_SPELLED: Final = {"ی": "ک", "ک": "ی", "ي": "ك", "ك": "ي"}
_ONE_SPELLING: Final = {"ي": "ی", "ك": "ک"}
_LONE_BYTE: Final = re.compile("[\udc80-\udcff]")
_POWERED_OR_HEX: Final = re.compile(r"\d[eExX]")
_NEVER_UTF8: Final = "\udcff"  # stands for the byte FF, which no UTF-8 text holds
_ROUNDS: Final = 8
_REMEMBERED: Final = 100_000


class Pseudonyms:
    """Replacements under one secret key (bytes, not empty)."""

    def __init__(self, key: bytes) -> None:
        if not key:
            raise ValueError("A key of at least one byte is needed; 32 random bytes are good.")
        self._key = key
        # An export repeats the same codes and names on line after line.
        self._codes = lru_cache(maxsize=_REMEMBERED)(self._code)
        self._texts = lru_cache(maxsize=_REMEMBERED)(self._text)

    def code(self, text: str, kind: str) -> str:
        """The pseudonym of a code of a kind; leading zeros, digit sets and marks are kept."""
        return self._codes(text, kind)

    def _code(self, text: str, kind: str) -> str:
        digits = "".join(str(unicodedata.digit(c)) for c in text if _digit_set(c))
        rest = digits.lstrip("0")
        replaced = "0" * (len(digits) - len(rest)) + (self._permute(kind, rest) if rest else "")
        queue = iter(replaced)
        shown: list[str] = []
        for place, char in enumerate(text):
            if digit_set := _digit_set(char):
                shown.append(digit_set[int(next(queue))])
            else:
                shown.append(self._code_letter(char, kind, place))
        return "".join(shown)

    def text(self, text: str, kind: str = "text") -> str:
        """A text of the same shape: every letter and digit is another one, all else stays."""
        return self._texts(text, kind)

    def _text(self, text: str, kind: str) -> str:
        core = "".join(_ONE_SPELLING.get(c, _plain_digit(c)) for c in text if c.isalnum())
        stream = iter(self._stream(kind, core))
        shown = (self._other(c, next(stream)) if c.isalnum() else c for c in text)
        return without_stray_bytes("".join(shown))

    def words(self, text: str) -> str:
        """Other Persian letters in a cell that should hold a figure; all else stays."""
        if not any(_is_persian(char) for char in text):
            return text
        pairs = zip(text, self.text(text), strict=True)
        return "".join(new if _is_persian(old) else old for old, new in pairs)

    def bad_figures(self, text: str) -> str:
        """An unreadable number in the same bad form: zeros stay, no other digit becomes one.

        Where a letter is read into the number (`1E20`, `0x1F`), digits are the defect: they stay.
        """
        if _POWERED_OR_HEX.search(text):
            return self.words(text)
        shown = []
        for place, char in enumerate(self.words(text)):
            digits = _digit_set(char)
            if digits and char != digits[0]:
                char = digits[1 + self.number_below(9, f"bad|{place}|{text}")]
            shown.append(char)
        return "".join(shown)

    def number_below(self, limit: int, purpose: str) -> int:
        """A secret number from 0 to `limit - 1`, fixed by key and purpose."""
        message = purpose.encode(errors="surrogateescape")
        return int.from_bytes(self._mac(message)) % limit

    def _mac(self, message: bytes) -> bytes:
        return hmac.new(self._key, message, hashlib.sha256).digest()

    def _stream(self, kind: str, core: str) -> bytes:
        blocks = (
            self._mac(f"text|{kind}|{number}|{core}".encode(errors="surrogateescape"))
            for number in range(len(core) // 32 + 1)
        )
        return b"".join(blocks)

    @staticmethod
    def _other(char: str, random: int) -> str:
        """Another character of the same kind."""
        if char in _SPELLED:
            return _SPELLED[char]
        for alphabet in (*_DIGIT_SETS, _LOWER, _UPPER):
            if char in alphabet:
                step = 1 + random % (len(alphabet) - 1)
                return alphabet[(alphabet.index(char) + step) % len(alphabet)]
        others = _PERSIAN.replace(char, "")
        return others[random % len(others)]

    def _code_letter(self, char: str, kind: str, place: int) -> str:
        if not char.isalnum():
            return _NEVER_UTF8 if _LONE_BYTE.match(char) else char
        # The same shift for every code of the kind, so that different letters stay different.
        return self._other(char, self._mac(f"letter|{kind}|{place}".encode())[0])

    def _permute(self, kind: str, digits: str) -> str:
        """Another number of as many digits; a permutation of all of them."""
        first = 10 ** (len(digits) - 1)
        size = 9 * first
        half = ((size - 1).bit_length() + 1) // 2
        value = int(digits) - first
        while True:  # walk on while the network leads out of the range; it returns in few steps
            value = self._feistel(f"{kind}|{len(digits)}", value, half)
            if value < size:
                return str(value + first)

    def _feistel(self, tweak: str, value: int, half: int) -> int:
        mask = (1 << half) - 1
        left, right = value >> half, value & mask
        for number in range(_ROUNDS):
            mixed = int.from_bytes(self._mac(f"code|{tweak}|{number}|{right}".encode()))
            left, right = right, left ^ (mixed & mask)
        return left << half | right


def without_stray_bytes(text: str) -> str:
    """Bytes that were no UTF-8 may spell a name in another encoding: FF takes their places."""
    return _LONE_BYTE.sub(_NEVER_UTF8, text)


def _is_persian(char: str) -> bool:
    return "\u0600" <= char <= "\u06ff" and char.isalpha()


def _digit_set(char: str) -> str:
    for digits in _DIGIT_SETS:
        if char in digits:
            return digits
    return ""


def _plain_digit(char: str) -> str:
    return str(unicodedata.digit(char)) if _digit_set(char) else char
