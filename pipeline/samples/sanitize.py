"""Make a real export shareable: same lines, forms and defects, but nobody's names and prices."""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from pipeline.errors import RefusedFile
from pipeline.samples.columns import HEADERS, MEASURES
from pipeline.samples.pseudonyms import Pseudonyms, without_stray_bytes
from pipeline.samples.records import Record, read_records
from pipeline.samples.scaling import scale
from pipeline.transform.text import fold_header

_NAME_OF: Final = {fold_header(header): name for name, header in HEADERS.items()}
# Their figures are shown as they are: counts, weights and times tell of no person and no price.
_KEPT: Final = {
    *("system_date", "reference_date", "registered_at"),
    *("invoice_line_no", "settlement_days", "per_carton"),
    *("cartons", "loose", "quantity", "free_quantity"),
    *("unit_weight", "total_weight", "total_volume"),
}
_CODES: Final = {name: name for name in HEADERS if name.endswith("_id")} | {
    "reference_invoice_id": "invoice_id",  # a reference must still find its invoice
    "barcode": "barcode",
    "phone": "phone",
}
_TOTALS: Final = {"جمع", "جمع کل", "مجموع", "total", "grand total"}
_KNOWN_HEADERS_NEEDED: Final = 5
_HEADER_WITHIN: Final = 30  # first lines of the file among which the header must be
_DELIMITERS: Final = (",", ";", "\t", "|")
_BLOCK: Final = 1 << 20
_LONGEST_TYPE: Final = 20  # a longer text is no invoice type and may say anything
_ERRORS: Final = {
    "utf-8": "surrogateescape",  # bytes that are no UTF-8 come back as they were
    "utf-16-le": "surrogatepass",
    "utf-16-be": "surrogatepass",
    "cp1256": "strict",
}


@dataclass(frozen=True)
class _Table:
    """Lines before the header, the header line, and what it says about the cells below."""

    before: list[str]
    header: str
    delimiter: str
    names: list[str]


