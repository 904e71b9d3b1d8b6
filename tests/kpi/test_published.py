"""What published loads share counts once, whatever is published, voided, undone or rechecked."""

from __future__ import annotations

import pytest

from pipeline.db import SQL_ROOT, connect, transaction
from pipeline.kpi.published import refresh_double_counts, refresh_ranks
from pipeline.publications import publish, void
from pipeline.runs import recheck
from tests.karamad import KPI_VIEWS, SOURCE, TIERS, Desk
from tests.kpi.shop import FIRST, SECOND, THIRD, sale
from tests.kpi_formulas import FORMULAS
from tests.test_months import comparable


def check(desk: Desk) -> int:
    """Every view is its formula; returns how many figures had to be put right."""
    for view in KPI_VIEWS:
        assert comparable(desk.table(view)) == comparable(desk.rows(FORMULAS[view])), view
    return int(desk.value("select count(*) from kpi.double_counts"))


def test_each_change_of_what_is_published_keeps_counts_right(desk: Desk) -> None:
    desk.publish(FIRST, "1402-06")
    assert check(desk) == 0
    first = desk.publish([*SECOND, sale("1403-05", 16, "30", 2)], "1403-05")
    assert check(desk) == 0
    late = desk.publish(THIRD, "1403-06")
    shared = check(desk)
    assert shared > 0
    corrected = desk.publish(SECOND, "1403-05")
    assert 0 < check(desk) < shared  # invoice 30 is no longer in both
    publish(desk.url, first.load_id)
    assert check(desk) == shared
    recheck(desk.url, desk.settings, late.load_id)
    assert check(desk) == shared
    void(desk.url, late.load_id, "wrong file")
    assert check(desk) == 0
    publish(desk.url, corrected.load_id)
    assert check(desk) == 0


def test_months_whose_runs_did_not_change_are_left_alone(desk: Desk) -> None:
    desk.publish(SECOND, "1403-05")
    desk.publish(THIRD, "1403-06")
    with transaction(desk.url) as connection:
        assert refresh_double_counts(connection, SOURCE) == []
    desk.publish([sale("1403-06", 3, "70"), sale("1403-07", 3, "71")], "1403-07")
    rows = desk.rows("select jalali_month, runs from kpi.double_counted_months order by 1")
    assert [(row["jalali_month"], len(row["runs"].split())) for row in rows] == [
        ("1403-05", 2),
        ("1403-06", 2),
    ]


def test_facts_are_found_by_what_is_asked_of_published_loads(desk: Desk) -> None:
    """A draft has its key alone; publishing again changes nothing, a recheck indexes new facts."""
    asked = (
        "select regexp_replace(indexname, '\\d+', 'N') as name from pg_indexes"
        " where tablename ~ '^(sales|rollup_invoices)_\\d+$' order by 1"
    )
    result = desk.load(SECOND, "1403-05")
    assert [row["name"] for row in desk.rows(asked)] == ["sales_N_pkey"]
    publish(desk.url, result.load_id)
    publish(desk.url, result.load_id)
    published = [
        "rollup_invoices_N_by_day", "rollup_invoices_N_by_month", "sales_N_by_customer",
        "sales_N_by_invoice", "sales_N_by_product", "sales_N_by_reference", "sales_N_pkey",
    ]  # fmt: skip
    assert [row["name"] for row in desk.rows(asked)] == published
    recheck(desk.url, desk.settings, result.load_id)
    assert [row["name"] for row in desk.rows(asked)] == published


