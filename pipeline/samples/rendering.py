"""Turn lines in numbers into the 61 text columns of the export, and those into bytes."""

import io
from typing import Final

import numpy as np
import polars as pl

from pipeline.samples import vocabulary as words
from pipeline.samples.calendars import jalali_text
from pipeline.samples.columns import HEADERS, MEASURES, NAMES
from pipeline.samples.lines import Lines, Setting
from pipeline.samples.master import Ints, mixed

SALE_TEXT: Final = "فروش"
RETURN_TEXT: Final = "برگشت از فروش"
INVOICE_DIGITS: Final = 15
RECORD_END: Final = b"\r\n"
BOM: Final = b"\xef\xbb\xbf"
_TIMES: Final = [f"{8 + minute // 60:02d}:{minute % 60:02d}" for minute in range(600)]


def header_bytes() -> bytes:
    """Byte-order mark and header line of the file."""
    return BOM + ",".join(HEADERS.values()).encode() + RECORD_END


def render(lines: Lines, setting: Setting) -> pl.DataFrame:
    """One text column per name in `NAMES`, in file order; a row per line, all in plain form."""
    master = setting.master
    columns: dict[str, pl.Series] = {}
    for key, attributes in (
        ("customer", master.customers),
        ("product", master.products),
        ("salesperson", master.salespeople),
        ("deliverer", master.deliverers),
    ):
        for name, texts in attributes.items():
            columns[name] = _gather(texts, lines[key])
    columns |= {name: _integers(lines[name]) for name in MEASURES}
    columns |= _invoice_columns(lines) | _context_columns(lines) | _size_columns(lines, setting)
    return pl.DataFrame({name: columns[name] for name in NAMES})


def _invoice_columns(lines: Lines) -> dict[str, pl.Series]:
    reference = _numbers(lines["reference_invoice_id"])
    return {
        "transaction_type": _gather([SALE_TEXT, RETURN_TEXT], lines["returned"].astype(np.int64)),
        "invoice_id": _numbers(lines["invoice_id"]),
        "invoice_line_no": _integers(lines["invoice_line_no"]),
        "reference_invoice_id": reference.set(pl.Series(lines["reference_invoice_id"] == 0), ""),
        "system_date": _dates(lines["system_date"]),
        "reference_date": _dates(lines["reference_date"]),
    }


def _context_columns(lines: Lines) -> dict[str, pl.Series]:
    payments = [name for name, _ in words.PAYMENTS]
    settlement = [str(days) for _, days in words.PAYMENTS]
    reasons = ["", *words.RETURN_REASONS]
    remark = mixed("remark", lines["invoice_id"]) % 40
    return {
        "invoice_status": _gather(list(words.STATUSES), lines["status"]),
        "return_reason": _gather(reasons, np.where(lines["returned"], lines["reason"] + 1, 0)),
        "pre_invoice_id": _integers(lines["invoice_id"] % 1_000_000_000 + 3_000_000_000),
        "delivery_id": _integers(lines["invoice_id"] % 1_000_000_000 + 7_000_000_000),
        "payment_method": _gather(payments, lines["payment"]),
        "settlement_days": _gather(settlement, lines["payment"]),
        "registered_at": _gather(_TIMES, lines["minute"]),
        "remark": _gather([*words.REMARKS, ""], np.minimum(remark, len(words.REMARKS))),
    }


def _size_columns(lines: Lines, setting: Setting) -> dict[str, pl.Series]:
    per_carton = setting.master.product_per_carton[lines["product"]]
    grams = setting.master.product_grams[lines["product"]]
    sign, pieces = np.sign(lines["quantity"]), np.abs(lines["quantity"])
    return {
        "cartons": _integers(sign * (pieces // per_carton)),
        "loose": _integers(sign * (pieces % per_carton)),
        "total_weight": pl.Series(lines["quantity"] * grams / 1000).cast(pl.String),
        "total_volume": pl.Series(lines["quantity"] * grams * 2 / 1000).cast(pl.String),
    }


def _gather(texts: list[str], index: Ints) -> pl.Series:
    return pl.Series(texts, dtype=pl.String).gather(index)


def _integers(values: Ints) -> pl.Series:
    return pl.Series(np.ascontiguousarray(values)).cast(pl.String)


def _numbers(values: Ints) -> pl.Series:
    return _integers(values).str.zfill(INVOICE_DIGITS)


def _dates(days: Ints) -> pl.Series:
    distinct, index = np.unique(days, return_inverse=True)
    return _gather([jalali_text(int(day)) for day in distinct], index.reshape(-1))


def record_bytes(cells: pl.DataFrame) -> list[bytes]:
    """One record per row, without its end: cells quoted only where needed, UTF-8.

    No cell holds a CR, so that the record end splits records and nothing else.
    """
    buffer = io.BytesIO()
    cells.write_csv(
        buffer, include_header=False, line_terminator=RECORD_END.decode(), quote_style="necessary"
    )
    records = buffer.getvalue().split(RECORD_END)
    records.pop()
    assert len(records) == cells.height
    return records
