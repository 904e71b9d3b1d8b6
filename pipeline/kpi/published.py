"""What figures need of the published loads as a set, brought up to date when the set changes.

Invoices, customers and days that several loads tell of are counted once; the customers of a month
stand ready with their ranks; facts are found by product, customer and invoice.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg import sql

from pipeline.db import Connection, fetch_all, run, table

# Table of a run → what its rows are found by once the load is published.
_FOUND_BY = {"sales": ("product", "customer", "invoice", "reference"), "rollup": ("month", "day")}


def refresh_figures(connection: Connection, source: str) -> None:
    """To be called in the transaction that publishes, voids or rechecks a load of the source."""
    refresh_double_counts(connection, source)
    refresh_ranks(connection, source)
    index_published(connection, source)


def refresh_double_counts(connection: Connection, source: str) -> list[str]:
    """Work out anew what the months count twice whose published runs changed; returns them.

    A month that one load alone tells of costs nothing, and no month is looked at whose published
    runs are those of before.
    """
    stale = fetch_all(connection, "tiers/list_stale_months", {"source": source})
    months = [row["jalali_month"] for row in stale]
    if months:
        facts = {"source": source, "months": months}
        for step in ("clear_double_counts", "add_double_counts", "add_double_counted_months"):
            run(connection, f"tiers/{step}", facts)
    return months


def refresh_ranks(connection: Connection, source: str) -> list[str]:
    """Rank the customers of the months anew whose published runs changed; returns the months.

    Once double counts are those of now.
    """
    stale = fetch_all(connection, "tiers/list_stale_ranks", {"source": source})
    months = [row["jalali_month"] for row in stale]
    if months:
        facts = {"source": source, "months": months}
        run(connection, "tiers/clear_ranked_months", facts)
        _drop_gone(connection, facts)
        run(connection, "tiers/add_ranks", facts)
        run(connection, "tiers/add_ranked_months", facts)
    return months


def _drop_gone(connection: Connection, facts: dict[str, Any]) -> None:
    gone = fetch_all(connection, "tiers/list_gone_ranks", facts)
    for month, rows in groupby(gone, itemgetter("jalali_month")):
        customers = [row["customer_id"] for row in rows]
        run(connection, "tiers/drop_ranks", facts | {"month": month, "customers": customers})


def index_published(connection: Connection, source: str) -> list[int]:
    """Let the facts of each published load be found by what is asked of them; returns the new.

    Made when a load is published, and not while it is loaded: a draft needs none of it.
    """
    loads = fetch_all(connection, "tiers/list_unindexed_loads", {"source": source})
    for load in loads:
        run(connection, "tiers/index_published", **_index_names(load["run_id"]))
    return [load["load_id"] for load in loads]


def _index_names(run_id: int) -> dict[str, Any]:
    """The tables of a run, and the names of the indexes on them."""
    tables = {
        "sales": ("canonical", f"sales_{run_id}"),
        "rollup": ("kpi", f"rollup_invoices_{run_id}"),
    }
    names: dict[str, Any] = {name: table(*place) for name, place in tables.items()}
    for of, keys in _FOUND_BY.items():
        for key in keys:
            names[f"by_{key}"] = sql.Identifier(f"{tables[of][1]}_by_{key}")
    return names
