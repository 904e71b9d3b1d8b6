"""The ledger check: silent when all is well, and exact about whatever was tampered with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline.publications import publish, void
from pipeline.runs import load_file, recheck
from pipeline.samples import generate
from pipeline.settings import ROOT, Settings
from pipeline.verify import verify
from tests.conftest import new_database
from tests.tampering import codes, places, tamper

LINES = 240
SUPERSEDED, PUBLISHED, LATER, DRAFT, VOIDED = 1, 2, 3, 4, 5


@pytest.fixture(scope="module")
def template(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a database with one load in every state."""
    settings = Settings(_env_file=None, database_url="")  # type: ignore[call-arg]
    folder = tmp_path_factory.mktemp("ledger")
    with new_database(server_url) as url:
        months = ("1403-05", "1403-05", "1403-06", "1403-07", "1403-08")
        for number, month in enumerate(months, start=1):
            path = folder / f"{number}.csv"
            generate(path, lines=LINES, dirty=0.2, seed=number, period=month)
            assert load_file(url, settings, path, period=month).load_id == number
        for load_id in (SUPERSEDED, PUBLISHED, LATER, VOIDED):
            publish(url, load_id)
        void(url, VOIDED, "a trial")
        recheck(url, settings, LATER)
        with psycopg.connect(url) as connection:
            name = connection.info.dbname
        yield name


@pytest.fixture
def ledger(server_url: str, template: str) -> Iterator[str]:
    """URL of a copy of that database; a test may spoil it."""
    with new_database(server_url, template) as url:
        yield url


