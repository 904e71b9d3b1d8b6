"""The schema comes about by numbered migrations, once each, and views as a whole."""

import psycopg
import pytest

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
