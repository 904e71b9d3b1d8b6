"""A filter is what plain Python says of every issue: counts, pages and facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import RefusedAction
from pipeline.publications import publish
from pipeline.quality import issue_counts
from pipeline.quality.issue_choices import assignees, issue_choices
from pipeline.quality.issue_filter import STATUSES, IssueFilter
from pipeline.quality.issue_list import Order, count_issues, issue_facets, list_issues
from pipeline.quality.triage import Change, triage
from pipeline.runs import load_file
from pipeline.samples import generate
from pipeline.settings import Settings
from tests.conftest import new_database
from tests.karamad import Desk

Issue = dict[str, Any]
ORDERS: tuple[Order, ...] = ("file", "money", "rule")
NOWHERE = IssueFilter(states=("draft", "published", "superseded", "voided"))


@pytest.fixture(scope="module")
def url(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Three loads of two months, one superseded; something is said of every third issue."""
    folder = tmp_path_factory.mktemp("issues")
    mine = Settings(_env_file=None, database_url="", language="fa")  # type: ignore[call-arg]
    with new_database(server_url) as url:
        for number, period in enumerate(("1403-05", "1403-05", "1403-06"), start=1):
            path = folder / f"{number}.csv"
            generate(path, lines=150, dirty=0.3, seed=number, period=period)
            load_file(url, mine, path, period=period)
            if number < 3:
                publish(url, number)
        issues = list_issues(url, NOWHERE, limit=1_000).rows
        for number, issue in enumerate(issues[::3]):
            one = IssueFilter(issue_ids=(issue["issue_id"],))
            change = Change(
                status=STATUSES[number % 5], assignee=("", "reza", "omid")[number % 3], reason="so"
            )
            triage(url, one, change, expected=1, actor="sara")
        yield url


@pytest.fixture(scope="module")
def issues(url: str) -> list[Issue]:
    """Every issue with its status, put together here and not by the filter's statement."""
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
        rows = connection.execute(
            "select i.*, s.source_system, s.period, s.state from dq.dq_issues i"
            " join app.load_states s using (load_id)"
        ).fetchall()
        events = connection.execute("select * from dq.issue_events order by event_id").fetchall()
    said = {event["issue_key"]: event for event in events}
    for row in rows:
        event = said.get(row["issue_key"])
        row["status"] = event["status"] if event else "open"
        row["assignee"] = event["assignee"] if event else ""
        row["came_back"] = row["status"] == "fixed_at_source" and row["load_id"] > event["load_id"]
    return rows


def fits(issue: Issue, wanted: IssueFilter) -> bool:
    """What the words of IssueFilter mean, said once more."""
    named = wanted.loads or wanted.issue_ids
    states = wanted.states or ((issue["state"],) if named else ("draft", "published"))
    lists = (
        (wanted.issue_ids, "issue_id"), (wanted.loads, "load_id"), (states, "state"),
        (wanted.months, "period"), (wanted.rules, "rule_code"), (wanted.severities, "severity"),
        (wanted.columns, "column_name"), (wanted.salespeople, "salesperson_id"),
        (wanted.branches, "branch_id"), (wanted.statuses, "status"),
    )  # fmt: skip
    money = issue["impact_amount"]
    text = (wanted.text or "").lower()
    return (
        all(not values or issue[name] in values for values, name in lists)
        and wanted.source in (None, issue["source_system"])
        and wanted.assignee in (None, issue["assignee"])
        and (text in (issue["raw_value"] or "").lower() or text in issue["message"].lower())
        and (wanted.min_amount is None or (money is not None and money >= wanted.min_amount))
        and (wanted.max_amount is None or (money is not None and money <= wanted.max_amount))
        and (not wanted.came_back or issue["came_back"])
    )


