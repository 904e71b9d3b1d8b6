"""Physical lines: cut bytes at LF, CRLF or a lone CR without losing one, and turn them to text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pipeline.errors import RefusedFile
from pipeline.ingestion.encoding import decode_line

MAX_LINE_BYTES = 16 << 20
_END_LE = re.compile(rb"\r\x00\n\x00|\n\x00|\r\x00")
_END_BE = re.compile(rb"\x00\r\x00\n|\x00\n|\x00\r")


@dataclass(slots=True)
class Line:
    """One physical line: its number, its bytes with terminator, its text without, and soundness."""

    number: int
    raw: bytes
    text: str
    terminator: str
    decodes: bool


class LineSplitter:
    """Cuts a stream of bytes into physical lines; joined again they are the same bytes."""

    def __init__(self, encoding: str, first_line_no: int = 1) -> None:
        self._encoding = encoding
        self._cut = _CUTS.get(encoding, _cut)
        self.number = first_line_no
        self._parts: list[bytes] = []
        self._held = 0

    def feed(self, data: bytes) -> list[Line]:
        """Give the lines that `data` completes; a CR at its end waits, for an LF may follow."""
        ends_in_cr = bool(self._parts) and b"\r" in self._parts[-1][-2:]
        self._parts.append(data)
        self._held += len(data)
        if not ends_in_cr and b"\n" not in data and b"\r" not in data:
            self._refuse_endless()
            return []
        whole = b"".join(self._parts)
        raws, rest = self._cut(whole)
        self._parts = [rest] if rest else []
        self._held = len(rest)
        self._refuse_endless()
        return [self._line(raw) for raw in raws]

    def finish(self) -> list[Line]:
        """Give what is left: a last line without terminator, or one that ends in a lone CR."""
        raws, rest = self._cut(b"".join(self._parts))
        self._parts, self._held = [], 0
        return [self._line(raw) for raw in (*raws, rest) if raw]

    def _line(self, raw: bytes) -> Line:
        if len(raw) < 3 and not raw.strip(b"\r\n"):
            self.number += 1
            return Line(self.number - 1, raw, "", raw.decode("ascii"), True)
        text, decodes = decode_line(raw, self._encoding)
        body = text.rstrip("\r\n")
        line = Line(self.number, raw, body, text[len(body) :], decodes)
        self.number += 1
        return line

    def _refuse_endless(self) -> None:
        if self._held <= MAX_LINE_BYTES:
            return
        raise RefusedFile(
            "LINE_TOO_LONG",
            where=f"line {self.number}",
            fa=f"خط {self.number} بیش از {MAX_LINE_BYTES >> 20} مگابایت و بدون پایان خط است؛ "
            "این فایل جدول متنی نیست. خروجی را دوباره از سامانه به شکل CSV یا Excel بگیرید.",
            en=f"Line {self.number} is longer than {MAX_LINE_BYTES >> 20} MiB without a line end; "
            "this is no text table. Export it again as CSV or Excel.",
            line_no=self.number,
        )


def _cut(whole: bytes) -> tuple[list[bytes], bytes]:
    # bytes.splitlines ends lines at exactly LF, CRLF and CR, as we do.
    raws = whole.splitlines(keepends=True)
    if raws and not raws[-1].endswith(b"\n"):
        return raws[:-1], raws[-1]
    return raws, b""


def _cut_wide(whole: bytes, ends: re.Pattern[bytes]) -> tuple[list[bytes], bytes]:
    """Cut two-byte text at line ends on whole characters.

    A line feed at an odd place means that a byte is lost or added before it (no letter of our
    scripts looks so); cutting there too confines the harm to that line.
    """
    raws: list[bytes] = []
    start = position = 0
    while found := ends.search(whole, position):
        end = found.end()
        feeds = b"\n" in found.group()
        if not feeds and len(whole) - end < 2:
            break  # a line feed may follow
        if feeds or (found.start() - start) % 2 == 0:
            raws.append(whole[start:end])
            start = position = end
        else:
            position = found.start() + 1
    return raws, whole[start:]


_CUTS: dict[str, Callable[[bytes], tuple[list[bytes], bytes]]] = {
    "utf-16-le": partial(_cut_wide, ends=_END_LE),
    "utf-16-be": partial(_cut_wide, ends=_END_BE),
}
