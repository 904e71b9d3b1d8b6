"""The ledger check: proves that nothing was lost, doubled or changed on the way from file to KPI.

It is written apart from what it checks, in SQL of its own and Python of its own, and believes no
flag, no index and no earlier result. What it promises is in the codes of its gaps:

I1 every receipt has its file, bit for bit · I2 the RAW lines are the file · I3 every RAW line is in
exactly one of canonical, rejected and set aside · I4 their amounts add up to the file's · I5 no
line is canonical twice · I6 one published load per month, states as published · I7 rollups, KPI
views and versions of dimensions are what facts and observations come to · I8 the audit chain holds
to its head, and append-only rows are those that it knows · I9 no job runs without a worker · I10
nothing was left lying about.

One thing is shared: of a workbook, RAW is held against the pipeline's own rendering of the sheet,
made anew from the kept bytes.
"""

from __future__ import annotations

from collections import abc
from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import psycopg

from pipeline.contracts import Mapping, Words, mapping_from, read_mapping
from pipeline.db import Connection, Row, connect, fetch_all, fetch_one, query, run
from pipeline.errors import PipelineError
from pipeline.ingestion.tables import render
from pipeline.scratch import nameless_file
from pipeline.settings import ROOT
from pipeline.verification.file_text import RawLine, TextWalk, as_utf8
from pipeline.verification.files import check_file, read_file
from pipeline.verification.gaps import Gap
from pipeline.verification.leftovers import check_leftovers
from pipeline.verification.line_amounts import AmountCheck, read_places
from pipeline.verification.net_amounts import NetReader
from pipeline.verification.numbers import EXACT
from pipeline.verification.queries import (
    DOUBLED_FACT,
    MISJUDGED,
    MISPLACED,
    ROLLUPS,
    WHOLE_LEDGER,
    WRONG_TOTAL,
    find_gaps,
    find_gaps_without_indexes,
)
from pipeline.verification.sealed_rows import check_audit

__all__ = ["Gap", "Progress", "verify"]

# Told after each load: bytes of files proved so far, bytes of all files.
Progress = Callable[[int, int], None]
Scratch = abc.Mapping[Path, float]
_NO_SCRATCH: Scratch = {}

_NO_TEXT = Words(
    fa="فایل را نمی‌توان دوباره خواند: ",
    en="The file cannot be read again: ",
)
_NO_CONTRACT = Words(
    fa="مبلغ‌ها را نمی‌توان دوباره خواند: ",
    en="The amounts cannot be read again: ",
)


def verify(
    url: str,
    *,
    config_dir: Path = ROOT / "config",
    progress: Progress | None = None,
    head: str | None = None,
    scratch: Scratch = _NO_SCRATCH,
    shared_scratch: Path | None = None,
) -> list[Gap]:
    """Check the whole ledger; returns the gaps, by code and load, and nothing when all is well.

    `head` (the hash of an audit event, in hexadecimal) must be in the chain. Temporary files are
    looked for in the `scratch` folders (each with the seconds that a file may lie there), and by
    our names in `shared_scratch`.
    Of each kind the first gap of a load is given, with the number of further ones. All is read in
    one transaction that sees one moment and cannot write; memory is that of a piece of a file,
    beside what the server needs. Raises DatabaseAway when there is no server to ask.
    """
    with connect(url, as_owner=True) as connection, localcontext(EXACT):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        run(connection, "verify/hold_partitions")
        gaps: list[Gap] = []
        for check in WHOLE_LEDGER:
            gaps += find_gaps_without_indexes(connection, check)
        gaps += check_audit(connection, head)
        gaps += check_leftovers(connection, scratch, shared_scratch)
        loads = fetch_all(connection, "verify/list_loads")
        total, done = sum(load["file_size"] for load in loads), 0
        for load in loads:
            gaps += _check_load(connection, load, config_dir)
            done += load["file_size"]
            if progress is not None:
                progress(done, total)
        connection.rollback()
    return sorted(gaps, key=lambda gap: (int(gap.code[1:]), gap.load_id or 0, gap.line_no or 0))


