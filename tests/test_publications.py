"""Publishing, undoing, locking: one published load a month, exact ways back, races, retries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pipeline.errors import RefusedAction
from pipeline.migrate import migrate
from pipeline.months.locks import lock_month, unlock_month
from pipeline.months.reads import history, list_months
from pipeline.publications import publish, undo, void
from pipeline.runs import recheck
from pipeline.verify import verify
from tests.karamad import PERIOD, RETURN, SOURCE, Desk

WIDE = {"invoice_id": "2", "customer_id": "C7", "product_id": "P7", "city": "شیراز"}
RACES = 50


def refusal(act: Callable[[], object]) -> RefusedAction:
    with pytest.raises(RefusedAction) as caught:
        act()
    return caught.value


def shown(desk: Desk) -> tuple[Any, ...]:
    """Everything that managers see of published loads."""
    return desk.kpis(), desk.dimensions()


def states(desk: Desk) -> dict[int, str]:
    return {row["load_id"]: row["state"] for row in desk.table("app.load_states")}


def take_back(desk: Desk, **options: Any) -> Any:
    return undo(desk.url, SOURCE, PERIOD, actor="steward", reason="اشتباه بود", **options)


def lock(desk: Desk) -> None:
    lock_month(desk.url, SOURCE, PERIOD, actor="manager", reason="بسته شد")


def steps_of(desk: Desk) -> int:
    return int(desk.value("select count(*) from app.publications"))


# --- Undo -----------------------------------------------------------------------------------------


def test_the_undo_of_a_first_publication_leaves_a_draft(desk: Desk) -> None:
    empty = shown(desk)
    result = desk.publish([{}, WIDE])
    undone = take_back(desk)
    assert (undone.step_no, undone.undid_step, undone.states) == (2, 1, {result.load_id: "draft"})
    assert shown(desk) == empty
    assert publish(desk.url, result.load_id) is None
    assert states(desk) == {1: "published"}


def test_the_undo_of_a_correction_brings_the_first_back_and_its_undo_the_second(desk: Desk) -> None:
    desk.publish([{}, WIDE])
    first = shown(desk)
    desk.publish([{}, RETURN])
    second = shown(desk)
    assert take_back(desk).states == {1: "published", 2: "draft"}
    assert shown(desk) == first
    assert take_back(desk).states == {1: "superseded", 2: "published"}
    assert shown(desk) == second
    assert verify(desk.url) == []


@pytest.mark.parametrize("state", ["draft", "published", "superseded"])
def test_the_undo_of_a_void_gives_the_state_before(desk: Desk, state: str) -> None:
    load = desk.load if state == "draft" else desk.publish
    load([{}, WIDE])
    if state == "superseded":
        desk.publish([{}, RETURN])
    before = shown(desk), states(desk)
    void(desk.url, 1, "ماه اشتباه")
    assert states(desk)[1] == "voided"
    take_back(desk)
    assert (shown(desk), states(desk)) == before
    assert verify(desk.url) == []


def test_an_undo_passes_over_locks_and_stays_in_its_month(desk: Desk) -> None:
    desk.publish([{}])
    before = {"invoice_id": "900", "reference_date": "1403/04/12"}
    desk.publish([before], "1403-04")
    lock(desk)
    unlock_month(desk.url, SOURCE, PERIOD, actor="manager", reason="اصلاح")
    assert take_back(desk).states == {1: "draft"}
    assert states(desk) == {1: "draft", 2: "published"}


def test_an_undo_needs_a_step_and_a_reason(desk: Desk) -> None:
    assert refusal(lambda: take_back(desk)).code == "UNKNOWN_MONTH"
    desk.load([{}])
    assert refusal(lambda: take_back(desk)).code == "NOTHING_TO_UNDO"
    publish(desk.url, 1)
    bare = refusal(lambda: undo(desk.url, SOURCE, PERIOD, actor="steward", reason=" "))
    assert bare.code == "REASON_MISSING"
    late = refusal(lambda: take_back(desk, expected_step=7))
    assert (late.code, late.values["last"]) == ("STEP_MEANWHILE", 1)
    assert states(desk) == {1: "published"}


def test_an_undo_shows_no_load_that_has_come_out_of_balance(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish([{}])
    desk.publish([{}, WIDE])
    with psycopg.connect(desk.url) as connection:
        connection.execute("update dq.reconciliations set lines_gap = 1 where load_id = 1")
    assert refusal(lambda: take_back(desk)).code == "OUT_OF_BALANCE"
    assert states(desk) == {1: "superseded", 2: "published"}


def test_an_undo_brings_back_no_load_whose_file_was_removed(desk: Desk) -> None:
    desk.publish([{}])
    void(desk.url, 1, "باطل")
    with psycopg.connect(desk.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from raw.file_chunks")
    assert refusal(lambda: take_back(desk)).code == "NOTHING_KEPT"
    assert states(desk) == {1: "voided"}


# --- What cannot be published ---------------------------------------------------------------------


def test_a_load_whose_run_is_open_is_not_published(desk: Desk) -> None:
    desk.load([{}])
    with psycopg.connect(desk.url) as connection:
        connection.execute(
            "insert into app.runs (load_id, started_by, mapping, inspection, rules)"
            " select load_id, 'sara', mapping, inspection, rules from app.runs"
        )
    refused = refusal(lambda: publish(desk.url, 1))
    assert (refused.code, refused.values["started_by"]) == ("RUN_UNFINISHED", "sara")
    recheck(desk.url, desk.settings, 1)
    publish(desk.url, 1)
    assert states(desk) == {1: "published"}


@pytest.mark.parametrize("state", ["received", "failed", "voided"])
def test_a_load_without_a_good_run_is_not_published(desk: Desk, state: str) -> None:
    desk.load([{}])
    with psycopg.connect(desk.url) as connection:
        connection.execute("update app.load_states set state = %s", (state,))
    refused = refusal(lambda: publish(desk.url, 1))
    assert (refused.code, refused.values["state"]) == ("STATE_NOT_POSSIBLE", state)


# --- Locked months --------------------------------------------------------------------------------


def test_a_locked_month_refuses_every_change_and_says_who_and_why(desk: Desk) -> None:
    desk.publish([{}])
    other = desk.load([{}, WIDE]).load_id
    lock(desk)
    before = shown(desk), states(desk), steps_of(desk)
    for act in (
        lambda: publish(desk.url, other),
        lambda: void(desk.url, 1, "دلیل"),
        lambda: void(desk.url, other, "دلیل"),
        lambda: take_back(desk),
        lambda: recheck(desk.url, desk.settings, 1),
        lambda: lock(desk),
    ):
        refused = refusal(act)
        assert refused.code == "MONTH_LOCKED"
        assert (refused.values["actor"], refused.values["reason"]) == ("manager", "بسته شد")
    assert (shown(desk), states(desk), steps_of(desk)) == before
    assert recheck(desk.url, desk.settings, other).status == "draft"
    unlock_month(desk.url, SOURCE, PERIOD, actor="manager", reason="اصلاح")
    assert publish(desk.url, other) == 1
    assert verify(desk.url) == []


def test_a_month_locked_during_a_recheck_keeps_its_figures(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish([{}, WIDE])
    before = desk.state(1)
    seen = []

    def lock_while_checking(stage: str, size: int) -> None:
        if stage == "check" and not seen:
            seen.append(stage)
            lock(desk)

    act = lambda: recheck(desk.url, desk.settings, 1, progress=lock_while_checking)  # noqa: E731
    assert refusal(act).code == "MONTH_LOCKED"
    assert seen == ["check"]
    assert desk.state(1) == before


def test_locks_need_a_month_a_reason_and_a_change(desk: Desk) -> None:
    assert refusal(lambda: lock(desk)).code == "UNKNOWN_MONTH"
    desk.load([{}])
    assert (
        refusal(lambda: lock_month(desk.url, SOURCE, PERIOD, actor="m", reason="")).code
        == "REASON_MISSING"
    )
    assert (
        refusal(lambda: unlock_month(desk.url, SOURCE, PERIOD, actor="m", reason="باز")).code
        == "MONTH_NOT_LOCKED"
    )
    lock(desk)
    assert refusal(lambda: publish(desk.url, 1)).code == "MONTH_LOCKED"
    assert verify(desk.url) == [], "a lock of a month that shows nothing concerns no load"


# --- What the person saw --------------------------------------------------------------------------


def test_a_publication_expects_what_the_person_saw(desk: Desk) -> None:
    for lines in ([{}], [{}, WIDE], [{}, RETURN]):
        desk.load(lines)
    publish(desk.url, 1, actor="sara", expected=None)
    refused = refusal(lambda: publish(desk.url, 2, actor="reza", expected=None))
    assert refused.code == "PUBLISHED_MEANWHILE"
    assert (refused.values["load_id"], refused.values["actor"]) == (1, "sara")
    at = desk.value("select at from app.publications")
    assert f"{at:%Y-%m-%d %H:%M}" in refused.en
    assert publish(desk.url, 2, actor="reza", expected=1) == 1
    assert refusal(lambda: publish(desk.url, 3, expected=1)).values["load_id"] == 2
    void(desk.url, 2, "باطل")
    assert refusal(lambda: publish(desk.url, 3, expected=2)).code == "WITHDRAWN_MEANWHILE"
    assert publish(desk.url, 3) is None
    assert publish(desk.url, 3, expected=2) is None, "published already: what was wanted is so"


# --- Races ----------------------------------------------------------------------------------------


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """What each act gives or raises, all begun at the same moment."""
    barrier = threading.Barrier(len(acts))
    given: list[object] = [None] * len(acts)

    def work(number: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            given[number] = act()
        except Exception as error:
            given[number] = error

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_of_two_people_with_one_month_one_publishes_and_the_other_is_told(desk: Desk) -> None:
    desk.load([{}])
    desk.load([{}, WIDE])
    publish(desk.url, 1)
    figures = {1: shown(desk)}
    take_back(desk)
    publish(desk.url, 2)
    figures[2] = shown(desk)
    take_back(desk)
    people = {1: "sara", 2: "reza"}
    winners = set()
    for _ in range(RACES):
        given = at_once(
            [
                lambda n=n: publish(desk.url, n, actor=people[n], expected=None)  # type: ignore[misc]
                for n in people
            ]
        )
        (winner,) = [load_id for load_id, state in states(desk).items() if state == "published"]
        winners.add(winner)
        assert given[winner - 1] is None
        refused = given[2 - winner]
        assert isinstance(refused, RefusedAction), refused
        assert refused.code == "PUBLISHED_MEANWHILE"
        assert (refused.values["load_id"], refused.values["actor"]) == (winner, people[winner])
        assert shown(desk) == figures[winner], "never a mix"
        take_back(desk)
    assert publish(desk.url, 1, expected=None) is None
    assert publish(desk.url, 2, expected=1) == 1, "knowingly superseded"
    assert winners <= {1, 2}
    assert verify(desk.url) == []


def test_two_months_published_at_once_are_both_in_the_dimensions(desk: Desk) -> None:
    desk.load([{}])
    before = {"invoice_id": "900", "reference_date": "1403/04/12"}
    desk.load([{**WIDE, **before}], "1403-04")
    publish(desk.url, 1)
    publish(desk.url, 2)
    both = shown(desk)
    for _ in range(10):
        for period in (PERIOD, "1403-04"):
            undo(desk.url, SOURCE, period, actor="a", reason="دوباره")
        assert at_once([lambda: publish(desk.url, 1), lambda: publish(desk.url, 2)]) == [None, None]
        assert shown(desk) == both


def test_of_two_undos_of_one_step_one_is_refused(desk: Desk) -> None:
    desk.publish([{}])
    for _ in range(5):
        last = max(step.step_no for step in history(desk.url))
        given = at_once([lambda: take_back(desk, expected_step=last)] * 2)  # noqa: B023
        assert sorted(type(one).__name__ for one in given) == ["RefusedAction", "Undone"]


# --- Lost answers ---------------------------------------------------------------------------------


def test_a_deed_repeated_with_its_key_answers_alike_and_writes_nothing(desk: Desk) -> None:
    desk.publish([{}])
    desk.load([{}, WIDE])
    keys = {name: uuid4() for name in ("publish", "undo", "void", "lock", "unlock")}
    of_month = {"actor": "m", "reason": "بسته"}
    deeds: dict[str, Callable[[], object]] = {
        "publish": lambda: publish(desk.url, 2, expected=1, key=keys["publish"]),
        "undo": lambda: take_back(desk, key=keys["undo"]),
        "void": lambda: void(desk.url, 2, "باطل", key=keys["void"]),
        "lock": lambda: lock_month(desk.url, SOURCE, PERIOD, **of_month, key=keys["lock"]),
        "unlock": lambda: unlock_month(desk.url, SOURCE, PERIOD, **of_month, key=keys["unlock"]),
    }
    first = {}
    for name, deed in deeds.items():
        first[name] = deed()
        before = shown(desk), states(desk), steps_of(desk)
        assert deed() == first[name], name
        assert (shown(desk), states(desk), steps_of(desk)) == before, name
    assert first["publish"] == 1
    lock(desk)
    before = shown(desk), states(desk), steps_of(desk)
    assert {name: deed() for name, deed in deeds.items()} == first, "also after all that followed"
    assert (shown(desk), states(desk), steps_of(desk)) == before


def test_a_deed_repeated_while_the_first_goes_on_waits_for_its_answer(desk: Desk) -> None:
    desk.publish([{}])
    desk.load([{}, WIDE])
    key = uuid4()
    assert at_once([lambda: publish(desk.url, 2, expected=1, key=key)] * 4) == [1] * 4
    assert steps_of(desk) == 3


def test_a_key_is_good_for_one_deed(desk: Desk) -> None:
    desk.load([{}])
    desk.load([{}, WIDE])
    key = uuid4()
    publish(desk.url, 1, key=key)
    for act in (
        lambda: publish(desk.url, 2, key=key),
        lambda: void(desk.url, 1, "دلیل", key=key),
        lambda: take_back(desk, key=key),
    ):
        assert refusal(act).code == "KEY_USED"
    assert states(desk) == {1: "published", 2: "draft"}


# --- Looking back ---------------------------------------------------------------------------------


def test_history_says_who_did_what(desk: Desk) -> None:
    desk.publish([{}])
    desk.load([{}, WIDE])
    publish(desk.url, 2, actor="reza")
    take_back(desk)
    lock(desk)
    steps = history(desk.url, SOURCE, PERIOD)
    assert [(s.step_no, s.action, s.actor, s.reason, s.load_id) for s in steps] == [
        (4, "lock", "manager", "بسته شد", 1),
        (3, "undo", "steward", "اشتباه بود", 1),
        (2, "publish", "reza", None, 2),
        (1, "publish", "cli", None, 1),
    ]
    assert [s.states for s in steps] == [
        {},
        {1: "published", 2: "draft"},
        {1: "superseded", 2: "published"},
        {1: "published"},
    ]
    assert (steps[1].undoes, steps[2].superseded_load_id) == (2, 1)
    assert steps[2].file_name == "file_2.csv"
    assert history(desk.url, "mabna") == []
    assert history(desk.url, SOURCE, "1403-06") == []
    assert history(desk.url) == steps


def test_months_are_listed_as_they_stand(desk: Desk) -> None:
    assert list_months(desk.url) == []
    desk.load([{}])
    desk.load([{}, WIDE])
    (month,) = list_months(desk.url)
    assert (month.state, month.load_id, month.drafts, month.locked) == (
        "draft",
        None,
        (1, 2),
        False,
    )
    publish(desk.url, 2, actor="reza")
    (month,) = list_months(desk.url)
    assert (month.source, month.period, month.state) == (SOURCE, PERIOD, "published")
    assert (month.load_id, month.file_name, month.drafts) == (2, "file_2.csv", (1,))
    assert (month.actor, month.since) == ("reza", desk.value("select at from app.publications"))
    lock(desk)
    (month,) = list_months(desk.url)
    assert (month.locked, month.locked_by, month.lock_reason) == (True, "manager", "بسته شد")
    unlock_month(desk.url, SOURCE, PERIOD, actor="manager", reason="اصلاح")
    void(desk.url, 1, "باطل")
    void(desk.url, 2, "باطل")
    (month,) = list_months(desk.url)
    assert (month.state, month.load_id, month.drafts, month.locked) == ("voided", None, (), False)
    assert month.lock_reason is None


def test_publications_made_before_steps_were_numbered_get_their_numbers(desk: Desk) -> None:
    """Rows as the product wrote them before migration 010, two months interleaved."""
    old = [
        (1, "publish", "1403-05"), (2, "publish", "1403-04"), (1, "supersede", "1403-05"),
        (3, "publish", "1403-05"), (2, "void", "1403-04"),
    ]  # fmt: skip
    with psycopg.connect(desk.url) as connection:
        # A later migration asks for the state after a step.
        connection.execute("drop trigger require_another_person on app.publications")
        connection.execute(
            "alter table app.publications drop column step_no, drop column state_after,"
            " drop column undoes, drop column key, alter column load_id set not null"
        )
        connection.execute("drop index app.publications_by_load")
        connection.execute("delete from app.migrations where number = 10")
        for row in old:
            connection.execute(
                "insert into app.publications (load_id, action, source_system, period, actor)"
                " values (%s, %s, 'karamad', %s, 'cli')",
                row,
            )
    migrate(desk.url)
    rows = desk.rows("select * from app.publications order by publication_id")
    assert [(row["step_no"], row["state_after"]) for row in rows] == [
        (1, "published"), (1, "published"), (2, "superseded"), (2, "published"), (2, "voided"),
    ]  # fmt: skip
    with psycopg.connect(desk.url) as connection, pytest.raises(psycopg.Error, match="append-only"):
        connection.execute("update app.publications set actor = 'x'")
