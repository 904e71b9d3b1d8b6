"""Figures of every kind and filter are their formula over the facts, and lead to those facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Literal

import pytest

from pipeline.db import Connection, reading
from pipeline.errors import PipelineError
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
from pipeline.kpi.filters import Filters
from pipeline.kpi.rankings import Page, Ranking, customers, returns_by_product, salespeople
from pipeline.kpi.scopes import scopes
from tests.karamad import SOURCE, Desk
from tests.kpi.shop import ALL, COLUMNS, QUESTIONS, Row, grouped, invoices, money, sale, wanted
from tests.kpi_formulas import FORMULAS
from tests.test_months import close, comparable

every_question = pytest.mark.parametrize("filters", QUESTIONS.values(), ids=QUESTIONS)


def test_the_shop_holds_what_makes_figures_hard(shop: Desk, facts: list[Row]) -> None:
    """Shared invoices, customers and days; attributes that change in the month; unknown ones."""
    assert {row["grain"] for row in shop.rows("select grain from kpi.double_counts")} == {
        "day", "month", "customer", "salesperson",
    }  # fmt: skip
    for spans in ("customer_cities", "product_brands", "salesperson_branches"):
        assert shop.rows(f"select * from kpi.{spans} where within_month = '1403-05'"), spans
    for attribute in ("city", "brand", "branch_id"):
        assert len({fact[attribute] for fact in facts}) >= 2
    assert {fact["brand"] for fact in facts} >= {None, "گلستان", "پونک"}


@pytest.mark.parametrize("view", FORMULAS)
def test_a_view_is_its_formula_where_everything_moves(shop: Desk, view: str) -> None:
    shown = shop.table(view)
    assert shown
    assert comparable(shown) == comparable(shop.rows(FORMULAS[view]))


@every_question
def test_days(reader: Connection, facts: list[Row], filters: Filters) -> None:
    lines = wanted(facts, filters)
    expected = [
        {
            "event_date": day,
            "jalali_month": of_day[0]["jalali_month"],
            **money(of_day),
            "invoice_count": invoices(of_day),
        }
        for day, of_day in sorted(grouped(lines, lambda fact: fact["event_date"]).items())
    ]
    assert [asdict(figure) for figure in net_sales_days(reader, filters)] == expected


@every_question
def test_months(reader: Connection, facts: list[Row], filters: Filters) -> None:
    everywhen = filters.narrowed(from_month="1390-01", to_month="1410-01")
    by_month = grouped(wanted(facts, everywhen), lambda fact: fact["jalali_month"])
    expected = {
        month: {
            **money(lines),
            "invoice_count": invoices(lines),
            "customer_count": len({fact["customer_id"] for fact in lines}),
        }
        for month, lines in by_month.items()
    }
    neighbours = {"1403-06": ("1403-05", "1402-06"), "1403-05": ("1403-04", "1402-05")}
    shown = net_sales_months(reader, filters)
    assert [row.figures.jalali_month for row in shown] == [
        m for m in filters.months if m in expected
    ]
    for row in shown:
        month = row.figures.jalali_month
        before, year = neighbours.get(month, ("1402-05", "1401-06"))
        for given, name in ((row.figures, month), (row.previous, before), (row.last_year, year)):
            assert (given is None) == (name not in expected)
            if given is not None:
                values = asdict(given)
                assert values.pop("jalali_month") == name
                assert values.pop("month_start").year in (2023, 2024)
                assert values == expected[name]


@every_question
@pytest.mark.parametrize(
    ("ask", "column", "name"),
    [
        (by_branch, "branch_id", "branches"),
        (by_city, "city", "cities"),
        (by_brand, "brand", "brands"),
    ],
)
def test_groups_and_the_facts_behind_them(
    reader: Connection,
    facts: list[Row],
    filters: Filters,
    ask: Callable[..., Any],
    column: str,
    name: str,
) -> None:
    groups = grouped(wanted(facts, filters), lambda fact: fact[column])
    shown = ask(reader, filters)
    assert {row.key: asdict(row) for row in shown} == {
        key: {"key": key, **money(lines)} for key, lines in groups.items()
    }
    assert [row.net_amount for row in shown] == sorted(
        (row.net_amount for row in shown), reverse=True
    )
    for row in shown:
        behind = facts_total(reader, Figure(filters.narrowed(**{name: (row.key,)})))
        assert (behind.net_amount, behind.line_count) == (row.net_amount, row.line_count)


@every_question
def test_customers(reader: Connection, facts: list[Row], filters: Filters) -> None:
    groups = grouped(wanted(facts, filters), lambda fact: fact["customer_id"])
    shown = customers(reader, filters)
    assert {row.customer_id: _measures(row) for row in shown.rows} == {
        customer: {
            **money(lines),
            "invoice_count": invoices(lines),
            "active_days": len({fact["event_date"] for fact in lines}),
        }
        for customer, lines in groups.items()
    }
    _check_totals(shown, wanted(facts, filters), len(groups))
    for row in shown.rows:
        _check_behind(reader, filters.narrowed(customers=(row.customer_id,)), row)


@every_question
def test_salespeople(reader: Connection, facts: list[Row], filters: Filters) -> None:
    lines = [fact for fact in wanted(facts, filters) if fact["salesperson_id"] is not None]
    groups = grouped(lines, lambda fact: fact["salesperson_id"])
    shown = salespeople(reader, filters)
    assert {row.salesperson_id: _measures(row) for row in shown.rows} == {
        person: {
            **money(lines),
            "invoice_count": invoices(lines),
            "customer_count": len({fact["customer_id"] for fact in lines}),
            "average_invoice_amount": round(money(lines)["net_amount"] / invoices(lines), 10),
        }
        for person, lines in groups.items()
    }
    _check_totals(shown, lines, len(groups))
    for row in shown.rows:
        _check_behind(reader, filters.narrowed(salespeople=(row.salesperson_id,)), row)


@every_question
def test_returns_by_product(reader: Connection, facts: list[Row], filters: Filters) -> None:
    groups = grouped(wanted(facts, filters), lambda fact: fact["product_id"])
    shown = returns_by_product(reader, filters)
    assert {row.product_id for row in shown.rows} == set(groups)
    for row in shown.rows:
        lines = groups[row.product_id]
        sums = money(lines)
        sold = [fact for fact in lines if fact["sign"] == 1]
        back = [fact for fact in lines if fact["sign"] == -1]
        assert (row.net_amount, row.line_count) == (sums["net_amount"], len(lines))
        assert (row.sales_amount, row.returns_amount) == (
            sums["gross_amount"],
            sums["returns_amount"],
        )
        assert row.sales_quantity == sum(fact["quantity"] for fact in sold)
        assert row.returned_quantity == -sum(fact["quantity"] for fact in back)
        assert (row.sale_lines, row.return_lines) == (len(sold), len(back))
        rate = round(Decimal(len(back)) / len(sold), 10) if sold else None
        assert (row.line_return_rate and round(row.line_return_rate, 10)) == rate
        narrowed = Figure(filters.narrowed(products=(row.product_id,)), None, "RETURN")
        assert facts_total(reader, narrowed).net_amount == -row.returns_amount
    amounts = [row.returns_amount for row in shown.rows]
    assert amounts == sorted(amounts, reverse=True)


@every_question
def test_days_and_months_are_the_sum_of_their_facts(reader: Connection, filters: Filters) -> None:
    for row in net_sales_days(reader, filters):
        month = filters.narrowed(from_month=row.jalali_month, to_month=row.jalali_month)
        behind = facts_total(reader, Figure(month, row.event_date))
        assert (behind.net_amount, behind.line_count) == (row.net_amount, row.line_count)
    for compared in net_sales_months(reader, filters):
        name = compared.figures.jalali_month
        behind = facts_total(reader, Figure(filters.narrowed(from_month=name, to_month=name)))
        assert behind.gross_amount == compared.figures.gross_amount
        assert behind.returns_amount == compared.figures.returns_amount


@every_question
def test_pages_of_facts_are_all_facts_once(
    reader: Connection, facts: list[Row], filters: Filters
) -> None:
    key, seen = None, []
    while True:
        page = facts_behind(reader, Figure(filters), after=key, limit=4)
        seen += page.facts
        key = page.next_key
        if key is None:
            break
    expected = wanted(facts, filters)
    assert [(fact.load_id, fact.line_no) for fact in seen] == [
        (fact["load_id"], fact["line_no"]) for fact in expected
    ]
    for fact, row in zip(seen, expected, strict=True):
        assert fact.net_amount == row["net_amount"]
        assert [getattr(fact, column) for column in COLUMNS.values()] == [
            row[column] for column in COLUMNS.values()
        ]
    assert (
        sum((fact.net_amount for fact in seen), Decimal(0))
        == facts_total(reader, Figure(filters)).net_amount
    )


@every_question
@pytest.mark.parametrize("products", [(), ("P1",), ("P2", "P3"), (None,)])
@pytest.mark.parametrize("kind", [None, "SALE", "RETURN"])
def test_the_sum_of_facts_is_that_of_their_lines(
    reader: Connection,
    facts: list[Row],
    filters: Filters,
    products: tuple[str | None, ...],
    kind: Literal["SALE", "RETURN"] | None,
) -> None:
    asked = filters.narrowed(products=products) if products else filters
    sign = {"SALE": 1, "RETURN": -1}.get(kind or "")
    lines = [fact for fact in wanted(facts, asked) if sign in (None, fact["sign"])]
    assert asdict(facts_total(reader, Figure(asked, None, kind))) == {
        **money(lines),
        "quantity": sum((fact["quantity"] for fact in lines), Decimal(0)),
    }


def test_a_ranking_comes_in_pages_with_the_totals_of_all(reader: Connection) -> None:
    whole = customers(reader, ALL, Page("customer_id", descending=False))
    parts = [
        customers(reader, ALL, Page("customer_id", descending=False, limit=2, offset=offset))
        for offset in (0, 2, 4)
    ]
    assert len(whole.rows) == 5
    assert [row for part in parts for row in part.rows] == list(whole.rows)
    beyond = customers(reader, ALL, Page(offset=99))
    assert beyond.rows == ()
    assert all((part.total_rows, part.totals) == (5, whole.totals) for part in [*parts, beyond])


def test_refused_lines_stand_beside_the_figures(reader: Connection) -> None:
    both = refused_behind(reader, ALL)
    assert [(load.period, load.rejected_lines) for load in both.loads] == [
        ("1402-06", 0),
        ("1403-05", 1),
        ("1403-06", 1),
    ]
    assert (both.lines, both.net_amount) == (2, Decimal(100))
    assert refused_behind(reader, Filters(SOURCE, "1402-06", "1402-06")).lines == 0


def test_months_that_can_be_asked_for(reader: Connection) -> None:
    months = [(month.source_system, month.jalali_month) for month in months_available(reader)]
    assert months == [(SOURCE, "1402-06"), (SOURCE, "1403-05"), (SOURCE, "1403-06")]
    assert months_available(reader, "mabna") == []


def test_stray_dates_do_not_widen_what_is_shown_unasked(desk: Desk) -> None:
    for month in ("1403-05", "1403-06"):
        strays = [sale("1403-02", 3, f"{month}a"), sale("1403-09", 3, f"{month}b")]
        desk.publish([sale(month, 4, month), *strays], month)
    with reading(desk.url) as connection:
        (scope,) = scopes(connection)
    assert scope.months == ("1403-02", "1403-05", "1403-06", "1403-09")
    assert scope.usual == ("1403-05", "1403-06")


def test_a_month_is_compared_with_months_of_published_files_alone(desk: Desk) -> None:
    strays = [sale("1403-04", 3, "late"), sale("1403-06", 3, "early"), sale("1402-05", 3, "old")]
    desk.publish([sale("1403-05", 4, "own"), *strays], "1403-05")
    with reading(desk.url) as connection:
        months = net_sales_months(connection, Filters(SOURCE, "1402-01", "1403-12"))
    desk.publish([sale("1403-04", 4, "before")], "1403-04")
    with reading(desk.url) as connection:
        (after,) = net_sales_months(connection, Filters(SOURCE, "1403-05", "1403-05"))
    told = {month.figures.jalali_month: month for month in months}
    assert [name for name, month in told.items() if month.is_published] == ["1403-05"]
    assert len(told) == 4
    assert not any(month.previous or month.last_year for month in months)
    assert not told["1403-05"].follows_published
    assert after.follows_published and after.previous is not None and after.last_year is None
    # The late line that another file brought is one of the month's own.
    assert after.previous.line_count == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_month": "1403-13"},
        {"to_month": "2024-05"},
        {"from_month": "1403-07", "to_month": "1403-06"},
        {"cities": "تهران"},
        {"cities": ("",)},
        {"brands": (7,)},
        {"brands": ("a\0",)},
        {"source": ""},
    ],
)
def test_a_wrong_question_is_refused_with_words(wrong: dict[str, Any]) -> None:
    with pytest.raises(PipelineError) as caught:
        Filters(**{"source": SOURCE, "from_month": "1403-05", "to_month": "1403-06", **wrong})
    assert caught.value.code == "WRONG_FILTER"


@pytest.mark.parametrize("page", [Page("nonsense"), Page(limit=0), Page(offset=-1)])
def test_a_wrong_page_is_refused_with_words(reader: Connection, page: Page) -> None:
    with pytest.raises(PipelineError, match=r"Sort by one of|rows from"):
        customers(reader, ALL, page)


def _measures(row: Any) -> dict[str, Any]:
    names = {"position", "label", "customer_id", "salesperson_id"}
    values = {name: value for name, value in asdict(row).items() if name not in names}
    return {name: close(name, value) for name, value in values.items()}


def _check_totals(shown: Ranking[Any], lines: list[Row], count: int) -> None:
    assert shown.total_rows == count == len(shown.rows)
    assert shown.totals == money(lines)


def _check_behind(reader: Connection, filters: Filters, row: Any) -> None:
    behind = facts_total(reader, Figure(filters))
    assert (behind.net_amount, behind.line_count) == (row.net_amount, row.line_count)
