"""I2: RAW lines laid end to end are the text of the file, with nothing but line ends between them.

The file is walked from its first byte to its last without being parsed: each RAW line must be the
text that stands at the present place, and bear the number of the physical line that begins there.
What is left out, put in or changed is therefore found whatever the file looks like.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.contracts import Words
from pipeline.verification.gaps import Gap, make_gap

_EXCERPT = 40
_LINE_END = re.compile(rb"\r\n|\r|\n")
_NO_ASCII = bytes([0, *range(128, 256)])

_ABSENT = Words(
    fa="این سطر فایل در RAW نیست؛ سطر بعدی RAW {found} است. متن فایل: «{expected}»",
    en="This line is not in RAW; the next RAW line is {found}. The file has: “{expected}”",
)
_TWICE = Words(
    fa="این سطر در RAW دوباره آمده است؛ سطر بعدی فایل {expected} است.",
    en="RAW has this line again; the next line of the file is {expected}.",
)
_OTHER = Words(
    fa="متن RAW از نویسهٔ {column} با فایل یکی نیست. فایل: «{expected}»، RAW: «{found}»",
    en="RAW differs from the file from byte {column} on. File: “{expected}”, RAW: “{found}”",
)
_SURPLUS = Words(
    fa="RAW این سطر را دارد، ولی فایل پیش از آن تمام شده است. RAW: «{found}»",
    en="RAW has this line, but the file ends before it. RAW: “{found}”",
)
_READING = Words(
    fa="متن خوانده‌شدهٔ این سطر با بایت‌های نگه‌داشتهٔ آن نمی‌خواند: «{found}»",
    en="The text of this line is no reading of the bytes kept beside it: “{found}”",
)


@dataclass(frozen=True, slots=True)
class RawLine:
    """One row of RAW: its number, its text without terminator, the bytes the text cannot hold."""

    line_no: int
    line: str
    undecoded: bytes | None


def as_utf8(chunks: Iterable[bytes], encoding: str, bom: bytes) -> Iterator[bytes]:
    """The text behind the byte order mark as UTF-8; a file in UTF-8 keeps its bytes as they are."""
    decoder = None
    if codecs.lookup(encoding).name != "utf-8":
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    skip = len(bom)
    for chunk in chunks:
        piece, skip = chunk[skip:], max(0, skip - len(chunk))
        yield piece if decoder is None else decoder.decode(piece).encode()
    if decoder is not None:
        yield decoder.decode(b"", final=True).encode()


class TextWalk:
    """Walks through a file's text, one RAW line after the other; `gap` is the first one found.

    `pieces` are the text as UTF-8: a file's behind its byte order mark, or of a workbook the
    rendering of its sheet.
    """

    def __init__(self, load_id: int, pieces: Iterable[bytes]) -> None:
        self.gap: Gap | None = None
        self._load_id = load_id
        self._pieces = iter(pieces)
        self._text, self._at, self._ended = b"", 0, False
        self._next_line_no = 1

    def take(self, raw: RawLine) -> None:
        """Step over the next RAW line; after the first gap nothing is followed any more."""
        if self.gap is None:
            self._step(raw)

    def finish(self) -> None:
        """Make sure that nothing of the file is left."""
        if self.gap is None and self._holds(1):
            self._note(self._next_line_no, _ABSENT, found="-", expected=self._rest_of_line())

    def _step(self, raw: RawLine) -> None:
        if raw.line_no > self._next_line_no:
            expected = self._rest_of_line()
            return self._note(self._next_line_no, _ABSENT, found=raw.line_no, expected=expected)
        if raw.line_no < self._next_line_no:
            return self._note(raw.line_no, _TWICE, expected=self._next_line_no)
        self._next_line_no += 1
        return self._match(raw, _body(raw))

    def _match(self, raw: RawLine, body: bytes) -> None:
        if not self._holds(1):
            return self._note(raw.line_no, _SURPLUS, found=raw.line[:_EXCERPT])
        self._holds(len(body) + 2)
        if not self._text.startswith(body, self._at):
            return self._note_difference(raw.line_no, body)
        if raw.undecoded is not None and _ascii(body) != _ascii(raw.line.encode()):
            return self._note(raw.line_no, _READING, found=raw.line[:_EXCERPT])
        self._at += len(body)
        if not self._pass_line_end():
            return self._note_difference(raw.line_no, body + b"\n", len(body))
        if b"\n" in body or b"\r" in body:
            self._next_line_no += len(_LINE_END.findall(body))
        return None

    def _pass_line_end(self) -> bool:
        end = self._text[self._at : self._at + 2]
        if end == b"\r\n":
            self._at += 2
        elif end[:1] in (b"\n", b"\r"):
            self._at += 1
        else:
            return not end
        return True

    def _holds(self, count: int) -> bool:
        """Bring so many bytes of the text into reach; False where the file ends before."""
        while len(self._text) - self._at < count and not self._ended:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            else:
                self._text, self._at = self._text[self._at :] + piece, 0
        return len(self._text) - self._at >= count

    def _rest_of_line(self) -> str:
        self._holds(4 * _EXCERPT)
        rest = _LINE_END.split(self._text[self._at : self._at + 4 * _EXCERPT])[0]
        return _shown(rest)[:_EXCERPT]

    def _note_difference(self, line_no: int, body: bytes, stepped: int = 0) -> None:
        """Show both texts from shortly before the first byte that differs."""
        start = self._at - stepped
        text = self._text[start : start + len(body)]
        same = next((i for i in range(len(text)) if text[i] != body[i]), len(text))
        begin = max(0, same - _EXCERPT // 4)
        expected = self._text[start + begin : start + begin + _EXCERPT]
        self._note(
            line_no,
            _OTHER,
            column=same + 1,
            expected=_shown(expected),
            found=_shown(body[begin : begin + _EXCERPT]),
        )

    def _note(self, line_no: int, words: Words, **values: Any) -> None:
        self.gap = make_gap("I2", words, load_id=self._load_id, line_no=line_no, **values)


def _body(raw: RawLine) -> bytes:
    """The bytes of a RAW line as they stand in the file, without the terminator."""
    if raw.undecoded is None:
        return raw.line.encode()
    body = bytes(raw.undecoded)
    for end in (b"\r\n", b"\n", b"\r"):
        if body.endswith(end):
            return body.removesuffix(end)
    return body


def _shown(text: bytes) -> str:
    """A piece of text for a message: line ends by their signs, a cut character as it comes."""
    return text.decode("utf-8", "replace").replace("\r", "\\r").replace("\n", "\\n")


def _ascii(text: bytes) -> bytes:
    """The ASCII characters of a text: whatever its encoding, a reading of it keeps them."""
    return text.translate(None, delete=_NO_ASCII)
