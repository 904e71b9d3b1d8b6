"""A manager with a scope: every figure is its formula over the facts of the scope, to the rial."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from psycopg.rows import dict_row

from pipeline.access.acting import acting_as
from pipeline.access.people import Person, Role, Scope
from pipeline.db import Connection, reading
from pipeline.errors import RefusedAction
from pipeline.kpi.choices import MOST, filter_values
from pipeline.kpi.facts import Figure, facts_behind, facts_total
from pipeline.kpi.figures import (
    by_branch,
    by_brand,
    by_city,
    months_available,
    net_sales_days,
    net_sales_months,
    refused_behind,
)
from pipeline.kpi.line_detail import line_detail
from pipeline.kpi.personal import customer_details
from pipeline.kpi.rankings import customers, returns_by_product, salespeople
from pipeline.kpi.scopes import scopes
from pipeline.overview import read_overview
from tests.access.people import LIMITED, MANAGER
from tests.karamad import SOURCE, Desk
from tests.kpi.shop import ALL, QUESTIONS, Row, invoices, money, wanted
from tests.kpi_formulas import FORMULAS
from tests.test_months import comparable

SCOPES = {
    "a branch that people left and joined": Scope(branches=("B1",)),
    "the other branch": Scope(branches=("B2",)),
    "both": Scope(branches=("B1", "B2")),
    "a salesperson": Scope(salespeople=("S2",)),
    "a branch and somebody else": Scope(branches=("B2",), salespeople=("S3",)),
    "nobody there": Scope(branches=("B9",), salespeople=("' or true --", "{}", "S1\\")),
}
every_scope = pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
IN_SCOPE = """
    where states.state = 'published' and (
        facts.salesperson_id = any(%s) or (
            select branch_id from dim.salespeople as people
            where people.salesperson_id = facts.salesperson_id
                and people.valid_from <= facts.event_date
            order by valid_from desc limit 1
        ) = any(%s))"""


def limited(scope: Scope) -> Person:
    return replace(LIMITED, scope=scope)


@pytest.fixture
def reader(shop: Desk, scope: Scope) -> Iterator[Connection]:
    with acting_as(limited(scope)), reading(shop.url) as connection:
        yield connection


@pytest.fixture
def mine(facts: list[Row], scope: Scope) -> list[Row]:
    """The facts that the scope holds, found one by one."""
    return [
        fact
        for fact in facts
        if fact["salesperson_id"] in scope.salespeople or fact["branch_id"] in scope.branches
    ]


@every_scope
@pytest.mark.parametrize("view", FORMULAS)
@pytest.mark.attack("another's limits")
def test_a_view_is_its_formula_over_the_scope(
    shop: Desk,
    reader: Connection,
    scope: Scope,
    view: str,
) -> None:
    formula = FORMULAS[view].replace("where states.state = 'published'", IN_SCOPE, 1)
    assert "any(%s)" in formula
    expected = shop.rows(formula, list(scope.salespeople), list(scope.branches))
    with reader.cursor(row_factory=dict_row) as cursor:
        shown = cursor.execute(f"select * from {view}").fetchall()
    assert comparable(shown) == comparable(expected)
    assert bool(shown) == (scope != SCOPES["nobody there"])


@every_scope
@pytest.mark.parametrize("filters", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.attack("another's limits")
def test_what_pages_show_is_of_the_scope_alone(
    reader: Connection, mine: list[Row], filters: object
) -> None:
    lines = wanted(mine, filters)  # type: ignore[arg-type]
    whole = money(lines)
    net = whole["net_amount"]
    total = facts_total(reader, Figure(filters))  # type: ignore[arg-type]
    assert (total.net_amount, total.line_count) == (net, whole["line_count"])
    shown = facts_behind(reader, Figure(filters)).facts  # type: ignore[arg-type]
    assert [(f.load_id, f.line_no) for f in shown] == [(f["load_id"], f["line_no"]) for f in lines]
    for read in (net_sales_days, by_branch, by_city, by_brand):
        rows = read(reader, filters)  # type: ignore[arg-type]
        assert sum(row.net_amount for row in rows) == net, read
        assert sum(row.line_count for row in rows) == len(lines), read
    months = [one.figures for one in net_sales_months(reader, filters)]  # type: ignore[arg-type]
    assert sum(month.net_amount for month in months) == net
    assert sum(month.invoice_count for month in months) == invoices(lines)
    for ranking in (customers, returns_by_product):
        found = ranking(reader, filters)  # type: ignore[arg-type]
        assert sum(row.net_amount for row in found.rows) == net, ranking
    people = salespeople(reader, filters).rows  # type: ignore[arg-type]
    assert {row.salesperson_id for row in people} == {fact["salesperson_id"] for fact in lines}
    for row in people:
        of_them = [fact for fact in lines if fact["salesperson_id"] == row.salesperson_id]
        assert row.invoice_count == invoices(of_them)
        assert row.customer_count == len({fact["customer_id"] for fact in of_them})


@every_scope
@pytest.mark.attack("another's limits")
def test_what_there_is_to_ask_about_is_the_scopes(
    shop: Desk,
    reader: Connection,
    mine: list[Row],
    scope: Scope,
) -> None:
    months = {fact["jalali_month"] for fact in mine}
    assert {month.jalali_month for month in months_available(reader)} == months
    assert {month for one in scopes(reader) for month in one.months} == months
    keys = {value.key for value in filter_values(reader, "salespeople", SOURCE)}
    assert keys >= {fact["salesperson_id"] for fact in mine}
    if not scope.branches:
        assert keys <= set(scope.salespeople)
    branches = {value.key for value in filter_values(reader, "branches", SOURCE)}
    assert branches >= {fact["branch_id"] for fact in mine}
    for kind, name in (("brands", "brand"), ("cities", "city"), ("products", "product_id")):
        found = {value.key for value in filter_values(reader, kind, SOURCE, limit=MOST)}  # type: ignore[arg-type]
        assert found == {fact[name] for fact in mine} - {None, ""}, kind
    assert not refused_behind(reader, ALL).loads
    with acting_as(limited(scope)):
        seen = read_overview(shop.url)
    month = [fact for fact in mine if fact["jalali_month"] == "1403-05"]
    of_month = next(row for row in seen.months if row["period"] == "1403-05")
    assert of_month["net_amount"] == money(month)["net_amount"]
    assert seen.waiting == seen.rules == []


@every_scope
@pytest.mark.attack("another's id")
def test_a_line_out_of_sight_answers_like_one_that_is_not_there(
    reader: Connection,
    facts: list[Row],
    mine: list[Row],
) -> None:
    keys = {(fact["load_id"], fact["line_no"]) for fact in mine}
    words = set()
    for load_id, line_no in [(fact["load_id"], fact["line_no"]) for fact in facts] + [(3, 1)]:
        if (load_id, line_no) in keys:
            assert line_detail(reader, load_id, line_no, may_see=False).fact
            continue
        with pytest.raises(RefusedAction) as caught:
            line_detail(reader, load_id, line_no, may_see=False)
        words.add(re.sub(r"\d+", "N", caught.value.en))
    with pytest.raises(RefusedAction) as missing:
        line_detail(reader, 98765, 43210, may_see=False)
    assert words <= {re.sub(r"\d+", "N", missing.value.en)}


@every_scope
@pytest.mark.attack("another's id")
def test_customers_out_of_sight_have_no_name(
    shop: Desk,
    mine: list[Row],
    scope: Scope,
) -> None:
    """Neither for somebody who was granted personal data, nor masked for all others."""
    ids = ["C1", "C2", "C3", "C4", "C5", "C9"]
    seen = {fact["customer_id"] for fact in mine}
    for sees in (True, False):
        who = replace(limited(scope), sees_personal=sees)
        with acting_as(who), reading(shop.url) as connection:
            assert customer_details(connection, SOURCE, ids, may_see=sees).keys() == seen
            if not sees:
                with pytest.raises(RefusedAction, match="role may not"):
                    customer_details(connection, SOURCE, ids, may_see=True)


def test_whoever_has_no_scope_pays_nothing_for_it(shop: Desk) -> None:
    """The planner drops the conditions, the invoices and the functions for everybody else."""
    for view in FORMULAS:
        with acting_as(MANAGER), reading(shop.url) as connection:
            plan = repr(connection.execute(f"explain (costs off) select * from {view}").fetchall())
            assert "is_limited" not in plan and "scope(" not in plan
            assert ("rollup_invoices" in plan) == ("branch" in view or "city" in view), view


def test_roles_without_a_scope_see_the_same_figures(shop: Desk) -> None:
    for role in Role:
        with acting_as(Person(1, "x", role)), reading(shop.url) as connection:
            for view in FORMULAS:
                with connection.cursor(row_factory=dict_row) as cursor:
                    shown = cursor.execute(f"select * from {view}").fetchall()
                assert comparable(shown) == comparable(shop.table(view))
