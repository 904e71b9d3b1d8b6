"""Canonical facts on their way to the database, and the partial sums that KPI rollups stand on."""

from __future__ import annotations

from typing import Any

import polars as pl
from psycopg import Copy, sql

from pipeline.contracts import Mapping
from pipeline.db import Connection, query, run, table
from pipeline.transform.numbers import AMOUNT

FACT_COLUMNS = (
    "line_no", "invoice_id", "invoice_line_no", "customer_id", "product_id", "salesperson_id",
    "transaction_type", "sign", "event_date", "event_date_jalali", "jalali_month",
    "event_date_source", "quantity", "free_quantity", "unit_price", "gross_amount",
    "discount_volume", "discount_cash", "discount_amount", "tax_amount", "net_amount",
    "return_reason", "reference_invoice_id",
)  # fmt: skip
AMOUNT_COLUMNS = (
    "quantity", "free_quantity", "unit_price", "gross_amount", "discount_volume",
    "discount_cash", "discount_amount", "tax_amount", "net_amount",
)  # fmt: skip


class FactWriter:
    """Writes the canonical lines of one load into a table of its own, in one transaction."""

    def __init__(self, connection: Connection, load_id: int, mapping: Mapping) -> None:
        self._connection = connection
        self._names = sales_table(load_id, mapping.source_system)
        run(connection, "create_sales_table", **self._names)
        self._copy: Any = connection.cursor().copy(query("copy_sales", **self._names))
        self._stream: Copy[Any] = self._copy.__enter__()

    def write(self, frame: pl.DataFrame) -> None:
        """Send canonical lines."""
        if frame.height:
            self._stream.write(as_csv(frame.select(FACT_COLUMNS)))

    def finish(self) -> None:
        """End the stream, build keys and statistics; the caller commits."""
        self._copy.__exit__(None, None, None)
        run(self._connection, "finish_sales_table", **self._names)


def as_csv(frame: pl.DataFrame) -> bytes:
    """A frame as CSV for COPY: exact decimals without idle zeros, null as nothing."""
    amounts = [name for name, dtype in frame.schema.items() if dtype == AMOUNT]
    frame = frame.with_columns(_shortest(frame[name]) for name in amounts)
    return frame.write_csv(include_header=False).encode()


def _shortest(column: pl.Series) -> pl.Series:
    """Whole amounts as integers; others as text without zeros at the end."""
    whole = column.cast(pl.Int64)
    if (whole.cast(AMOUNT) == column).all():
        return whole
    text = column.cast(pl.String)
    return text.str.strip_chars_end("0").str.strip_chars_end(".")


def sales_table(load_id: int, source_system: str) -> dict[str, sql.Composable]:
    """Names that the statements on one load's facts are filled with."""
    return {
        "sales": table("canonical", f"sales_{load_id}"),
        "check": sql.Identifier(f"sales_{load_id}_load_id"),
        "load_id": sql.Literal(load_id),
        "source_system": sql.Literal(source_system),
    }