def some(values: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    chosen = st.lists(st.sampled_from(values), min_size=1, max_size=3).map(tuple)
    return st.just(()) | chosen


@st.composite
def filters(draw: st.DrawFn, issues: list[Issue]) -> IssueFilter:
    def seen(name: str) -> list[Any]:
        return sorted({issue[name] for issue in issues if issue[name] is not None})

    amounts = st.none() | st.sampled_from(seen("impact_amount"))
    words = ["1403", "%", "_", "\\", "'", "«", "\0", "تاریخ", "xyz", "X"]
    words += seen("raw_value")[:40]
    return IssueFilter(
        loads=draw(some([1, 2, 3, 99, 2**70])),
        states=draw(some(["draft", "published", "superseded", "voided"])),
        source=draw(st.sampled_from([None, None, "karamad", "mabna"])),
        months=draw(some(seen("period"))),
        rules=draw(some(seen("rule_code"))),
        severities=draw(some(["ERROR", "WARNING"])),
        columns=draw(some(seen("column_name"))),
        salespeople=draw(some(seen("salesperson_id"))),
        branches=draw(some(seen("branch_id"))),
        statuses=draw(some([*STATUSES])),
        assignee=draw(st.sampled_from([None, None, None, "", "reza", "nobody of this name"])),
        text=draw(st.none() | st.sampled_from(words)),
        min_amount=draw(amounts),
        max_amount=draw(amounts),
        came_back=draw(st.sampled_from([False, False, False, True])),
    )


def everything(url: str, wanted: IssueFilter, order: Order, limit: int) -> list[Issue]:
    """The rows of all pages, one after the other."""
    rows: list[Issue] = []
    page = list_issues(url, wanted, order=order, limit=limit)
    rows += page.rows
    while page.next_page is not None:
        assert len(page.rows) == limit
        page = list_issues(url, wanted, order=order, limit=limit, after=page.next_page)
        rows += page.rows
    return rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_filter_is_what_python_says_of_every_issue(
    url: str, issues: list[Issue], data: st.DataObject
) -> None:
    wanted = data.draw(filters(issues))
    expected = [issue for issue in issues if fits(issue, wanted)]
    money = sum((issue["impact_amount"] or 0 for issue in expected), Decimal(0))
    count = count_issues(url, wanted)
    assert (count.issues, sum(count.impact_amounts.values())) == (len(expected), money)
    order, few = data.draw(st.sampled_from(ORDERS)), data.draw(st.sampled_from([3, 2_000]))
    with patch.object(issue_counts, "_FEW", few):
        rows = everything(url, wanted, order, 40)
    assert Counter(row["issue_id"] for row in rows) == Counter(i["issue_id"] for i in expected)
    facets = issue_facets(url, wanted)
    for facet, name in (("rule", "rule_code"), ("status", "status"), ("branch", "branch_id")):
        found = {one.value: one.issues for one in facets.get(facet, [])}
        assert found == Counter(issue[name] for issue in expected)


@pytest.mark.parametrize("statuses", [(), ("open",), ("open", "accepted"), STATUSES])
@pytest.mark.parametrize(
    "wanted",
    [
        IssueFilter(),
        IssueFilter(states=("draft",)),
        IssueFilter(states=("published", "superseded")),
        IssueFilter(rules=("INVALID_DATE", "NET_MISMATCH", "NO_RULE")),
        IssueFilter(months=("1403-05",), source="karamad", rules=("INVALID_NUMERIC",)),
        IssueFilter(severities=("ERROR",)),
        IssueFilter(severities=("WARNING", "ERROR"), rules=("INVALID_DATE", "NET_MISMATCH")),
        IssueFilter(source="mabna"),
        IssueFilter(text="1403"),
        IssueFilter(text="X"),
    ],
)
def test_counts_that_are_put_together_are_what_python_counts(
    url: str, issues: list[Issue], wanted: IssueFilter, statuses: tuple[str, ...]
) -> None:
    asked = replace(wanted, statuses=statuses)
    expected = [issue for issue in issues if fits(issue, asked)]
    money = sum((issue["impact_amount"] or 0 for issue in expected), Decimal(0))
    count = count_issues(url, asked)
    assert (count.issues, sum(count.impact_amounts.values())) == (len(expected), money)


def test_choices_are_what_the_issues_in_force_have(url: str) -> None:
    facets = issue_facets(url, IssueFilter())
    for name, values in issue_choices(url)[0].items():
        assert values == [one.value for one in facets[name] if one.value is not None], name
    assert set(assignees(url)) == {one.value for one in facets["assignee"]} - {None}


def test_every_filter_has_issues_to_find(issues: list[Issue]) -> None:
    assert len(issues) > 150
    assert {issue["state"] for issue in issues} == {"draft", "published", "superseded"}
    assert {issue["status"] for issue in issues} == set(STATUSES)
    for name in ("salesperson_id", "branch_id", "column_name", "raw_value", "impact_amount"):
        values = [issue[name] for issue in issues]
        assert None in values, name
        assert len(set(values)) > 3, name


@pytest.mark.parametrize("order", ORDERS)
def test_pages_come_in_their_order_without_gap_or_repetition(
    url: str, issues: list[Issue], order: Order
) -> None:
    def place(issue: Issue) -> tuple[Any, ...]:
        money = issue["impact_amount"]
        line = (issue["load_id"], issue["line_no"] or 0, issue["issue_id"])
        return {
            "file": line,
            "money": (money is None, -(money or 0), issue["issue_id"]),
            "rule": (issue["rule_code"], *line),
        }[order]

    expected = [issue["issue_id"] for issue in sorted(issues, key=place)]
    for limit in (1_000, 7):
        rows = everything(url, NOWHERE, order, limit)
        assert [row["issue_id"] for row in rows] == expected


def test_whose_a_line_is_comes_from_the_line(url: str, issues: list[Issue]) -> None:
    with psycopg.connect(url) as connection:
        facts = {
            (load_id, line_no): salesperson
            for load_id, line_no, salesperson in connection.execute(
                "select load_id, line_no, salesperson_id from canonical.sales"
            )
        }
    accepted = [i for i in issues if (i["load_id"], i["line_no"]) in facts]
    assert len(accepted) > 50
    assert all(i["salesperson_id"] == facts[i["load_id"], i["line_no"]] for i in accepted)
    # A rejected line tells too, where it could be cut into cells.
    rejected = [i for i in issues if i["rule_code"] == "INVALID_DATE"]
    assert rejected
    assert all(i["salesperson_id"] and i["branch_id"] for i in rejected)


def test_pages_stay_put_while_others_close_what_was_shown(desk: Desk) -> None:
    wrong = {"gross_amount": "90", "net_amount": "100"}
    desk.load([{**wrong, "invoice_id": str(number)} for number in range(12)])
    wanted = IssueFilter(statuses=("open",))
    first = list_issues(desk.url, wanted, limit=5)
    shown = tuple(row["issue_id"] for row in first.rows)
    one_later = list_issues(desk.url, wanted, limit=12).rows[7]["issue_id"]
    closed = IssueFilter(issue_ids=(*shown, one_later))
    triage(desk.url, closed, Change(status="accepted", reason="so"), expected=6, actor="sara")
    second = list_issues(desk.url, wanted, after=first.next_page, limit=20)
    assert [row["line_no"] for row in second.rows] == [7, 8, 10, 11, 12, 13]
    assert second.count.issues == 6


@pytest.mark.parametrize(
    "after", ["", "[]", "null", "1", '["x"]', '["1","2"]', '["1","2","-3"]', '["1","2","9e99"]',
              '["1","2","99999999999999999999"]', '{"a":1}', '["1","2","3","4"]'],
)  # fmt: skip
def test_an_address_that_is_no_page_is_refused(url: str, after: str) -> None:
    with pytest.raises(RefusedAction, match="no page"):
        list_issues(url, IssueFilter(), after=after)
    with pytest.raises(RefusedAction, match="no page"):
        list_issues(url, IssueFilter(), order="money", after='["NaN?","1"]')
