"""A look at a workbook from outside, before any of its content is opened.

What can be known from the first bytes and the zip directory is judged here: what the file is,
whether it is locked, and whether it would unpack out of all proportion.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.ingestion.workbook_limits import MEBIBYTE, Limits
from pipeline.ingestion.workbook_refusals import refusal

Kind = Literal["xlsx", "xlsb", "ods", "xls"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OLE_WORKBOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_OLE_ENTRY = 128  # bytes of one entry of an OLE directory; entries are aligned to it
_FILEPASS = 0x2F
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_CONTENT_TYPES = "[Content_Types].xml"
_SMALL_PART = MEBIBYTE  # the ratio of a small part says nothing: an empty styles part packs well
_READABLE_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Look:
    """What a workbook is, how many bytes its content has, and codes of what will be ignored."""

    kind: Kind
    content_bytes: int
    remarks: tuple[str, ...]


def look_at(path: Path, limits: Limits) -> Look:
    """Judge the file at `path` by its outside.

    Raises RefusedFile when it must not be opened, zipfile.BadZipFile when it is cut short.
    """
    with path.open("rb") as file:
        magic = file.read(8)
    if magic.startswith(b"PK"):
        return _look_at_zip(path, limits)
    if magic == _OLE:
        return _look_at_ole(path)
    raise refusal("WORKBOOK_UNKNOWN")


def _look_at_zip(path: Path, limits: Limits) -> Look:
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
        _check_directory(parts, limits)
        kind = _kind_of_package(package, {part.filename for part in parts})
    content = sum(part.file_size for part in parts)
    return Look(kind, content, _remarks([part.filename for part in parts]))


def _check_directory(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(parts) > limits.parts:
        raise refusal("WORKBOOK_TOO_LARGE", what="parts", limit=limits.parts)
    if sum(part.file_size for part in parts) > limits.uncompressed_bytes:
        raise refusal("WORKBOOK_TOO_LARGE", what="bytes", limit=limits.uncompressed_bytes)
    if len({part.filename for part in parts}) != len(parts):
        raise refusal("WORKBOOK_DAMAGED", detail="two parts of one name")
    for part in parts:
        _check_part(part, limits)
    _check_overlap(parts)


def _check_part(part: zipfile.ZipInfo, limits: Limits) -> None:
    if part.flag_bits & 1:
        raise refusal("WORKBOOK_PASSWORD")
    if part.compress_type not in _READABLE_COMPRESSIONS:
        raise refusal("WORKBOOK_DAMAGED", detail="unknown compression")
    if part.filename.startswith(("/", "\\")) or ".." in part.filename.split("/"):
        raise refusal("WORKBOOK_DAMAGED", detail="a part's name leaves the package")
    grown = part.file_size > limits.part_ratio * max(part.compress_size, 1)
    if part.file_size > _SMALL_PART and grown:
        raise refusal("WORKBOOK_BOMB")


def _check_overlap(parts: list[zipfile.ZipInfo]) -> None:
    """Parts that share bytes let a small file unpack to a vast one at a modest ratio."""
    end = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < end:
            raise refusal("WORKBOOK_BOMB")
        end = part.header_offset + part.compress_size


def _kind_of_package(package: zipfile.ZipFile, names: set[str]) -> Kind:
    if "mimetype" in names and _head(package, "mimetype").startswith(_ODS_TYPE):
        return _unlocked_ods(package, names)
    types = _head(package, _CONTENT_TYPES) if _CONTENT_TYPES in names else b""
    if "xl/workbook.bin" in names and b"ms-excel" in types:
        return "xlsb"
    if any(name.endswith(".rels") for name in names) and b"spreadsheetml" in types:
        return "xlsx"
    raise refusal("WORKBOOK_UNKNOWN")


def _unlocked_ods(package: zipfile.ZipFile, names: set[str]) -> Kind:
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in _head(package, manifest):
        raise refusal("WORKBOOK_PASSWORD")
    return "ods"


def _head(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(4 * MEBIBYTE)


def _remarks(names: list[str]) -> tuple[str, ...]:
    found = {
        "MACROS_IGNORED": any(
            n.endswith("vbaProject.bin") or n.startswith("Basic/") for n in names
        ),
        "EXTERNAL_LINKS_IGNORED": any("/externalLinks/" in name for name in names),
        "EMBEDDED_FILES_IGNORED": any("/embeddings/" in name for name in names),
    }
    return tuple(code for code, present in found.items() if present)


def _look_at_ole(path: Path) -> Look:
    """Tell a workbook, a locked one and other OLE files apart by their directory entries."""
    starts: list[int] = []
    with path.open("rb") as file:
        sector = 1 << min(int.from_bytes(file.read(32)[30:32], "little"), 12)
        file.seek(0)
        while block := file.read(MEBIBYTE):
            if _entries(block, _OLE_LOCKED):
                raise refusal("WORKBOOK_PASSWORD")
            starts += [start for name in _OLE_WORKBOOKS for start in _entries(block, name)]
        if not starts:
            raise refusal("WORKBOOK_UNKNOWN")
        for start in starts:
            file.seek((start + 1) * sector)
            if _is_locked_stream(file.read(sector)):
                raise refusal("WORKBOOK_PASSWORD")
    return Look("xls", path.stat().st_size, ())


def _entries(block: bytes, name: bytes) -> list[int]:
    """First sectors of the streams called `name` (UTF-16) whose directory entry is in `block`."""
    stored = name + b"\0\0"
    found = []
    at = block.find(stored)
    while at >= 0:
        entry = block[at : at + _OLE_ENTRY]
        named = int.from_bytes(entry[64:66], "little") == len(stored) and entry[66:67] == b"\x02"
        if at % _OLE_ENTRY == 0 and named:
            found.append(int.from_bytes(entry[116:120], "little"))
        at = block.find(stored, at + 2)
    return found


def _is_locked_stream(head: bytes) -> bool:
    """Whether a BIFF stream that begins with `head` says that it is locked (record FILEPASS).

    Asked here because python-calamine refuses the newer locks but reads through the oldest one
    (XOR), which would give scrambled values for real ones.
    """
    at = 0
    while at + 4 <= len(head):
        kind, length = int.from_bytes(head[at : at + 2], "little"), head[at + 2 : at + 4]
        if kind == _FILEPASS:
            return True
        at += 4 + int.from_bytes(length, "little")
    return False
