"""Versions of customers, products, salespeople and branches, from what published loads observed.

Publishing, withdrawing or rechecking a load can change the versions of whom it observed alone, and
those between the published days before and after its own alone. They are all that is worked out
anew, so a change costs the same however much history stands around it.

Observations hold names folded; versions show them in the spelling on most lines of the published
loads. One that changes by that is changed in all versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from pipeline.contracts import CODE_ATTRIBUTES, DIMENSION_ATTRIBUTES, DIMENSION_KEYS
from pipeline.db import Connection, fetch_all, query, run, table


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
    touched = fetch_all(connection, "dimensions/list_touched_loads", facts)
    _refresh_spellings(connection, facts, [load["load_id"] for load in touched])
    run(connection, "dimensions/find_touched_spans", facts)
    run(connection, "dimensions/find_touched_versions", facts)
    versions = table("pg_temp", "touched_versions")
    for dimension, key in DIMENSION_KEYS.items():
        part = {"source": source, "dimension": dimension}
        names = {"table": table("dim", dimension), "key": sql.Identifier(key)}
        run(connection, "dimensions/clear_touched_versions", part, **names)
        _add_versions(connection, dimension, source, versions)
        run(connection, "dimensions/mend_ends", part, **names)
    run(connection, "dimensions/clear_touched")


def rebuild_versions(connection: Connection, source: str) -> None:
    """Make every version of a source anew, from all that its published loads observed."""
    published = fetch_all(connection, "list_published_of_source", {"source": source})
    loads = [load["load_id"] for load in published]
    run(connection, "dimensions/forget_spellings", {"source": source})
    _refresh_spellings(connection, {"source": source, "published": loads}, loads)
    versions = table("dim", "observed_versions")
    for dimension in DIMENSION_KEYS:
        run(connection, "dimensions/clear_all", {"source": source}, table=table("dim", dimension))
        _add_versions(connection, dimension, source, versions)


def hold_versions(connection: Connection, source: str) -> None:
    """Wait until nobody else changes versions of the source; held until the transaction ends."""
    run(connection, "lock_dimensions", {"source": source})


def forget_load(connection: Connection, load_id: int) -> None:
    """Remove how a load wrote names; those that no other load wrote are gone then."""
    run(connection, "dimensions/purge_spellings", {"load_id": load_id})


def _add_versions(
    connection: Connection, dimension: str, source: str, versions: sql.Composable
) -> None:
    """Write versions of a dimension into it, with names as they are spelt."""
    names = (name for name in DIMENSION_ATTRIBUTES[dimension] if name not in CODE_ATTRIBUTES)
    spelt = {name: query("dimensions/spelt", attribute=sql.Literal(name)) for name in names}
    run(
        connection, f"dimensions/refresh_{dimension}", {"source": source},
        versions=versions, **spelt,
    )  # fmt: skip


def _refresh_spellings(connection: Connection, facts: dict[str, Any], loads: list[int]) -> None:
    """Choose the shown spellings anew, now that `loads` are among the published ones."""
    run(connection, "dimensions/learn_spellings", {**facts, "loads": loads})
    changes = fetch_all(connection, "dimensions/choose_spellings", facts)
    for dimension, attributes in DIMENSION_ATTRIBUTES.items():
        for attribute in attributes:
            of_this = [change for change in changes if change["attribute"] == attribute]
            if of_this:
                spelt = {name: [change[name] for change in of_this] for name in ("before", "after")}
                names = {"table": table("dim", dimension), "attribute": sql.Identifier(attribute)}
                run(connection, "dimensions/respell", {**facts, **spelt}, **names)
