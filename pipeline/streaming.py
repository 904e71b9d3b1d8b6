"""The engine of a run: a file streams to RAW on one connection and, checked, to facts on another.

Each byte is read once. While the server takes in verbatim lines, this process parses, normalises
and checks the same block; memory is that of a few blocks and of a few bytes per line.

The columns of a block are worked on one after the other (`select_seq`), here and in what is called:
while the server and other threads are at work, to spread them over processors only costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal

import polars as pl

from pipeline.allocation import give_back
from pipeline.background import Background, ahead
from pipeline.contracts import DATES, Mapping
from pipeline.db import connect
from pipeline.ingestion.blocks import Block, BlockReader
from pipeline.ingestion.inspection import Inspection
from pipeline.ingestion.raw_lines import RawLineWriter
from pipeline.kpi.rollup_writer import RollupWriter
from pipeline.kpi.rollups import RollupMemory
from pipeline.quality.check import LineChecker
from pipeline.quality.findings import Findings
from pipeline.quality.memory import LoadMemory
from pipeline.transform.dimensions import ObservationMemory
from pipeline.transform.facts import FactWriter
from pipeline.transform.normalize import Normalizer

Progress = Callable[[int], None]
# After so many batches what lies free goes back to the system: nothing larger than these piles up.
_GIVE_BACK = 16


@dataclass(slots=True)
class Totals:
    """What was counted while reading: independent of what the database counts afterwards."""

    lines: int = 0
    net_amount: Decimal = Decimal(0)
    months: Counter[str] = field(default_factory=Counter)
    empty: Counter[str] = field(default_factory=Counter)

    def count_apart(self, block: Block) -> None:
        """Count the records of a block that gave no cells: damaged or blank ones."""
        self.lines += len(block.damages) + sum(kind == "blank" for _, kind in block.set_aside)

    def count(self, frame: pl.DataFrame, cells: pl.DataFrame) -> None:
        """Count sound records: `frame` is the canonical reading of `cells`, line by line."""
        self.lines += frame.height
        self.net_amount += Decimal(frame["net_amount"].sum() or 0)
        # Lengths are quick to look at; only columns with cells of one sign are looked into.
        sizes = cells.select_seq(pl.exclude("line_no").str.len_bytes())
        empty = sizes.select_seq(pl.all().eq(0).sum()).row(0, named=True)
        self.empty.update(empty)
        single = sizes.select_seq(pl.all().eq(1).any()).row(0, named=True)
        names = [name for name, there in single.items() if there]
        signs = cells.select_seq(pl.col(names).is_in(["-", " "]).sum()).row(0, named=True)
        self.empty.update(signs)


@dataclass(slots=True)
class Stream:
    """Everything that one pass over a file fills."""

    mapping: Mapping
    normalizer: Normalizer
    checker: LineChecker
    findings: Findings
    facts: FactWriter
    memory: LoadMemory
    observations: ObservationMemory
    rollups: RollupMemory
    invoices: RollupWriter
    totals: Totals = field(default_factory=Totals)
    _beside: Background = field(default_factory=lambda: Background("remember"))

    def take(self, block: Block) -> None:
        """Work on one block."""
        self.findings.set_aside(block.set_aside)
        self.findings.add_damages(block.damages)
        self.totals.count_apart(block)
        if block.cells.height:
            self._take_cells(block.cells)

    def abandon(self, error: BaseException) -> None:
        """End without keeping anything."""
        self.facts.abandon(error)
        self.invoices.abandon()

    def close(self) -> None:
        """End the thread beside; what it has not begun is dropped."""
        self._beside.close()

    def _take_cells(self, cells: pl.DataFrame) -> None:
        frame = self.normalizer.normalize(cells)
        rejected = self.checker.check(frame, cells)
        kept = ~rejected
        accepted = frame.filter(kept) if rejected.any() else frame
        if accepted.height:
            self.facts.write(accepted)
            # Of one block, so that two are never remembered at once.
            self._beside.put(self._remember, frame, accepted, cells, kept)
            self._add_up(accepted)
        self.totals.count(frame, cells)
        self.findings.reject(frame.filter(rejected))
        self._beside.wait()

    def _remember(
        self, frame: pl.DataFrame, accepted: pl.DataFrame, cells: pl.DataFrame, kept: pl.Series
    ) -> None:
        """What rules and dimensions ask of the lines together."""
        self.observations.add(frame, cells, kept)
        self.memory.add(accepted, cells, kept)

    def _add_up(self, frame: pl.DataFrame) -> None:
        """Sums of accepted lines, and the months they are of."""
        self.invoices.write(self.rollups.add(frame))
        month = (
            "jalali_month"
            if self.mapping.calendar == "jalali"
            else pl.col("event_date").dt.strftime("%Y-%m")
        )
        months = frame.select_seq(month=month)["month"].value_counts()
        self.totals.months.update(dict(months.iter_rows()))


class RawThread:
    """Sends blocks to RAW from a thread of its own, on a connection of its own.

    After `wait` every line is in the load's own table, committed but not yet attached.
    """

    def __init__(self, url: str, load_id: int) -> None:
        self._connection = connect(url)
        self._writer = RawLineWriter(self._connection, load_id)
        self._thread = Background("raw-lines")

    @property
    def lines(self) -> int:
        """Lines written, as the server counted them."""
        return self._writer.lines

    def put(self, block: Block) -> None:
        self._thread.put(self._writer.write, replace(block, cells=block.cells.clear()))

    def finish(self) -> None:
        """Begin to end the work; it goes on in the thread."""
        self._thread.put(self._writer.finish)
        self._thread.put(self._connection.commit)

    def wait(self) -> None:
        self._thread.wait()
        self._thread.close()
        self._connection.close()

    def abandon(self, error: BaseException) -> None:
        """End without keeping anything."""
        self._thread.close()
        self._writer.abandon(error)
        self._connection.close()


def stream_file(
    chunks: Iterable[bytes],
    reader: BlockReader,
    stream: Stream,
    raw: RawThread | None,
    progress: Progress | None,
) -> None:
    """Pass a file's bytes through: RAW beside everything else; RAW is left out when it is there."""
    with closing(stream):
        for number, block in enumerate(ahead(reader.read(chunks)), start=1):
            if raw is not None:
                raw.put(block)
            stream.take(block)
            if number % _GIVE_BACK == 0:
                give_back()
            if progress is not None:
                progress(len(block.text))


def columns_to_read(mapping: Mapping, positions: dict[str, int]) -> dict[str, int]:
    """Positions of the columns that canonical facts and dimensions are made of."""
    wanted = {*mapping.columns, *mapping.attributes}
    return {name: position for name, position in positions.items() if name in wanted}


def open_reader(
    inspection: Inspection, mapping: Mapping, positions: dict[str, int], block_bytes: int
) -> BlockReader:
    """A reader of the columns that matter; a record fills at least one of its dates."""
    columns = columns_to_read(mapping, positions)
    return BlockReader(inspection, columns, block_bytes, DATES)
