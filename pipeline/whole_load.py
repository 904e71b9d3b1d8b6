"""The second half of a run: what the whole load says, the balance, and the step that shows it all.

What a run shows is written in one transaction; RAW and facts, committed before it and seen by
nobody, are attached in its last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from pipeline.allocation import give_back
from pipeline.background import ahead, beside
from pipeline.db import Connection, Row, copy_in, fetch_all, fetch_one, run
from pipeline.dimensions import mark_noise, touch_days
from pipeline.errors import PipelineError, RefusedAction
from pipeline.kpi.tiers import as_tier, tier_names, tiers
from pipeline.months.locks import hold_load_and_month, require_recheck_allowed
from pipeline.plans import Plan
from pipeline.publications import refresh_dimensions
from pipeline.quality.drift import Profile, column_issues, drift_issues, missing_days
from pipeline.quality.history import LoadContext, check_load
from pipeline.quality.memory import Recalled
from pipeline.quality.overlap import same_lines
from pipeline.quality.raw_values import add_raw_values
from pipeline.quality.reconcile import Balance, reconcile
from pipeline.readers import wait_for_readers
from pipeline.results import LoadResult, read_load, run_tables
from pipeline.streaming import RawThread, Stream, Totals
from pipeline.transform.facts import as_csv
from pipeline.transform.jalali import period_days

Progress = Callable[[str, int], None]
KEEP = "keep"


class Rows(NamedTuple):
    """Rows for one table: the COPY statement, its CSV, and the names that it is filled with."""

    statement: str
    data: bytes
    names: Mapping[str, Any]


def gather_and_write(
    connection: Connection, plan: Plan, stream: Stream, raw: RawThread | None
) -> Recalled:
    """Work out and write what the whole load says, while the server ends RAW and builds indexes.

    When this returns, RAW and facts are whole.
    """
    if raw is not None:
        raw.finish()
    stream.facts.finish()
    stream.invoices.finish()
    give_back()
    room = beside(_make_room, connection, plan, stream)
    with beside(_recall, plan, stream) as recalled, room as there_is_room:
        # The next part is made while the server takes this one in; together they would be large.
        for rows in ahead(_rows(plan, stream)):
            there_is_room.result()
            copy_in(connection, rows.statement, rows.data, **rows.names)
        mark_noise(connection, plan.load_id)
    stream.findings.write_lines(connection)
    stream.facts.wait()
    if raw is not None:
        raw.wait()
    return recalled.result()


def _make_room(connection: Connection, plan: Plan, stream: Stream) -> None:
    """For what this run writes: none of what an earlier run wrote."""
    stream.invoices.wait()
    touch_days(connection, [plan.load_id])
    run(connection, "clear_findings", {"load_id": plan.load_id})
    run(connection, "tiers/clear_tiers", {"load_id": plan.load_id})


def _recall(plan: Plan, stream: Stream) -> Recalled:
    """What rules ask of the lines together; issues of single lines are added up beside it."""
    stream.findings.add_issues(stream.checker.issues())
    return stream.memory.recall(int(plan.rules.threshold("PRICE_OUTLIER", "min_lines")))


def _rows(plan: Plan, stream: Stream) -> Iterator[Rows]:
    """Sums and observations of the load, each part made when it is asked for."""
    yield Rows("copy_rollup_products", as_csv(stream.rollups.products()), {})
    for name, sums in tiers(stream.rollups.invoices()):
        part = as_tier(plan.load_id, plan.mapping.source_system, sums)
        yield Rows("tiers/copy_tier", as_csv(part), tier_names(name))
    for told in stream.observations.told():
        yield Rows("copy_observations", as_csv(_of_load(plan, told.observations)), {})
        if told.spellings is not None:
            yield Rows("copy_spellings", as_csv(_of_load(plan, told.spellings)), {})


def _of_load(plan: Plan, part: pl.DataFrame) -> pl.DataFrame:
    return part.select(pl.lit(plan.load_id), *part.columns)


def check_and_keep(
    connection: Connection,
    plan: Plan,
    stream: Stream,
    recalled: Recalled,
    raw_lines: int | None,
    tell: Progress,
) -> LoadResult:
    """Everything after the last block is written; when the caller commits, the run is visible.

    `raw_lines` is the server's count of RAW lines written by this run, None where they were there.
    """
    period = plan.period or _main_month(stream.totals, plan.load_id)
    _check_whole_load(connection, plan, stream, period, recalled)
    totals = stream.totals
    balance = reconcile(connection, plan.names, plan.run_id, plan.load_id, raw_lines, totals)
    load = hold_load_and_month(connection, plan.load_id)
    require_recheck_allowed(connection, load)
    if not balance.balanced:
        _require_unpublished(load, balance)
        stream.findings.add_run_issue("RECONCILIATION_GAP", balance.gap_text(), balance.amount_gap)
    stream.findings.write_issues(connection)
    tell(KEEP, 0)
    facts = _run_facts(plan, period, totals, balance)
    _make_visible(connection, plan, stream, facts, attach_raw=raw_lines is not None)
    return _result(connection, plan, period, totals, balance)


def _require_unpublished(load: Row, balance: Balance) -> None:
    """Raise RefusedAction for a published load: what is shown balances, and stays as it is."""
    if load["state"] != "published":
        return
    raise RefusedAction(
        "OUT_OF_BALANCE",
        fa="بازبینی بار {load_id} تراز نشد ({gap})؛ نتیجهٔ منتشرشدهٔ پیشین برجا ماند.",
        en="The recheck of load {load_id} does not balance ({gap}); what is published stays.",
        load_id=load["load_id"],
        gap=balance.gap_text(),
    )


def _check_whole_load(
    connection: Connection, plan: Plan, stream: Stream, period: str, recalled: Recalled
) -> None:
    """Rules of scope load, history and run."""
    days = period_days(period, plan.mapping.calendar)
    context = LoadContext(plan.mapping.source_system, period, days[0], days[-1], plan.names)
    found = check_load(connection, context, plan.rules, plan.mapping, stream.memory, recalled)
    inspection, positions = plan.recognition.inspection, plan.recognition.positions
    found = add_raw_values(connection, found, inspection, positions, plan.names)
    for code, lines in found.items():
        stream.findings.add_found(code, lines)
    totals = stream.totals
    profile = Profile(totals.lines, totals.net_amount, dict(totals.empty))
    seen = {row["event_date"] for row in fetch_all(connection, "list_event_days", **plan.names)}
    source = plan.mapping.source_system
    about = {"source": source, "period": period, "load_id": plan.load_id, "names": plan.names}
    issues = [
        *column_issues(plan.mapping, plan.recognition.matches),
        *drift_issues(connection, plan.mapping, period, profile, plan.rules),
        *missing_days(days, seen, plan.mapping, stream.facts.lines, plan.rules),
        *same_lines(connection, about, stream.facts.lines, plan.rules),
    ]
    for code, value, impact in issues:
        stream.findings.add_run_issue(code, value, impact)


def _make_visible(
    connection: Connection, plan: Plan, stream: Stream, facts: dict[str, Any], *, attach_raw: bool
) -> None:
    """The last step of a run: its tables take the place of an earlier run's."""
    before = fetch_one(connection, "read_load", {"load_id": plan.load_id})
    assert before is not None
    if before["run_id"] is not None:
        wait_for_readers(connection)
        old = run_tables(plan.load_id, before["run_id"], plan.mapping.source_system)
        for name in ("sales", "rollup"):
            run(connection, "drop_table", table=old[name])
    if attach_raw:
        run(connection, "attach_lines_table", **plan.names)
    run(connection, "attach_sales_table", **plan.names)
    run(connection, "attach_rollup_table", **plan.names)
    stream.findings.keep(connection, facts, **plan.names)
    run(connection, "add_run_stats", facts)
    run(connection, "add_column_profiles", _profile_facts(plan, stream, facts))
    run(connection, "set_load_run", facts)
    run(connection, "finish_run", facts)
    if before["state"] == "published":
        refresh_dimensions(connection, plan.mapping.source_system, [plan.load_id])


