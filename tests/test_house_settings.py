"""The rule of two persons: who handed in a correction does not publish it, if settled."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from pipeline.access.acting import acting_as
from pipeline.errors import RefusedAction
from pipeline.house_settings import NAMES, TWO_PERSONS, change_setting, is_on, read_settings
from pipeline.publications import publish, undo, void
from pipeline.verify import verify
from tests.access.people import ADMIN, STEWARD
from tests.karamad import PERIOD, SOURCE, Desk


def settle(desk: Desk, on: bool) -> None:
    change_setting(desk.url, TWO_PERSONS, on=on, author="admin", reason="حسابرسی")


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(RefusedAction) as caught:
        act()
    return caught.value.code


def state(desk: Desk, load_id: int) -> str:
    return str(desk.value("select state from app.load_states where load_id = %s", load_id))


def test_it_is_off_until_somebody_settles_it_and_says_who(desk: Desk) -> None:
    assert [one.name for one in read_settings(desk.url)] == list(NAMES)
    assert not is_on(desk.url, TWO_PERSONS)
    settle(desk, True)
    settle(desk, False)
    settle(desk, True)
    (one,) = read_settings(desk.url)
    assert (one.is_on, one.author, one.reason) == (True, "admin", "حسابرسی")
    events = desk.rows("select actor, action from app.audit_events where subject_kind = 'setting'")
    assert events == [{"actor": "admin", "action": "settle"}] * 3


def test_a_correction_waits_for_another_person(desk: Desk) -> None:
    settle(desk, True)
    first = desk.load([{}], user="sara").load_id
    publish(desk.url, first, actor="sara")  # the first of its month corrects nothing
    second = desk.load([{}, {"invoice_id": "2"}], user="sara").load_id
    assert refused(lambda: publish(desk.url, second, actor="sara")) == "ANOTHER_PERSON_NEEDED"
    assert (state(desk, first), state(desk, second)) == ("published", "draft")
    publish(desk.url, second, actor="reza")
    assert (state(desk, first), state(desk, second)) == ("superseded", "published")
    settle(desk, False)
    publish(desk.url, first, actor="sara")
    assert verify(desk.url) == []


def test_no_undo_leads_around_it(desk: Desk) -> None:
    settle(desk, True)
    publish(desk.url, desk.load([{}], user="reza").load_id, actor="reza")
    second = desk.load([{}, {"invoice_id": "2"}], user="sara").load_id
    publish(desk.url, second, actor="reza")
    void(desk.url, second, "اشتباه", actor="sara")
    back = {"actor": "sara", "reason": "بازگشت"}
    assert refused(lambda: undo(desk.url, SOURCE, PERIOD, **back)) == "ANOTHER_PERSON_NEEDED"
    assert state(desk, second) == "voided"
    undo(desk.url, SOURCE, PERIOD, actor="reza", reason="بازگشت")
    assert state(desk, second) == "published"


@pytest.mark.parametrize("on", [True, False])
def test_the_database_takes_no_such_step_by_itself(desk: Desk, on: bool) -> None:
    settle(desk, on)
    publish(desk.url, desk.load([{}], user="sara").load_id, actor="sara")
    second = desk.load([{}, {"invoice_id": "2"}], user="sara").load_id
    step = (
        "insert into app.publications (load_id, action, source_system, period, actor, step_no,"
        " state_after) values (%s, 'publish', %s, %s, 'sara', 9, 'published')"
    )
    with psycopg.connect(desk.url) as connection:
        if not on:
            connection.execute(step, (second, SOURCE, PERIOD))
            return
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="correction"):
            connection.execute(step, (second, SOURCE, PERIOD))


def test_nothing_is_written_down_under_another_name(desk: Desk) -> None:
    """Whatever name a page or route hands on: the session knows for whom it works."""
    load_id = desk.load([{}]).load_id
    with acting_as(STEWARD):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="somebody else"):
            publish(desk.url, load_id, actor="reza")
        publish(desk.url, load_id, actor=STEWARD.name)
    with acting_as(ADMIN), pytest.raises(psycopg.errors.InsufficientPrivilege):
        change_setting(desk.url, TWO_PERSONS, on=True, author="steward", reason="x")


def test_it_is_an_administrators_to_settle(desk: Desk) -> None:
    with acting_as(STEWARD):
        assert refused(lambda: settle(desk, True)) == "NOT_ALLOWED"
        assert not is_on(desk.url, TWO_PERSONS)
    with acting_as(ADMIN):
        settle(desk, True)
        assert is_on(desk.url, TWO_PERSONS)


@pytest.mark.parametrize(
    ("name", "reason", "code"),
    [("three_persons", "x", "UNKNOWN_SETTING"), (TWO_PERSONS, " \0", "REASON_MISSING")],
)
def test_what_cannot_be_settled_is_said(desk: Desk, name: str, reason: str, code: str) -> None:
    change = {"on": True, "author": "admin", "reason": reason}
    assert refused(lambda: change_setting(desk.url, name, **change)) == code  # type: ignore[arg-type]
    assert desk.rows("select * from app.settings") == []
