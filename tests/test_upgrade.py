"""A database of an earlier version, with months in it, comes to the present schema as it stands.

`upgrade/at_008.sql.gz` is a dump (`pg_dump --no-owner --no-privileges --inserts`) of a database
that the version with migrations 001 to 008 had filled: three invented months of 60 lines and a
tenth of them with defects, two of one period, all published one after the other, the first
rechecked.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.migrate import migrate
from pipeline.publications import publish, undo
from pipeline.runs import recheck
from pipeline.settings import ROOT, Settings
from pipeline.transform.text import fold_text
from pipeline.verify import verify
from tests.karamad import PERIOD, SOURCE, TIERS, Desk

OLD = ROOT / "tests" / "upgrade" / "at_008.sql.gz"
NAME = "upgraded"
OLD_VIEWS = (
    "kpi_net_sales_daily",
    "kpi_return_rate_by_product_month",
    "kpi_top_customers_month",
    "kpi_salesperson_performance_month",
)


@pytest.fixture
def old(server_url: str, settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    """The database as the earlier version left it."""
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(NAME))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(
            sql.SQL("create database {} template template0").format(sql.Identifier(NAME))
        )
    desk = Desk(make_conninfo(server_url, dbname=NAME), settings, tmp_path)
    with psycopg.connect(desk.url, autocommit=True) as connection:
        connection.execute(gzip.decompress(OLD.read_bytes()))
    yield desk
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(drop)


def figures(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    return {view: desk.table(f"kpi.{view}") for view in OLD_VIEWS}


def derived(desk: Desk, load_id: int) -> dict[str, Any]:
    """All that a run makes of a load, but for what the earlier version did not note of an issue.

    It kept names unfolded, and not how they were written.
    """
    state = desk.state(load_id)
    del state["spellings"]
    for seen in state["observations"]:
        seen["attributes"] = {
            name: text and fold_text(text) for name, text in seen["attributes"].items()
        }
    unknown = ("run_id", "issue_id", "salesperson_id", "branch_id")
    return {**state, "issues": desk.table("dq.dq_issues", unknown, f"load_id = {load_id}")}


def test_an_earlier_house_is_brought_up_to_date(old: Desk) -> None:
    before = figures(old)
    assert all(before.values()), "the earlier version showed figures"
    assert max(row["number"] for row in old.rows("select number from app.migrations")) == 8
    assert migrate(old.url) != []
    assert migrate(old.url) == []
    assert figures(old) == before
    assert old.value("select count(*) from kpi_net_sales_month") == 2, "bare names are known"
    assert verify(old.url) == []
    assert [
        (row["load_id"], row["state"], row["period"])
        for row in old.rows("select * from app.load_states order by load_id")
    ] == [(1, "published", "1403-04"), (2, "superseded", PERIOD), (3, "published", PERIOD)]
    steps = old.rows("select * from app.publications order by publication_id")
    assert [(s["period"], s["step_no"], s["load_id"], s["state_after"]) for s in steps] == [
        ("1403-04", 1, 1, "published"),
        (PERIOD, 1, 2, "published"),
        (PERIOD, 2, 2, "superseded"),
        (PERIOD, 2, 3, "published"),
    ]


def test_what_an_upgrade_makes_is_what_a_run_makes(old: Desk) -> None:
    migrate(old.url)
    for load_id in (1, 3):
        upgraded = derived(old, load_id)
        assert all(upgraded[tier] for tier in TIERS)
        recheck(old.url, old.settings, load_id)
        assert derived(old, load_id) == upgraded
    assert verify(old.url) == []


def test_months_go_on_after_an_upgrade(old: Desk) -> None:
    migrate(old.url)
    undone = undo(old.url, SOURCE, PERIOD, actor="sara", reason="the file before was right")
    assert undone is not None
    states = "select state from app.load_states order by load_id"
    assert [row["state"] for row in old.rows(states)] == ["published", "published", "draft"]
    new = old.load([{}, {"invoice_id": "2"}])
    publish(old.url, new.load_id)
    assert verify(old.url) == []
