"""One load from file to figures: signs, twins, the same bytes again, corrections, recheck."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipeline import gathering, whole_load
from pipeline.db import Connection, transaction
from pipeline.errors import RefusedAction
from pipeline.ingestion.inspection import Overrides
from pipeline.ingestion.raw_lines import RawLineWriter
from pipeline.ingestion.store import read_chunks
from pipeline.kpi.rollup_writer import RollupWriter
from pipeline.kpi.rollups import RollupMemory
from pipeline.publications import publish, void
from pipeline.runs import recheck
from pipeline.transform.dimensions import ObservationMemory
from pipeline.transform.facts import FactWriter
from tests.karamad import DIMENSIONS, KPI_VIEWS, RETURN, Desk, Layout

EVERY_TABLE = (
    *("raw.loads", "raw.file_chunks", "raw.lines", "canonical.sales", "canonical.rejected_lines"),
    *("canonical.set_aside_lines", "dq.dq_issues", "dq.dq_run_stats", "dq.reconciliations"),
    *("dq.column_profiles", "dq.product_prices", "dim.observations", "kpi.rollup_invoices"),
    *("kpi.rollup_products", "app.load_states", "app.runs", "app.publications"),
    *(f"dim.{name}" for name in DIMENSIONS),
    *KPI_VIEWS,
)
NO_TAX = {"tax_amount": "0"}
SALE_100 = {"gross_amount": "100", "net_amount": "100", **NO_TAX}
RETURN_30 = {
    **RETURN,
    **NO_TAX,
    "invoice_id": "2001",
    "reference_invoice_id": "1001",
    "quantity": "-1",
    "unit_price": "30",
    "gross_amount": "-30",
    "net_amount": "-30",
}


def test_a_sale_of_100_and_a_return_of_30_give_70(desk: Desk) -> None:
    result = desk.publish([SALE_100, RETURN_30])
    assert (result.canonical, result.rejected, result.net_amount) == (2, 0, Decimal(70))
    kpis = desk.kpis()
    (day,) = kpis["kpi_net_sales_daily"]
    assert day["event_date"] == date(2024, 8, 2)
    for view in ("kpi_top_customers_month", "kpi_salesperson_performance_month"):
        (row,) = kpis[view]
        assert row["month_start"] == date(2024, 7, 22)
        day_and_row = [
            (r["net_amount"], r["gross_amount"], r["returns_amount"]) for r in (day, row)
        ]
        assert day_and_row == [(70, 100, 30)] * 2
        assert (row["jalali_month"], row["invoice_count"]) == ("1403-05", 2)
    (salesperson,) = kpis["kpi_salesperson_performance_month"]
    assert (salesperson["customer_count"], salesperson["average_invoice_amount"]) == (1, 35)
    (product,) = kpis["kpi_return_rate_by_product_month"]
    assert (product["sales_amount"], product["returns_amount"]) == (100, 30)
    rates = [product[f"{what}_return_rate"] for what in ("amount", "quantity", "line")]
    assert rates == [Decimal("0.3"), Decimal("0.5"), Decimal(1)]


def test_a_product_that_only_came_back_has_no_rate(desk: Desk) -> None:
    desk.publish([RETURN_30])
    (product,) = desk.table("kpi_return_rate_by_product_month")
    assert (product["sales_amount"], product["returns_amount"]) == (0, 30)
    assert [product[f"{what}_return_rate"] for what in ("amount", "quantity", "line")] == [None] * 3
    (day,) = desk.table("kpi_net_sales_daily")
    assert (day["net_amount"], day["gross_amount"], day["returns_amount"]) == (-30, 0, 30)


def test_twins_are_all_kept_and_each_repetition_is_flagged(desk: Desk) -> None:
    result = desk.publish([{}, {"invoice_id": "2"}, {}, {}, {"remark": "دیگر"}])
    assert result.canonical == 5
    twins = [issue for issue in desk.issues(result.load_id) if issue[1] == "DUPLICATE_LINE"]
    assert twins == [(4, "DUPLICATE_LINE", ""), (5, "DUPLICATE_LINE", "")]
    assert desk.value("select sum(net_amount) from kpi_net_sales_daily") == 550


def test_the_same_bytes_again_write_nothing(desk: Desk) -> None:
    first = desk.publish([{}, RETURN_30])
    before = {name: desk.table(name) for name in EVERY_TABLE}
    renamed = desk.file([{}, RETURN_30])
    again = desk.load(renamed, None, user="other")
    assert (again.duplicate_of, again.load_id) == (first.load_id, first.load_id)
    assert again.receipt is not None
    assert not again.receipt.is_new
    assert (again.receipt.file_name, again.receipt.received_by) == ("file_1.csv", "cli")
    assert (again.canonical, again.net_amount, again.status) == (2, first.net_amount, "published")
    assert again.issues == first.issues
    assert {name: desk.table(name) for name in EVERY_TABLE} == before


def test_a_corrected_month_takes_the_place_of_the_first(desk: Desk) -> None:
    first = desk.publish([SALE_100, RETURN_30, {"customer_id": "C7"}])
    kept = desk.state(first.load_id)
    shown = desk.kpis(), desk.dimensions()
    second = desk.load([SALE_100])
    assert (desk.kpis(), desk.dimensions()) == shown, "a draft is not visible"
    assert publish(desk.url, second.load_id) == first.load_id
    assert desk.value("select sum(net_amount) from kpi_net_sales_daily") == 100
    assert {row["customer_id"] for row in desk.table("kpi_top_customers_month")} == {"C1"}
    assert {row["customer_id"] for row in desk.table("dim.customers")} == {"C1"}
    superseded = desk.state(first.load_id)
    assert superseded.pop("load")[0]["state"] == "superseded"
    kept.pop("load")
    assert superseded == kept, "the first version stays readable"
    assert publish(desk.url, first.load_id) == second.load_id
    assert (desk.kpis(), desk.dimensions()) == shown, "undone exactly"


def test_a_void_month_leaves_every_figure_and_says_why(desk: Desk) -> None:
    result = desk.publish([SALE_100])
    with pytest.raises(RefusedAction) as caught:
        void(desk.url, result.load_id, "  ")
    assert caught.value.code == "REASON_MISSING"
    void(desk.url, result.load_id, "ماه اشتباه", actor="steward")
    assert not any(desk.kpis().values())
    assert not any(desk.dimensions().values())
    assert desk.value("select count(*) from canonical.sales") == 1
    steps = desk.rows("select action, reason, actor, period from app.publications order by 1")
    assert steps[1] == {
        "action": "void",
        "reason": "ماه اشتباه",
        "actor": "steward",
        "period": "1403-05",
    }
    for act in (lambda: publish(desk.url, result.load_id), lambda: void(desk.url, 1, "باز")):
        with pytest.raises(RefusedAction) as caught:
            act()
        assert caught.value.code == "STATE_NOT_POSSIBLE"


def test_publishing_twice_is_one_publication(desk: Desk) -> None:
    result = desk.publish([{}])
    assert publish(desk.url, result.load_id) is None
    assert desk.value("select count(*) from app.publications") == 1


def test_without_a_period_the_month_of_most_lines_is_taken(desk: Desk) -> None:
    june = {"reference_date": "1403/04/31"}
    assert desk.load([{}, june, {"invoice_id": "5"}], None).period == "1403-05"
    assert desk.load([{}, june, {**june, "invoice_id": "5"}], None).period == "1403-04"


def test_recheck_gives_the_same_state_in_place_of_the_old(desk: Desk) -> None:
    desk.publish([{"invoice_id": "900", "reference_date": "1403/04/12"}], "1403-04")
    lines = [{}, {}, RETURN_30, {"quantity": "x"}, {"reference_date": ""}, {"city": "قم"}, "1,2"]
    result = desk.publish(lines)
    before = desk.state(result.load_id), desk.kpis(), desk.dimensions()
    again = recheck(desk.url, desk.settings, result.load_id)
    assert again.run_id != result.run_id
    assert (desk.state(result.load_id), desk.kpis(), desk.dimensions()) == before
    assert again == replace(
        result, run_id=again.run_id, seconds=again.seconds, receipt=None, status="published"
    )
    partitions = desk.rows(
        "select relname from pg_class where relname ~ '^(sales|rollup_invoices)_[0-9]+$' order by 1"
    )
    assert [row["relname"] for row in partitions] == [
        *("rollup_invoices_1", f"rollup_invoices_{again.run_id}"),
        *("sales_1", f"sales_{again.run_id}"),
    ]


def test_recheck_reads_the_file_as_the_user_said(desk: Desk) -> None:
    """What was said of the file when it came in counts again."""
    path = desk.file([{}, {"invoice_id": "7"}])
    names = ",".join(f"Column {number}" for number in range(61))
    path.write_bytes(f"{names}\r\n".encode() + path.read_bytes())
    result = desk.publish(path, overrides=Overrides(header_line=2))
    before = desk.state(result.load_id)
    assert [row["kind"] for row in before["set aside"]] == ["preamble", "header"]
    recheck(desk.url, desk.settings, result.load_id)
    assert desk.state(result.load_id) == before


def lose_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    write = FactWriter.write

    def write_all_but_one(self: FactWriter, frame: pl.DataFrame) -> None:
        write(self, frame.slice(1))

    add = RollupMemory.add
    monkeypatch.setattr(FactWriter, "write", write_all_but_one)
    monkeypatch.setattr(RollupMemory, "add", lambda self, frame: add(self, frame.slice(1)))


def test_a_run_that_does_not_balance_cannot_be_published(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        lose_a_line(broken)
        result = desk.load([{}, {"invoice_id": "2"}])
    assert not result.balanced
    assert result.issues["RECONCILIATION_GAP"] == 1
    (issue,) = desk.table("dq.dq_issues", where="rule_code = 'RECONCILIATION_GAP'")
    assert (issue["severity"], issue["line_no"], issue["impact_amount"]) == ("ERROR", None, 110)
    with pytest.raises(RefusedAction) as caught:
        publish(desk.url, result.load_id)
    assert caught.value.code == "OUT_OF_BALANCE"
    assert not any(desk.kpis().values())
    assert recheck(desk.url, desk.settings, result.load_id).balanced
    publish(desk.url, result.load_id)
    assert desk.value("select sum(net_amount) from kpi_net_sales_daily") == 220


def test_a_published_month_is_never_replaced_by_a_run_that_does_not_balance(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = desk.publish([{}, {"invoice_id": "2"}])
    before = desk.kpis()
    with monkeypatch.context() as broken:
        lose_a_line(broken)
        with pytest.raises(RefusedAction) as caught:
            recheck(desk.url, desk.settings, result.load_id)
    assert caught.value.code == "OUT_OF_BALANCE"
    assert desk.kpis() == before
    assert desk.row("select state, error from app.runs order by run_id desc limit 1") == {
        "state": "failed",
        "error": str(caught.value),
    }


def test_rules_of_today_count_in_a_recheck(desk: Desk) -> None:
    """A warning made an error takes its lines, and what they alone told, out of what is shown."""
    odd = {"invoice_id": "9", "customer_id": "C9", "gross_amount": "500", "net_amount": "510"}
    result = desk.publish([{}, odd])
    assert {row["customer_id"] for row in desk.table("dim.customers")} == {"C1", "C9"}
    with transaction(desk.url) as connection:
        connection.execute(
            "insert into dq.rule_settings (rule_code, severity, author)"
            " values ('GROSS_MISMATCH', 'ERROR', 'steward')"
        )
    again = recheck(desk.url, desk.settings, result.load_id)
    assert (again.canonical, again.rejected, again.rejected_net_amount) == (1, 1, 510)
    assert desk.value("select sum(net_amount) from kpi_net_sales_daily") == 110
    assert {row["customer_id"] for row in desk.table("dim.customers")} == {"C1"}


def fail(*_: object, **__: object) -> None:
    raise RuntimeError("the power went")


FAULTS = {
    "facts": (FactWriter, "write"),
    "RAW lines": (RawLineWriter, "write"),
    "RAW end": (RawLineWriter, "finish"),
    "rollup": (RollupWriter, "_send"),
    "rollup end": (RollupWriter, "_finish"),
    "what is remembered": (ObservationMemory, "add"),
    "sums": (gathering, "tiers"),
    "load rules": (gathering, "check_facts"),
    "balance": (whole_load, "reconcile"),
    "last step": (whole_load, "_make_visible"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_run_leaves_nothing_visible_and_runs_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = desk.file([SALE_100, RETURN_30, {"quantity": "x"}])
    with monkeypatch.context() as broken:
        broken.setattr(*FAULTS[fault], fail)
        with pytest.raises(RuntimeError, match="power"):
            desk.load(path)
    (load,) = desk.table("app.load_states")
    assert (load["state"], load["run_id"]) == ("failed", None)
    (run,) = desk.table("app.runs")
    assert (run["state"], run["error"]) == ("failed", "the power went")
    for name in ("raw.lines", "canonical.sales", "dq.dq_issues", "kpi.rollup_invoices"):
        assert desk.table(name) == []
    with transaction(desk.url) as connection:
        kept = b"".join(read_chunks(connection, 1))
    assert hashlib.sha256(kept).digest() == hashlib.sha256(path.read_bytes()).digest()
    with pytest.raises(RefusedAction):
        publish(desk.url, 1)
    result = recheck(desk.url, desk.settings, 1)
    assert (result.status, result.canonical, result.rejected) == ("draft", 2, 1)
    assert result.balanced
    assert desk.value("select count(*) from raw.lines") == 4
    publish(desk.url, 1)
    assert desk.value("select sum(net_amount) from kpi_net_sales_daily") == 70


def test_a_failed_first_run_keeps_the_period_that_was_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(whole_load, "reconcile", fail)
        with pytest.raises(RuntimeError):
            desk.load([{}], "1403-06")
    assert recheck(desk.url, desk.settings, 1).period == "1403-06"


def test_tables_of_a_run_are_vacuumed_once_they_are_attached_and_not_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vacuum that begins in between makes the run wait a second for each table."""
    options = "select array_agg(reloptions::text) from pg_class where relname = any(%s)"
    before: list[Any] = []
    make_visible = whole_load._make_visible

    def look(connection: Connection, *rest: Any, **named: Any) -> None:
        before.extend(connection.execute(options, [["lines_1", "sales_1"]]).fetchone() or ())
        make_visible(connection, *rest, **named)

    monkeypatch.setattr(whole_load, "_make_visible", look)
    desk.load(desk.file([{}]))
    assert before == [["{autovacuum_enabled=false}"] * 2]
    assert desk.value(options, ["lines_1", "sales_1"]) == [None, None]


