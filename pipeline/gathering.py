"""What a load says as a whole, worked out and written while the server ends RAW and indexes.

All of it is written in the run's own transaction; RAW and facts are checked beside that, on a
connection of their own, as soon as they are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

import polars as pl

from pipeline.allocation import give_back
from pipeline.background import ahead, beside
from pipeline.db import Connection, copy_in, fetch_all, run, transaction
from pipeline.dimensions import touch_days
from pipeline.errors import PipelineError
from pipeline.kpi.tiers import as_tier, tier_names, tiers
from pipeline.plans import Plan
from pipeline.quality.drift import Profile, RunIssue, column_issues, drift_issues, missing_days
from pipeline.quality.history import LoadContext, check_facts, check_sums
from pipeline.quality.memory import Recalled
from pipeline.quality.overlap import same_lines
from pipeline.quality.raw_values import add_raw_values
from pipeline.streaming import RawThread, Stream, Totals
from pipeline.transform.facts import as_csv
from pipeline.transform.jalali import period_days


class Rows(NamedTuple):
    """Rows for one table: the COPY statement, its CSV, and the names that it is filled with."""

    statement: str
    data: bytes
    names: Mapping[str, Any]


class Gathered(NamedTuple):
    """What the lines of a load say together: the month, what is remembered, and who breaks rules.

    `of_facts` is what `check_facts` gives, with the cells that the file has there, `of_sums` what
    `check_sums` gives, and `of_load` what is said of the load as a whole.
    """

    context: LoadContext
    recalled: Recalled
    of_facts: dict[str, pl.DataFrame]
    of_sums: dict[str, pl.DataFrame]
    of_load: list[RunIssue]


def gather_and_write(
    url: str, connection: Connection, plan: Plan, stream: Stream, raw: RawThread | None
) -> Gathered:
    """Work out and write what the whole load says, while the server ends RAW and builds indexes.

    When this returns, RAW and facts are whole; they are checked on a connection of their own, and
    the sums meanwhile, on the run's: both look at earlier loads, which takes longer the more there
    are.
    """
    if raw is not None:
        raw.finish()
    stream.facts.finish()
    stream.invoices.finish()
    give_back()
    context = _context(plan, stream)
    with (
        beside(_recall, plan, stream) as recalled,
        beside(_check_facts, url, plan, stream, raw, context, recalled) as found,
        beside(_make_room, connection, plan, stream) as there_is_room,
    ):
        # The next part is made while the server takes this one in; together they would be large.
        for rows in ahead(_rows(plan, stream)):
            there_is_room.result()
            copy_in(connection, rows.statement, rows.data, **rows.names)
        stream.findings.write_lines(connection)
        of_sums = check_sums(connection, context, plan.rules)
        of_load = _of_load(connection, plan, stream, context)
    return Gathered(context, recalled.result(), found.result(), of_sums, of_load)


def _context(plan: Plan, stream: Stream) -> LoadContext:
    period = plan.period or _main_month(stream.totals, plan.load_id)
    days = period_days(period, plan.mapping.calendar)
    return LoadContext(plan.mapping.source_system, period, days[0], days[-1], plan.names)


def _check_facts(
    url: str,
    plan: Plan,
    stream: Stream,
    raw: RawThread | None,
    context: LoadContext,
    recalled: Future[Recalled],
) -> dict[str, pl.DataFrame]:
    """Rules of scope load and history, asked of RAW and facts as soon as they are there."""
    stream.facts.wait()
    if raw is not None:
        raw.wait()
    with transaction(url) as connection:
        asked = (plan.rules, plan.mapping, stream.memory, recalled.result())
        return with_cells(connection, plan, check_facts(connection, context, *asked))


def _of_load(
    connection: Connection, plan: Plan, stream: Stream, context: LoadContext
) -> list[RunIssue]:
    """What rules say of the load as a whole: its columns, its size, its days, an earlier load."""
    totals, lines, rules = stream.totals, stream.facts.lines, plan.rules
    profile = Profile(totals.lines, totals.net_amount, dict(totals.empty))
    seen = {row["event_date"] for row in fetch_all(connection, "list_event_days", **plan.names)}
    days = period_days(context.period, plan.mapping.calendar)
    about = {"source": context.source, "period": context.period, "load_id": plan.load_id,
             "names": plan.names}  # fmt: skip
    return [
        *column_issues(plan.mapping, plan.recognition.matches),
        *drift_issues(connection, plan.mapping, context.period, profile, rules),
        *missing_days(days, seen, plan.mapping, lines, rules),
        *same_lines(connection, about, lines, rules),
    ]


def with_cells(
    connection: Connection, plan: Plan, found: dict[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """What was found, with the cells that the file has there."""
    inspection, positions = plan.recognition.inspection, plan.recognition.positions
    return add_raw_values(connection, found, inspection, positions, plan.names)


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
        yield Rows("copy_observations", as_csv(_with_load(plan, told.observations)), {})
        if told.spellings is not None:
            yield Rows("copy_spellings", as_csv(_with_load(plan, told.spellings)), {})


def _with_load(plan: Plan, part: pl.DataFrame) -> pl.DataFrame:
    return part.select(pl.lit(plan.load_id), *part.columns)


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
