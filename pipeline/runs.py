"""The way of one load, in order: take the file in, run the pipeline over it, make it visible.

The only module that knows the order. A file is acknowledged when its bytes are committed; all that
follows is derived from them and can be done again. A run becomes visible in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter
from typing import Any

import polars as pl
import psycopg
from psycopg.types.json import Jsonb

from pipeline.contracts import Mapping
from pipeline.db import Connection, Row, copy_in, fetch_all, fetch_one, run, transaction
from pipeline.errors import DatabaseAway, PipelineError, RefusedAction
from pipeline.ingestion.blocks import BlockReader
from pipeline.ingestion.inspection import Overrides
from pipeline.ingestion.raw_lines import lines_partition
from pipeline.ingestion.store import Keeping, file_chunks, read_chunks
from pipeline.kpi.rollups import RollupMemory
from pipeline.publications import refresh_dimensions
from pipeline.quality.check import LineChecker
from pipeline.quality.drift import Profile, column_issues, drift_issues, missing_days
from pipeline.quality.findings import Findings, headers_of
from pipeline.quality.history import LoadContext, check_load
from pipeline.quality.memory import LoadMemory, Recalled
from pipeline.quality.raw_values import add_raw_values
from pipeline.quality.reconcile import Balance, reconcile
from pipeline.quality.rules import RuleSet, read_catalogue, rule_set
from pipeline.recognition import Recognition, recognize, require_columns
from pipeline.results import LoadResult, read_load, read_result, run_tables
from pipeline.settings import Settings
from pipeline.source_memory import read_remembered, remember_overrides, remembered_of
from pipeline.streaming import RawThread, Stream, Totals, open_reader, stream_file
from pipeline.transform.dimensions import ObservationMemory
from pipeline.transform.facts import FactWriter, as_csv
from pipeline.transform.jalali import period_days
from pipeline.transform.normalize import Normalizer

Progress = Callable[[str, int], None]
STORE, READ, CHECK, KEEP = "store", "read", "check", "keep"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user said of a file beforehand; it is kept with the run and holds in a recheck."""

    period: str | None = None
    overrides: Overrides | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One run about to be made: which load, read how, judged by which rules."""

    load_id: int
    run_id: int
    started_at: datetime
    recognition: Recognition
    rules: RuleSet
    period: str | None
    names: dict[str, Any]

    @property
    def mapping(self) -> Mapping:
        return self.recognition.mapping


@dataclass(slots=True)
class Gathered:
    """What the whole load says, ready for the server: CSV per table, and what rules recall.

    `raw_lines` is the server's count of RAW lines written by this run, None where they were there.
    """

    recalled: Recalled
    observations: list[bytes]
    invoices: list[bytes]
    products: bytes
    raw_lines: int | None = None


def load_file(
    url: str,
    settings: Settings,
    path: Path,
    *,
    source: str | None = None,
    period: str | None = None,
    user: str = "cli",
    overrides: Overrides | None = None,
    progress: Progress | None = None,
) -> LoadResult:
    """Take a file in and run the pipeline over it; the load is a draft afterwards.

    The same bytes again write nothing: the result names the first load. What `overrides` say is
    remembered of the source once the run is through. Raises RefusedFile when the file cannot be
    taken in (nothing is kept), and PipelineError when the run fails (`recheck` runs it again).
    """
    begin = perf_counter()
    tell = progress or _silent
    recognition = recognize(path, settings, source, overrides, read_remembered(url, source))
    require_columns(recognition)
    check_period(recognition.mapping, period)
    tell(STORE, 0)
    keeping = Keeping(url, path, recognition.mapping.source_system, user)
    receipt = keeping.receipt
    if not receipt.is_new:
        keeping.close()
        result = read_result(url, receipt.load_id)
        result.duplicate_of = receipt.load_id
    else:
        asked = Asked(period, recognition.overrides)
        plan = _begin(url, settings, receipt.load_id, recognition, asked, user)
        chunks = file_chunks(recognition.table.path)
        result = _run(url, settings, plan, chunks, tell, keeping)
        result.remarks = recognition.remarks
        if overrides is not None and overrides.says_something:
            remember_overrides(url, result.source, overrides, user)
    result.receipt = receipt
    result.seconds = round(perf_counter() - begin, 3)
    return result


def recheck(
    url: str,
    settings: Settings,
    load_id: int,
    *,
    period: str | None = None,
    user: str = "cli",
    progress: Progress | None = None,
) -> LoadResult:
    """Run the pipeline again over the kept bytes of a load, with the rules of today.

    `period` settles the month of a load that has none yet, such as one without an accepted line.
    """
    begin = perf_counter()
    with transaction(url) as connection, NamedTemporaryFile(prefix="recheck-") as copy:
        load = read_load(connection, load_id)
        for chunk in read_chunks(connection, load_id):
            copy.write(chunk)
        copy.flush()
        raw_is_there = bool(fetch_all(connection, "find_partition", lines_partition(load_id)))
        source = load["source_system"]
        # The mapping of today, but the file is read as it was: settings of later files are not its.
        remembered = replace(remembered_of(connection, source), overrides={})
        check_period(remembered.mapping(settings.config_dir, source), period)
        asked = _asked_before(connection, load, period)
        recognition = recognize(Path(copy.name), settings, source, asked.overrides, remembered)
        require_columns(recognition)
        plan = _begin(url, settings, load_id, recognition, asked, user)
        chunks = file_chunks(recognition.table.path)
        tell = progress or _silent
        result = _run(url, settings, plan, chunks, tell, raw_is_there=raw_is_there)
    result.seconds = round(perf_counter() - begin, 3)
    return result


def check_period(mapping: Mapping, period: str | None) -> None:
    """Raise PipelineError when a period is no month of the source's calendar."""
    if period is None:
        return
    try:
        period_days(period, mapping.calendar)
    except ValueError:
        example = "1403-05" if mapping.calendar == "jalali" else "2024-08"
        raise PipelineError(
            "WRONG_PERIOD",
            fa="دورهٔ «{period}» ماه درستی نیست؛ آن را مانند {example} بنویسید.",
            en="The period '{period}' is no month; write it like {example}.",
            period=period,
            example=example,
        ) from None


