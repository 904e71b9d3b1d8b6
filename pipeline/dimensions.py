"""Versions of customers, products, salespeople and branches, from what published loads observed.

Publishing, withdrawing or rechecking a load can change the versions of whom it observed alone, and
those between the published days before and after its own alone. They are all that is worked out
anew, so a change costs the same however much history stands around it.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from pipeline.contracts import DIMENSION_KEYS
from pipeline.db import Connection, fetch_all, run, table


def mark_noise(connection: Connection, load_id: int) -> None:
    """Mark which of the load's observations make no version; once they are all written."""
    run(connection, "dimensions/mark_noise", {"load_id": load_id})


def touch_days(connection: Connection, loads: Sequence[int]) -> None:
    """Note what the loads observed, as it is now, for `refresh_versions` in this transaction.

    A run that writes observations anew calls it before and after: it touches both.
    """
    run(connection, "dimensions/create_touched")
    run(connection, "dimensions/touch_days", {"loads": list(loads)})


def refresh_versions(connection: Connection, source: str) -> None:
    """Work out the touched versions of a source anew; call `touch_days` and `hold_versions` first.

    The result is that of `rebuild_versions`, of which it makes the part that can have changed.
    """
    published = fetch_all(connection, "list_published_of_source", {"source": source})
    facts = {"source": source, "published": [load["load_id"] for load in published]}
    run(connection, "dimensions/find_touched_spans", facts)
    run(connection, "dimensions/find_touched_versions", facts)
    versions = table("pg_temp", "touched_versions")
    for dimension, key in DIMENSION_KEYS.items():
        part = {"source": source, "dimension": dimension}
        names = {"table": table("dim", dimension), "key": sql.Identifier(key)}
        run(connection, "dimensions/clear_touched_versions", part, **names)
        run(connection, f"dimensions/refresh_{dimension}", part, versions=versions)
        run(connection, "dimensions/mend_ends", part, **names)
    run(connection, "dimensions/clear_touched")


def rebuild_versions(connection: Connection, source: str) -> None:
    """Make every version of a source anew, from all that its published loads observed."""
    for dimension in DIMENSION_KEYS:
        names = {"table": table("dim", dimension)}
        run(connection, "dimensions/clear_all", {"source": source}, **names)
        versions = table("dim", "observed_versions")
        run(connection, f"dimensions/refresh_{dimension}", {"source": source}, versions=versions)


def hold_versions(connection: Connection, source: str) -> None:
    """Wait until nobody else changes versions of the source; held until the transaction ends."""
    run(connection, "lock_dimensions", {"source": source})
