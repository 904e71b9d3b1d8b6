"""The end of a run: rules of the whole load, the balance, and the step that shows it all.

What a run shows is written in one transaction; RAW and facts, committed before it and seen by
nobody, are attached in its last step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.db import Connection, Row, fetch_all, fetch_one, run
from pipeline.errors import RefusedAction
from pipeline.gathering import Gathered, with_cells
from pipeline.months.locks import hold_load_and_month, require_recheck_allowed
from pipeline.plans import Plan
from pipeline.publications import refresh_dimensions
from pipeline.quality.history import keep_prices
from pipeline.quality.reconcile import Balance, reconcile
from pipeline.readers import wait_for_readers
from pipeline.results import LoadResult, read_load, run_tables
from pipeline.streaming import Stream, Totals

Progress = Callable[[str, int], None]
KEEP = "keep"


def check_and_keep(
    connection: Connection,
    plan: Plan,
    stream: Stream,
    gathered: Gathered,
    raw_lines: int | None,
    tell: Progress,
) -> LoadResult:
    """Everything after the last block is written; when the caller commits, the run is visible.

    `raw_lines` is the server's count of RAW lines written by this run, None where they were there.
    """
    period = gathered.context.period
    _note_findings(connection, plan, stream, gathered)
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


def _note_findings(connection: Connection, plan: Plan, stream: Stream, gathered: Gathered) -> None:
    """Hand on what rules of scope load, history and run found."""
    keep_prices(connection, gathered.recalled)
    for found in (gathered.of_facts, with_cells(connection, plan, gathered.of_sums)):
        for code, lines in found.items():
            stream.findings.add_found(code, lines)
    for code, value, impact in gathered.of_load:
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
