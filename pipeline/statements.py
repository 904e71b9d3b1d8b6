"""Named SQL: statements live in files under sql/, are asked for by name, and take parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from pipeline.settings import ROOT

SQL_ROOT = ROOT / "sql"
Connection = psycopg.Connection[Any]
Row = dict[str, Any]


@lru_cache(maxsize=256)
def sql_text(path: str) -> str:
    """Text of `sql/<path>.sql`."""
    return (SQL_ROOT / f"{path}.sql").read_text(encoding="utf-8")


def query(name: str, **identifiers: sql.Composable) -> sql.SQL | sql.Composed:
    """The statement in `sql/queries/<name>.sql` (or `sql/<folder>/<name>.sql` for `folder/name`).

    `{name}` in it takes an identifier or a literal.
    """
    text = sql_text(name if "/" in name else f"queries/{name}")
    return sql.SQL(text).format(**identifiers) if identifiers else sql.SQL(text)


def table(schema: str, name: str) -> sql.Identifier:
    """A qualified table name, quoted for a statement."""
    return sql.Identifier(schema, name)


def run(
    connection: Connection, name: str, params: Mapping[str, Any] | None = None, **ids: Any
) -> int:
    """Execute a named statement; returns the number of rows it touched."""
    return connection.execute(query(name, **ids), params).rowcount


def fetch_all(
    connection: Connection, name: str, params: Mapping[str, Any] | None = None, **ids: Any
) -> list[Row]:
    """Rows of a named query, each a dict by column name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query(name, **ids), params).fetchall()


def fetch_one(
    connection: Connection, name: str, params: Mapping[str, Any] | None = None, **ids: Any
) -> Row | None:
    """The first row of a named query, or None."""
    rows = fetch_all(connection, name, params, **ids)
    return rows[0] if rows else None


def copy_in(connection: Connection, name: str, data: bytes, **ids: Any) -> None:
    """Send `data` through the COPY statement in `sql/queries/<name>.sql`."""
    with connection.cursor().copy(query(name, **ids)) as copy:
        copy.write(data)
