"""Which encoding a file is in, judged from a sample, and how one line of it becomes text."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from pipeline.errors import PipelineError

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
EIGHT_BIT = ("cp1256", "iso8859-6", "cp1252")
_UTF8_SHARE = 0.5
_WIDE = ("utf-16-le", "utf-16-be")
_WIDE_SHARE = 0.9
_PIECE = 1024
# Letters of Persian and Arabic running text, most frequent first (both forms of kaf and yeh).
_FREQUENT = frozenset("ایيىنردموهتبشلسکكفگعخقزجحپصطچضآغذظثژةأإئءؤ")
_COMMON = frozenset("ایيندرموهتبشلسکك")
_KNOWN_WORDS = re.compile(
    "فاکتور|مشتر[ی]|کالا|تاریخ|شماره|فروش|مبلغ|تعداد|برگشت|نام|کد|جمع|تخفیف|مالیات|واحد|شرح|قیمت"
)
_FOLD = str.maketrans("يىك", "ییک")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_MULTIBYTE = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """A Python codec name, the byte order mark, 0..1 confidence and the reason in English."""

    encoding: str
    bom: bytes
    confidence: float
    evidence: str


def known_encoding(name: str) -> str:
    """Give the codec name for what a user typed; PipelineError where Python has none of it."""
    try:
        codec = codecs.lookup(name.strip())
        "".encode(codec.name)  # LookupError for what turns bytes into bytes, such as base64
    except (LookupError, ValueError) as error:
        raise PipelineError(
            "UNKNOWN_ENCODING",
            fa=f"کدبندی «{name}» شناخته نیست. نمونه: utf-8، utf-16، windows-1256.",
            en=f"The encoding '{name}' is not known. Examples: utf-8, utf-16, windows-1256.",
            name=name,
        ) from error
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec.name, codec.name)


def detect_bom(head: bytes) -> tuple[bytes, str | None]:
    """Give the byte order mark at the start of `head` and its encoding, or (b"", None)."""
    for bom, encoding in BOMS:
        if head.startswith(bom):
            return bom, encoding
    return b"", None


def guess_encoding(parts: list[bytes]) -> EncodingGuess:
    """Judge the encoding from parts of a file: its head first, then slices of the rest."""
    bom, marked = detect_bom(parts[0])
    if marked:
        return EncodingGuess(marked, bom, 1.0, f"the byte order mark says {marked}")
    return _guess_wide(parts) or _guess_utf8(parts) or _guess_eight_bit(parts)


def decode_line(raw: bytes, encoding: str) -> tuple[str, bool]:
    """Give the text of a line and whether it is sound.

    A line that does not decode, holds NUL, or is plainly UTF-8 inside an 8-bit file is not sound;
    its text is then the best reading of it.
    """
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return _best_reading(raw, encoding), False
    if "\x00" in text:
        return text.replace("\x00", "\ufffd"), False
    if encoding in EIGHT_BIT and not text.isascii() and (other := _as_utf8(raw)):
        return other, False
    return text, True


def _best_reading(raw: bytes, encoding: str) -> str:
    if encoding.startswith("utf-16"):
        return raw.decode(encoding, "replace").replace("\x00", "\ufffd")
    broken = raw.decode("utf-8", "replace")
    bad = broken.count("\ufffd")
    sound = len(_MULTIBYTE.findall(broken)) - bad
    if encoding in EIGHT_BIT or sound >= bad:
        text = raw.decode(encoding, "replace")
    else:
        text = raw.decode(_best_eight_bit(raw)[0], "replace")
    return text.replace("\x00", "\ufffd")


def _as_utf8(raw: bytes) -> str | None:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if len(_MULTIBYTE.findall(text)) > 1 else None


def _guess_wide(parts: list[bytes]) -> EncodingGuess | None:
    joined = b"".join(part[: len(part) & ~1] for part in parts)[: 1 << 18]
    # Two-byte text shows zero bytes (ASCII) or 0x06 bytes (Persian) at every second place.
    if not joined or joined.count(0) + joined.count(6) < len(joined) // 5:
        return None
    pieces = [joined[i : i + _PIECE] for i in range(0, len(joined), _PIECE)]
    # The head says which byte comes first; further on, a lost byte may have turned that around.
    best = max(_WIDE, key=lambda name: _plain_share(joined[: 2 * _PIECE], name))
    shares = [max(_plain_share(p, best), _plain_share(p[1:], best)) for p in pieces]
    if sum(shares) < _WIDE_SHARE * len(shares):
        return None
    return EncodingGuess(best, b"", 0.95, f"reads as plain text in {best}, no byte order mark")


def _plain_share(data: bytes, encoding: str) -> float:
    text = data.decode(encoding, "replace")
    plain = sum(
        count
        for char, count in Counter(text).items()
        if " " <= char <= "~" or char in "\t\r\n" or "\u0600" <= char <= "\u06ff"
        or "\u00a0" <= char <= "\u024f" or "\u2000" <= char <= "\u206f"
    )  # fmt: skip
    return plain / max(1, len(text))


def _guess_utf8(parts: list[bytes]) -> EncodingGuess | None:
    sound = broken = 0
    for index, part in enumerate(parts):
        lines = _LINE_END.split(part)
        # The first and last line of a slice are cut anywhere, also inside a character.
        whole = lines if len(parts) == 1 else lines[index > 0 : -1]
        for line in whole:
            if line.isascii():
                continue
            if _decodes_utf8(line):
                sound += 1
            else:
                broken += 1
    if not sound and not broken:
        return EncodingGuess("utf-8", b"", 0.9, "only ASCII in the sample, read as utf-8")
    if sound >= _UTF8_SHARE * (sound + broken):
        share = sound / (sound + broken)
        reason = f"{sound} of {sound + broken} non-ASCII sample lines are sound utf-8"
        return EncodingGuess("utf-8", b"", share, reason)
    return None


def _decodes_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guess_eight_bit(parts: list[bytes]) -> EncodingGuess:
    # Lines that are sound UTF-8 are strangers in an 8-bit file and say nothing about it.
    lines = [line for part in parts for line in _LINE_END.split(part) if not line.isascii()]
    foreign = b"\n".join(line for line in lines if not _decodes_utf8(line))[: 1 << 17]
    name, margin = _best_eight_bit(foreign or b"".join(parts)[: 1 << 17])
    return EncodingGuess(name, b"", margin, f"not utf-8; reads best as {name}")


def _best_eight_bit(raw: bytes) -> tuple[str, float]:
    scores = {name: _letters_score(raw.decode(name, "replace")) for name in EIGHT_BIT}
    ranked = sorted(scores, key=lambda name: scores[name], reverse=True)
    best, second = scores[ranked[0]], scores[ranked[1]]
    confidence = 0.5 + min(0.45, (best - second) / (1.0 + abs(best)))
    # Where no letter speaks for Arabic script, cp1252 is the plain reading of the few signs.
    return (ranked[0], confidence) if best > scores["cp1252"] else ("cp1252", 0.5)


def _letters_score(text: str) -> float:
    """Score how much the non-ASCII characters read as words: mean points per character."""
    text = text.translate(_FOLD)
    points = 0.0
    strange = 0
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if char.isascii():
            continue
        strange += 1
        points += _points(before, char, after)
    if not strange:
        return 0.0
    return points / strange + min(1.0, 4.0 * len(_KNOWN_WORDS.findall(text)) / strange)


def _points(before: str, char: str, after: str) -> float:
    if char == "\ufffd" or "\x80" <= char <= "\x9f":
        return -3.0
    if char in _FREQUENT:
        in_latin_word = _latin(before) or _latin(after)
        return (1.0 if char in _COMMON else 0.6) - (1.5 if in_latin_word else 0.0)
    if "\u064b" <= char <= "\u0652":
        return -0.5
    if _latin(char):
        return 0.8 if _latin(before) or _latin(after) else -0.5
    return -0.2


def _latin(char: str) -> bool:
    return char.isalpha() and char < "\u0250"