def _begin(
    url: str,
    settings: Settings,
    load_id: int,
    recognition: Recognition,
    asked: Asked,
    user: str,
) -> Plan:
    """Note that a run begins, with everything it is based on."""
    with transaction(url) as connection:
        changes = fetch_all(connection, "list_rule_settings")
        rules = rule_set(read_catalogue(settings.config_dir), changes)
        facts = {
            "load_id": load_id,
            "started_by": user,
            "mapping": Jsonb(recognition.as_used()),
            "inspection": Jsonb(_inspection_facts(recognition, asked), dumps=_dumps),
            "rules": Jsonb(rules.as_used()),
        }
        row = fetch_one(connection, "add_run", facts)
    assert row is not None
    names = run_tables(load_id, row["run_id"], recognition.mapping.source_system)
    return Plan(load_id, row["run_id"], row["started_at"], recognition, rules, asked.period, names)


def _inspection_facts(recognition: Recognition, asked: Asked) -> dict[str, Any]:
    """How the file was read, to be recorded with the run."""
    table = recognition.table
    return {
        **asdict(recognition.inspection),
        "format": table.format,
        "remarks": recognition.remarks,
        "asked": asdict(asked),
    }


def _asked_before(connection: Connection, load: Row, period: str | None) -> Asked:
    """What the user said when the load came in; a month that is settled stays."""
    last = fetch_one(connection, "read_last_run", {"load_id": load["load_id"]})
    asked = last["inspection"].get("asked", {}) if last is not None else {}
    overrides = asked.get("overrides")
    month = load["period"] or period or asked.get("period")
    return Asked(month, overrides and Overrides(**overrides))


def _run(
    url: str,
    settings: Settings,
    plan: Plan,
    chunks: Iterable[bytes],
    tell: Progress,
    keeping: Keeping | None = None,
    *,
    raw_is_there: bool = False,
) -> LoadResult:
    """Run the pipeline over a file that is kept, or still on its way in (`keeping`)."""
    raw = None if raw_is_there else RawThread(url, plan.load_id)
    try:
        with transaction(url) as connection:
            stream = _open_stream(connection, settings, plan)
            reader = _open_reader(plan, settings)
            try:
                stream_file(chunks, reader, stream, raw, lambda size: tell(READ, size))
                tell(CHECK, 0)
                gathered = _gather(plan, stream, raw)
                if keeping is not None:
                    keeping.wait()
            except BaseException as error:
                stream.facts.abandon(error)
                raise
            result = _check_and_keep(connection, plan, stream, gathered, tell)
    except BaseException as error:
        if raw is not None:
            raw.abandon(error)
        if keeping is not None:
            _finish_keeping(keeping)
        _note_failure(url, plan, error)
        raise
    return result


def _open_stream(connection: Connection, settings: Settings, plan: Plan) -> Stream:
    mapping, recognition = plan.mapping, plan.recognition
    headers = headers_of(mapping, recognition.inspection.header, recognition.positions)
    run(connection, "create_findings_tables")
    return Stream(
        mapping=mapping,
        normalizer=Normalizer(mapping),
        checker=LineChecker(plan.rules, mapping, headers),
        findings=Findings(plan.rules, headers, settings.language, mapping.personal),
        facts=FactWriter(connection, plan.names),
        memory=LoadMemory(mapping),
        observations=ObservationMemory(mapping),
        rollups=RollupMemory(),
    )


def _open_reader(plan: Plan, settings: Settings) -> BlockReader:
    found = plan.recognition
    return open_reader(found.inspection, found.mapping, found.positions, settings.block_bytes)


