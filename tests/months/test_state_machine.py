"""Publish, void, undo, lock and unlock in any order, against a plain model of two months.

The model knows states alone. Figures are those of the set of published loads, whatever way it came
about: the first time a set is seen its figures are kept, and compared every later time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.errors import RefusedAction
from pipeline.months.difference import difference, difference_of_undo
from pipeline.months.locks import lock_month, unlock_month
from pipeline.months.reads import history, list_months
from pipeline.publications import publish, undo, void
from pipeline.verify import verify
from tests.karamad import PERIOD, SOURCE, Desk

OTHER = "1403-04"
MONTHS = {1: PERIOD, 2: PERIOD, 3: OTHER}
LOADS = st.sampled_from(sorted(MONTHS))
PERIODS = st.sampled_from([PERIOD, OTHER])
States = dict[int, str]


@dataclass
class Model:
    """What the states must be: the rules of the product in a few lines."""

    states: States = field(default_factory=lambda: dict.fromkeys(MONTHS, "draft"))
    locked: set[str] = field(default_factory=set)
    before: dict[str, States] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=lambda: {PERIOD: 0, OTHER: 0})

    def publish(self, load_id: int) -> str | None:
        """The refusal's code, or None when it is done."""
        period = MONTHS[load_id]
        if self.states[load_id] == "published":
            return None
        if self.states[load_id] == "voided":
            return "STATE_NOT_POSSIBLE"
        if period in self.locked:
            return "MONTH_LOCKED"
        moved = {other: "superseded" for other in self.published() if MONTHS[other] == period}
        return self._move(period, {**moved, load_id: "published"})

    def void(self, load_id: int) -> str | None:
        if self.states[load_id] == "voided":
            return "STATE_NOT_POSSIBLE"
        if MONTHS[load_id] in self.locked:
            return "MONTH_LOCKED"
        return self._move(MONTHS[load_id], {load_id: "voided"})

    def undo(self, period: str) -> str | None:
        if period in self.locked:
            return "MONTH_LOCKED"
        if period not in self.before:
            return "NOTHING_TO_UNDO"
        return self._move(period, self.before[period])

    def lock(self, period: str) -> str | None:
        if period in self.locked:
            return "MONTH_LOCKED"
        self.locked.add(period)
        self.steps[period] += 1
        return None

    def unlock(self, period: str) -> str | None:
        if period not in self.locked:
            return "MONTH_NOT_LOCKED"
        self.locked.remove(period)
        self.steps[period] += 1
        return None

    def published(self) -> frozenset[int]:
        return frozenset(n for n, state in self.states.items() if state == "published")

    def _move(self, period: str, moved: States) -> None:
        self.before[period] = {load_id: self.states[load_id] for load_id in moved}
        self.states.update(moved)
        self.steps[period] += 1


