"""How long figures and issues take to read at millions of facts, and what indexes weigh."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from psycopg import sql

from pipeline.db import Connection, reading, transaction
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.issue_list import count_issues, list_issues
from pipeline.server import stop_embedded
from pipeline.settings import ROOT
from tests.bench.facts import FIRST_MONTH, MONTHS, SOURCE, prepared
from tests.bench.measure import share
from tests.bench.report import Section
from tests.karamad import KPI_VIEWS

ONE_MS, ALL_MS, ISSUES_MS = 25, 500, 200
BEST = ("kpi_top_customers_month", " and customer_rank <= 10")
MONTH, LAST_MONTH = "1403-06", "1403-12"
WHOLE = (FIRST_MONTH, LAST_MONTH)


def database(millions: int, months: int = MONTHS) -> tuple[str, Path]:
    """URL and folder of a database of so many million facts."""
    name = f"facts-{millions}m" if months == MONTHS else f"facts-{millions}m-{months}-months"
    folder = ROOT / "var" / "bench" / name
    url, _ = prepared(folder, millions * 1_000_000, months)
    return url, folder


def views(millions: list[int], runs: int) -> Section:
    """Each KPI view for one month and for all of 36, at each number of facts."""
    measured: dict[tuple[str, str], list[str]] = {}
    for number in millions:
        url, folder = database(number)
        for view, also in [*((view, "") for view in KPI_VIEWS), BEST]:
            for words, months, count in (
                ("one month", (MONTH, MONTH), runs),
                ("36 months", WHOLE, max(5, runs // 3)),
            ):
                p50, p95, cpu, rows = timed(url, _view(view, *months, also), count)
                cells = [f"{rows:,}", f"{p50:.1f}", f"{p95:.1f}", f"{cpu:.1f}"]
                measured.setdefault((view + also, words), []).extend(cells)
        stop_embedded(folder / "postgres")
    columns = ["view", "months"]
    for number in millions:
        columns += [f"{number} M: rows", "p50 ms", "p95 ms", "CPU ms"]
    rows = [[view, words, *cells] for (view, words), cells in measured.items()]
    notes = [
        f"All columns and rows, until the last has arrived (not yet read into Python's objects);"
        f" {runs} runs of one month, {max(5, runs // 3)} of all, after one that warms up. CPU: of"
        " the server.",
        f"Wanted of the first four: p95 of one month {ONE_MS} ms, of 36 months {ALL_MS} ms.",
    ]
    return Section("reads", "KPI views over 36 months", columns, rows, notes)


def issues(millions: int, runs: int) -> Section:
    """Filters of the list of issues: the count, and the first page in both orders."""
    url, folder = database(millions)
    with transaction(url) as connection:
        found = connection.execute(
            "select count(*), percentile_disc(0.9) within group (order by impact_amount)"
            " from dq.dq_current_issues"
        ).fetchone()
        assert found is not None
    total, much = found
    wanted = {
        "everything": IssueFilter(),
        "one rule": IssueFilter(rules=("GROSS_MISMATCH",)),
        "one severity": IssueFilter(severities=("ERROR",)),
        "one month": IssueFilter(months=(MONTH,)),
        "rule and month": IssueFilter(rules=("GROSS_MISMATCH",), months=(MONTH,)),
        "one salesperson": IssueFilter(salespeople=("0001",)),
        "one column": IssueFilter(columns=("قابل پرداخت",)),
        "from an amount on (a tenth)": IssueFilter(min_amount=much),
        "text of many": IssueFilter(text="0000"),
        "text of few": IssueFilter(text="پنیر"),
        "status open": IssueFilter(statuses=("open",)),
        "status accepted": IssueFilter(statuses=("accepted",)),
    }
    rows = []
    for words, one in wanted.items():
        cells = [words, f"{count_issues(url, one).issues:,}"]
        for ask in (
            lambda _, f=one: count_issues(url, f),
            lambda _, f=one: list_issues(url, f),
            lambda _, f=one: list_issues(url, f, order="money"),
        ):
            p50, p95, _, _ = timed(url, ask, runs)
            cells += [f"{p50:.0f}", f"{p95:.0f}"]
        rows.append(cells)
    stop_embedded(folder / "postgres")
    columns = [
        "filter",
        "issues",
        "count p50 ms",
        "p95",
        "page p50 ms",
        "p95",
        "by money p50",
        "p95",
    ]
    return Section("issues", f"Filters of {total:,} issues", columns, rows, [
        f"Wanted: {ISSUES_MS} ms. {runs} runs each, after one that warms up.",
    ])  # fmt: skip


def sizes(millions: int) -> Section:
    """Bytes a fact of each large table, and of each index: how large, how often used."""
    url, folder = database(millions)
    with transaction(url) as connection:
        counted = connection.execute(
            "select (select count(*) from canonical.sales), (select count(*) from raw.lines),"
            " (select count(*) from dq.dq_issues)"
        ).fetchone()
        assert counted is not None
        facts, raw, issues = counted
        rows = connection.execute(SIZES).fetchall()
    stop_embedded(folder / "postgres")
    cells = [
        [name, kind, f"{size / 1e6:,.1f}", f"{size / facts:.2f}", f"{used:,}"]
        for name, kind, size, used in rows
    ]
    columns = ["table or index", "", "MB", "bytes a fact", "scans"]
    sums = dict[tuple[str, str], int]()
    for name, kind, size, _ in rows:
        whole = name.split(" ")[0]
        sums[whole, kind] = sums.get((whole, kind), 0) + size
    notes = [
        "Parts of a load's tables are added up. Scans: since the database was made, by filling and"
        " measuring it.",
        f"RAW is here of {raw:,} lines alone: {sums['raw.lines', 'table'] / raw:.0f} bytes a line,"
        f" {sums['raw.lines', 'index'] / raw:.0f} for its index, and the file's bytes, compressed,"
        f" {sums['raw.file_chunks', 'table'] / raw:.0f}.",
        f"Facts: {sums['canonical.sales', 'table'] / facts:.0f} bytes each, and"
        f" {sums['canonical.sales', 'index'] / facts:.0f} for their indexes. Issues:"
        f" {sums['dq.dq_issues', 'table'] / issues:.0f} and"
        f" {sums['dq.dq_issues', 'index'] / issues:.0f} bytes each ({issues:,} of them).",
    ]
    return Section("sizes", f"Sizes at {facts:,} facts", columns, cells, notes)


# Parts of a load count for the table they belong to; an index of a part for its columns.
SIZES = """
with parts as (
    select tables.oid,
        tables.relnamespace::regnamespace || '.' || coalesce(wholes.relname, tables.relname) as name
    from pg_class as tables
    left join pg_inherits on inhrelid = tables.oid
    left join pg_class as wholes on wholes.oid = inhparent
    where tables.relkind = 'r'
        and tables.relnamespace::regnamespace::text in ('canonical', 'dq', 'dim', 'kpi', 'raw')
), sizes as (
    select name, 'table' as kind, pg_table_size(oid) as size, 0::bigint as used
    from parts
    union all
    select name || ' ' || substring(pg_get_indexdef(indexes.indexrelid) from 'USING (.*)$'),
        'index', pg_relation_size(indexes.indexrelid), coalesce(idx_scan, 0)
    from parts
    join pg_index as indexes on indrelid = parts.oid
    left join pg_stat_user_indexes as used on used.indexrelid = indexes.indexrelid
)
select name, kind, sum(size)::bigint, sum(used)::bigint
from sizes
group by name, kind
having sum(size) > 1000000
order by split_part(name, ' ', 1), kind desc, sum(size) desc
"""


def timed(
    url: str, ask: Callable[[Connection], object], runs: int
) -> tuple[float, float, float, int]:
    """Median, p95 and median CPU of the connection's server process in ms; rows of the answer."""
    walls, cpus, rows = [], [], 0
    for number in range(runs + 1):
        with reading(url) as connection:
            process = Path(f"/proc/{connection.info.backend_pid}/schedstat")
            before, begin = computed(process), time.perf_counter()
            answer = ask(connection)
            wall, cpu = time.perf_counter() - begin, computed(process) - before
        if number:
            walls.append(wall * 1e3)
            cpus.append(cpu * 1e3)
            rows = answer if isinstance(answer, int) else 1
    return statistics.median(walls), share(walls, 0.95), statistics.median(cpus), rows


def computed(process: Path) -> float:
    """Seconds of CPU of a process on this machine so far; 0 where it runs elsewhere."""
    return int(process.read_text().split()[0]) / 1e9 if process.exists() else 0.0


def _view(view: str, first: str, last: str, also: str = "") -> Callable[[Connection], object]:
    facts = {"source": SOURCE, "first": first, "last": last}
    text = "select * from {} where source_system = %(source)s and jalali_month"
    text += " = %(first)s" if first == last else " between %(first)s and %(last)s"
    text += also
    statement = sql.SQL(text).format(sql.Identifier("kpi", view))
    return lambda connection: connection.execute(statement, facts).rowcount