def test_loads_published_before_get_their_indexes_by_the_migration(desk: Desk) -> None:
    """What the migration builds of an earlier publish has the names that a publish gives."""
    asked = (
        "select tablename, indexname, indexdef from pg_indexes"
        " where tablename ~ '^(sales|rollup_invoices)_\\d+$' order by 2"
    )
    desk.publish(SECOND, "1403-05")
    desk.load(THIRD, "1403-06")
    kept = desk.rows(asked)
    text = (SQL_ROOT / "migrations" / "035_index_published.sql").read_text("utf-8")
    with connect(desk.url, as_owner=True) as connection:
        # As it was: all but the one by product stood under indexes of the parent, from the load on.
        for (name,) in connection.execute(
            "select format('%I.%I', schemaname, indexname) from pg_indexes"
            " where tablename ~ '^(sales|rollup_invoices)_\\d+$'"
            " and indexname ~ '_by_' and indexname !~ '_by_product$'"
        ).fetchall():
            connection.execute(f"drop index {name}")
        for name, on in (
            ("sales_by_customer_and_product", "canonical.sales (customer_id, product_id)"),
            ("sales_by_invoice", "canonical.sales (invoice_id)"),
            (
                "sales_by_reference",
                "canonical.sales (reference_invoice_id) where reference_invoice_id is not null",
            ),
            ("rollup_invoices_by_day", "kpi.rollup_invoices (event_date)"),
        ):
            connection.execute(f"create index {name} on {on}")
        connection.execute("create index on kpi.rollup_invoices_1 (jalali_month)")
        connection.execute(text)
    assert desk.rows(asked) == kept


@pytest.mark.parametrize("missing", ["product", "invoice"])
def test_a_load_that_lacks_some_indexes_gets_them_with_the_next_publish(
    desk: Desk, missing: str
) -> None:
    """Loads were published when facts were not yet found by product, or by product alone."""
    load = desk.publish(SECOND, "1403-05")
    index = f"canonical.sales_{load.run_id}_by_{missing}"
    with connect(desk.url, as_owner=True) as connection:
        connection.execute(f"drop index {index}")
    desk.publish(THIRD, "1403-06")
    assert desk.value(f"select to_regclass('{index}') is not null")


def test_earlier_loads_get_their_sums_by_the_migration(desk: Desk) -> None:
    """The statements of the migration, over the invoices that are there, give what runs keep."""
    desk.publish(SECOND, "1403-05")
    desk.publish(THIRD, "1403-06")
    tables = (*TIERS, "double_counts", "double_counted_months")
    kept = {name: desk.table(f"kpi.{name}") for name in tables}
    text = (SQL_ROOT / "migrations" / "013_add_read_tiers.sql").read_text("utf-8")
    with connect(desk.url, as_owner=True) as connection:
        connection.execute("drop table " + ", ".join(f"kpi.{name}" for name in tables) + " cascade")
        connection.execute(text)
    assert {name: desk.table(f"kpi.{name}") for name in tables[:-1]} == {
        name: kept[name] for name in tables[:-1]
    }
    assert all(kept.values())


def test_what_was_published_before_gets_its_ranks_by_the_migration(desk: Desk) -> None:
    desk.publish(SECOND, "1403-05")
    desk.publish(THIRD, "1403-06")
    tables = ("ranked_customers", "ranked_months")
    kept = {name: desk.table(f"kpi.{name}") for name in tables}
    migrations = ("032_rank_customers", "034_show_ranks_at_once")
    with connect(desk.url, as_owner=True) as connection:
        connection.execute("drop table kpi.ranked_customers, kpi.ranked_months cascade")
        for name in migrations:
            text = (SQL_ROOT / "migrations" / f"{name}.sql").read_text("utf-8")
            connection.execute(text)
    assert {name: desk.table(f"kpi.{name}") for name in tables} == kept
    assert all(kept.values())


def test_ranks_are_worked_out_for_the_months_that_changed_alone(desk: Desk) -> None:
    desk.publish(FIRST, "1402-06")
    places = "select customer_id, ctid::text as place from kpi.ranked_customers order by 1"
    before = desk.rows(places)
    assert before
    other = desk.publish([{"customer_id": "C9"}], "1403-09")
    assert [row for row in desk.rows(places) if row in before] == before
    with transaction(desk.url) as connection:
        assert refresh_ranks(connection, SOURCE) == []
    void(desk.url, other.load_id, "wrong file")
    assert desk.rows(places) == before
    assert [row["jalali_month"] for row in desk.table("kpi.ranked_months")] == ["1402-06"]