class Months(RuleBasedStateMachine):
    """One desk for all examples: each begins with drafts and without a step."""

    desk: ClassVar[Desk]
    shown: ClassVar[dict[frozenset[int], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        begin_anew(self.desk)

    @rule(load_id=LOADS)
    def publish(self, load_id: int) -> None:
        assert code_of(lambda: publish(self.desk.url, load_id)) == self.model.publish(load_id)

    @rule(load_id=LOADS)
    def void(self, load_id: int) -> None:
        assert code_of(lambda: void(self.desk.url, load_id, "دلیل")) == self.model.void(load_id)

    @rule(period=PERIODS)
    def undo(self, period: str) -> None:
        act = self.of_month(undo, period)
        assert code_of(act) == self.model.undo(period)

    @rule(period=PERIODS)
    def lock(self, period: str) -> None:
        assert code_of(self.of_month(lock_month, period)) == self.model.lock(period)

    @rule(period=PERIODS)
    def unlock(self, period: str) -> None:
        assert code_of(self.of_month(unlock_month, period)) == self.model.unlock(period)

    @rule(period=PERIODS)
    @precondition(lambda self: self.model.before)
    def ask_of_undo(self, period: str) -> None:
        if period in self.model.before:
            back = self.model.before[period]
            now = {n for n in back if self.model.states[n] == "published"}
            then = {n for n, state in back.items() if state == "published"}
            told = difference_of_undo(self.desk.url, SOURCE, period)
            assert (set(told.leaving), set(told.entering)) == (now - then, then - now)

    @rule(load_id=LOADS)
    def ask_of_load(self, load_id: int) -> None:
        state = self.model.states[load_id]
        if state != "voided":
            told = difference(self.desk.url, load_id)
            assert told.action == ("void" if state == "published" else "publish")

    @invariant()
    def states_are_those_of_the_model(self) -> None:
        rows = self.desk.rows("select load_id, state from app.load_states")
        assert {row["load_id"]: row["state"] for row in rows} == self.model.states
        listed = {month.period: month for month in list_months(self.desk.url)}
        assert {period for period, month in listed.items() if month.locked} == self.model.locked
        loads = {month.load_id for month in listed.values()} - {None}
        assert loads == self.model.published()
        for period, count in self.model.steps.items():
            steps = history(self.desk.url, SOURCE, period)
            assert [step.step_no for step in steps] == list(range(count, 0, -1))

    @invariant()
    def figures_follow_from_what_is_published(self) -> None:
        figures = self.desk.kpis(), self.desk.dimensions()
        assert self.shown.setdefault(self.model.published(), figures) == figures

    def teardown(self) -> None:
        assert verify(self.desk.url) == []

    def of_month(self, act: Callable[..., object], period: str) -> Callable[[], object]:
        return lambda: act(self.desk.url, SOURCE, period, actor="steward", reason="دلیل")


def code_of(act: Callable[[], object]) -> str | None:
    """The code of the refusal, None when the act is done."""
    try:
        act()
    except RefusedAction as refused:
        return refused.code
    return None


def begin_anew(desk: Desk) -> None:
    """Drafts, no step, no dimension: as it was before anything was published.

    The audit events of steps go as well; those of the loads came before them.
    """
    with psycopg.connect(desk.url) as connection:
        connection.execute("set session_replication_role = replica")  # append-only but for tests
        connection.execute("truncate app.publications")
        connection.execute("truncate kpi.double_counts, kpi.double_counted_months")
        connection.execute("truncate kpi.ranked_customers, kpi.ranked_months")
        connection.execute(
            "delete from app.audit_events where event_id >"
            " (select max(event_id) from app.audit_events where subject_kind = 'load')"
        )
        connection.execute("update app.load_states set state = 'draft'")
        for dimension in ("customers", "products", "salespeople", "branches"):
            connection.execute(f"truncate dim.{dimension}")


@pytest.fixture
def three_loads(new_desk: Callable[[], Desk]) -> Iterator[Desk]:
    desk = new_desk()
    line = {"invoice_id": "900", "reference_date": "1403/04/12", "city": "قم"}
    desk.load([{}, {"invoice_id": "2", "customer_id": "C7"}])
    desk.load([{"net_amount": "120"}, {"invoice_id": "3", "city": "شیراز"}])
    desk.load([line, {"invoice_id": "901", "customer_id": "C8"}], OTHER)
    yield desk


def test_any_order_of_steps_leaves_what_the_model_says(three_loads: Desk) -> None:
    Months.desk, Months.shown = three_loads, {}
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Months,
        settings=settings(
            max_examples=6,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(Months.shown) > 3, "several sets of published loads were seen"


def test_the_model_knows_a_way_back() -> None:
    """The oracle itself, on paper: two publications, one undo, its undo."""
    model = Model()
    assert [model.publish(1), model.publish(2), model.undo(PERIOD)] == [None] * 3
    assert model.states == {1: "published", 2: "draft", 3: "draft"}
    assert model.undo(PERIOD) is None
    assert model.states == {1: "superseded", 2: "published", 3: "draft"}
    assert (model.undo(OTHER), model.unlock(OTHER)) == ("NOTHING_TO_UNDO", "MONTH_NOT_LOCKED")
