"""What dead runs left behind: runs that never ended, tables that nothing shows.

A run holds its load by a lock of its session, which the server frees when the process dies. Who
has the lock may clear: nothing alive is behind what is left.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from pipeline.db import Connection, fetch_all, fetch_one, run, table, transaction
from pipeline.errors import RefusedAction

WAIT_FOR_LOAD = "10s"
# A run notes that it begins a moment before it holds its load.
SETTLED_SECONDS = 60
_ABANDONED = "The process of this run ended before the run did."


def hold_load(connection: Connection, load_id: int) -> None:
    """Hold a load until this session ends; RefusedAction while another run goes on over it."""
    run(connection, "jobs/set_lock_timeout", {"timeout": WAIT_FOR_LOAD})
    try:
        run(connection, "lock_load", {"load_id": load_id})
    except psycopg.errors.LockNotAvailable:
        raise RefusedAction(
            "LOAD_BUSY",
            fa="اجرای دیگری بر بار {load_id} در جریان است؛ صبر کنید تا تمام شود («jobs») "
            "یا آن را با «cancel» لغو کنید.",
            en="Another run over load {load_id} is going on; wait for its end (`jobs`), "
            "or call it off with `cancel`.",
            load_id=load_id,
        ) from None
    run(connection, "jobs/set_lock_timeout", {"timeout": "0"})


def clear_leftovers(connection: Connection, load_id: int) -> None:
    """Clear what dead runs of a load left, and commit; the caller holds the load."""
    _clear(connection, load_id)
    connection.commit()


def sweep(url: str) -> list[int]:
    """Clear what dead runs of any load left; returns the loads that had something.

    A load that a living run holds is left alone.
    """
    with transaction(url) as connection:
        found = fetch_all(connection, "list_abandoned_runs", {"seconds": SETTLED_SECONDS})
        found += fetch_all(connection, "list_leftover_tables", {"load_id": None})
    swept = []
    for load_id in sorted({row["load_id"] for row in found if row["load_id"] is not None}):
        with transaction(url) as connection:
            held = fetch_one(connection, "try_lock_load", {"load_id": load_id})
            if held is not None and held["is_mine"]:
                _clear(connection, load_id)
                swept.append(load_id)
    return swept


def _clear(connection: Connection, load_id: int) -> None:
    facts = {"load_id": load_id, "error": _ABANDONED}
    if run(connection, "fail_abandoned_runs", facts):
        run(connection, "fail_load", facts)
    for left in fetch_all(connection, "list_leftover_tables", {"load_id": load_id}):
        name = table(left["schema_name"], left["table_name"])
        run(connection, "drop_table", table=name)
        if left["schema_name"] == "raw":
            sequence = sql.Identifier("raw", f"{left['table_name']}_line_no")
            run(connection, "drop_sequence", sequence=sequence)
