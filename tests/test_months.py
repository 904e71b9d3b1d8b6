"""Whole invented months: every labelled issue and no other, exact facts, figures in any order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest

from pipeline.results import LoadResult
from pipeline.runs import recheck
from pipeline.samples import SampleSummary, generate_series, read_labels
from pipeline.settings import ROOT, Settings
from tests.conftest import new_database
from tests.karamad import HEADERS, KPI_VIEWS, Desk
from tests.kpi_formulas import FORMULAS
from tests.samples import label_oracle as oracle

LINES = 400
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> list[SampleSummary]:
    """Three months that refer to each other, one line in twelve of them bad."""
    return generate_series(tmp_path_factory.mktemp("months"), lines=LINES, dirty=0.08, seed=11)


@pytest.fixture(scope="module")
def two_published(
    server_url: str, months: list[SampleSummary], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Two months published and the third a draft, for tests that only read."""
    settings = Settings(_env_file=None, database_url="", language="fa")  # type: ignore[call-arg]
    with new_database(server_url) as url:
        desk = Desk(url, settings, tmp_path_factory.mktemp("two_published"))
        publish_all(desk, months[:2])
        desk.load(months[2].path, months[2].period)
        yield desk


def publish_all(desk: Desk, months: Sequence[SampleSummary]) -> list[LoadResult]:
    return [desk.publish(month.path, month.period) for month in months]


def comparable(rows: Rows) -> set[tuple[tuple[str, Any], ...]]:
    """Rows as a set; a quotient is compared to ten decimals, all else exactly."""
    return {
        tuple((name, close(name, value)) for name, value in sorted(row.items())) for row in rows
    }


def close(name: str, value: Any) -> Any:
    is_quotient = value is not None and (name.endswith("_rate") or name.startswith("average_"))
    return round(value, 10) if is_quotient else value


def figures(desk: Desk) -> dict[str, set[tuple[tuple[str, Any], ...]]]:
    return {view: comparable(rows) for view, rows in desk.kpis().items()}


def test_issues_are_the_labels_of_each_month_and_no_others(
    desk: Desk, months: list[SampleSummary]
) -> None:
    known: list[oracle.Checked] = []
    for month, result in zip(months, publish_all(desk, months), strict=True):
        known.append(oracle.check(month.path, month.period, known))
        found = desk.issues(result.load_id)
        assert found == known[-1].issues
        assert found == [tuple(label) for label in read_labels(month.path)]
        assert (result.lines, result.balanced) == (LINES, True)


def test_facts_are_what_plain_reading_gives(desk: Desk, months: list[SampleSummary]) -> None:
    for month, result in zip(months, publish_all(desk, months), strict=True):
        lines = oracle.check(month.path, month.period).canonical
        facts = desk.rows(
            "select * from canonical.sales where load_id = %s order by line_no", result.load_id
        )
        assert [fact["line_no"] for fact in facts] == [line.line_no for line in lines]
        for fact, line in zip(facts, lines, strict=True):
            assert_same(fact, line)
        assert result.net_amount == sum(line.values[oracle.NET] for line in lines)


AMOUNTS = (*oracle.REQUIRED, *oracle.OPTIONAL)
NAMES = {header: name for name, header in HEADERS.items()}


def assert_same(fact: dict[str, Any], line: oracle.Line) -> None:
    """A fact is its line as the oracle reads it: keys, type, day and signed amounts."""
    for header in oracle.KEYS:
        assert fact[NAMES[header]] == line.cells[header]
    assert fact["reference_invoice_id"] == (line.cells[oracle.REFERENCE] or None)
    assert fact["transaction_type"] == line.kind
    assert fact["sign"] == (1 if line.kind == "SALE" else -1)
    assert fact["event_date"] == line.event_date
    assert fact["jalali_month"] == oracle.jalali_month(line.event_date)
    for header in AMOUNTS:
        assert fact[NAMES[header]] == line.values[header], (line.line_no, header)
    discounts = line.values[oracle.VOLUME] + line.values[oracle.CASH]
    assert fact["discount_amount"] == discounts


def test_every_order_of_months_gives_the_same_figures(
    new_desk: Callable[[], Desk], months: list[SampleSummary]
) -> None:
    seen = []
    for order in itertools.permutations(months):
        desk = new_desk()
        publish_all(desk, order)
        seen.append((figures(desk), desk.dimensions()))
    assert all(seen[0][0].values())
    assert all(seen[0][1].values())
    assert len(seen) == 6
    for other in seen[1:]:
        assert other == seen[0]


@pytest.mark.parametrize("view", KPI_VIEWS)
def test_a_view_is_its_formula_over_the_facts(two_published: Desk, view: str) -> None:
    shown = two_published.table(view)
    # Lines dated outside their month make more months than were published, but not many.
    assert len(shown) > (2 if view == "kpi_net_sales_month" else 5)
    assert comparable(shown) == comparable(two_published.rows(FORMULAS[view]))


def test_money_of_the_file_is_canonical_and_rejected(
    desk: Desk, months: list[SampleSummary]
) -> None:
    for month in months:
        result = desk.load(month.path, month.period)
        read = [line for line in oracle.check(month.path, month.period).lines if line.cells]
        nets = [line.values[oracle.NET] for line in read if line.values[oracle.NET] is not None]
        assert result.net_amount + result.rejected_net_amount == sum(nets, Decimal(0))
        assert result.canonical + result.rejected == LINES
        kinds = desk.rows(
            "select count(*) as lines, count(sales) as facts, count(rejected) as rejected,"
            " count(set_aside) as set_aside, max(num_nonnulls(sales, rejected, set_aside)) as most,"
            " min(num_nonnulls(sales, rejected, set_aside)) as least"
            " from raw.lines"
            " left join canonical.sales as sales using (load_id, line_no)"
            " left join canonical.rejected_lines as rejected using (load_id, line_no)"
            " left join canonical.set_aside_lines as set_aside using (load_id, line_no)"
            " where load_id = %s",
            result.load_id,
        )
        assert kinds == [
            {
                "lines": LINES + 1,
                "facts": result.canonical,
                "rejected": result.rejected,
                "set_aside": 1,
                "most": 1,
                "least": 1,
            }
        ]


def test_recheck_of_a_month_in_the_midst_of_others_changes_nothing(
    desk: Desk, months: list[SampleSummary]
) -> None:
    publish_all(desk, months)
    # What is known of later months counts now, so the first recheck may find another thing.
    for load_id in (2, 3):
        recheck(desk.url, desk.settings, load_id)
    before = [desk.state(load_id) for load_id in (1, 2, 3)], figures(desk), desk.dimensions()
    for load_id in (3, 2):
        recheck(desk.url, desk.settings, load_id)
    after = [desk.state(load_id) for load_id in (1, 2, 3)], figures(desk), desk.dimensions()
    assert after == before


def test_issues_of_the_committed_months_are_their_labels(desk: Desk) -> None:
    """Large enough for what small months never show: missing days, medians, drift."""
    for path in sorted((ROOT / "data" / "samples").glob("karamad_????-??.csv")):
        result = desk.publish(path, path.stem.removeprefix("karamad_"))
        assert desk.issues(result.load_id) == [tuple(label) for label in read_labels(path)]
        assert result.balanced
    assert desk.value("select count(*) from app.load_states where state = 'published'") == 3