def test_the_size_of_blocks_changes_nothing(desk: Desk) -> None:
    lines = [
        {
            "invoice_id": str(number),
            "quantity": f"{number % 5}.25",
            "reference_date": f"1403/05/{number % 31 + 1:02d}",
            "unit_price": "5000" if number == 40 else "50",
            "customer_name": "نام دوم" if number % 17 == 3 else "فروشگاه بهار",
            "remark": "دو\nسطر" if number % 13 == 5 else "",
        }
        for number in range(60)
    ]
    path = desk.file([*lines, *lines[7:9], "1,2", lines[0], {**RETURN, "customer_id": "C9"}])
    whole = desk.state(desk.load(path).load_id)
    small = desk.settings.model_copy(update={"block_bytes": 4096})
    recheck(desk.url, small, 1)
    assert desk.state(1) == whole
    # A load of its own, so that RAW goes through small blocks too; one byte makes it another file.
    other = path.with_name("other.csv")
    other.write_bytes(path.read_bytes() + b"\r\n")
    load_id = Desk(desk.url, small, desk.folder).load(other).load_id
    assert lines_of(desk, load_id)[:-1] == lines_of(desk, 1)
    assert desk.issues(load_id) == [(None, "SAME_LINES_AS_LOAD", ""), *desk.issues(1)]
    assert facts_of(desk, load_id) == facts_of(desk, 1)


def lines_of(desk: Desk, load_id: int) -> list[dict[str, object]]:
    columns = "line_no, line, undecoded"
    return desk.rows(f"select {columns} from raw.lines where load_id = %s order by 1", load_id)


def facts_of(desk: Desk, load_id: int) -> list[dict[str, object]]:
    return desk.table("canonical.sales", ("load_id",), f"load_id = {load_id}")


def test_amounts_whose_product_passes_an_integer_are_only_a_warning(desk: Desk) -> None:
    most = "999999999999999"
    result = desk.publish([{}, {"quantity": most, "unit_price": most}])
    assert desk.issues(result.load_id) == [(3, "GROSS_MISMATCH", "جمع قبل تخفیف")]
    impact = desk.value("select impact_amount from dq.dq_issues")
    assert impact == int(most) ** 2 - 100


def test_columns_in_another_order_mean_the_same(desk: Desk) -> None:
    first = desk.load([{}, RETURN_30])
    layout = Layout()
    path = desk.file([{}, RETURN_30], layout)
    rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(",".join(reversed(row)) + "\n" for row in rows), "utf-8")
    second = desk.load(path)
    facts = facts_of(desk, first.load_id)
    assert facts == facts_of(desk, second.load_id)
    assert len(facts) == 2
