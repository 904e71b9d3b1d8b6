"""I1: the kept pieces of a file are, bit for bit, the file of the receipt."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

from pipeline.contracts import Words
from pipeline.db import Connection, Row, query
from pipeline.verification.gaps import Gap, make_gap

_MISSING = Words(
    fa="تکهٔ {number} فایل نیست؛ تکهٔ بعدی {found} است.",
    en="Piece {number} of the file is missing; the next one is {found}.",
)
_SPOILT = Words(
    fa="تکهٔ {number} فایل باز نمی‌شود یا {found} بایت دارد و نه {expected} بایت.",
    en="Piece {number} of the file does not unpack to {expected} bytes (found: {found}).",
)
_SIZE = Words(
    fa="فایل نگه‌داشته {found} بایت است؛ رسید می‌گوید {expected} بایت.",
    en="The kept file has {found} bytes; its receipt says {expected}.",
)
_HASH = Words(
    fa="اثر انگشت (SHA-256) فایل نگه‌داشته {found} است؛ رسید می‌گوید {expected}.",
    en="The kept file's SHA-256 is {found}; its receipt says {expected}.",
)


def check_file(connection: Connection, load: Row) -> Gap | None:
    """The first gap between a receipt (`load_id, file_size, sha256`) and its pieces."""
    digest, size = hashlib.sha256(), 0
    for number, (chunk_no, noted, data) in enumerate(_chunks(connection, load["load_id"])):
        if chunk_no != number:
            return _gap(load, _MISSING, number=number, found=chunk_no)
        piece = _unpacked(data)
        if piece is None or len(piece) != noted:
            found = "-" if piece is None else len(piece)
            return _gap(load, _SPOILT, number=number, expected=noted, found=found)
        digest.update(piece)
        size += len(piece)
    if size != load["file_size"]:
        return _gap(load, _SIZE, expected=load["file_size"], found=size)
    if digest.digest() != bytes(load["sha256"]):
        expected = bytes(load["sha256"]).hex()
        return _gap(load, _HASH, expected=expected, found=digest.hexdigest())
    return None


def read_file(connection: Connection, load_id: int) -> Iterator[bytes]:
    """The bytes of a kept file that `check_file` found sound, piece by piece."""
    for _, _, data in _chunks(connection, load_id):
        yield zlib.decompress(data)


def _chunks(connection: Connection, load_id: int) -> Iterator[tuple[int, int, bytes]]:
    with connection.cursor(name="verify_file_chunks", binary=True) as cursor:
        cursor.itersize = 8
        cursor.execute(query("verify/read_file_chunks"), {"load_id": load_id})
        yield from cursor


def _unpacked(data: bytes) -> bytes | None:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return None


def _gap(load: Row, words: Words, **values: Any) -> Gap:
    return make_gap("I1", words, load_id=load["load_id"], **values)
