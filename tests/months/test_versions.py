"""Versions after any order of publications are those of a rebuild from all that is published."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from psycopg.rows import dict_row

from pipeline.contracts import DIMENSION_KEYS
from pipeline.db import SQL_ROOT, Connection, connect
from pipeline.dimensions import rebuild_versions, refresh_versions, touch_days
from pipeline.publications import publish, undo, void
from pipeline.runs import recheck
from pipeline.transform.dimensions import mark_noise
from pipeline.verify import verify
from tests.karamad import PERIOD, SOURCE, Cells, Desk

Versions = dict[str, list[dict[str, Any]]]


def rebuilt(connection: Connection) -> Versions:
    """The versions that a rebuild from nothing would give; what stands there stays."""
    with connection.transaction(force_rollback=True):
        rebuild_versions(connection, SOURCE)
        return read(connection)


def read(connection: Connection) -> Versions:
    found = {}
    for dimension in DIMENSION_KEYS:
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(f"select * from dim.{dimension}").fetchall()  # type: ignore[arg-type]
            found[dimension] = sorted(rows, key=repr)
    return found


# What a load may see of somebody: attributes, lines and two days among few, so that days meet.
SEEN = st.tuples(
    st.sampled_from(["A", "B"]),
    st.sampled_from(["x", "y", "z"]),
    st.integers(1, 3),
    st.integers(1, 9),
    st.integers(0, 4),
)
LOADS = st.integers(1, 5)
STATES = st.sampled_from(["published", "published", "superseded"])


def write(connection: Connection, load_id: int, seen: list[tuple[Any, ...]]) -> None:
    """Observations of a load, as a run marks them."""
    different = {(entity, value): rest for entity, value, *rest in seen}
    rows = []
    for (entity, value), (lines, day, days) in different.items():
        first = date(2024, 3, 1) + timedelta(days=day + 3 * load_id)
        rows.append((entity, json.dumps({"city": value}), lines, first, first + timedelta(days)))
    columns = ["entity_id", "attributes", "lines", "first_date", "last_date"]
    marked = mark_noise(pl.DataFrame(rows, schema=columns, orient="row"))
    for row in marked.iter_rows():
        connection.execute(
            "insert into dim.observations values (%s, 'customers', %s, %s, %s, %s, %s, %s)",
            (load_id, *row),
        )


class Observed(RuleBasedStateMachine):
    """Loads without a file: observations and states alone, moved as publications move them.

    All in one transaction that is never committed.
    """

    connection: ClassVar[Connection]
    met: ClassVar[set[int]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.connection.rollback()
        self.connection.execute("delete from dim.observations")

    @rule(load_id=LOADS, seen=st.lists(SEEN, min_size=1, max_size=8))
    def see(self, load_id: int, seen: list[tuple[Any, ...]]) -> None:
        """A run of the load: what it observed before makes room."""
        touch_days(self.connection, [load_id])
        self.connection.execute("delete from dim.observations where load_id = %s", (load_id,))
        write(self.connection, load_id, seen)
        self.refresh([load_id])

    @rule(moved=st.dictionaries(LOADS, STATES, min_size=1))
    def move(self, moved: dict[int, str]) -> None:
        for load_id, state in moved.items():
            self.connection.execute(
                "update app.load_states set state = %s where load_id = %s", (state, load_id)
            )
        self.refresh(list(moved))

    def refresh(self, loads: list[int]) -> None:
        touch_days(self.connection, loads)
        refresh_versions(self.connection, SOURCE)
        found = read(self.connection)
        assert found == rebuilt(self.connection)
        self.met.add(len(found["customers"]))


@pytest.fixture
def loads_without_observations(new_desk: Callable[[], Desk]) -> Desk:
    """Five loads of five months, which the machine moves and fills as it likes."""
    desk = new_desk()
    for number in range(1, 6):
        desk.load([{"invoice_id": str(number)}], f"1403-0{number}")
    return desk


def test_any_order_of_changes_gives_the_versions_of_a_rebuild(
    loads_without_observations: Desk,
) -> None:
    with connect(loads_without_observations.url) as Observed.connection:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Observed,
            settings=settings(
                max_examples=15,
                stateful_step_count=12,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        Observed.connection.rollback()
    assert len(Observed.met) > 5, "several numbers of versions were seen"


def on(day: str, **cells: str) -> Cells:
    return {"invoice_id": day.replace("/", ""), "reference_date": day, "system_date": day, **cells}


def test_publish_supersede_undo_recheck_and_void_touch_what_they_must(desk: Desk) -> None:
    """The whole way, with files: after each step all versions are those of a rebuild."""
    cities = {"04": "قم", "05": "قم", "06": "تهران"}
    loads = {
        month: desk.publish(
            [on(f"1403/{month}/05", city=city), on(f"1403/{month}/20", city=city, brand=month)],
            f"1403-{month}",
        ).load_id
        for month, city in cities.items()
    }
    other = desk.load([on("1403/05/05", city="شیراز"), on("1403/05/25", customer_id="C9")])

    def check(versions: int) -> None:
        with connect(desk.url) as connection:
            found = read(connection)
            assert found == rebuilt(connection)
            connection.rollback()
        assert len(found["customers"]) == versions
        assert verify(desk.url) == []

    check(2)
    publish(desk.url, other.load_id)
    check(4)
    recheck(desk.url, desk.settings, other.load_id)
    check(4)
    undo(desk.url, SOURCE, PERIOD, actor="steward", reason="دلیل")
    check(2)
    void(desk.url, loads["04"], "دلیل")
    check(2)
    void(desk.url, loads["06"], "دلیل")
    check(1)
    void(desk.url, loads["05"], "دلیل")
    check(0)


def test_noise_of_earlier_loads_is_marked_by_the_migration(desk: Desk) -> None:
    """The statements of the migration give what runs mark by themselves."""
    day = [on(f"1403/05/{number:02d}", city="قم") for number in (1, 9, 20)]
    desk.publish([*day, on("1403/05/12", city="تهران"), on("1403/05/13", customer_id="C2")])
    desk.publish([on("1403/06/02", city="تهران"), on("1403/06/03", city="قم")], "1403-06")
    marked = desk.table("dim.observations")
    assert len([row for row in marked if row["is_noise"]]) == 1
    text = (SQL_ROOT / "migrations" / "017_mark_noise.sql").read_text("utf-8")
    with connect(desk.url, as_owner=True) as connection:
        connection.execute("alter table dim.observations drop column is_noise cascade")
        connection.execute("create index observations_by_entity on dim.observations (entity_id)")
        connection.execute(text)
        connection.commit()
    assert desk.table("dim.observations") == marked


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seen=st.lists(SEEN, min_size=1, max_size=8))
def test_a_run_marks_the_noise_that_the_migration_would(
    loads_without_observations: Desk, seen: list[tuple[Any, ...]]
) -> None:
    """Equally frequent sets of attributes too: said once in Polars and once in SQL."""
    text = (SQL_ROOT / "migrations" / "036_mark_noise_by_days.sql").read_text("utf-8")
    with connect(loads_without_observations.url, as_owner=True) as connection:
        connection.execute("delete from dim.observations")
        write(connection, 1, seen)
        asked = "select entity_id, attributes, is_noise from dim.observations order by 1, 2"
        marked = connection.execute(asked).fetchall()
        connection.execute("update dim.observations set is_noise = lines > 1")
        connection.execute(text)
        assert connection.execute(asked).fetchall() == marked
        connection.rollback()
