"""The way to PostgreSQL: connections as whoever acts, and errors turned at one border."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from pipeline.access.acting import Actor, actor, engine_for
from pipeline.access.allowed import Action
from pipeline.access.origin import as_option, origin
from pipeline.access.rights import APP_ROLE, NOBODY_ROLE
from pipeline.claims import claim_of
from pipeline.errors import DatabaseAway, LostClaim, SchemaMissing
from pipeline.server import DATABASE, embedded_folder, ensure_embedded, running_url
from pipeline.settings import Settings
from pipeline.statements import (
    SQL_ROOT,
    Connection,
    Row,
    copy_in,
    fetch_all,
    fetch_one,
    query,
    run,
    sql_text,
    table,
)

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

__all__ = [
    "SQL_ROOT", "Connection", "Row", "as_app", "close_readers", "connect", "copy_in",
    "database_away", "database_url", "fetch_all", "fetch_all_for", "fetch_one", "query", "reading",
    "run", "running_database_url", "sql_text", "table", "transaction",
]  # fmt: skip

MOST_READERS = 16
READER_WAIT = 5.0  # seconds for a connection, before the database counts as away
READER_IDLE = 300.0  # seconds after which a connection that nobody uses is closed


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
    """The same address, for sessions that work as the engine from their first moment.

    For pools that belong to the engine itself; `connect` does it by itself.
    """
    return _address_as(url, APP_ROLE)


def _address_as(url: str, role: str) -> str:
    options = conninfo_to_dict(url).get("options") or ""
    return make_conninfo(url, options=f"{options} -c role={role}".strip())


def _from_here(address: str) -> str:
    """The same address, for a session that tells the audit chain from where whoever acts comes."""
    options = conninfo_to_dict(address).get("options") or ""
    return make_conninfo(address, options=f"{options} {as_option(origin())}".strip())


def connect(url: str, *, autocommit: bool = False, as_owner: bool = False) -> Connection:
    """Open a connection whose transactions are ended by `commit` or `rollback`.

    It works as whoever acts (`pipeline.access.acting`): a person's role, or the engine, which
    cannot change what was received and done either. `as_owner` leaves it all the rights of the user
    in `url`: for the schema, for the ledger check (which must see every session of the server) and
    for backups. Raises DatabaseAway, and SchemaMissing where the server does not know the role yet.

    A session that belongs to a job asks first whether the job is still its own, or raises
    LostClaim.
    """
    if as_owner:
        return _opened(url, autocommit=autocommit)
    who = actor()
    connection = _opened(_address_as(url, who.role), autocommit=True)
    try:
        if who.facts:
            run(connection, "access/introduce", {"facts": who.facts})
        _require_claim(connection)
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection


def _opened(address: str, *, autocommit: bool) -> Connection:
    try:
        return psycopg.connect(
            _from_here(address), autocommit=autocommit, fallback_application_name="sales_engine"
        )
    except psycopg.OperationalError as error:
        raise _no_connection(error) from error


def _no_connection(error: psycopg.OperationalError) -> DatabaseAway | SchemaMissing:
    # The server's messages come in many languages; a refused role is named in all of them.
    if "sales_engine_" in str(error):
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
# By URL and whoever acts, the snapshots that are being read here.
_snapshots: ContextVar[Mapping[tuple[str, Actor], Connection]] = ContextVar(
    "snapshots", default=MappingProxyType({})
)


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A read-only connection that shows one snapshot of the data until the block ends.

    Within a block, reading the same database again as the same actor is reading the same snapshot:
    what is put together from several reads is of one moment. Taken from a pool per URL; one that
    broke while PostgreSQL was away is replaced before it is handed out. DatabaseAway when none can
    be had within seconds, or when it breaks meanwhile.
    """
    who = actor()
    if (known := _snapshots.get().get((url, who))) is not None:
        yield known
        return
    with _reader(url, who) as connection:
        token = _snapshots.set({**_snapshots.get(), (url, who): connection})
        try:
            yield connection
        finally:
            _snapshots.reset(token)


@contextmanager
def _reader(url: str, who: Actor) -> Iterator[Connection]:
    """A connection of the pool, for one snapshot."""
    from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

    pool = _pool(url)
    try:
        connection = pool.getconn()
    except (PoolTimeout, PoolClosed, TooManyRequests) as error:
        _forget(url, pool)
        raise database_away(error) from error
    try:
        _begin(connection, who)
        yield connection
    except psycopg.OperationalError as error:
        if connection.closed:
            raise database_away(error) from error
        raise
    finally:
        with suppress(psycopg.OperationalError):  # a broken connection is replaced by the pool
            connection.rollback()
        pool.putconn(connection)


def _begin(connection: Connection, who: Actor) -> None:
    """Begin as the actor. The session itself is nobody's and in autocommit, so that what follows
    the transaction's end, or forgets to begin one, is refused."""
    role = sql.Identifier(who.role)
    run(connection, "access/begin_reading", role=role, facts=sql.Literal(who.facts))


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
                _address_as(url, NOBODY_ROLE),
                min_size=0,
                max_size=MOST_READERS,
                timeout=READER_WAIT,
                max_idle=READER_IDLE,
                num_workers=1,
                # Months and filters differ from call to call, and so does the best plan.
                kwargs={
                    "application_name": "sales_engine_reads",
                    "prepare_threshold": None,
                    "autocommit": True,  # each reader begins by itself, see begin_reading
                },
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


def fetch_all_for(
    action: Action,
    connection: Connection,
    name: str,
    params: Mapping[str, Any] | None = None,
    **ids: Any,
) -> list[Row]:
    """As `fetch_all`, with the engine's rights, for a person who may do `action`.

    For what nobody's own role may read: personal data, RAW. One round trip, as without it.
    RefusedAction NOT_ALLOWED.
    """
    engine, who = engine_for(action), actor()
    if engine.role == who.role:
        return fetch_all(connection, name, params, **ids)
    with connection.pipeline(), connection.cursor(row_factory=dict_row) as cursor:
        _take_role(connection, engine)
        cursor.execute(query(name, **ids), params)
        _take_role(connection, who)
        return cursor.fetchall()


def _take_role(connection: Connection, who: Actor) -> None:
    run(connection, "access/take_role", role=sql.Identifier(who.role))