def _check_load(connection: Connection, load: Row, config_dir: Path) -> list[Gap]:
    broken = check_file(connection, load)
    gaps = [] if broken is None else [broken]
    if load["inspection"] is None:
        return gaps  # no run is done yet: there is nothing but the file
    ids = {"load_id": load["load_id"], "run_id": load["run_id"]}
    misplaced = find_gaps(connection, MISPLACED, **ids)
    gaps += misplaced
    gaps += find_gaps(connection, MISJUDGED, **ids)
    doubled = find_gaps_without_indexes(connection, DOUBLED_FACT, **ids)
    gaps += doubled
    line_gaps, total = _check_lines(connection, load, config_dir, file_is_sound=broken is None)
    gaps += line_gaps
    if not misplaced and not doubled:
        gaps += find_gaps(connection, WRONG_TOTAL, file_net_amount=total, **ids)
    for check in ROLLUPS:
        gaps += find_gaps(connection, check, **ids)
    return gaps


def _check_lines(
    connection: Connection, load: Row, config_dir: Path, *, file_is_sound: bool
) -> tuple[list[Gap], Decimal | None]:
    """I2 and I4 in one pass over the RAW lines; the second value is the file's net amount.

    Where the kept file itself is broken, RAW has nothing to be compared with. The net amount is
    None where not every line could be read for it.
    """
    amounts, gaps = _open_amounts(connection, load, config_dir)
    if file_is_sound and (gap := _walk(connection, load, amounts)) is not None:
        return [gap], None
    if amounts is None or not file_is_sound:
        return gaps, None
    return [*amounts.gaps.values()], amounts.total if amounts.complete else None


def _walk(connection: Connection, load: Row, amounts: AmountCheck | None) -> Gap | None:
    """Lay the RAW lines along the file, and let the amounts be compared on the way."""
    walk = TextWalk(load["load_id"], _text(connection, load))
    try:
        for raw in _raw_lines(connection, load["load_id"]):
            walk.take(raw)
            if amounts is not None:
                amounts.take(raw)
        walk.finish()
    except PipelineError as error:
        fa, en = _NO_TEXT.fa + error.text("fa"), _NO_TEXT.en + error.text("en")
        return Gap("I2", load["load_id"], None, fa, en)
    return walk.gap


def _open_amounts(
    connection: Connection, load: Row, config_dir: Path
) -> tuple[AmountCheck | None, list[Gap]]:
    """What compares the amounts of a load, or the gap that says why nothing can."""
    try:
        mapping = _mapping_as_used(connection, load, config_dir)
        reader = NetReader.of(mapping, load["inspection"], load["mapping"])
    except PipelineError as error:
        fa, en = _NO_CONTRACT.fa + error.text("fa"), _NO_CONTRACT.en + error.text("en")
        return None, [Gap("I4", load["load_id"], None, fa, en)]
    places = read_places(connection, load["load_id"])
    return AmountCheck(load["load_id"], reader, places), []


def _mapping_as_used(connection: Connection, load: Row, config_dir: Path) -> Mapping:
    """The version of the mapping that the run used; the shipped one where no such one is kept."""
    source, version = load["source_system"], load["mapping"]["version"]
    shipped = read_mapping(config_dir, source)
    if version == shipped.version:
        return shipped
    row = fetch_one(connection, "verify/read_mapping", {"source": source, "version": version})
    return shipped if row is None else mapping_from(row["mapping"], f"app.mappings {version}")


def _text(connection: Connection, load: Row) -> Iterator[bytes]:
    """The text of the kept file as UTF-8; of a workbook, the sheet's rendering made anew."""
    seen: dict[str, Any] = load["inspection"]
    chunks = read_file(connection, load["load_id"])
    if seen["format"] != "text":
        return _rendering(chunks, seen["sheet"])
    return as_utf8(chunks, seen["encoding"], bytes.fromhex(seen["bom"]))


def _rendering(chunks: Iterator[bytes], sheet: str | None) -> Iterator[bytes]:
    scratch, path = nameless_file()
    with scratch as workbook:
        workbook.writelines(chunks)
        workbook.flush()
        yield from render(path, sheet)


def _raw_lines(connection: Connection, load_id: int) -> Iterator[RawLine]:
    with connection.cursor(name="verify_lines", binary=True) as cursor:
        cursor.itersize = 2_000
        cursor.execute(query("verify/read_lines"), {"load_id": load_id})
        for line_no, line, undecoded in cursor:
            yield RawLine(line_no, line, undecoded)
