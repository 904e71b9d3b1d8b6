"""The way of one load, in order: take the file in, run the pipeline over it, make it visible.

The only module that knows the order. A file is acknowledged when its bytes are committed; all that
follows is derived from them and can be done again. A run becomes visible in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import psycopg

from pipeline.background import beside
from pipeline.db import Connection, fetch_all, run, transaction
from pipeline.digests import hash_file
from pipeline.errors import DatabaseAway, LostClaim, PipelineError, RefusedAction
from pipeline.gathering import gather_and_write
from pipeline.guards import NO_GUARD, Guard
from pipeline.ingestion.blocks import BlockReader
from pipeline.ingestion.inspection import Overrides
from pipeline.ingestion.raw_lines import lines_partition
from pipeline.ingestion.store import Keeping, file_chunks, read_chunks
from pipeline.kpi.rollup_writer import RollupWriter
from pipeline.kpi.rollups import RollupMemory
from pipeline.leftovers import clear_leftovers, hold_load
from pipeline.months.locks import require_recheck_allowed
from pipeline.plans import Asked, Plan, asked_before, begin_run, check_period
from pipeline.quality.check import LineChecker
from pipeline.quality.findings import Findings, headers_of
from pipeline.quality.memory import LoadMemory
from pipeline.recognition import Recognition, recognize, require_columns
from pipeline.results import LoadResult, read_load, read_result, require_kept
from pipeline.scratch import nameless_file
from pipeline.settings import Settings
from pipeline.source_memory import read_remembered, remember_overrides, remembered_of
from pipeline.streaming import RawThread, Stream, open_reader, stream_file
from pipeline.transform.dimensions import ObservationMemory
from pipeline.transform.facts import FactWriter
from pipeline.transform.normalize import Normalizer
from pipeline.whole_load import check_and_keep

Progress = Callable[[str, int], None]
STORE, READ, CHECK = "store", "read", "check"


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
    guard: Guard = NO_GUARD,
) -> LoadResult:
    """Take a file in and run the pipeline over it; the load is a draft afterwards.

    The same bytes again write nothing: the result names the first load. What `overrides` say is
    remembered of the source once the run is through. Raises RefusedFile when the file cannot be
    taken in (nothing is kept), and PipelineError when the run fails (`recheck` runs it again).
    """
    begin = perf_counter()
    tell = _both(guard.tell, progress)
    with beside(hash_file, path) as sha256:
        recognition = recognize_for_load(url, settings, path, source, period, overrides)
        guard.recognized(recognition)
        tell(STORE, 0)
        source = recognition.mapping.source_system
        keeping = Keeping(url, path, source, user, guard.received, sha256.result())
    receipt = keeping.receipt
    if not receipt.is_new:
        keeping.close()
        result = read_result(url, receipt.load_id)
        result.duplicate_of = receipt.load_id
    else:
        asked = Asked(period, recognition.overrides)
        run_url = guard.url(url)
        plan = begin_run(run_url, settings, receipt.load_id, recognition, asked, user)
        chunks = file_chunks(recognition.table.path)
        result = _run(run_url, settings, plan, chunks, tell, guard, keeping)
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
    first_asked: Asked | None = None,
    progress: Progress | None = None,
    guard: Guard = NO_GUARD,
) -> LoadResult:
    """Run the pipeline again over the kept bytes of a load, with the rules of today.

    `period` settles the month of a load that has none yet, such as one without an accepted line;
    `first_asked` is what the user said of a file that was kept and has not been run over. Raises
    RefusedAction while another run over the load goes on, or (MONTH_LOCKED) for what a locked
    month shows.
    """
    begin = perf_counter()
    url = guard.url(url)
    scratch, path = nameless_file()
    with transaction(url) as connection, scratch as copy:
        hold_load(connection, load_id)
        clear_leftovers(connection, load_id)
        load = require_kept(read_load(connection, load_id))
        require_recheck_allowed(connection, load)
        for chunk in read_chunks(connection, load_id):
            copy.write(chunk)
        copy.flush()
        raw_is_there = bool(fetch_all(connection, "find_partition", lines_partition(load_id)))
        source = load["source_system"]
        # The mapping of today, but the file is read as it was: settings of later files are not its.
        remembered = replace(remembered_of(connection, source), overrides={})
        check_period(remembered.mapping(settings.config_dir, source), period)
        asked = asked_before(connection, load, period, first_asked)
        recognition = recognize(path, settings, source, asked.overrides, remembered)
        require_columns(recognition)
        plan = begin_run(url, settings, load_id, recognition, asked, user)
        chunks = file_chunks(recognition.table.path)
        tell = _both(guard.tell, progress)
        result = _run(url, settings, plan, chunks, tell, guard, raw_is_there=raw_is_there)
    result.seconds = round(perf_counter() - begin, 3)
    return result


def recognize_for_load(
    url: str,
    settings: Settings,
    path: Path,
    source: str | None,
    period: str | None,
    overrides: Overrides | None,
) -> Recognition:
    """What a file is, with all it must have to be taken in; RefusedFile or PipelineError if not."""
    recognition = recognize(path, settings, source, overrides, read_remembered(url, source))
    require_columns(recognition)
    check_period(recognition.mapping, period)
    return recognition


def _run(
    url: str,
    settings: Settings,
    plan: Plan,
    chunks: Iterable[bytes],
    tell: Progress,
    guard: Guard,
    keeping: Keeping | None = None,
    *,
    raw_is_there: bool = False,
) -> LoadResult:
    """Run the pipeline over a file that is kept, or still on its way in (`keeping`)."""
    raw = None if raw_is_there else RawThread(url, plan.load_id)
    try:
        with transaction(url) as connection:
            if keeping is not None:
                hold_load(connection, plan.load_id)
            stream = _open_stream(url, connection, settings, plan)
            guard.counting(stream.totals)
            reader = _open_reader(plan, settings)
            try:
                stream_file(chunks, reader, stream, raw, lambda size: tell(READ, size))
                tell(CHECK, 0)
                gathered = gather_and_write(url, connection, plan, stream, raw)
                if keeping is not None:
                    keeping.wait()
            except BaseException as error:
                stream.abandon(error)
                raise
            raw_lines = raw.lines if raw is not None else None
            result = check_and_keep(connection, plan, stream, gathered, raw_lines, tell)
            guard.ending(connection, plan.run_id, str(result.period), result.lines)
    except BaseException as error:
        if raw is not None:
            raw.abandon(error)
        if keeping is not None:
            _finish_keeping(keeping)
        _note_failure(url, plan, error, is_held=keeping is None)
        raise
    return result


def _open_stream(url: str, connection: Connection, settings: Settings, plan: Plan) -> Stream:
    mapping, recognition = plan.mapping, plan.recognition
    headers = headers_of(mapping, recognition.inspection.header, recognition.positions)
    run(connection, "create_findings_tables")
    return Stream(
        mapping=mapping,
        normalizer=Normalizer(mapping),
        checker=LineChecker(plan.rules, mapping, headers),
        findings=Findings(plan.rules, headers, settings.language, mapping.personal),
        facts=FactWriter(url, plan.names),
        memory=LoadMemory(mapping),
        observations=ObservationMemory(mapping),
        rollups=RollupMemory(),
        invoices=RollupWriter(connection, plan.names),
    )


def _open_reader(plan: Plan, settings: Settings) -> BlockReader:
    found = plan.recognition
    return open_reader(found.inspection, found.mapping, found.positions, settings.block_bytes)


def _finish_keeping(keeping: Keeping) -> None:
    """A run that fails leaves the file kept all the same, to be run again."""
    with suppress(PipelineError, psycopg.Error):
        keeping.wait()


def _note_failure(url: str, plan: Plan, error: BaseException, *, is_held: bool) -> None:
    """Keep the reason of a failed run, and nothing that it made; the load can be run again.

    `is_held` says that the caller still holds the load.
    """
    # Where the job was taken over, whoever has it now says what became of this run.
    with suppress(DatabaseAway, LostClaim, psycopg.Error), transaction(url) as connection:
        facts = {"run_id": plan.run_id, "load_id": plan.load_id, "error": str(error)[:2000]}
        run(connection, "fail_run", facts)
        run(connection, "fail_load", facts)
    # Another run that has the load by now clears it itself.
    away = (DatabaseAway, LostClaim, RefusedAction, psycopg.Error)
    with suppress(*away), transaction(url) as connection:
        if not is_held:
            hold_load(connection, plan.load_id)
        clear_leftovers(connection, plan.load_id)


def _both(first: Progress, second: Progress | None) -> Progress:
    """Progress that goes to two places."""
    if second is None:
        return first

    def tell(stage: str, size: int) -> None:
        first(stage, size)
        second(stage, size)

    return tell
