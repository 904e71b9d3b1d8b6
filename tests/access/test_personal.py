"""Whose names, phones and addresses are seen by whom: pages, sheets, downloads, API and search."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.access import acting
from pipeline.access.acting import acting_as
from pipeline.access.allowed import Action, may
from pipeline.access.people import Person
from pipeline.access.personal import MASK, PERSONAL
from pipeline.contracts import read_mapping
from pipeline.db import reading
from pipeline.errors import RefusedAction
from pipeline.exports import export_issues, export_raw, export_refused
from pipeline.feeds.feed import feeds
from pipeline.feeds.read import read_page
from pipeline.issue_detail import issue_detail
from pipeline.kpi.line_detail import line_detail
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.issue_list import issue_facets, list_issues
from pipeline.quality.issue_names import names_of
from pipeline.settings import ROOT
from tests.access.people import ADMIN, MANAGER, STEWARD, UPLOADER
from tests.karamad import Cells, Desk

OWNER, OTHER = replace(UPLOADER, name="sara"), replace(UPLOADER, name="omid")
GRANTED = replace(OTHER, sees_personal=True)
SEES = {"owner": OWNER, "granted": GRANTED, "steward": STEWARD, "admin": ADMIN}
NAMED = {"customer_name": "نشان یکم", "phone": "02199887766", "address": "نشان خیابان"}
CONFLICT = IssueFilter(rules=("ATTRIBUTE_CONFLICT",), columns=("نام مشتری",))


def lines() -> list[Cells]:
    twin: Cells = {**NAMED, "customer_name": "نشان دوم", "invoice_id": "3"}
    refused: Cells = {**NAMED, "invoice_id": "4", "quantity": "abc"}
    return [NAMED, {**NAMED, "invoice_id": "2"}, twin, refused]


@pytest.fixture
def desk_of_sara(desk: Desk) -> Iterator[Desk]:
    """One month handed in by sara: a name in conflict, and a refused line."""
    desk.load(lines(), user="sara")
    yield desk


def values(desk: Desk, who: Person, wanted: IssueFilter = CONFLICT) -> list[str | None]:
    with acting_as(who):
        return [row["raw_value"] for row in list_issues(desk.url, wanted).rows]


def test_salespeople_are_not_personal() -> None:
    """Their names are staff data that those who answer for sales need."""
    for source in ("karamad", "online_retail"):
        assert set(read_mapping(ROOT / "config", source).personal) <= PERSONAL


@pytest.mark.parametrize("who", [OTHER, OWNER, STEWARD, ADMIN], ids=lambda who: who.name)
def test_names_of_salespeople_are_for_all_who_see_issues(desk: Desk, who: Person) -> None:
    desk.publish([{}])
    with acting_as(who), reading(desk.url) as connection:
        names = names_of(connection, ["S1"], ["B1"])
    assert (names.salespeople, names.branches) == ({"S1": "کمالی"}, {"B1": "مرکز"})


@pytest.mark.parametrize("who", SEES)
def test_who_may_see_it_sees_what_stands_in_the_file(desk_of_sara: Desk, who: str) -> None:
    desk, person = desk_of_sara, SEES[who]
    assert values(desk, person) == ["نشان دوم"]
    with acting_as(person):
        issue = issue_detail(desk.url, desk.settings, issue_id(desk))
        with reading(desk.url) as connection:
            may_see = may(person, Action.SEE_PERSONAL)
            line = line_detail(connection, 1, 4, may_see=may_see)
    assert all(said in (issue.line or "") for said in ("نشان دوم", NAMED["phone"]))
    assert (line.is_masked, NAMED["phone"] in (line.text or "")) == (False, True)


def issue_id(desk: Desk, rule: str = "ATTRIBUTE_CONFLICT") -> int:
    return int(desk.value("select issue_id from dq.dq_issues where rule_code = %s", rule))


def test_an_uploader_sees_nobodys_in_files_of_others(desk_of_sara: Desk, tmp_path: Path) -> None:
    desk = desk_of_sara
    assert values(desk, OTHER) == [MASK]
    assert values(desk, OTHER, IssueFilter(rules=("INVALID_NUMERIC",))) == ["abc"]
    for rule in ("ATTRIBUTE_CONFLICT", "INVALID_NUMERIC"):
        with acting_as(OTHER):
            issue = issue_detail(desk.url, desk.settings, issue_id(desk, rule))
        said = repr((issue.issue, issue.line, issue.cells, issue.same_line, issue.twins))
        assert not any(value in said for value in (*NAMED.values(), "نشان دوم"))
        assert [cell.text for cell in issue.cells].count(MASK) == 3
        assert (issue.line or "").count(MASK) == 3
        assert issue.canonical is not None and issue.canonical["customer_id"] == "C1"
    with acting_as(OTHER):
        with reading(desk.url) as connection:
            line = line_detail(connection, 1, 4, may_see=False)
        assert line.is_masked and "نشان" not in repr(line)
        export_issues(desk.url, tmp_path / "issues.csv", CONFLICT)
    (row,) = csv.DictReader((tmp_path / "issues.csv").open(encoding="utf-8-sig"))
    assert row["raw_value"] == MASK


def test_a_line_that_cannot_be_cut_is_masked_in_whole(desk: Desk) -> None:
    desk.load([{}, "a,نشان,b"], user="sara")
    with acting_as(OTHER):
        issue = issue_detail(desk.url, desk.settings, issue_id(desk, "RAGGED_LINE"))
    assert issue.line == MASK and {cell.text for cell in issue.cells} == {MASK}
    assert "نشان" not in repr(issue)


def test_what_is_masked_is_not_found_by_searching(desk_of_sara: Desk) -> None:
    for who, found in ((OWNER, 1), (OTHER, 0), (STEWARD, 1)):
        assert len(values(desk_of_sara, who, replace(CONFLICT, text="نشان دوم"))) == found
        with acting_as(who):
            facets = issue_facets(desk_of_sara.url, replace(CONFLICT, text="نشان دوم"))
        assert bool(facets.get("rule")) == bool(found)


def test_a_file_goes_back_to_who_gave_it_and_to_those_who_see_personal_data(
    desk_of_sara: Desk, tmp_path: Path
) -> None:
    desk = desk_of_sara
    for number, who in enumerate((OWNER, GRANTED, STEWARD, OTHER, MANAGER)):
        for write in (
            lambda out: export_raw(desk.url, 1, out.with_suffix(".csv")),
            lambda out: export_refused(desk.url, desk.settings, 1, out.with_suffix(".xlsx")),
        ):
            with acting_as(who):
                if who in (OTHER, MANAGER):
                    with pytest.raises(RefusedAction) as refusal:
                        write(tmp_path / str(number))
                    code = "FILE_OF_ANOTHER" if who is OTHER else "NOT_ALLOWED"
                    assert refusal.value.code == code
                else:
                    write(tmp_path / str(number))
    assert len(list(tmp_path.glob("?.*"))) == 6


def test_programs_read_of_issues_what_their_people_see(desk_of_sara: Desk) -> None:
    for who, shown in ((OWNER, "نشان دوم"), (OTHER, MASK), (STEWARD, "نشان دوم")):
        with acting_as(who), reading(desk_of_sara.url) as connection:
            page = read_page(
                connection, feeds()["issues"], {"rule_code": ["ATTRIBUTE_CONFLICT"]},
                limit=9, sees_personal=who is STEWARD,
            )  # fmt: skip
        assert [row["raw_value"] for row in page.rows] == [shown]


def test_nobody_is_the_owner_of_a_file_without_being_an_uploader(desk_of_sara: Desk) -> None:
    manager = replace(MANAGER, name="sara")
    with acting_as(manager), reading(desk_of_sara.url) as connection:
        assert line_detail(connection, 1, 4, may_see=False).is_masked
    assert acting.actor() is acting.ENGINE