def a_line(url: str, table: str, where: str = "true") -> int:
    """The number of the first such line of the published load."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            f"select line_no from {table} where load_id = {PUBLISHED} and {where}"  # type: ignore[arg-type]
            " order by line_no limit 1"
        ).fetchone()
    assert found is not None
    return int(found[0])


def test_a_sound_ledger_has_no_gap(ledger: str) -> None:
    steps: list[tuple[int, int]] = []
    assert verify(ledger, progress=lambda done, total: steps.append((done, total))) == []
    assert len(steps) == 5
    assert steps[-1][0] == steps[-1][1] > 0


def test_an_empty_ledger_has_no_gap(db_url: str) -> None:
    assert verify(db_url) == []


# --- Lines: what is done to one, where it stands, and the gaps that must be found -----------------

SOUND = "net_amount > 0"
LINE_TAMPERINGS = {
    "RAW line gone": (
        "raw.lines", "line_no > 1", "I2 I3", "delete from raw.lines where {here}"),
    "RAW text changed": (
        "raw.lines", "line_no > 1", "I2",
        "update raw.lines set line = overlay(line placing 'X' from 5) where {here}"),
    "RAW text longer": (
        "raw.lines", "line_no > 1", "I2", "update raw.lines set line = line || ' ' where {here}"),
    "RAW text shorter": (
        "raw.lines", "line_no > 1", "I2",
        "update raw.lines set line = left(line, -1) where {here}"),
    "RAW line twice": (
        "raw.lines", "line_no > 1", "I2",
        "insert into raw.lines select * from raw.lines where {here}"),
    "RAW text of undecodable bytes changed": (
        "raw.lines", "undecoded is not null", "I2",
        "update raw.lines set line = '9' || line where {here}"),
    "undecodable bytes changed": (
        "raw.lines", "undecoded is not null", "I2",
        "update raw.lines set undecoded = undecoded || '\\x39' where {here}"),
    "fact gone": (
        "canonical.sales", SOUND, "I3 I7", "delete from canonical.sales where {here}"),
    "amount changed": (
        "canonical.sales", SOUND, "I4 I7",
        "update canonical.sales set net_amount = net_amount + 0.0001 where {here}"),
    "return counted as a sale": (
        "canonical.sales", "sign = -1 and net_amount < 0", "I4 I7",
        "update canonical.sales set net_amount = -net_amount, sign = 1,"
        " transaction_type = 'SALE' where {here}"),
    "fact twice": (
        "canonical.sales", SOUND, "I5 I7",
        "alter table canonical.sales drop constraint sales_pkey",
        "insert into canonical.sales select * from canonical.sales where {here}"),
    "fact also rejected": (
        "canonical.sales", SOUND, "I3",
        "insert into canonical.rejected_lines select load_id, line_no, net_amount"
        " from canonical.sales where {here}"),
    "fact set aside as blank": (
        "canonical.sales", SOUND, "I3 I4 I7",
        "insert into canonical.set_aside_lines select load_id, line_no, 'blank'"
        " from canonical.sales where {here}",
        "delete from canonical.sales where {here}"),
    "fact with an error": (
        "canonical.sales", SOUND, "I3 I4",
        "insert into dq.dq_issues (run_id, load_id, line_no, rule_code, severity, message,"
        " fingerprint, issue_key) select states.run_id, load_id, line_no, 'MISSING_DATE', 'ERROR',"
        " '', gen_random_uuid(), gen_random_uuid()"
        " from canonical.sales join app.load_states as states using (load_id)"
        " where {here}"),
    "rejected line gone": (
        "canonical.rejected_lines", "true", "I3",
        "delete from canonical.rejected_lines where {here}"),
    "rejected amount changed": (
        "canonical.rejected_lines", "net_amount is not null", "I4",
        "update canonical.rejected_lines set net_amount = net_amount - 1 where {here}"),
    "rejected amount forgotten": (
        "canonical.rejected_lines", "net_amount is not null", "I4",
        "update canonical.rejected_lines set net_amount = null where {here}"),
    "amount of a line that cannot be read": (
        "dq.dq_issues", "rule_code = 'RAGGED_LINE'", "I4",
        "update canonical.rejected_lines set net_amount = 5 where {here}"),
    "rejected without an error": (
        "canonical.rejected_lines", "true", "I3 I4", "delete from dq.dq_issues where {here}"),
}  # fmt: skip


@pytest.mark.parametrize("case", LINE_TAMPERINGS)
def test_a_line_that_was_tampered_with_is_named(ledger: str, case: str) -> None:
    table, where, expected, *statements = LINE_TAMPERINGS[case]
    line_no = a_line(ledger, table, where)
    here = f"load_id = {PUBLISHED} and line_no = {line_no}"
    tamper(ledger, *(statement.format(here=here) for statement in statements))
    gaps = verify(ledger)
    assert codes(gaps) == expected
    first = [gap for gap in gaps if gap.line_no is not None and gap.code == expected[:2]]
    assert places(first)[0] == (expected[:2], PUBLISHED, line_no)
    assert {gap.load_id for gap in gaps} <= {PUBLISHED, None}


def test_a_surplus_raw_line_is_named(ledger: str) -> None:
    tamper(
        ledger,
        "insert into raw.lines select load_id, max(line_no) + 1, max(line) from raw.lines"
        f" where load_id = {DRAFT} group by load_id",
    )
    gaps = verify(ledger)
    assert codes(gaps) == "I2 I3"
    assert len({gap.line_no for gap in gaps}) == 1


def test_an_amount_moved_from_line_to_line_is_named_though_totals_agree(ledger: str) -> None:
    one = a_line(ledger, "canonical.sales", SOUND)
    other = a_line(ledger, "canonical.sales", f"{SOUND} and line_no > {one}")
    move = (
        f"update canonical.sales set net_amount = net_amount {{}} where {MINE} and line_no = {{}}"
    )
    tamper(ledger, move.format("+ 7", one), move.format("- 7", other))
    gaps = [gap for gap in verify(ledger) if gap.code == "I4"]
    assert places(gaps) == [("I4", PUBLISHED, one)]


def test_several_gaps_of_a_kind_are_counted(ledger: str) -> None:
    first = a_line(ledger, "canonical.sales")
    tamper(
        ledger,
        f"delete from canonical.sales where load_id = {PUBLISHED}"
        f" and line_no between {first} and {first} + 20",
    )
    gap = next(gap for gap in verify(ledger) if gap.code == "I3")
    assert gap.line_no == first
    assert "more.)" in gap.en
    assert "دیگر" in gap.fa


# --- Whole loads ----------------------------------------------------------------------------------

MINE = f"load_id = {PUBLISHED}"
LOAD_TAMPERINGS = {
    "piece of the file gone": ("I1", f"delete from raw.file_chunks where {MINE}"),
    "piece renumbered": ("I1", f"update raw.file_chunks set chunk_no = 1 where {MINE}"),
    "piece spoilt": (
        "I1", "update raw.file_chunks set data = overlay(data placing '\\x00' from 99)"
        f" where {MINE}"),
    "piece of another file": (
        "I1", "update raw.file_chunks set (size, data) = (select size, data from raw.file_chunks"
        f" where load_id = {LATER}) where {MINE}"),
    "hash changed": ("I1", f"update raw.loads set sha256 = sha256(sha256) where {MINE}"),
    "size changed": ("I1", f"update raw.loads set file_size = file_size + 1 where {MINE}"),
    "receipt gone": ("I1", f"delete from raw.loads where {MINE}"),
    "all RAW lines gone": ("I2 I3", f"delete from raw.lines where {MINE}"),
    "noted amount changed": (
        "I4", "update dq.reconciliations set canonical_net_amount = canonical_net_amount + 1"
        f" where {MINE}"),
    "noted file amount changed": (
        "I4", f"update dq.reconciliations set file_net_amount = 0 where {MINE}"),
    "statistics changed": (
        "I4", f"update dq.dq_run_stats set errors = errors - 1 where rule_code is null and {MINE}"),
    "statistics gone": ("I4", f"delete from dq.dq_run_stats where {MINE}"),
    "withdrawn on the quiet": (
        "I6", f"update app.load_states set state = 'draft' where {MINE}"),
    "another month": (
        "I6", f"update app.load_states set period = '1403-01' where {MINE}"),
    "an older run": ("I6", f"update app.load_states set run_id = run_id - 1 where {MINE}"),
    "state gone": ("I6", f"delete from app.load_states where {MINE}"),
    "publication gone": (
        "I6", f"delete from app.publications where {MINE}"),
    "invoice rollup changed": (
        "I7", "update kpi.rollup_invoices set net_amount = net_amount + 1"
        f" where ctid = (select min(ctid) from kpi.rollup_invoices where {MINE}) and {MINE}"),
    "invoice rollup gone": ("I7", f"delete from kpi.rollup_invoices where {MINE}"),
    "product rollup changed": (
        "I7", f"update kpi.rollup_products set return_lines = return_lines + 1 where {MINE}"),
    "product rollup gone": ("I7", f"delete from kpi.rollup_products where {MINE}"),
}  # fmt: skip


@pytest.mark.parametrize("case", LOAD_TAMPERINGS)
def test_a_load_that_was_tampered_with_is_named(ledger: str, case: str) -> None:
    code, *statements = LOAD_TAMPERINGS[case]
    tamper(ledger, *statements)
    gaps = verify(ledger)
    assert code.split() == codes(gaps).split()[: len(code.split())]
    assert (code[:2], PUBLISHED) in {(gap.code, gap.load_id) for gap in gaps}
    assert {gap.load_id for gap in gaps} <= {PUBLISHED, None}


def test_two_published_loads_of_a_month_are_named(ledger: str) -> None:
    tamper(
        ledger,
        "drop index app.one_published_load_per_period",
        f"update app.load_states set state = 'published' where load_id = {SUPERSEDED}",
    )
    gaps = [gap for gap in verify(ledger) if gap.code == "I6"]
    assert any(f"{SUPERSEDED}, {PUBLISHED}" in gap.en for gap in gaps)
    assert any(gap.load_id == SUPERSEDED and "superseded" in gap.en for gap in gaps)


def test_the_rollups_of_a_draft_are_checked_too(ledger: str) -> None:
    tamper(ledger, f"delete from kpi.rollup_products where load_id = {DRAFT}")
    assert places(verify(ledger)) == [("I7", DRAFT, None)]


VIEWS = {
    "kpi_net_sales_daily": (
        "sum(net_amount) as net_amount", "sum(net_amount) + 1 as net_amount", "net_amount"),
    "kpi_net_sales_month": (
        "sum(parts.customer_count) as", "sum(parts.customer_count) + 1 as", "customer_count"),
    "kpi_return_rate_by_product_month": (
        "nullif(sum(rollup.sales_quantity), 0)", "nullif(sum(rollup.sales_quantity) + 1, 0)",
        "quantity_return_rate"),
    "kpi_top_customers_month": (
        "active_days, customer_rank\nfrom",
        "active_days, customer_rank + 1 as customer_rank\nfrom", "customer_rank"),
    "kpi_salesperson_performance_month": (
        "sum(people.customer_count) as", "sum(people.customer_count) + 1 as", "customer_count"),
}  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_a_wrong_view_is_named_with_its_column(ledger: str, view: str) -> None:
    right, wrong, column = VIEWS[view]
    text = (ROOT / f"sql/views/{view}.sql").read_text("utf-8")
    assert right in text
    changed = text.replace(right, wrong).replace("create view", "create or replace view")
    tamper(ledger, changed)
    (gap,) = verify(ledger)
    assert (gap.code, gap.load_id) == ("I7", None)
    assert gap.en.startswith(f"In {view}, karamad ")
    assert f": {column} should be " in gap.en


def test_ranks_that_are_not_those_of_the_published_facts_are_named(ledger: str) -> None:
    tamper(ledger, "update kpi.ranked_customers set net_amount = net_amount + 1")
    (gap,) = verify(ledger)
    assert gap.en.startswith("In kpi_top_customers_month, karamad ")


FIRST_CUSTOMER = "ctid = (select min(ctid) from dim.customers)"
SPOILT_VERSIONS = {
    f"delete from dim.customers where {FIRST_CUSTOMER}": "the version is missing",
    f"update dim.customers set city = 'nowhere' where {FIRST_CUSTOMER}": "city",
    f"update dim.customers set valid_to = '2099-01-01' where {FIRST_CUSTOMER}": "valid_to",
    "insert into dim.branches values ('karamad', 'ghost', '2024-01-01', null, 'x')": (
        "there is no such version"
    ),
}


@pytest.mark.parametrize("statement", SPOILT_VERSIONS)
def test_a_version_that_nobody_observed_so_is_named(ledger: str, statement: str) -> None:
    """Which attribute differs is told; what it says may be personal."""
    tamper(ledger, statement)
    (gap,) = verify(ledger)
    assert (gap.code, gap.load_id) == ("I7", None)
    assert gap.en.endswith(f"{SPOILT_VERSIONS[statement]}.")
    assert "nowhere" not in gap.en + gap.fa


def test_noise_that_is_marked_otherwise_is_found_by_its_versions(ledger: str) -> None:
    """A flag that came wrong leads a refresh astray, and not the check."""
    tamper(
        ledger,
        "update dim.observations set is_noise = not is_noise",
        "delete from dim.customers",
        "insert into dim.customers (source_system, customer_id, valid_from, valid_to)"
        " select source_system, entity_id, valid_from, valid_to from dim.observed_versions"
        " where dimension = 'customers'",
    )
    (gap,) = verify(ledger)
    assert gap.code == "I7"
    assert "dim.customers" in gap.en


def test_a_month_missing_in_the_calendar_is_named(ledger: str) -> None:
    tamper(ledger, "delete from dim.jalali_months where jalali_month = '1403-06'")
    gaps = verify(ledger)
    # The best customers keep the first day of their month with their ranks.
    assert [gap.code for gap in gaps] == ["I7"] * 3
    assert all("1403-06" in gap.en and "the row should be present" in gap.en for gap in gaps)


def test_a_source_without_contract_keeps_its_lines_checked(ledger: str, tmp_path: Path) -> None:
    gaps = verify(ledger, config_dir=tmp_path)
    assert places(gaps) == [("I4", load_id, None) for load_id in range(1, 6)]
    assert "karamad" in gaps[0].text("en")
    assert "karamad" in gaps[0].text("fa")


def test_texts_name_load_and_line_in_both_languages(ledger: str) -> None:
    line_no = a_line(ledger, "raw.lines")
    tamper(ledger, f"update raw.lines set line = '?' where {MINE} and line_no = {line_no}")
    gap = verify(ledger)[0]
    assert gap.text("en").startswith(f"load {PUBLISHED} line {line_no}: RAW differs")
    assert gap.text("fa").startswith(f"بار {PUBLISHED} سطر {line_no}: متن RAW")


def test_the_check_writes_nothing_and_leaves_no_lock(ledger: str) -> None:
    verify(ledger)
    with psycopg.connect(ledger) as connection:
        connection.execute("set local lock_timeout = '2s'")
        connection.execute("lock table raw.lines, canonical.sales, kpi.rollup_invoices")
