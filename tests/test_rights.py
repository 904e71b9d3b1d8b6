"""What was received and done refuses every change, whoever works as the application."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from pipeline.access.acting import Actor
from pipeline.access.rights import APP_ROLE
from pipeline.db import connect
from pipeline.errors import PipelineError, SchemaMissing
from pipeline.jobs.queue import worker_app
from pipeline.migrate import migrate, share_rights
from tests.karamad import Desk

APPEND_ONLY = (
    "raw.loads", "raw.file_chunks", "raw.lines", "raw.lines_1", "app.publications", "app.mappings",
    "app.reading_settings", "dq.rule_settings", "app.audit_events", "app.purges",
    "dq.issue_events", "app.settings",
)  # fmt: skip
STATEMENTS = (
    "update {table} set {column} = {column}",
    "delete from {table}",
    "truncate {table}",
    "alter table {table} disable trigger all",
    "alter table {table} disable trigger refuse_change",
    "alter table {table} add column x text",
    "alter table {table} rename to other",
    "alter table {table} owner to current_user",
    "drop trigger refuse_truncate on {table}",
    "create trigger mine after insert on {table} for each row execute function app.record_row()",
    "drop table {table} cascade",
)
OTHERS = (
    "alter table raw.lines detach partition raw.lines_1",
    "set session_replication_role = replica",
    "alter function app.refuse_change() rename to other",
    "create or replace function app.refuse_change() returns trigger language plpgsql as"
    " 'begin return null; end'",
    "alter schema raw rename to other",
    "drop schema raw cascade",
    "insert into app.purges (load_id, actor, reason, voided_at, file_chunks, raw_lines, sales,"
    " issues) values (1, 'x', 'x', now(), 0, 0, 0, 0)",
    "insert into app.migrations (number, name, checksum) values (999, 'x', 'x')",
    "alter table canonical.rejected_lines disable trigger all",
    "select app.purge_load(1, 'x', 'x', 0)",
    "select app.attach_lines(1)",
    "reset role; delete from raw.loads",
    "alter role current_user superuser",
)


@pytest.fixture(scope="module")
def stocked(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One database with a load and a row in every table; all that is tried on it is refused."""
    from pipeline.settings import Settings
    from tests.conftest import new_database

    with new_database(server_url) as url:
        settings = Settings(_env_file=None, database_url="")  # type: ignore[call-arg]
        desk = Desk(url, settings, tmp_path_factory.mktemp("rights"))
        desk.publish([{}])
        yield desk


def plain_column(desk: Desk, table: str) -> str:
    """A column of a table that an UPDATE may name."""
    return str(
        desk.value(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
            " and attidentity = '' order by attnum limit 1",
            table,
        )
    )


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.attack("a change of what was kept")
def test_the_application_cannot_change_what_was_kept(stocked: Desk, table: str) -> None:
    column = plain_column(stocked, table)
    for statement in STATEMENTS:
        with connect(stocked.url) as connection, pytest.raises(psycopg.Error) as caught:
            connection.execute(statement.format(table=table, column=column))  # type: ignore[call-overload]
        assert isinstance(caught.value, psycopg.errors.InsufficientPrivilege), statement


@pytest.mark.parametrize("statement", OTHERS)
@pytest.mark.attack("a change of what was kept")
def test_the_application_finds_no_way_around(stocked: Desk, statement: str) -> None:
    refusals = (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.ObjectNotInPrerequisiteState,
        psycopg.errors.WrongObjectType,  # a partition already
    )
    with connect(stocked.url) as connection, pytest.raises(refusals):
        connection.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize("table", [name for name in APPEND_ONLY if name != "raw.lines_1"])
@pytest.mark.attack("a change of what was kept")
def test_the_triggers_refuse_a_superuser_too(stocked: Desk, table: str) -> None:
    with psycopg.connect(stocked.url) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            connection.execute(f"truncate {table}")  # type: ignore[call-overload]
        connection.rollback()
        row = connection.execute(f"select count(*) from {table}").fetchone()  # type: ignore[call-overload]
        if row == (0,):
            return
        column = plain_column(stocked, table)
        for statement in (f"delete from {table}", f"update {table} set {column} = {column}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                connection.execute(statement)  # type: ignore[call-overload]
            connection.rollback()


@pytest.mark.attack("a change of what was kept")
def test_a_partition_refuses_truncate_by_itself(stocked: Desk) -> None:
    with (
        psycopg.connect(stocked.url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        connection.execute("truncate raw.lines_1")


def test_everything_of_ours_works_as_the_application(stocked: Desk) -> None:
    with connect(stocked.url) as connection:
        assert connection.execute("select current_user").fetchone() == (APP_ROLE,)
        connection.execute("reset role")
        assert connection.execute("select current_user").fetchone() == (APP_ROLE,)
    owners = stocked.rows(
        "select distinct relowner::regrole::text as owner from pg_class"
        " join pg_namespace as schema on schema.oid = relnamespace"
        " where nspname in ('app', 'raw', 'canonical', 'dq', 'dim', 'kpi')"
    )
    assert {row["owner"] for row in owners} == {"sales_engine_owner", APP_ROLE}


def test_the_queue_works_as_the_application(desk: Desk) -> None:
    """The sessions that a worker's queue opens by itself, with rights on its own tables."""

    async def ask() -> tuple[dict[str, object], object]:
        async with worker_app(desk.url).open_async() as queue:
            found = await queue.connector.execute_query_one_async("select current_user as name")
            return found, await queue.job_manager.list_jobs_async()

    assert asyncio.run(ask()) == ({"name": APP_ROLE}, [])


def test_sharing_rights_again_changes_nothing(stocked: Desk) -> None:
    def rights() -> list[dict[str, object]]:
        return stocked.rows(
            "select oid::regclass::text, relowner::regrole::text, relacl::text from pg_class"
            " where relkind in ('r', 'p', 'v', 'S') order by 1"
        )

    before = rights()
    with connect(stocked.url, as_owner=True) as connection:
        share_rights(connection)
    assert rights() == before


def test_a_user_of_its_own_may_migrate_and_work(server_url: str, desk: Desk) -> None:
    """Not only a superuser: an owner with CREATEROLE migrates, a mere member of the role works."""
    names = {"owner": "rights_owner", "worker": "rights_worker", "base": "rights_base"}
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("create role rights_owner login createrole createdb")
        connection.execute(
            "grant sales_engine_owner, sales_engine_app to rights_owner with admin option"
        )
        connection.execute("create role rights_worker login in role sales_engine_app")
        connection.execute("create database rights_base owner rights_owner template template0")
    try:
        base = psycopg.conninfo.make_conninfo(server_url, dbname=names["base"], user=names["owner"])
        migrate(base)
        migrate(base, set_defaults=True)
        url = psycopg.conninfo.make_conninfo(base, user=names["worker"])
        other = Desk(url, desk.settings, desk.folder)
        assert other.publish([{}]).canonical == 1
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("delete from raw.loads")
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute("drop database rights_base with (force)")
            connection.execute("drop role rights_owner")
            connection.execute("drop role rights_worker")


def test_a_database_without_the_role_says_what_to_do(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.access.acting.ENGINE", Actor("sales_engine_of_nowhere"))
    with pytest.raises(SchemaMissing) as caught:
        connect(server_url)
    assert "migrate" in caught.value.en
    assert isinstance(caught.value, PipelineError)
