"""Sums of a load by day, month, customer and salesperson, which dashboards read.

They are made of the invoice parts that a run has in hand, while the server is busy with the facts.
Amounts and lines add up over loads; counts that several loads share are put right when a load is
published (`pipeline.kpi.published`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl
from psycopg import sql

from pipeline.db import table

_COUNTED = {
    "invoice_count": pl.n_unique("invoice_id"),
    "customer_count": pl.n_unique("customer_id"),
    "active_days": pl.n_unique("event_date"),
}
# Table → its keys, and what is counted there beside the sums.
_TIERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rollup_days": (("event_date", "jalali_month"), ("invoice_count",)),
    "rollup_months": (("jalali_month",), ("invoice_count", "customer_count")),
    "rollup_customers": (("jalali_month", "customer_id"), ("invoice_count", "active_days")),
    "rollup_salespeople": (
        ("jalali_month", "salesperson_id"),
        ("invoice_count", "customer_count"),
    ),
}


def tiers(invoices: Iterable[pl.DataFrame]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Name and rows of each `kpi.rollup_…` table of a load, without its load and source.

    `invoices` are rows of `kpi.rollup_invoices`, one frame per block; nothing comes of none. Each
    table is made when it is asked for: one after the other takes less memory than all at once.
    """
    # Counting distinct texts costs far more than counting their numbers.
    keys = ("invoice_id", "customer_id", "salesperson_id", "jalali_month")
    numbers = [pl.col(name).cast(pl.Categorical) for name in keys]
    frames = [part.with_columns(numbers) for part in invoices]
    if not frames:
        return
    parts = pl.concat(frames)
    frames.clear()
    sums = [pl.sum("net_amount"), pl.sum("gross_amount"), pl.sum("line_count")]
    for name, (by, counted) in _TIERS.items():
        yield name, parts.group_by(by).agg(*sums, **{c: _COUNTED[c] for c in counted})
    visits = parts.select("jalali_month", "salesperson_id", "customer_id")
    yield "rollup_visits", visits.filter(pl.col("salesperson_id").is_not_null()).unique()


def as_tier(load_id: int, source: str, sums: pl.DataFrame) -> pl.DataFrame:
    """Sums as rows of their table, in the order of `tier_names`."""
    head = (pl.lit(load_id).alias("load_id"), pl.lit(source).alias("source_system"))
    return sums.select(*head, pl.all())


def tier_names(name: str) -> dict[str, sql.Composable]:
    """What the statement that fills a table is filled with: the table and its columns."""
    if name == "rollup_visits":
        rest = ["jalali_month", "salesperson_id", "customer_id"]
    else:
        by, counted = _TIERS[name]
        rest = [*by, "net_amount", "gross_amount", "line_count", *counted]
    columns = map(sql.Identifier, ["load_id", "source_system", *rest])
    return {"tier": table("kpi", name), "columns": sql.SQL(", ").join(columns)}
