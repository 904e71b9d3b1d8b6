"""Connections for reading, kept open for the next one: each shows one snapshot, as whoever acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.access.acting import Actor, actor
from pipeline.access.rights import NOBODY_ROLE
from pipeline.faults import database_away
from pipeline.statements import Connection, run

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

MOST_READERS = 16
READER_WAIT = 5.0  # seconds for a connection, before the database counts as away
BUSY_WAITS = 6  # as often one waits while others read: a busy database is not away
READER_IDLE = 300.0  # seconds after which a connection that nobody uses is closed


def address_as(url: str, role: str) -> str:
    """The same address, for sessions that work as this role from their first moment."""
    options = conninfo_to_dict(url).get("options") or ""
    return make_conninfo(url, options=f"{options} -c role={role}".strip())


_pools: dict[str, ConnectionPool[Connection]] = {}
_held: Counter[ConnectionPool[Connection]] = Counter()
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
        connection = _connection(pool)
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
        _count_held(pool, -1)


def _connection(pool: ConnectionPool[Connection]) -> Connection:
    """A connection of the pool; PoolTimeout when there is none, and nobody else has one either."""
    from psycopg_pool import PoolTimeout

    waits = 0
    while True:
        try:
            connection = pool.getconn(READER_WAIT)
        except PoolTimeout:
            waits += 1
            if waits == BUSY_WAITS or not _held[pool]:
                raise
        else:
            _count_held(pool, 1)
            return connection


def _count_held(pool: ConnectionPool[Connection], change: int) -> None:
    """Keep count of what is in use; what a pool says of itself includes what it tries to open."""
    with _pools_lock:
        _held[pool] += change
        if not _held[pool]:
            del _held[pool]


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
                address_as(url, NOBODY_ROLE),
                min_size=0,
                max_size=MOST_READERS,
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

    One whose connections are in use stays.
    """
    with _pools_lock:
        if _held[pool]:
            return
        if _pools.get(url) is pool:
            del _pools[url]
    pool.close(timeout=0)
