"""The way to PostgreSQL: connections, named SQL files, and errors turned at one border."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from pipeline.claims import claim_of
from pipeline.errors import DatabaseAway, LostClaim, SchemaMissing
from pipeline.server import DATABASE, embedded_folder, ensure_embedded, running_url
from pipeline.settings import ROOT, Settings

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

SQL_ROOT = ROOT / "sql"
# What the pipeline, the console and the API work as; see sql/roles/create_roles.sql.
APP_ROLE = "sales_engine_app"

MOST_READERS = 16
READER_WAIT = 5.0  # seconds for a connection, before the database counts as away
READER_IDLE = 300.0  # seconds after which a connection that nobody uses is closed

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


def as_app(url: str) -> str:
    """The same address, for sessions that work as the application role from their first moment.

    For connection pools; `connect` does it by itself.
    """
    options = conninfo_to_dict(url).get("options") or ""
    return make_conninfo(url, options=f"{options} -c role={APP_ROLE}".strip())


def connect(url: str, *, autocommit: bool = False, as_owner: bool = False) -> Connection:
    """Open a connection whose transactions are ended by `commit` or `rollback`.

    It works as the application role, which cannot change what was received and done. `as_owner`
    leaves it all the rights of the user in `url`: for the schema, for the ledger check (which must
    see every session of the server) and for backups. Raises DatabaseAway, and SchemaMissing where
    the server does not know the role yet.

    A session that belongs to a job asks first whether the job is still its own, or raises
    LostClaim.
    """
    address = url if as_owner else as_app(url)
    try:
        connection = psycopg.connect(
            address, autocommit=autocommit, fallback_application_name="sales_engine"
        )
    except psycopg.OperationalError as error:
        raise _no_connection(error) from error
    try:
        _require_claim(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _no_connection(error: psycopg.OperationalError) -> DatabaseAway | SchemaMissing:
    # The server's messages come in many languages; a refused role is named in all of them.
    if APP_ROLE in str(error):
        return SchemaMissing(
            "SCHEMA_MISSING",
            fa="پایگاه داده آماده نیست، یا این کاربر اجازهٔ کار با نقش «{role}» را ندارد. نخست "
            "«python -m pipeline migrate» را با کاربر مالک اجرا کنید.",
            en="The database is not prepared, or this user may not work as the role {role}. "
            "Run `python -m pipeline migrate` as the owner first.",
            role=APP_ROLE,
        )
    return database_away(error)


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


def database_away(error: Exception) -> DatabaseAway:
    """What to say when PostgreSQL cannot be reached."""
    return DatabaseAway(
        "DATABASE_AWAY",
        fa="پایگاه داده در دسترس نیست ({reason}). چیزی ثبت نشد؛ "
        "پس از برقراری ارتباط دوباره تلاش کنید.",
        en="The database cannot be reached ({reason}). Nothing was stored; "
        "try again once it is up.",
        reason=(str(error).strip() or type(error).__name__).splitlines()[-1],
    )


_pools: dict[str, ConnectionPool[Connection]] = {}
_pools_lock = Lock()
# By URL, the snapshots that whoever runs here is reading.
_snapshots: ContextVar[Mapping[str, Connection]] = ContextVar(
    "snapshots", default=MappingProxyType({})
)


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A read-only connection that shows one snapshot of the data until the block ends.

    Within a block, reading the same database again is reading the same snapshot: what is put
    together from several reads is of one moment. Taken from a pool per URL; one that broke while
    PostgreSQL was away is replaced before it is handed out. DatabaseAway when none can be had
    within seconds, or when it breaks meanwhile.
    """
    if (known := _snapshots.get().get(url)) is not None:
        yield known
        return
    with _reader(url) as connection:
        token = _snapshots.set({**_snapshots.get(), url: connection})
        try:
            yield connection
        finally:
            _snapshots.reset(token)


@contextmanager
def _reader(url: str) -> Iterator[Connection]:
    """A connection of the pool, for one snapshot."""
    from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

    pool = _pool(url)
    try:
        connection = pool.getconn()
    except (PoolTimeout, PoolClosed, TooManyRequests) as error:
        _forget(url, pool)
        raise database_away(error) from error
    try:
        yield connection
    except psycopg.OperationalError as error:
        if connection.closed:
            raise database_away(error) from error
        raise
    finally:
        with suppress(psycopg.OperationalError):  # a broken connection is replaced by the pool
            connection.rollback()
        pool.putconn(connection)


def close_readers() -> None:
    """Close every connection for reading that is not in use; the next reader opens anew."""
    with _pools_lock:
        pools = list(_pools.values())
        _pools.clear()
    for pool in pools:
        pool.close()


def _pool(url: str) -> ConnectionPool[Connection]:
    from psycopg_pool import ConnectionPool

    with _pools_lock:
        if url not in _pools:
            _pools[url] = ConnectionPool(
                as_app(url),
                min_size=0,
                max_size=MOST_READERS,
                timeout=READER_WAIT,
                max_idle=READER_IDLE,
                num_workers=1,
                # Months and filters differ from call to call, and so does the best plan.
                kwargs={"application_name": "sales_engine_reads", "prepare_threshold": None},
                configure=_configure_reader,
                check=ConnectionPool.check_connection,
                open=True,
                name="readers",
            )
        return _pools[url]


def _forget(url: str, pool: ConnectionPool[Connection]) -> None:
    """Let the next reader open anew: a pool that fails to connect waits ever longer to try again.

    One whose connections are merely all in use stays.
    """
    if pool.get_stats().get("pool_size", 0) >= MOST_READERS:
        return
    with _pools_lock:
        if _pools.get(url) is pool:
            del _pools[url]
    pool.close(timeout=0)


def _configure_reader(connection: Connection) -> None:
    """Nothing is written, and all statements of one block see the same data."""
    connection.read_only = True
    connection.isolation_level = IsolationLevel.REPEATABLE_READ


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
