"""Break finished records in ways no cell can: delimiters, quotes and bytes."""

from typing import Final

from pipeline.samples.columns import NAMES
from pipeline.samples.vocabulary import BRANDS

_STRAY_QUOTE_AT: Final = NAMES.index("product_name")
_CUT_AFTER: Final = 20
_ONE_BYTE_FORBIDDEN: Final = b"\xff"


def damaged(record: bytes, code: str, turn: int) -> bytes:
    """The record (no quoted cells, no record end) with a damage of the kind that `code` names."""
    forms = _UNDECODABLE if code == "UNDECODABLE_TEXT" else _RAGGED
    return forms[turn % len(forms)](record)


def _missing_delimiter(record: bytes) -> bytes:
    return record.replace(b",", b"", 1)


def _extra_delimiter(record: bytes) -> bytes:
    return record.replace(b",", b",,", 1)


def _cut_short(record: bytes) -> bytes:
    return b",".join(record.split(b",")[:_CUT_AFTER])


def _extra_cell(record: bytes) -> bytes:
    return record + ",اضافه".encode()


def _stray_quote(record: bytes) -> bytes:
    """An opening quote that is never closed: read strictly, it swallows the rest of the line."""
    cells = record.split(b",")
    cells[_STRAY_QUOTE_AT] = b'"' + cells[_STRAY_QUOTE_AT]
    return b",".join(cells)


def _with_name(record: bytes, change: bytes) -> bytes:
    cells = record.split(b",")
    cells[_STRAY_QUOTE_AT] = change
    return b",".join(cells)


def _other_encoding(record: bytes) -> bytes:
    """The product's name as Windows-1256 wrote it."""
    name = f"شير {BRANDS[0]}".encode("cp1256")
    return _with_name(record, name)


def _cut_letter(record: bytes) -> bytes:
    """The last letter of the product's name has lost its second byte."""
    return _with_name(record, "شیر پرچرب".encode()[:-1])


def _forbidden_byte(record: bytes) -> bytes:
    return _with_name(record, _ONE_BYTE_FORBIDDEN + "شیر".encode())


_RAGGED: Final = (_missing_delimiter, _extra_delimiter, _stray_quote, _cut_short, _extra_cell)
_UNDECODABLE: Final = (_other_encoding, _cut_letter, _forbidden_byte)
