"""Files that are no table: told by their first bytes, with what they are and what to do instead."""

import zipfile
from collections.abc import Callable
from typing import BinaryIO

from pipeline.ingestion.encoding import BOMS
from pipeline.ingestion.file_kinds import (
    ARCHIVE,
    BINARY,
    BLANK,
    BROKEN_ZIP,
    DOCUMENT,
    EMPTY,
    HTML,
    JSON,
    LOCKED,
    MAGIC,
    OLE_OTHER,
    TOO_LARGE,
    XML,
    FileKind,
)
from pipeline.ingestion.source import Source, open_source

_LOOKED_AT = 64 << 10
_CONTROL_SHARE = 0.05
# Tab, line and page ends, escape, and the signs some systems part cells with.
_IN_TEXT = frozenset((1, 9, 10, 12, 13, 27, 28, 29, 30, 31))
_FEW_CONTROLS = 0.02
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# These beginnings are also plain words; they count only where the bytes are no text.
_MAY_BE_TEXT = (b"MZ", b"BM", b"BZh", b"PAR1", b"GIF8", b"#!")
_WORKBOOKS: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "xlsb"),
    ("xl/workbook.xml", "xlsx"),
)
_ZIPPED: tuple[tuple[str, str], ...] = (("word/", "Word"), ("ppt/", "PowerPoint"))


def refuse_unless_table(path: Source, limit_bytes: int) -> str:
    """Give the format of a file that may hold a table: text, xlsx, xlsb, xls or ods.

    Judges by content, never by name; reads some kilobytes and a zip directory. Raises RefusedFile,
    with what the file is and what to do, for everything else, also empty or over `limit_bytes`.
    """
    with open_source(path) as handle:
        size = handle.seek(0, 2)
        handle.seek(0)
        if size == 0:
            raise EMPTY.refusal()
        if size > limit_bytes:
            raise TOO_LARGE.refusal(size=size, limit=limit_bytes)
        head = handle.read(_LOOKED_AT)
        for judge in (_by_magic, _by_container):
            if found := judge(head, handle):
                return found
    return _text(head)


def _by_magic(head: bytes, _handle: BinaryIO) -> None:
    for magic, kind, name in MAGIC:
        if not head.startswith(magic):
            continue
        if (
            magic in _MAY_BE_TEXT
            and not _is_script(head)
            and _control_share(head.decode("latin-1")) < _FEW_CONTROLS
        ):
            continue
        raise kind.refusal(name=name)


def _is_script(head: bytes) -> bool:
    return head.startswith((b"#!/", b"#! /"))


def _by_container(head: bytes, handle: BinaryIO) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_format(handle)
    if head.startswith(_OLE):
        return _ole_format(handle)
    return None


def _zip_format(handle: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(handle) as archive:
            names = {info.filename for info in archive.infolist()}
            is_ods = "mimetype" in names and _is_ods(archive)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise BROKEN_ZIP.refusal() from error
    for name, format_ in _WORKBOOKS:
        if name in names:
            return format_
    if is_ods:
        return "ods"
    for folder, program in _ZIPPED:
        if any(name.startswith(folder) for name in names):
            raise DOCUMENT.refusal(name=program)
    raise ARCHIVE.refusal(name="zip")


def _is_ods(archive: zipfile.ZipFile) -> bool:
    with archive.open("mimetype") as entry:
        return entry.read(100).startswith(b"application/vnd.oasis.opendocument.spreadsheet")


def _ole_format(handle: BinaryIO) -> str:
    """Tell an old workbook from a locked or another one by the names in its OLE directory."""
    handle.seek(0)
    names = _ole_names(handle)
    if "EncryptedPackage" in names:
        raise LOCKED.refusal()
    if "Workbook" in names or "Book" in names:
        return "xls"
    raise OLE_OTHER.refusal()


def _ole_names(handle: BinaryIO) -> set[str]:
    """Entry names of the directory's first sectors ([MS-CFB] 2.6: 128 bytes each, UTF-16 name)."""
    header = handle.read(512)
    if len(header) < 512:
        return set()
    sector = 1 << min(16, int.from_bytes(header[30:32], "little"))
    first = int.from_bytes(header[48:52], "little")
    handle.seek(min((first + 1) * sector, 1 << 40))
    directory = handle.read(max(sector, 4096))
    names = set()
    for start in range(0, len(directory) - 127, 128):
        length = int.from_bytes(directory[start + 64 : start + 66], "little")
        if 2 <= length <= 64:
            names.add(directory[start : start + length - 2].decode("utf-16-le", "replace"))
    return names


def _text(head: bytes) -> str:
    """Accept text; refuse markup and bytes that are none."""
    plain = _plain(head)
    start = plain.lstrip().lower()
    if not start:
        raise BLANK.refusal()
    tests: tuple[tuple[Callable[[], bool], FileKind], ...] = (
        (lambda: start.startswith(("<!doctype html", "<html", "<table", "<head", "<body")), HTML),
        (lambda: start.startswith("<") and ("<html" in start[:4096] or "<table" in start), HTML),
        (lambda: start.startswith(("<?xml", "<!--", "<workbook", "<soap")), XML),
        (lambda: start[0] in "{[" and '":' in start[:4096].replace(" ", ""), JSON),
        (lambda: _control_share(plain) > _CONTROL_SHARE, BINARY),
    )
    for holds, kind in tests:
        if holds():
            raise kind.refusal()
    return "text"


def _plain(head: bytes) -> str:
    """The head as text, well enough to see markup: by its mark, as two-byte text, or bytewise."""
    for bom, encoding in BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, "replace")
    if head.count(0) > len(head) // 5:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            # Persian letters have 0x06 where ASCII has zero.
            if zeros.count(0) + zeros.count(6) > 0.8 * len(zeros):
                return head[: len(head) & ~1].decode(encoding, "replace")
    return head.decode("latin-1")


def _control_share(text: str) -> float:
    """Share of control characters that text never has: not tabs, line ends or separators."""
    control = sum(text.count(chr(code)) for code in range(32) if code not in _IN_TEXT)
    return control / max(1, len(text))
