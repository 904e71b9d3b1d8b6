"""The schema can be spread over many machines, as far as a server without Citus can tell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline.db import SQL_ROOT, fetch_all, query, transaction
from pipeline.distribution import distribute
from pipeline.errors import RefusedAction
from pipeline.settings import ROOT, Settings
from tests.conftest import new_database
from tests.karamad import Desk

SCHEMAS = ("raw", "canonical", "dq", "dim", "kpi")
# Citus refuses a statement that changes a spread table inside `with`. These stand in its way still.
CHANGES_IN_WITH = {
    "queries/clear_findings.sql",
    "queries/keep_findings.sql",
    "tiers/clear_tiers.sql",
}


@pytest.fixture(scope="module")
def schema(server_url: str) -> Iterator[Desk]:
    """A migrated database that is looked at and not changed."""
    settings = Settings(_env_file=None, database_url="")  # type: ignore[call-arg]
    with new_database(server_url) as url:
        yield Desk(url, settings, Path())


def places(desk: Desk) -> dict[str, dict[str, str]]:
    with transaction(desk.url) as connection:
        return {row["table_name"]: row for row in fetch_all(connection, "citus/list_places")}


def spread(desk: Desk) -> dict[str, str]:
    """Large table → the column that it is spread by."""
    found = places(desk).items()
    return {name: row["column_name"] for name, row in found if row["place"] == "by_column"}


def test_every_table_of_the_data_has_a_place_and_no_other(schema: Desk) -> None:
    tables = schema.rows(
        "select format('%%s.%%s', relnamespace::regnamespace, relname) as name from pg_class"
        " where relkind in ('r', 'p') and not relispartition"
        " and relnamespace::regnamespace::text = any(%s)",
        list(SCHEMAS),
    )
    known = places(schema)
    assert {name for name in known if name.split(".")[0] in SCHEMAS} == {t["name"] for t in tables}
    assert {name for name in known if name.split(".")[0] not in SCHEMAS} == {
        "app.load_states",
        "app.runs",
    }


def test_every_key_of_a_large_table_holds_the_column_that_it_is_spread_by(schema: Desk) -> None:
    for name, column in spread(schema).items():
        keys = schema.rows(
            "select array(select attname::text from pg_attribute"
            " where attrelid = indrelid and attnum = any(indkey)) as columns"
            " from pg_index where indrelid = %s::regclass and indisunique",
            name,
        )
        assert [key["columns"] for key in keys if column not in key["columns"]] == [], name
        assert schema.value(
            "select attnotnull from pg_attribute where attrelid = %s::regclass and attname = %s",
            name,
            column,
        ), f"{name}.{column} may be null"


def test_large_tables_have_no_foreign_key_and_nothing_else_that_cannot_be_spread(
    schema: Desk,
) -> None:
    large = list(spread(schema))
    assert len(large) == 14
    refused = schema.rows(
        "select conrelid::regclass::text, conname from pg_constraint"
        " where contype in ('f', 'x') and array[conrelid, confrelid] && %s::regclass[]::oid[]",
        large,
    )
    assert refused == []
    odd = schema.rows(
        "select attrelid::regclass::text, attname from pg_attribute where attidentity <> ''"
        " and attrelid = any(%s::regclass[]::oid[]) and atttypid <> 'bigint'::regtype",
        large,
    )
    assert odd == []
    triggers = schema.rows(
        "select distinct tgname::text from pg_trigger"
        " where not tgisinternal and tgrelid = any(%s::regclass[]::oid[])",
        large,
    )
    # What refuses a change does so on every part by itself; nothing else hangs on a large table.
    assert {row["tgname"] for row in triggers} == {"refuse_change", "refuse_truncate"}


def test_policies_of_large_tables_can_be_asked_without_a_subquery_and_say_the_same(
    desk: Desk,
) -> None:
    lines = [{"invoice_id": str(n), "salesperson_id": f"S{n % 3}", "branch_id": f"B{n % 3}"}
             for n in range(9)]  # fmt: skip
    desk.publish(lines)
    before = seen(desk)
    assert len(before) == 12  # six of nine, twice
    with psycopg.connect(desk.url) as connection:
        connection.execute(query("citus/ask_scope_by_function"))
    subqueries = desk.rows(
        "select polrelid::regclass::text from pg_policy where polqual::text like '%%SUBLINK%%'"
        " and polrelid = any(%s::regclass[]::oid[])",
        list(spread(desk)),
    )
    assert subqueries == []
    assert seen(desk) == before


def seen(desk: Desk) -> list[tuple[object, ...]]:
    """Facts and invoices of somebody limited to a branch and a salesperson."""
    with psycopg.connect(desk.url) as connection:
        connection.execute("set role sales_engine_limited_manager")
        connection.execute("""set sales.person = '{"branches": ["B1"], "salespeople": ["S2"]}'""")
        facts = "select invoice_id, salesperson_id, net_amount from {} order by invoice_id"
        return [
            row
            for table in ("canonical.sales", "kpi.rollup_invoices")
            for row in connection.execute(facts.format(table)).fetchall()
        ]


def test_no_more_statements_change_large_tables_inside_with(schema: Desk) -> None:
    names = "|".join(re.escape(name) for name in spread(schema))
    change = re.compile(rf"(insert into|delete from|update)\s+({names})\b")
    found = set()
    for path in sorted(SQL_ROOT.rglob("*.sql")):
        text = re.sub(r"--[^\n]*", "", path.read_text("utf-8"))
        is_step = path.parent.name == "migrations"
        if not is_step and re.match(r"\s*with\b", text) and len(change.findall(text)) > 1:
            found.add(str(path.relative_to(SQL_ROOT)))
    assert found == CHANGES_IN_WITH


def test_a_server_without_citus_says_so_and_is_left_as_it_was(schema: Desk) -> None:
    before = schema.rows("select polname, polqual::text from pg_policy order by oid")
    with pytest.raises(RefusedAction) as caught:
        distribute(schema.url)
    assert caught.value.code == "CITUS_MISSING"
    assert "create extension citus" in caught.value.fa
    assert "nothing was changed" in caught.value.en
    assert schema.rows("select polname, polqual::text from pg_policy order by oid") == before


def test_the_verb_ends_with_the_refusal_in_words(schema: Desk) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "migrate", "--citus"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": schema.url, "SALES_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no Citus extension" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert schema.table("app.migrations") != []
