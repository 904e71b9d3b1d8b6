"""Rollups behind the KPI views: partial sums of each block, added up per load."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipeline.transform.cells import compact
from pipeline.transform.numbers import AMOUNT
from pipeline.transform.packed import pack, unpack

INVOICE_KEYS = ("event_date", "jalali_month", "invoice_id", "customer_id", "salesperson_id")
_PRODUCT_KEYS = ("jalali_month", "product_id")
# Sums of products are added up when this many wait: there are few products, and many blocks.
_SUMS_WAITING = 50_000
_SALE = pl.col("transaction_type") == "SALE"


class RollupMemory:
    """Collects the partial sums of a load's canonical lines, block by block."""

    def __init__(self) -> None:
        self._invoices: list[bytes] = []
        self._products: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the canonical lines of a block; rows of `kpi.rollup_invoices` come of them."""
        net, quantity = pl.col("net_amount"), pl.col("quantity")
        parts = frame.with_columns_seq(
            sale_net=pl.when(_SALE).then(net).otherwise(0).cast(AMOUNT),
            sale_quantity=pl.when(_SALE).then(quantity).otherwise(0).cast(AMOUNT),
            is_sale=_SALE.cast(pl.Int32),
        )
        invoices = parts.group_by(INVOICE_KEYS).agg(
            pl.sum("net_amount"), gross_amount=pl.sum("sale_net"), line_count=pl.len()
        )
        # There are as many invoices as a third of the lines.
        self._invoices.append(pack(invoices))
        self._products.append(
            parts.group_by(_PRODUCT_KEYS).agg(
                sales_amount=pl.sum("sale_net"),
                returns_amount=(pl.sum("sale_net") - pl.sum("net_amount")),
                sales_quantity=pl.sum("sale_quantity"),
                returned_quantity=(pl.sum("sale_quantity") - pl.sum("quantity")),
                sale_lines=pl.sum("is_sale"),
                return_lines=pl.len() - pl.sum("is_sale"),
            )
        )
        if sum(part.height for part in self._products[1:]) > _SUMS_WAITING:
            self._products = [compact(self.products())]
        return invoices

    def invoices(self) -> Iterator[pl.DataFrame]:
        """Rows of `kpi.rollup_invoices`, one frame per block."""
        return map(unpack, self._invoices)

    def products(self) -> pl.DataFrame:
        """Rows of `kpi.rollup_products`: one per month and product."""
        if not self._products:
            return pl.DataFrame()
        parts = pl.concat(self._products)
        sums = [name for name in parts.columns if name not in _PRODUCT_KEYS]
        return parts.group_by(_PRODUCT_KEYS).agg(pl.sum(*sums))
