"""Prices of a load: how often each was asked of a product, and which one is usual."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipeline.transform.cells import compact
from pipeline.transform.numbers import AMOUNT

# Counts are added up when this many wait: seldom enough to cost nothing, often enough to stay few.
COUNTS_WAITING = 200_000
_KEYS = ("product_id", "unit_price")
_ASKED: dict[str, Any] = {"product_id": pl.String, "unit_price": AMOUNT, "lines": pl.UInt32}


class PriceMemory:
    """Counts the prices of each product's sale lines; memory grows with prices, not lines."""

    def __init__(self) -> None:
        self._counts: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Count the sale lines among the canonical lines of a block."""
        sales = frame.select_seq(_KEYS).filter(frame["transaction_type"] == "SALE")
        counts = sales.group_by(_KEYS).len("lines")
        self._counts.append(compact(counts))
        if sum(part.height for part in self._counts[1:]) > COUNTS_WAITING:
            self._counts = [self.asked()]

    def asked(self) -> pl.DataFrame:
        """Every price of every product, once: `product_id, unit_price, lines`."""
        if not self._counts:
            return pl.DataFrame(schema=_ASKED)
        return pl.concat(self._counts).group_by(_KEYS).agg(pl.sum("lines"))

    def prices(self, min_lines: int) -> pl.DataFrame:
        """Per product with enough sale lines: `product_id, median_price, lines`.

        The median is the lower of the middle two, so a price that was really asked.
        """
        running = (
            self.asked()
            .sort(_KEYS)
            .with_columns_seq(
                up_to=pl.col("lines").cum_sum().over("product_id"),
                total=pl.sum("lines").over("product_id"),
            )
        )
        middle = running.filter(pl.col("up_to") > (pl.col("total") - 1) // 2)
        return (
            middle.group_by("product_id", maintain_order=True)
            .agg(median_price=pl.first("unit_price"), lines=pl.first("total"))
            .filter(pl.col("lines") >= min_lines)
        )