def _gather(plan: Plan, stream: Stream, raw: RawThread | None) -> Gathered:
    """Work out what the whole load says while the server builds indexes and ends RAW."""
    if raw is not None:
        raw.finish()
    stream.facts.finish()
    stream.findings.add_issues(stream.checker.issues())
    gathered = Gathered(
        recalled=stream.memory.recall(int(plan.rules.threshold("PRICE_OUTLIER", "min_lines"))),
        observations=[
            as_csv(part.select(pl.lit(plan.load_id), *part.columns))
            for part in stream.observations.observations()
        ],
        invoices=[as_csv(part) for part in stream.rollups.invoices()],
        products=as_csv(stream.rollups.products()),
    )
    stream.facts.wait()
    if raw is not None:
        raw.wait()
        gathered.raw_lines = raw.lines
    return gathered


def _check_and_keep(
    connection: Connection, plan: Plan, stream: Stream, gathered: Gathered, tell: Progress
) -> LoadResult:
    """Everything after the last block: one transaction, and the run is visible."""
    period = plan.period or _main_month(stream.totals, plan.load_id)
    _write_gathered(connection, plan, stream, gathered)
    _check_whole_load(connection, plan, stream, period, gathered.recalled)
    totals = stream.totals
    balance = reconcile(
        connection, plan.names, plan.run_id, plan.load_id, gathered.raw_lines, totals
    )
    if not balance.balanced:
        _require_unpublished(connection, plan.load_id, balance)
        stream.findings.add_run_issue("RECONCILIATION_GAP", balance.gap_text(), balance.amount_gap)
    stream.findings.write_issues(connection)
    tell(KEEP, 0)
    facts = _run_facts(plan, period, totals, balance)
    _make_visible(connection, plan, stream, facts, attach_raw=gathered.raw_lines is not None)
    return _result(connection, plan, period, totals, balance)


def _require_unpublished(connection: Connection, load_id: int, balance: Balance) -> None:
    """Raise RefusedAction for a published load: what is shown balances, and stays as it is."""
    if read_load(connection, load_id)["state"] != "published":
        return
    raise RefusedAction(
        "OUT_OF_BALANCE",
        fa="بازبینی بار {load_id} تراز نشد ({gap})؛ نتیجهٔ منتشرشدهٔ پیشین برجا ماند.",
        en="The recheck of load {load_id} does not balance ({gap}); what is published stays.",
        load_id=load_id,
        gap=balance.gap_text(),
    )


def _write_gathered(connection: Connection, plan: Plan, stream: Stream, gathered: Gathered) -> None:
    run(connection, "create_rollup_table", **plan.names)
    for part in gathered.invoices:
        copy_in(connection, "copy_rollup_invoices", part, **plan.names)
    copy_in(connection, "copy_rollup_products", gathered.products)
    run(connection, "clear_findings", {"load_id": plan.load_id})
    for part in gathered.observations:
        copy_in(connection, "copy_observations", part)
    stream.findings.write_lines(connection)


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
    issues = [
        *column_issues(plan.mapping, plan.recognition.matches),
        *drift_issues(connection, plan.mapping, period, profile, plan.rules),
        *missing_days(days, seen, plan.mapping, stream.facts.lines, plan.rules),
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
        old = run_tables(plan.load_id, before["run_id"], plan.mapping.source_system)
        for name in ("sales", "rollup"):
            run(connection, "drop_table", table=old[name])
    if attach_raw:
        run(connection, "attach_lines_table", **plan.names)
    run(connection, "attach_sales_table", **plan.names)
    run(connection, "finish_rollup_table", **plan.names)
    stream.findings.keep(connection, facts, **plan.names)
    run(connection, "add_run_stats", facts)
    run(connection, "add_column_profiles", _profile_facts(plan, stream, facts))
    run(connection, "set_load_run", facts)
    run(connection, "finish_run", facts)
    if before["state"] == "published":
        refresh_dimensions(connection, plan.mapping.source_system)


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


def _finish_keeping(keeping: Keeping) -> None:
    """A run that fails leaves the file kept all the same, to be run again."""
    with suppress(PipelineError, psycopg.Error):
        keeping.wait()


def _note_failure(url: str, plan: Plan, error: BaseException) -> None:
    """Keep the reason of a failed run; the load can be run again."""
    with suppress(DatabaseAway), transaction(url) as connection:
        facts = {"run_id": plan.run_id, "load_id": plan.load_id, "error": str(error)[:2000]}
        run(connection, "fail_run", facts)
        run(connection, "fail_load", facts)


def _dumps(value: Any) -> str:
    """JSON of facts that hold a byte order mark and small enumerations."""
    return json.dumps(
        value, default=lambda item: item.hex() if isinstance(item, bytes) else str(item)
    )


def _silent(stage: str, size: int) -> None:
    """Progress that nobody looks at."""
