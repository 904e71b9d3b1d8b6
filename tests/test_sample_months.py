"""Invented months: known by who handed them in, and gone without a trace in any figure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.access.acting import acting_as
from pipeline.access.names import SAMPLE
from pipeline.db import reading
from pipeline.errors import RefusedAction
from pipeline.kpi.filters import Filters
from pipeline.months.locks import lock_month
from pipeline.publications import publish, undo, void_all
from pipeline.sample_months import (
    is_sample,
    remove_sample_months,
    sample_months_behind,
    shown_sample_months,
    standing_sample_months,
)
from pipeline.verify import verify
from tests.karamad import PERIOD, RETURN, SOURCE, Cells, Desk
from tests.people import make_person

WHY = "invented"
OLDER, OLDEST = "1403-04", "1403-03"


def _on(day: str, **cells: str) -> Cells:
    return {"system_date": day, "reference_date": day, **cells}


# A customer, a product and a price that the house's own months know otherwise, and a stray day.
SAMPLE_OLDER = [
    _on("1403/04/10", customer_name="Invented shop", city="Invented city", brand="Invented"),
    _on("1403/04/11", invoice_id="1002", customer_id="C9", product_id="P9"),
    _on("1403/05/12", invoice_id="1001", salesperson_id="S9"),
]
SAMPLE_NEWER = [_on("1403/05/20", invoice_id="77"), {**RETURN, "invoice_id": "78"}]
OWN = [{}, {"invoice_id": "1002", "net_amount": "220", "tax_amount": "120"}]


def _samples(desk: Desk) -> tuple[int, int]:
    older = desk.publish(SAMPLE_OLDER, OLDER, user=SAMPLE)
    return older.load_id, desk.publish(SAMPLE_NEWER, PERIOD, user=SAMPLE).load_id


def test_figures_are_those_of_a_house_that_never_had_them(
    desk: Desk, new_desk: Callable[[], Desk]
) -> None:
    _samples(desk)
    desk.load([_on("1403/03/10", invoice_id="5")], OLDEST, user=SAMPLE)
    mine = desk.publish(OWN)  # in place of the newer sample
    with_samples = desk.kpis()
    gone = remove_sample_months(desk.url, WHY, actor="sara")
    clean = new_desk()
    clean.publish(OWN)
    assert desk.kpis() == clean.kpis() != with_samples
    assert desk.dimensions() == clean.dimensions()
    states = {row["load_id"]: row["state"] for row in desk.rows("table app.load_states")}
    assert states == {1: "voided", 2: "voided", 3: "voided", mine.load_id: "published"}
    assert gone == [1, 2, 3]
    assert not verify(desk.url)


def test_it_stands_in_the_audit_chain_and_can_be_undone(desk: Desk) -> None:
    _samples(desk)
    before = desk.kpis()
    remove_sample_months(desk.url, WHY, actor="sara")
    said = desk.rows(
        "select load_id, actor, reason from app.publications where action = 'void' order by load_id"
    )
    assert [(row["load_id"], row["actor"], row["reason"]) for row in said] == [
        (1, "sara", WHY), (2, "sara", WHY)
    ]  # fmt: skip
    chain = "select count(*) from app.audit_events where action = 'void' and actor = 'sara'"
    assert desk.value(chain) == 2
    assert remove_sample_months(desk.url, WHY, actor="sara") == []
    assert desk.value(chain) == 2
    for period in (OLDER, PERIOD):
        undo(desk.url, SOURCE, period, actor="sara", reason="they are to stay")
    assert desk.kpis() == before


def test_a_locked_month_keeps_all_of_them(desk: Desk) -> None:
    _samples(desk)
    before = desk.kpis()
    lock_month(desk.url, SOURCE, PERIOD, actor="sara", reason="reported")
    with pytest.raises(RefusedAction) as refused:
        remove_sample_months(desk.url, WHY, actor="sara")
    assert refused.value.code == "MONTH_LOCKED"
    assert desk.kpis() == before
    assert standing_sample_months(desk.url) == [OLDER, PERIOD]


@pytest.mark.parametrize(("role", "may"), [
    ("uploader", False), ("manager", False), ("steward", True), ("admin", True),
])  # fmt: skip
def test_whoever_may_void_may_remove_them(desk: Desk, role: str, may: bool) -> None:
    _samples(desk)
    person = make_person(desk.url, role)
    with acting_as(person):
        if may:
            assert remove_sample_months(desk.url, WHY, actor=person.name) == [1, 2]
            return
        with pytest.raises(RefusedAction) as refused:
            remove_sample_months(desk.url, WHY, actor=person.name)
    assert refused.value.code == "NOT_ALLOWED"
    assert desk.value("select count(*) from app.load_states where state = 'published'") == 2


def test_figures_say_which_invented_months_they_hold(desk: Desk) -> None:
    _samples(desk)
    desk.publish([_on("1403/03/10")], OLDEST)

    def behind(first: str, last: str) -> list[str]:
        with reading(desk.url) as connection:
            return sample_months_behind(connection, Filters(SOURCE, first, last))

    assert behind(OLDEST, OLDEST) == []
    assert behind(OLDER, OLDER) == [OLDER]
    assert behind(PERIOD, PERIOD) == [OLDER, PERIOD], "the older one has a stray line there"
    with reading(desk.url) as connection:
        assert shown_sample_months(connection) == [OLDER, PERIOD]
    with acting_as(make_person(desk.url, "manager")), reading(desk.url) as connection:
        assert shown_sample_months(connection) == [OLDER, PERIOD]
        asked = Filters(SOURCE, OLDER, PERIOD)
        assert sample_months_behind(connection, asked) == [OLDER, PERIOD]


def test_only_the_houses_own_name_marks_a_load(desk: Desk) -> None:
    desk.publish([{}], user="samples")
    assert not is_sample({"received_by": "samples"}) and is_sample({"received_by": SAMPLE})
    assert standing_sample_months(desk.url) == []
    assert remove_sample_months(desk.url, WHY, actor="sara") == []


def test_several_loads_leave_together_or_not_at_all(desk: Desk) -> None:
    first = desk.load([{}]).load_id
    second = desk.publish([{"invoice_id": "2"}]).load_id
    with pytest.raises(RefusedAction) as refused:
        void_all(desk.url, [first, second], " ", actor="sara")
    assert refused.value.code == "REASON_MISSING"
    void_all(desk.url, [second, first], WHY, actor="sara")
    assert desk.rows("select distinct state from app.load_states") == [{"state": "voided"}]
    third = desk.load([{"invoice_id": "3"}]).load_id
    publish(desk.url, third)
    with pytest.raises(RefusedAction) as refused:
        void_all(desk.url, [third, first], WHY, actor="sara")
    assert refused.value.code == "STATE_NOT_POSSIBLE"
    assert desk.value("select state from app.load_states where load_id = %s", third) == "published"