def _run_facts(plan: Plan, period: str, totals: Totals, balance: Balance) -> dict[str, Any]:
    return {
        "load_id": plan.load_id,
        "run_id": plan.run_id,
        "source": plan.mapping.source_system,
        "period": period,
        "started_at": plan.started_at,
        "lines_read": totals.lines,
        **balance.as_facts(),
    }


def _profile_facts(plan: Plan, stream: Stream, facts: dict[str, Any]) -> dict[str, Any]:
    names = list(stream.totals.empty)
    headers = [stream.findings.headers[name] for name in names]
    empty = [stream.totals.empty[name] for name in names]
    profile = {"names": names, "headers": headers, "empty_lines": empty}
    return {**facts, **profile, "lines": stream.totals.lines}


def _result(
    connection: Connection, plan: Plan, period: str, totals: Totals, balance: Balance
) -> LoadResult:
    load = read_load(connection, plan.load_id)
    issues = fetch_all(connection, "count_issues", {"load_id": plan.load_id})
    return LoadResult(
        plan.load_id,
        plan.run_id,
        plan.mapping.source_system,
        period,
        load["state"],
        totals.lines,
        balance.canonical_lines,
        balance.rejected_lines,
        balance.blank_lines,
        balance.canonical_net_amount,
        balance.rejected_net_amount,
        {row["rule_code"]: row["issues"] for row in issues},
        balanced=balance.balanced,
    )


def _main_month(totals: Totals, load_id: int) -> str:
    """The month that most canonical lines belong to."""
    if not totals.months:
        raise PipelineError(
            "NO_CANONICAL_LINE",
            fa="هیچ سطری از فایل پذیرفته نشد، پس ماه آن معلوم نیست. "
            "دوره را با «recheck {load_id} --period» بدهید.",
            en="No line of the file was accepted, so its month is not known. "
            "Give it with `recheck {load_id} --period`.",
            load_id=load_id,
        )
    return min(totals.months, key=lambda month: (-totals.months[month], month))
