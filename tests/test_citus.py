"""The pipeline on tables spread over many machines, on the server that DATABASE_URL_CITUS names.

Skipped without one. Its user may create databases and roles, and a new database there can create
the extension. On a server with machines of its own, these must be known to new databases as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.db import close_readers
from pipeline.distribution import distribute
from pipeline.migrate import migrate
from pipeline.publications import publish, void
from pipeline.runs import recheck
from pipeline.settings import Settings
from pipeline.verify import verify
from tests.karamad import KPI_VIEWS, RETURN, Cells, Desk
from tests.kpi_formulas import FORMULAS
from tests.test_months import comparable

SERVER = os.environ.get("DATABASE_URL_CITUS", "")
pytestmark = [
    pytest.mark.citus,
    pytest.mark.skipif(not SERVER, reason="DATABASE_URL_CITUS names no server"),
]
NAME = "sales_engine_citus_test"
MONTH: list[Cells | str] = [
    *(
        {"invoice_id": str(n), "customer_id": f"C{n % 4}", "product_id": f"P{n % 3}"}
        for n in range(9)
    ),
    {**RETURN, "customer_id": "C1", "product_id": "P1"},
    {"quantity": "x"},
    {"reference_date": ""},  # the other date stands in
]


@pytest.fixture
def spread_desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    """Someone who works on a database of this test's own, whose tables are spread."""
    name = sql.Identifier(NAME)
    drop = sql.SQL("drop database if exists {} with (force)").format(name)
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("create database {}").format(name))
    url = make_conninfo(SERVER, dbname=NAME)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create extension citus")
    migrate(url, set_defaults=True)
    assert len(distribute(url)) > 20
    yield Desk(url, settings, tmp_path)
    close_readers()
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(drop)


def check(desk: Desk) -> None:
    """Every view is its formula, and the ledger has no gap."""
    for view in KPI_VIEWS:
        assert comparable(desk.table(view)) == comparable(desk.rows(FORMULAS[view])), view
    assert verify(desk.url) == []


def test_tables_are_spread_once(spread_desk: Desk) -> None:
    assert migrate(spread_desk.url) == []
    assert distribute(spread_desk.url) == []


def test_months_are_loaded_published_corrected_and_withdrawn(spread_desk: Desk) -> None:
    first = spread_desk.publish(MONTH, "1403-05")
    check(spread_desk)
    assert first.net_amount == Decimal(10 * 110 - 110)
    recheck(spread_desk.url, spread_desk.settings, first.load_id)
    check(spread_desk)
    spread_desk.publish([*MONTH, {"invoice_id": "77"}], "1403-05")
    check(spread_desk)
    publish(spread_desk.url, first.load_id)
    check(spread_desk)
    void(spread_desk.url, first.load_id, "a test")
    check(spread_desk)
    assert spread_desk.value("select count(*) from kpi.kpi_net_sales_month") == 0


def test_facts_of_a_load_sit_with_the_text_of_their_lines(spread_desk: Desk) -> None:
    spread_desk.publish(MONTH)
    groups = spread_desk.rows(
        "select distinct colocationid from pg_dist_partition where logicalrelid ="
        " any(array['raw.lines', 'canonical.sales', 'canonical.rejected_lines']::regclass[])"
    )
    assert len(groups) == 1
