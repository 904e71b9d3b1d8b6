"""Rollups behind the KPI views: partial sums of each block, added up per load."""

from __future__ import annotations

import polars as pl

from pipeline.transform.cells import compact
from pipeline.transform.numbers import AMOUNT

INVOICE_KEYS = ("event_date", "jalali_month", "invoice_id", "customer_id", "salesperson_id")
_SALE = pl.col("transaction_type") == "SALE"


class RollupMemory:
    """Collects the partial sums of a load's canonical lines, block by block."""

    def __init__(self) -> None:
        self._invoices: list[pl.DataFrame] = []
        self._products: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Add the canonical lines of a block."""
        net, quantity = pl.col("net_amount"), pl.col("quantity")
        parts = frame.with_columns(
            sale_net=pl.when(_SALE).then(net).otherwise(0).cast(AMOUNT),
            sale_quantity=pl.when(_SALE).then(quantity).otherwise(0).cast(AMOUNT),
            is_sale=_SALE.cast(pl.Int32),
        )
        invoices = parts.group_by(INVOICE_KEYS).agg(
            pl.sum("net_amount"), gross_amount=pl.sum("sale_net"), line_count=pl.len()
        )
        self._invoices.append(compact(invoices))
        self._products.append(
            parts.group_by("jalali_month", "product_id").agg(
                sales_amount=pl.sum("sale_net"),
                returns_amount=(pl.sum("sale_net") - pl.sum("net_amount")),
                sales_quantity=pl.sum("sale_quantity"),
                returned_quantity=(pl.sum("sale_quantity") - pl.sum("quantity")),
                sale_lines=pl.sum("is_sale"),
                return_lines=pl.len() - pl.sum("is_sale"),
            )
        )

    def invoices(self) -> list[pl.DataFrame]:
        """Rows of `kpi.rollup_invoices`, one frame per block."""
        return self._invoices

    def products(self) -> pl.DataFrame:
        """Rows of `kpi.rollup_products`: one per month and product."""
        if not self._products:
            return pl.DataFrame()
        parts = pl.concat(self._products)
        keys = ["jalali_month", "product_id"]
        return parts.group_by(keys).agg(pl.sum(n) for n in parts.columns if n not in keys)
