"""Spread the large tables over many machines (Citus); where each goes says `sql/citus`."""

from __future__ import annotations

from pipeline.db import Connection, connect, fetch_all, fetch_one, run
from pipeline.errors import RefusedAction

_STATEMENTS = {"everywhere": "citus/copy_everywhere", "by_column": "citus/spread_table"}


def distribute(url: str) -> list[str]:
    """Spread what is not spread yet, after `migrate`; returns the names of the tables.

    In one transaction. Raises RefusedAction CITUS_MISSING where the database has no extension of
    that name; nothing is changed then.
    """
    with connect(url, as_owner=True) as connection, connection.transaction():
        run(connection, "lock_migrations")
        _require_extension(connection)
        spread = {row["table_name"] for row in fetch_all(connection, "citus/list_spread")}
        waiting = [
            place
            for place in fetch_all(connection, "citus/list_places")
            if place["place"] in _STATEMENTS and place["table_name"] not in spread
        ]
        if waiting:
            run(connection, "citus/ask_scope_by_function")
            run(connection, "citus/allow_triggers")
        for place in waiting:
            run(connection, _STATEMENTS[place["place"]], place)
    return [place["table_name"] for place in waiting]


def _require_extension(connection: Connection) -> None:
    row = fetch_one(connection, "citus/find_extension")
    assert row is not None
    if row["version"] is not None:
        return
    raise RefusedAction(
        "CITUS_MISSING",
        fa="این پایگاه داده افزونهٔ Citus را ندارد، پس جدول‌ها روی همین یک ماشین ماند و چیزی عوض "
        "نشد. روی سروری که Citus دارد «create extension citus» را در همین پایگاه و روی هر ماشین "
        "اجرا کنید، نشانی آن را در DATABASE_URL بگذارید و دوباره «migrate --citus» را بزنید.",
        en="This database has no Citus extension, so its tables stay on one machine and nothing "
        "was changed. On a server that has Citus run `create extension citus` in this database and "
        "on each machine, set DATABASE_URL to it, and run `migrate --citus` again.",
    )
