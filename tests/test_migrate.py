"""The schema comes about by numbered migrations, once each, and views as a whole."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pipeline.errors import PipelineError
from pipeline.migrate import migrate


def test_bare_names_work_from_any_client(db_url: str) -> None:
    with psycopg.connect(db_url) as connection:
        for name in ("dq_issues", "dq_run_stats", "kpi_net_sales_daily"):
            assert connection.execute(f"select count(*) from {name}").fetchone() == (0,)


def test_migrating_again_changes_nothing(db_url: str) -> None:
    assert migrate(db_url) == []


def test_a_migration_that_was_changed_after_the_fact_is_refused(db_url: str) -> None:
    with psycopg.connect(db_url) as connection:
        connection.execute("update app.migrations set checksum = 'x' where number = 2")
    with pytest.raises(PipelineError) as caught:
        migrate(db_url)
    assert caught.value.code == "MIGRATION_CHANGED"
    assert "002_add_dq_run_stats.sql" in caught.value.en


@pytest.mark.parametrize(
    "statement",
    [
        "update raw.loads set file_name = 'x'",
        "delete from raw.loads",
        "truncate raw.loads",
        "truncate raw.lines",
        "truncate raw.file_chunks",
        "truncate dq.rule_settings",
        "delete from app.publications",
    ],
)
def test_what_was_received_cannot_be_changed(db_url: str, statement: str) -> None:
    with psycopg.connect(db_url, autocommit=True) as connection:
        connection.execute(
            "insert into raw.loads (source_system, file_name, file_size, sha256, received_by)"
            " values ('s', 'f', 1, 'x', 'u')"
        )
        connection.execute(
            "insert into app.publications (load_id, action, source_system, period, actor, step_no)"
            " values (1, 'publish', 's', '1403-05', 'u', 1)"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """URL of a database without any schema."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("create database empty_for_migrate")
        yield make_conninfo(server_url, dbname="empty_for_migrate")
        connection.execute("drop database empty_for_migrate with (force)")


def test_a_migration_that_died_before_its_last_step_takes_it_the_next_time(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the last migration and the defaults, nothing is left to apply."""
    with monkeypatch.context() as killed:
        killed.setattr("pipeline.migrate._set_defaults", stop)
        with pytest.raises(InterruptedError):
            migrate(empty_url)
    assert migrate(empty_url) == []
    with psycopg.connect(empty_url) as connection:
        months = connection.execute("select count(*) > 0 from jalali_months").fetchone()
    assert months == (True,), "names are found without schemas, and the calendar is there"


def stop(*_: object) -> None:
    raise InterruptedError


def test_many_may_migrate_at_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        applied = [name for names in pool.map(migrate, [empty_url] * 4) for name in names]
    assert len(applied) == len(set(applied)), "each by one of them alone"
    assert {"001_create_schemas", "views"} <= set(applied)
    assert migrate(empty_url) == []


# Tables with a few rows of each load.
SMALL = {"column_profiles", "dq_run_stats", "issue_events", "issue_states", "reconciliations",
         "rollup_days", "rollup_months"}  # fmt: skip


def test_what_grows_with_every_load_is_soon_seen_by_index_alone(db_url: str) -> None:
    with psycopg.connect(db_url) as connection:
        growing = connection.execute(
            "select relname, coalesce(reloptions, '{}')"
            " from pg_attribute join pg_class on pg_class.oid = attrelid"
            " where attname = 'load_id' and relkind = 'r' and not relispartition"
            " and relnamespace::regnamespace::text = any('{canonical,dim,dq,kpi}')"
        ).fetchall()
    at_once = "autovacuum_vacuum_insert_scale_factor=0"
    assert {name for name, options in growing if at_once not in options} == SMALL
