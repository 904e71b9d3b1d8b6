"""The way to PostgreSQL: connections as whoever acts, and errors turned at one border."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from pipeline.access.acting import Actor, actor, engine_for
from pipeline.access.allowed import Action
from pipeline.access.origin import as_option, origin
from pipeline.access.rights import APP_ROLE
from pipeline.claims import claim_of
from pipeline.errors import DatabaseAway, LostClaim, SchemaMissing
from pipeline.faults import database_away
from pipeline.pool import address_as, close_readers, reading
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

__all__ = [
    "SQL_ROOT", "Connection", "Row", "as_app", "close_readers", "connect", "copy_in",
    "database_url", "fetch_all", "fetch_all_for", "fetch_one", "query", "reading",
    "run", "running_database_url", "sql_text", "table", "transaction",
]  # fmt: skip


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
    return address_as(url, APP_ROLE)


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
    connection = _opened(address_as(url, who.role), autocommit=True)
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
    try:
        with connection.pipeline(), connection.cursor(row_factory=dict_row) as cursor:
            _take_role(connection, engine)
            cursor.execute(query(name, **ids), params)
            _take_role(connection, who)
            return cursor.fetchall()
    except BaseException:
        with suppress(psycopg.Error):
            connection.rollback()  # whoever goes on does not go on with the engine's rights
        raise


def _take_role(connection: Connection, who: Actor) -> None:
    run(connection, "access/take_role", role=sql.Identifier(who.role))
