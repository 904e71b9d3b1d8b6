"""Physical lines: cut bytes at LF, CRLF or a lone CR without losing one, and turn them to text."""

import re
from dataclasses import dataclass

from pipeline.errors import RefusedFile
from pipeline.ingestion.encoding import decode_line

MAX_LINE_BYTES = 16 << 20
_TEXT_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")


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
        self._wide = encoding.startswith("utf-16")
        self._number = first_line_no
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
        raws, rest = self._cut_wide(whole) if self._wide else _cut(whole)
        self._parts = [rest] if rest else []
        self._held = len(rest)
        self._refuse_endless()
        return [self._line(raw) for raw in raws]

    def finish(self) -> list[Line]:
        """Give what is left: a last line without terminator, or one that ends in a lone CR."""
        rest = b"".join(self._parts)
        self._parts, self._held = [], 0
        return [self._line(rest)] if rest else []

    def _cut_wide(self, whole: bytes) -> tuple[list[bytes], bytes]:
        # surrogatepass makes the way to text and back exact for any even number of bytes.
        text = whole[: len(whole) & ~1].decode(self._encoding, "surrogatepass")
        raws: list[bytes] = []
        end = 0
        for found in _TEXT_LINE.finditer(text):
            if found.end() == len(text) and text.endswith("\r"):
                break
            raws.append(found.group().encode(self._encoding, "surrogatepass"))
            end += len(raws[-1])
        return raws, whole[end:]

    def _line(self, raw: bytes) -> Line:
        if len(raw) < 3 and not raw.strip(b"\r\n"):
            self._number += 1
            return Line(self._number - 1, raw, "", raw.decode("ascii"), True)
        text, decodes = decode_line(raw, self._encoding)
        body = text.rstrip("\r\n")
        line = Line(self._number, raw, body, text[len(body) :], decodes)
        self._number += 1
        return line

    def _refuse_endless(self) -> None:
        if self._held <= MAX_LINE_BYTES:
            return
        raise RefusedFile(
            "LINE_TOO_LONG",
            where=f"line {self._number}",
            fa=f"خط {self._number} بیش از {MAX_LINE_BYTES >> 20} مگابایت و بدون پایان خط است؛ "
            "این فایل جدول متنی نیست. خروجی را دوباره از سامانه به شکل CSV یا Excel بگیرید.",
            en=f"Line {self._number} is longer than {MAX_LINE_BYTES >> 20} MiB without a line end; "
            "this is no text table. Export it again as CSV or Excel.",
            line_no=self._number,
        )


def _cut(whole: bytes) -> tuple[list[bytes], bytes]:
    # bytes.splitlines ends lines at exactly LF, CRLF and CR, as we do.
    raws = whole.splitlines(keepends=True)
    if raws and not raws[-1].endswith(b"\n"):
        return raws[:-1], raws[-1]
    return raws, b""
