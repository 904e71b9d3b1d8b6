"""Files made by code for the tests of reading: a sound table, written in any dialect, damaged."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingestion import Damage, Overrides, inspect_source, read_records
from pipeline.ingestion.inspection import Inspection

HEADER = [
    "تاریخ",
    "ساعت",
    "شماره",
    "کد کالا",
    "نام کالا",
    "تعداد",
    "فی",
    "مبلغ",
    "توضیحات",
    "انبار",
]
_PRODUCTS = [
    "روغن مایع آفتابگردان",
    'لوله 24" سبز, درجه یک',
    "چای سیاه; بسته 500 گرمی",
    "Tomato paste, 800 g",
    "پنیر سفید",
    "شکر",
    'Pipe 10" long',
]
_REMARKS = ["", "تحویل در انبار", "مشتری گفت: «بعداً», پرداخت نقدی", "", "O'Brien's order", "نسیه"]


def rows(count: int = 84) -> list[list[str]]:
    """A header and `count - 1` records of ten columns, of every kind of cell."""
    return [list(HEADER), *(_record(i) for i in range(1, count))]


def _record(i: int) -> list[str]:
    quantity, price = 1 + i * 7 % 40, 1000 * (11 + i * 13 % 90)
    return [
        f"1403/05/{1 + i % 31:02}",
        f"{8 + i % 10:02}:{i * 7 % 60:02}",
        f"{70000 + i}",
        f"K-{i * 37 % 900 + 100}",
        _PRODUCTS[i % len(_PRODUCTS)],
        f"{quantity}",
        f"{price}",
        f"{quantity * price}.50",
        _REMARKS[i % len(_REMARKS)],
        f"انبار {1 + i % 3}",
    ]


@dataclass(frozen=True)
class Style:
    """How a table is written; `escape` None doubles quotes, "" leaves them as they are."""

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    end: str = "\r\n"
    quote_all: bool = False


PLAIN = Style()


def cell(text: str, style: Style) -> str:
    """Write one cell, quoted where it must be."""
    quote = style.quote
    if quote is None:
        return text
    special = (style.delimiter, quote, "\r", "\n")
    if not style.quote_all and not any(sign in text for sign in special):
        return text
    escaped = quote * 2 if style.escape is None else style.escape + quote
    return f"{quote}{text.replace(quote, escaped)}{quote}"


def line(cells: Sequence[str], style: Style = PLAIN) -> str:
    """Write one record without its line end."""
    return style.delimiter.join(cell(text, style) for text in cells)


def write(table: Sequence[Sequence[str]], style: Style = PLAIN, encoding: str = "utf-8") -> bytes:
    """Write a whole table."""
    return "".join(line(cells, style) + style.end for cells in table).encode(encoding)


@dataclass(frozen=True)
class Reading:
    """All that came out of a file."""

    inspection: Inspection
    records: list[list[str]]
    damaged: dict[int, Damage]
    kinds: list[str]
    raw: bytes

    @property
    def table(self) -> list[list[str]]:
        header = [list(self.inspection.header)] if self.inspection.header_line else []
        return header + self.records

    @property
    def lines(self) -> set[int]:
        return set(self.damaged)


def read(data: bytes, overrides: Overrides | None = None) -> Reading:
    """Inspect and read bytes in memory; proves on the way that not a byte is lost."""
    source = io.BytesIO(data)
    inspection = inspect_source(source, overrides)
    found = list(read_records(source, inspection))
    raw = b"".join(record.raw for record in found)
    assert inspection.bom + raw == data
    return Reading(
        inspection,
        [r.cells for r in found if r.kind == "record" and r.cells is not None],
        {r.damage.line_no: r.damage for r in found if r.damage},
        [r.kind for r in found],
        raw,
    )
