"""A purge removes a long voided load for good, says so for ever, and the ledger stays sound."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from pipeline.errors import RefusedAction
from pipeline.exports import export_raw
from pipeline.publications import publish, undo, void
from pipeline.retention import purge
from pipeline.runs import recheck
from pipeline.verify import verify
from tests.karamad import PERIOD, SOURCE, Desk
from tests.tampering import tamper

GOES = (
    "raw.file_chunks", "raw.lines", "canonical.sales", "canonical.rejected_lines",
    "canonical.set_aside_lines", "dq.dq_issues", "dq.product_prices", "dim.observations",
    "dim.observed_spellings",
    "kpi.rollup_invoices", "kpi.rollup_products", "kpi.rollup_days", "kpi.rollup_months",
    "kpi.rollup_customers", "kpi.rollup_salespeople", "kpi.rollup_visits",
)  # fmt: skip
STAYS = (
    "raw.loads", "app.load_states", "app.runs", "app.publications", "dq.dq_run_stats",
    "dq.reconciliations", "dq.column_profiles", "app.jobs", "dq.issue_events", "dq.issue_states",
)  # fmt: skip


def voids_seem(url: str, days_ago: int) -> None:
    """Publications noted from now on are dated back, as if so much time had passed since."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "alter table app.publications alter column at"
            f" set default now() - interval '{days_ago} days'"  # type: ignore[arg-type]
        )


@pytest.fixture
def old(desk: Desk) -> Desk:
    """Load 1 is published; load 2, with a rejected line and a second run, was voided long ago."""
    desk.publish([{}])
    broken = {"invoice_id": "", "invoice_line_no": "2"}
    load_id = desk.publish([{"invoice_id": "7"}, broken], "1403-06").load_id
    recheck(desk.url, desk.settings, load_id)
    voids_seem(desk.url, 400)
    void(desk.url, load_id, "a trial")
    return desk


def counts(desk: Desk, tables: tuple[str, ...], load_id: int = 2) -> dict[str, int]:
    return {
        table: desk.value(f"select count(*) from {table} where load_id = {load_id}")
        for table in tables
    }


def test_a_purge_removes_what_it_says_and_nothing_else(old: Desk) -> None:
    went, stays = counts(old, GOES), counts(old, STAYS)
    other, kpis = old.state(1), old.kpis()
    assert min(count for table, count in went.items() if table != "dq.product_prices") > 0
    done = purge(old.url, 2, "kept long enough", days=365, actor="nima")
    assert (done["raw_lines"], done["sales"]) == (went["raw.lines"], went["canonical.sales"])
    assert set(counts(old, GOES).values()) == {0}
    assert counts(old, STAYS) == stays
    assert (old.state(1), old.kpis()) == (other, kpis)
    event = old.row("select * from app.audit_events order by event_id desc limit 1")
    assert (event["actor"], event["action"]) == ("nima", "purge")
    assert event["detail"]["reason"] == "kept long enough"
    assert event["detail"]["load_id"] == 2
    assert verify(old.url) == []
    left = old.value("select count(*) from pg_class where relname ~ '^(lines|sales|rollup_.*)_2$'")
    assert left == 0


def test_a_purged_load_says_so(old: Desk, tmp_path: Path) -> None:
    purge(old.url, 2, "kept long enough", days=30)
    for deed in (
        lambda: recheck(old.url, old.settings, 2),
        lambda: export_raw(old.url, 2, tmp_path / "out.csv"),
        lambda: purge(old.url, 2, "again", days=30),
    ):
        with pytest.raises(RefusedAction) as caught:
            deed()
        assert caught.value.code == "PURGED"
    assert verify(old.url) == []


@pytest.mark.parametrize(
    ("days_ago", "days", "possible"), [(400, 365, True), (360, 365, False), (29, 0, False)]
)
def test_only_what_was_voided_for_long_enough_goes(
    desk: Desk, days_ago: int, days: int, possible: bool
) -> None:
    desk.publish([{}])
    voids_seem(desk.url, days_ago)
    void(desk.url, 1, "a trial")
    if possible:
        assert purge(desk.url, 1, "enough", days=days)["raw_lines"] == 2
        return
    with pytest.raises(RefusedAction) as caught:
        purge(desk.url, 1, "enough", days=days)
    assert caught.value.code == "PURGE_NOT_POSSIBLE"
    assert str(max(days, 30)) in caught.value.en
    assert counts(desk, GOES, 1)["raw.lines"] == 2


def test_the_days_count_from_the_last_time_it_was_voided(desk: Desk) -> None:
    """Voided long ago, taken back, and voided again today: the first time is no reason any more."""
    voids_seem(desk.url, 400)
    desk.publish([{}])
    void(desk.url, 1, "a trial")
    undo(desk.url, SOURCE, PERIOD, actor="nima", reason="it was none")
    voids_seem(desk.url, 1)
    void(desk.url, 1, "a trial after all")
    with pytest.raises(RefusedAction, match="cannot be purged"):
        purge(desk.url, 1, "enough", days=30)
    assert counts(desk, GOES, 1)["raw.lines"] == 2


def test_every_table_of_loads_is_kept_or_purged(desk: Desk) -> None:
    """A table that comes later must be given its place: what a load holds, or its history."""
    named = desk.rows(
        "select table_schema || '.' || table_name as name"
        " from information_schema.columns join information_schema.tables"
        " using (table_schema, table_name)"
        " where column_name = 'load_id' and table_type = 'BASE TABLE'"
        " and table_schema in ('raw', 'canonical', 'dim', 'dq', 'kpi', 'app')"
    )
    assert {row["name"] for row in named} == {*GOES, *STAYS, "app.purges"}


@pytest.mark.parametrize("table", GOES)
def test_what_a_purge_must_remove_is_looked_for(table: str) -> None:
    """The ledger check names what is left in any of these tables."""
    text = Path("sql/verify/find_purged_remains.sql").read_text("utf-8")
    assert f"select load_id, '{table}' from {table}" in text or (
        f"select load_id, '{table}' as place from {table}" in text
    )


def test_what_is_not_voided_stays(desk: Desk) -> None:
    voids_seem(desk.url, 400)
    desk.publish([{}])
    later = desk.load([{"invoice_id": "2"}]).load_id
    publish(desk.url, later)
    for load_id in (1, later):  # superseded, published
        with pytest.raises(RefusedAction, match="cannot be purged"):
            purge(desk.url, load_id, "enough", days=30)
    with pytest.raises(RefusedAction, match="Give a reason"):
        purge(desk.url, 1, "  ", days=30)
    assert verify(desk.url) == []


def test_a_purge_that_nobody_wrote_down_is_named(old: Desk) -> None:
    """What a purge does, done by hand: the row that would explain it is not in the chain."""
    there = counts(old, GOES, 1)
    tamper(
        old.url,
        "insert into app.purges"
        " (load_id, actor, reason, voided_at, file_chunks, raw_lines, sales, issues)"
        " values (1, 'x', 'x', now(), 1, 1, 1, 1)",
        *(f"delete from {table} where load_id = 1" for table, count in there.items() if count),
    )
    gaps = [gap for gap in verify(old.url) if gap.code == "I8"]
    assert [gap.en for gap in gaps] == ["Row 1 of app.purges is not in the audit chain."]


def test_what_a_purge_left_behind_is_named(old: Desk) -> None:
    purge(old.url, 2, "enough", days=30)
    tamper(old.url, "insert into canonical.rejected_lines values (2, 2, null)")
    (gap,) = verify(old.url)
    assert (gap.code, gap.load_id) == ("I1", 2)
    assert "canonical.rejected_lines" in gap.en
