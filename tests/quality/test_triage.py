"""Working through issues: what an act says holds in a recheck and a corrected load."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from pipeline.errors import RefusedAction
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.issue_list import count_issues, gone_issues, list_issues
from pipeline.quality.triage import Act, Change, issue_history, last_acts, triage
from pipeline.runs import recheck
from tests.karamad import Cells, Desk

GROSS: Cells = {"gross_amount": "90", "net_amount": "100"}  # 2 × 50 is 100: GROSS_MISMATCH
ACCEPTED = Change(status="accepted", reason="rounded by the till")
ANY = IssueFilter()


def line(number: int, **cells: str) -> Cells:
    return {"invoice_id": str(number), **cells}


def wrong(number: int, **cells: str) -> Cells:
    return line(number, **GROSS, **cells)


def act(desk: Desk, wanted: IssueFilter, change: Change, actor: str = "sara") -> Act:
    expected = count_issues(desk.url, wanted).issues
    return triage(desk.url, wanted, change, expected=expected, actor=actor)


def statuses(
    desk: Desk, wanted: IssueFilter = ANY
) -> list[tuple[int | None, str, str, str | None]]:
    rows = list_issues(desk.url, wanted).rows
    return [(row["line_no"], row["rule_code"], row["status"], row["assignee"]) for row in rows]


def test_an_act_says_who_what_and_why_and_leaves_the_rest(desk: Desk) -> None:
    desk.load([wrong(1), wrong(2), line(3)])
    first = IssueFilter(issue_ids=(list_issues(desk.url, ANY).rows[0]["issue_id"],))
    act(desk, first, Change(assignee=" reza ", comment="asked the branch"))
    act(desk, first, ACCEPTED, actor="omid")
    assert statuses(desk) == [
        (2, "GROSS_MISMATCH", "accepted", "reza"),
        (3, "GROSS_MISMATCH", "open", None),
    ]
    act(desk, first, Change(assignee="", status="open"))
    assert statuses(desk)[0] == (2, "GROSS_MISMATCH", "open", None)
    history = issue_history(desk.url, first.issue_ids[0])
    said = ("status", "assignee", "comment", "reason", "actor")
    assert [tuple(event[name] for name in said) for event in history] == [
        (None, "reza", "asked the branch", None, "sara"),
        ("accepted", None, None, "rounded by the till", "omid"),
        ("open", "", None, None, "sara"),
    ]


def test_a_status_survives_a_recheck_and_a_corrected_load(desk: Desk) -> None:
    first = desk.publish([wrong(1), wrong(2)])
    act(desk, IssueFilter(text="«90»"), ACCEPTED)
    recheck(desk.url, desk.settings, first.load_id)
    assert [row[2] for row in statuses(desk)] == ["accepted", "accepted"]
    # Invoice 1 is mended; the others stand on other lines than before.
    desk.publish([line(9), line(1), wrong(7), wrong(2)])
    assert [row[::2] for row in statuses(desk)] == [(4, "open"), (5, "accepted")]
    (gone,) = gone_issues(desk.url)
    facts = ("line_no", "rule_code", "raw_value", "status", "reason", "actor")
    assert tuple(gone[name] for name in facts) == (
        2, "GROSS_MISMATCH", "90", "accepted", "rounded by the till", "sara",
    )  # fmt: skip


def test_twins_are_told_apart_by_their_order(desk: Desk) -> None:
    desk.load([wrong(1), wrong(1), wrong(1)])
    twins = IssueFilter(rules=("GROSS_MISMATCH",))
    second = list_issues(desk.url, twins).rows[1]
    act(desk, IssueFilter(issue_ids=(second["issue_id"],)), ACCEPTED)
    recheck(desk.url, desk.settings, 1)
    assert [row[2] for row in statuses(desk, twins)] == ["open", "accepted", "open"]
    assert desk.value("select count(distinct fingerprint) from dq.dq_issues"
                      " where rule_code = 'GROSS_MISMATCH'") == 1  # fmt: skip


def test_months_damages_and_the_load_as_a_whole_are_not_mixed_up(desk: Desk) -> None:
    desk.load(["1,2", line(1)])
    damaged = IssueFilter(rules=("RAGGED_LINE",))
    act(desk, damaged, ACCEPTED)
    later: Cells = {"system_date": "1403/06/12", "reference_date": "1403/06/12"}
    desk.load(["1,2", line(1, **later)], "1403-06")
    desk.load(["7,8,9", line(2)])
    assert [(row["load_id"], row["status"]) for row in list_issues(desk.url, damaged).rows] == [
        (1, "accepted"),
        (2, "open"),
        (3, "open"),
    ]


def test_an_issue_said_to_be_mended_is_shown_when_it_comes_back(desk: Desk) -> None:
    desk.load([wrong(1), wrong(2)])
    act(desk, ANY, Change(status="fixed_at_source", reason="new price list"))
    back = IssueFilter(came_back=True)
    assert count_issues(desk.url, back).issues == 0
    desk.publish([line(1), wrong(2), line(3)])
    assert [row["line_no"] for row in list_issues(desk.url, back).rows] == [3]


def test_an_issue_in_two_loads_of_a_month_is_one(desk: Desk) -> None:
    desk.load([wrong(1)])
    desk.load([wrong(1), line(2)])
    done = act(desk, IssueFilter(rules=("GROSS_MISMATCH",)), ACCEPTED)
    assert (done.issues, done.events) == (2, 1)
    assert [row[2] for row in statuses(desk, IssueFilter(rules=("GROSS_MISMATCH",)))] == [
        "accepted",
        "accepted",
    ]


def test_a_change_that_cannot_be_writes_nothing(desk: Desk) -> None:
    desk.load([wrong(1)])
    refusals = [
        (Change(status="accepted"), "REASON_MISSING"),
        (Change(status="false_alarm", reason=" \0\n"), "REASON_MISSING"),
        (Change(status="done", reason="x"), "STATUS_UNKNOWN"),
        (Change(), "NOTHING_SAID"),
        (Change(comment="  ", reason="why"), "NOTHING_SAID"),
    ]
    for change, code in refusals:
        with pytest.raises(RefusedAction) as refused:
            triage(desk.url, ANY, change, expected=1, actor="sara")
        assert refused.value.code == code
    assert desk.table("dq.issue_events") == []


def test_an_act_is_on_exactly_what_the_user_saw(desk: Desk) -> None:
    desk.load([wrong(1), wrong(2)])
    with pytest.raises(RefusedAction, match="There are 2 issues now, not 1") as refused:
        triage(desk.url, ANY, ACCEPTED, expected=1, actor="sara")
    assert refused.value.code == "ISSUES_CHANGED"
    with pytest.raises(RefusedAction) as nothing:
        triage(desk.url, IssueFilter(text="no such"), ACCEPTED, expected=0, actor="sara")
    assert nothing.value.code == "NO_ISSUES"
    assert desk.table("dq.issue_events") == []


def test_of_many_who_close_the_same_open_issues_at_once_one_does(desk: Desk) -> None:
    desk.load([wrong(number) for number in range(20)])
    wanted, people = IssueFilter(statuses=("open",)), 6
    start = Barrier(people)

    def close(number: int) -> str:
        start.wait()
        try:
            triage(desk.url, wanted, ACCEPTED, expected=20, actor=f"p{number}")
        except RefusedAction as refused:
            return f"{refused.code} {refused.values['now']}"
        return "done"

    with ThreadPoolExecutor(people) as pool:
        answers = list(pool.map(close, range(people)))
    assert sorted(answers) == ["ISSUES_CHANGED 0"] * (people - 1) + ["done"]
    (done,) = last_acts(desk.url)
    assert (done["issues"], done["actor"]) == (20, f"p{answers.index('done')}")


def test_acts_on_other_issues_at_once_are_all_kept(desk: Desk) -> None:
    desk.load([wrong(number) for number in range(12)])
    ids = [row["issue_id"] for row in list_issues(desk.url, ANY).rows]

    def comment(issue_id: int) -> int:
        one = IssueFilter(issue_ids=(issue_id,))
        change = Change(comment=f"about {issue_id}", assignee=f"a{issue_id}")
        return triage(desk.url, one, change, expected=1, actor="sara").batch_id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(comment, ids))) == 12
    assert [row[3] for row in statuses(desk)] == [f"a{issue_id}" for issue_id in ids]


def test_last_acts_tell_who_did_what_on_how_many(desk: Desk) -> None:
    desk.load([wrong(1), wrong(2)])
    act(desk, ANY, Change(assignee="reza"))
    act(desk, IssueFilter(text="90"), ACCEPTED, actor="omid")
    facts = ("actor", "status", "assignee", "reason", "issues", "impact_amount")
    assert [tuple(row[name] for name in facts) for row in last_acts(desk.url)] == [
        ("omid", "accepted", None, "rounded by the till", 2, 20),
        ("sara", None, "reza", None, 2, 20),
    ]


def test_events_and_what_they_add_up_to_refuse_every_other_hand(desk: Desk) -> None:
    desk.load([wrong(1)])
    act(desk, ANY, Change(assignee="reza"))
    before = desk.table("dq.issue_events"), desk.table("dq.issue_states")
    for statement in (
        "update dq.issue_events set actor = 'x'",
        "delete from dq.issue_events",
        "truncate dq.issue_events",
        "insert into dq.issue_states select gen_random_uuid(), source_system, period, load_id,"
        " status, assignee, event_id, changed_at from dq.issue_states",
        "update dq.issue_states set status = 'accepted'",
        "delete from dq.issue_states",
        "truncate dq.issue_states",
    ):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            psycopg.connect(desk.url) as connection,
        ):
            connection.execute(statement)
    assert (desk.table("dq.issue_events"), desk.table("dq.issue_states")) == before


def test_the_database_itself_wants_a_reason_for_closing(desk: Desk) -> None:
    with (
        pytest.raises(psycopg.errors.CheckViolation),
        psycopg.connect(desk.url) as connection,
    ):
        connection.execute(
            "insert into dq.issue_events (batch_id, issue_key, source_system, period, load_id,"
            " rule_code, status, reason, actor)"
            " values (1, gen_random_uuid(), 'karamad', '1403-05', 1, 'X', 'accepted', ' ', 'sara')"
        )