def sanitize(src: Path, out: Path, key: bytes) -> None:
    """Write a shareable copy of a Karamad export to `out`; the file is streamed, twice.

    Kept: the number of lines, encoding, line ends, delimiters, quoting, dates, quantities, types
    and the form of every cell, damaged ones included; RAGGED and undecodable lines keep their
    damage. Replaced, under the secret `key`: codes (same code, same pseudonym, different codes
    stay different, leading zeros and Persian digits stay in form; check digits do not), names and
    all other texts, those of columns not known among them. Money is multiplied by one secret
    factor for the file (1.2 to 3.7): price is rounded as it was written, then gross is computed
    from quantity and price, discounts keep their share of gross, tax is rounded, and net is their
    sum, each with the small difference (up to 1) that it had. So each equation holds or fails as
    before; prices of few digits move by up to half a unit. On lines whose cells cannot be told
    apart every letter and digit is replaced, money and dates too.

    Files of different content get different factors, so amounts of two months no longer compare.
    RefusedFile when there is no header of known columns: nobody could say then what is personal.
    ValueError for an empty key.
    """
    pseudonyms = Pseudonyms(key)
    encoding, digest = _examine(src)
    factor = Decimal(12_000 + pseudonyms.number_below(25_000, f"factor|{digest}")) / 10_000
    unfinished = out.with_name(f"{out.name}.part")
    try:
        _copy(src, unfinished, encoding, pseudonyms, factor)
        unfinished.replace(out)  # whole or not at all
    except UnicodeDecodeError as error:
        raise RefusedFile(
            "UNREADABLE_ENCODING",
            fa="این فایل به شکل {encoding} آغاز می‌شود ولی تا پایان چنین خوانده نمی‌شود؛ شاید بریده "
            "شده است. آن را دوباره از سامانه خروجی بگیرید.",
            en="The file begins as {encoding} but cannot be read so to its end; it may be cut off. "
            "Export it from the source system again.",
            where=src.name,
            encoding=encoding,
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _copy(src: Path, out: Path, encoding: str, pseudonyms: Pseudonyms, factor: Decimal) -> None:
    errors = _ERRORS[encoding]
    with src.open(encoding=encoding, errors=errors, newline="") as lines:
        table = _read_header(lines, src)
        with out.open("w", encoding=encoding, errors=errors, newline="") as copy:
            for line in table.before:
                copy.write(_encodable(pseudonyms.text(line), encoding))
            copy.write(table.header)
            for record in read_records(lines, table.delimiter, len(table.names)):
                copy.write(_encodable(_shareable(record, table, pseudonyms, factor), encoding))


def _examine(src: Path) -> tuple[str, str]:
    """Codec of the file and hash of its bytes. Without a mark: UTF-8, or else Windows-1256."""
    digest = hashlib.sha256()
    start, sound, broken = b"", 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with src.open("rb") as file:
        while block := file.read(_BLOCK):
            start = start or block[:2]
            digest.update(block)
            text = decoder.decode(block)
            broken += text.count("\ufffd")
            sound += sum(not char.isascii() for char in text)
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if start == mark:
            return codec, digest.hexdigest()
    return ("cp1256" if broken > sound / 2 else "utf-8"), digest.hexdigest()


def _read_header(lines: Iterator[str], src: Path) -> _Table:
    """Reads up to the header line; RefusedFile if it is not among the first ones."""
    before: list[str] = []
    for line in islice(lines, _HEADER_WITHIN):
        body = line.lstrip("\ufeff").rstrip("\r\n")
        for delimiter in _DELIMITERS:
            headers = [fold_header(cell.strip().strip('"')) for cell in body.split(delimiter)]
            if sum(header in _NAME_OF for header in headers) >= _KNOWN_HEADERS_NEEDED:
                return _Table(before, line, delimiter, _names(headers))
        before.append(line)
    raise RefusedFile(
        "NO_KNOWN_HEADER",
        fa="در {lines} سطر نخست، سرستون‌های شناخته‌شده پیدا نشد؛ پس نمی‌توان گفت کدام ستون شخصی "
        "است. فایل خروجی کارآماد را با سطر سرستون بدهید.",
        en="No known column headers in the first {lines} lines, so it cannot be said which columns "
        "are personal. Give a Karamad export with its header line.",
        where=src.name,
        lines=_HEADER_WITHIN,
    )


def _names(headers: list[str]) -> list[str]:
    """English names of the columns; a header that is unknown or came before names itself."""
    seen: set[str] = set()
    names = []
    for header in headers:
        names.append(header if header in seen else _NAME_OF.get(header, header))
        seen.add(header)
    return names


def _shareable(record: Record, table: _Table, pseudonyms: Pseudonyms, factor: Decimal) -> str:
    """The record as it may be shown, with its line end."""
    if record.text == table.header.lstrip("\ufeff").rstrip("\r\n"):
        return record.text + record.end
    if record.cells is None:
        return pseudonyms.text(record.text) + record.end
    texts = [_unquoted(raw) for raw in record.cells]
    measures = {n: t for n, t in zip(table.names, texts, strict=True) if n in MEASURES}
    money = scale(measures, factor, pseudonyms)
    shown = (
        _requoted(raw, money[name] if name in money else _replaced(name, text, pseudonyms))
        for raw, name, text in zip(record.cells, table.names, texts, strict=True)
    )
    return without_stray_bytes(table.delimiter.join(shown)) + record.end


def _replaced(name: str, text: str, pseudonyms: Pseudonyms) -> str:
    if text.strip() in _TOTALS:
        return text
    if name == "transaction_type":
        return text if len(text) <= _LONGEST_TYPE else pseudonyms.text(text)
    if name in _KEPT:
        return pseudonyms.words(text)
    return pseudonyms.code(text, _CODES[name]) if name in _CODES else pseudonyms.text(text, name)


def _unquoted(raw: str) -> str:
    return raw[1:-1].replace('""', '"') if _is_quoted(raw) else raw


def _requoted(raw: str, text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _is_quoted(raw) else text


def _is_quoted(raw: str) -> bool:
    """Quoted from end to end, every quote inside doubled: then taking apart loses nothing."""
    inside = raw[1:-1]
    return len(raw) > 1 and raw[0] == raw[-1] == '"' and inside.replace('""', "").find('"') < 0


def _encodable(text: str, encoding: str) -> str:
    """Windows-1256 has no Persian yeh; the Arabic one stands for it, as in every such file."""
    return text.replace("ی", "ي") if encoding == "cp1256" else text
