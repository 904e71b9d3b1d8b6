"""The way to PostgreSQL: connections, named SQL files, and errors turned at one border."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from pipeline.claims import claim_of
from pipeline.errors import DatabaseAway, LostClaim
from pipeline.server import DATABASE, embedded_folder, ensure_embedded, running_url
from pipeline.settings import ROOT, Settings

SQL_ROOT = ROOT / "sql"

Connection = psycopg.Connection[Any]
Row = dict[str, Any]


def database_url(settings: Settings) -> str:
    """URL of the product's database; starts the embedded server when no other is named."""
    if settings.database_url:
        return settings.database_url
    maintenance = ensure_embedded(embedded_folder(settings))
    return make_conninfo(maintenance, dbname=DATABASE)


def running_database_url(settings: Settings) -> str | None:
    """URL of the product's database without starting anything; None when no server is known."""
    if settings.database_url:
        return settings.database_url
    maintenance = running_url(embedded_folder(settings))
    return maintenance and make_conninfo(maintenance, dbname=DATABASE)


def connect(url: str, *, autocommit: bool = False) -> Connection:
    """Open a connection whose transactions are ended by `commit` or `rollback`.

    One that belongs to a job asks first whether the job is still its own, or raises LostClaim.
    """
    try:
        connection = psycopg.connect(
            url, autocommit=autocommit, fallback_application_name="sales_engine"
        )
    except psycopg.OperationalError as error:
        raise DatabaseAway(
            "DATABASE_AWAY",
            fa="پایگاه داده در دسترس نیست ({reason}). چیزی ثبت نشد؛ "
            "پس از برقراری ارتباط دوباره تلاش کنید.",
            en="The database cannot be reached ({reason}). Nothing was stored; "
            "try again once it is up.",
            reason=str(error).strip().splitlines()[-1],
        ) from error
    try:
        _require_claim(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_claim(connection: Connection) -> None:
    """Refuse a session to an attempt whose job another one took over, or called off."""
    claim = claim_of(connection.info.parameter_status("application_name"))
    if claim is None:
        return
    # No row: the job comes with a receipt that is not committed yet, so nobody else knows of it.
    now = fetch_one(connection, "jobs/read_claim", claim.facts())
    connection.rollback()
    if now is not None and (now["attempt"], now["state"]) != (claim.attempt, "running"):
        raise LostClaim(claim.job_id)


@contextmanager
def transaction(url: str) -> Iterator[Connection]:
    """A connection for one transaction: committed at the end, rolled back on an error."""
    with connect(url) as connection:
        yield connection


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
