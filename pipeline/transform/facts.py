"""Canonical facts on their way to the database, and the partial sums that KPI rollups stand on."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
from psycopg import Copy

from pipeline.background import Background
from pipeline.db import connect, query, run
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
    """Writes the canonical lines of one run into a table of its own, in a thread of its own.

    `names` are those of `run_tables`; `lines` counts what was written. The connection is its own
    too, so that its key is built beside what else the run has to do. After `wait` the table is
    committed but not yet attached: nobody sees it before the run's last step.
    """

    def __init__(self, url: str, names: dict[str, Any]) -> None:
        self._connection = connect(url)
        self._names = names
        self._thread = Background("facts")
        self._copy: Any = None
        self.lines = 0
        try:
            run(self._connection, "create_sales_table", **names)
        except BaseException:
            self._connection.close()
            raise

    def write(self, frame: pl.DataFrame) -> None:
        """Send canonical lines."""
        self.lines += frame.height
        self._thread.put(self._send, frame.select_seq(FACT_COLUMNS))

    def finish(self) -> None:
        """Begin to build the key and statistics; it goes on in the thread."""
        self._thread.put(self._finish)
        self._thread.put(self._connection.commit)

    def wait(self) -> None:
        """Return when the table is whole and committed."""
        self._thread.wait()
        self._thread.close()
        self._connection.close()

    def abandon(self, error: BaseException) -> None:
        """End without keeping anything; what was committed already is cleared with the run."""
        self._thread.close()
        if self._copy is not None:
            with suppress(psycopg.Error):
                self._copy.__exit__(type(error), error, error.__traceback__)
            self._copy = None
        self._connection.close()

    def _send(self, frame: pl.DataFrame) -> None:
        if self._copy is None:
            self._copy = self._connection.cursor().copy(query("copy_sales", **self._names))
            self._stream: Copy = self._copy.__enter__()
        self._stream.write(as_csv(frame))

    def _finish(self) -> None:
        if self._copy is not None:
            self._copy.__exit__(None, None, None)
            self._copy = None
        run(self._connection, "finish_sales_table", **self._names)


def as_csv(frame: pl.DataFrame) -> bytes:
    """A frame as CSV for COPY: exact decimals without idle zeros, null as nothing."""
    amounts = [name for name, dtype in frame.schema.items() if dtype == AMOUNT]
    # A product of two amounts may pass what an integer holds: it is null there.
    whole = frame.select_seq(pl.col(amounts).cast(pl.Int64, strict=False))
    is_whole = whole.select_seq(pl.all().cast(AMOUNT)).select_seq(
        pl.col(name).eq_missing(frame[name]).all() for name in amounts
    )
    columns = [
        whole[name] if is_whole[name].item() else _without_idle_zeros(frame[name])
        for name in amounts
    ]
    out = BytesIO()
    frame.with_columns_seq(columns).write_csv(out, include_header=False)
    return out.getvalue()


def _without_idle_zeros(amounts: pl.Series) -> pl.Series:
    text = amounts.cast(pl.String)
    return text.str.strip_chars_end("0").str.strip_chars_end(".")
