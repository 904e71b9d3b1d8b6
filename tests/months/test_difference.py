"""What a step will change, told beforehand, is what it does change: measured on the views."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pipeline.errors import RefusedAction
from pipeline.months.changes import Figures, MonthDifference
from pipeline.months.difference import compare, difference, difference_of_undo
from pipeline.publications import publish, undo, void
from pipeline.samples import generate
from tests.karamad import KPI_VIEWS, PERIOD, RETURN, SOURCE, Desk

MEASURES = (
    "coalesce(sum(net_amount), 0) as net_amount,"
    " coalesce(sum(net_amount) filter (where sign = 1), 0) as gross_amount,"
    " coalesce(-sum(net_amount) filter (where sign = -1), 0) as returns_amount,"
    " count(distinct invoice_id) as invoices, count(distinct customer_id) as customers,"
    " count(*) as lines"
)
PUBLISHED = "canonical.sales join app.load_states using (load_id) where state = 'published'"
KEYS = (
    "event_date", "jalali_month", "customer_id", "product_id", "salesperson_id", "brand", "city",
    "branch_id",
)  # fmt: skip
ENTITIES = {"customers": "customer_id", "products": "product_id", "salespeople": "salesperson_id"}


class Measured:
    """The KPI views, and sums over canonical sales, as they stand at one moment."""

    def __init__(self, desk: Desk) -> None:
        self.views = desk.kpis()
        self.months = {
            row.pop("jalali_month"): Figures(**row)
            for row in desk.rows(f"select jalali_month, {MEASURES} from {PUBLISHED} group by 1")
        }
        self.entities = {
            dimension: {
                (row["jalali_month"], row["entity_id"]): row["net_amount"]
                for row in desk.rows(
                    f"select jalali_month, {key} as entity_id, sum(net_amount) as net_amount"
                    f" from {PUBLISHED} and {key} is not null group by 1, 2"
                )
            }
            for dimension, key in ENTITIES.items()
        }

    def rows(self, view: str, months: set[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
        rows = [row for row in self.views[view] if row["jalali_month"] in months]
        return {tuple(row[key] for key in KEYS if key in row): row for row in rows}

    def money(self, view: str, months: set[str]) -> tuple[Decimal, Decimal]:
        rows = self.rows(view, months).values()
        gross = [row["sales_amount" if "sales_amount" in row else "gross_amount"] for row in rows]
        returns = [row["returns_amount"] for row in rows]
        return sum(gross, Decimal(0)) - sum(returns, Decimal(0)), sum(gross, Decimal(0))

    def nets(self, dimension: str, months: set[str]) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for (month, entity_id), net in self.entities[dimension].items():
            if month in months:
                sums[entity_id] = sums.get(entity_id, Decimal(0)) + net
        return sums


def assert_came_true(told: MonthDifference, before: Measured, after: Measured) -> None:
    """Every figure that was told against what the views show; and nothing else changed."""
    nothing = Figures(Decimal(0), Decimal(0), Decimal(0), 0, 0, 0)
    months = {month.month for month in told.months}
    for month in told.months:
        assert month.before == before.months.get(month.month, nothing)
        assert month.after == after.months.get(month.month, nothing)
        assert month.change == month.after - month.before
    elsewhere = [
        {m: f for m, f in one.months.items() if m not in months} for one in (before, after)
    ]
    assert elsewhere[0] == elsewhere[1]
    assert {view.view for view in told.views} == set(KPI_VIEWS)
    for view in told.views:
        then, now = before.rows(view.view, months), after.rows(view.view, months)
        both = then.keys() & now.keys()
        assert (view.rows_before, view.rows_after) == (len(then), len(now)), view.view
        assert view.appearing == len(now.keys() - then.keys()), view.view
        assert view.vanishing == len(then.keys() - now.keys()), view.view
        assert view.changing == sum(then[key] != now[key] for key in both), view.view
        assert (view.net_before, view.gross_before) == before.money(view.view, months)
        assert (view.net_after, view.gross_after) == after.money(view.view, months)
    for dimension, largest in told.largest.items():
        then, now = before.nets(dimension, months), after.nets(dimension, months)
        changes = {e: now.get(e, 0) - then.get(e, 0) for e in then.keys() | now.keys()}
        expected = sorted((-abs(change), e) for e, change in changes.items() if change)[:10]
        assert [(-abs(one.change), one.entity_id) for one in largest] == expected
        for one in largest:
            assert one.net_before == then.get(one.entity_id, 0)
            assert one.net_after == now.get(one.entity_id, 0)


def told_and_done(
    desk: Desk, ask: Callable[[], MonthDifference], do: Callable[[], object]
) -> MonthDifference:
    """Ask, do, and hold the one against the other."""
    before = Measured(desk)
    told = ask()
    assert Measured(desk).views == before.views, "asking changes nothing"
    do()
    assert_came_true(told, before, Measured(desk))
    return told


def take_back(desk: Desk) -> object:
    return undo(desk.url, SOURCE, PERIOD, actor="steward", reason="اشتباه")


@pytest.fixture
def months(desk: Desk) -> Desk:
    """A published month, its neighbour with lines of the same month, and two more versions."""
    for number, (seed, period) in enumerate(
        [(1, PERIOD), (2, "1403-06"), (3, PERIOD), (1, PERIOD)]
    ):
        out = desk.folder / f"month_{number}.csv"
        lines, dirty = (300, 0.1) if number < 3 else (280, 0.02)
        desk.load(generate(out, lines=lines, dirty=dirty, seed=seed, period=period).path, period)
    for load_id in (1, 2):
        publish(desk.url, load_id)
    return desk


def test_what_is_told_comes_true(months: Desk) -> None:
    desk, url = months, months.url
    told = told_and_done(desk, lambda: difference(url, 3), lambda: publish(url, 3))
    assert (told.action, told.leaving, told.entering) == ("publish", (1,), (3,))
    assert len(told.months) > 1, "lines dated outside the month touch others"
    assert all(len(largest) == 10 for largest in told.largest.values())
    told = told_and_done(
        desk, lambda: difference_of_undo(url, SOURCE, PERIOD), lambda: take_back(desk)
    )
    assert (told.action, told.leaving, told.entering) == ("undo", (3,), (1,))
    told = told_and_done(desk, lambda: difference(url, 4), lambda: publish(url, 4))
    assert any(view.changing for view in told.views)
    told = told_and_done(desk, lambda: difference(url, 4), lambda: void(url, 4, "باطل"))
    assert (told.action, told.leaving, told.entering) == ("void", (4,), ())
    told_and_done(desk, lambda: difference_of_undo(url, SOURCE, PERIOD), lambda: take_back(desk))


def test_a_first_publication_is_told_against_nothing(months: Desk) -> None:
    desk, url = months, months.url
    void(url, 1, "باطل")
    void(url, 2, "باطل")
    told = told_and_done(desk, lambda: difference(url, 3), lambda: publish(url, 3))
    assert (told.leaving, told.entering) == ((), (3,))
    assert all(view.rows_before == 0 < view.rows_after for view in told.views)
    assert all(rule.fixed == rule.staying == 0 < rule.new for rule in told.issues)


def test_comparing_with_what_is_published_is_the_difference(months: Desk) -> None:
    told, compared = difference(months.url, 3), compare(months.url, 1, 3)
    assert compared.action == "compare"
    for name in ("leaving", "entering", "months", "views", "largest", "lines", "issues"):
        assert getattr(compared, name) == getattr(told, name)
    back = compare(months.url, 3, 1)
    assert [m.change.net_amount for m in back.months] == [-m.change.net_amount for m in told.months]
    assert compare(months.url, 3, 4).months, "neither is published"


def test_lines_of_two_loads_are_told_apart_by_their_key(desk: Desk) -> None:
    same = {"invoice_id": "1", "quantity": "2"}
    desk.publish([
        same,
        {"invoice_id": "2", "net_amount": "110"},
        {"invoice_id": "3", "invoice_line_no": "1"}, {"invoice_id": "3", "invoice_line_no": "2"},
        {"invoice_id": "4"}, {"invoice_id": "4"},
    ])  # fmt: skip
    second = desk.load([
        {"invoice_id": "4"},
        {"invoice_id": "3", "invoice_line_no": "2"}, {"invoice_id": "3", "invoice_line_no": "5"},
        {"invoice_id": "2", "net_amount": "111"},
        {**RETURN, "invoice_id": "9"},
        same,
    ])  # fmt: skip
    lines = difference(desk.url, second.load_id).lines
    assert (lines.lines_before, lines.lines_after) == (6, 6)
    assert (lines.only_before, lines.only_before_net) == (1, 110)
    assert (lines.only_after, lines.only_after_net) == (2, 0)
    assert (lines.changed_keys, lines.changed_net) == (2, 1 - 110), "2 by its amount, 4 by a twin"


def test_issues_are_told_apart_by_fingerprint(desk: Desk) -> None:
    bad = {"quantity": "دو"}
    desk.publish([{}, {**bad, "invoice_id": "2"}, {**bad, "invoice_id": "3"}])
    second = desk.load([{**bad, "invoice_id": "3"}, {}, {**bad, "invoice_id": "4"}, {}])
    told = {rule.rule_code: rule for rule in difference(desk.url, second.load_id).issues}
    invalid = told["INVALID_NUMERIC"]
    assert (invalid.fixed, invalid.new, invalid.staying) == (1, 1, 1)
    twin = told["DUPLICATE_LINE"]
    assert (twin.fixed, twin.new, twin.staying) == (0, 1, 0)


def test_a_load_without_figures_has_no_difference(desk: Desk) -> None:
    def code(act: Callable[[], object]) -> str:
        with pytest.raises(RefusedAction) as caught:
            act()
        return caught.value.code

    assert code(lambda: difference(desk.url, 1)) == "UNKNOWN_LOAD"
    assert code(lambda: difference_of_undo(desk.url, SOURCE, PERIOD)) == "UNKNOWN_MONTH"
    desk.load([{}])
    assert code(lambda: difference_of_undo(desk.url, SOURCE, PERIOD)) == "NOTHING_TO_UNDO"
    void(desk.url, 1, "باطل")
    assert code(lambda: difference(desk.url, 1)) == "STATE_NOT_POSSIBLE"
    desk.load([{"reference_date": "1403/04/12"}], "1403-04")
    assert code(lambda: compare(desk.url, 1, 2)) == "OTHER_MONTH"
