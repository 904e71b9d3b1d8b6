"""Generate invented exports of known quality: the file, and beside it the issues to be found."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import polars as pl

from pipeline.samples.blocks import BLOCK_LINES, RETURN_SHARE, Block, add_sound_returns, open_block
from pipeline.samples.calendars import parse_period
from pipeline.samples.columns import NAMES
from pipeline.samples.damage import damaged
from pipeline.samples.defects import ON_RETURNS
from pipeline.samples.earlier import Earlier, read_earlier
from pipeline.samples.labels import Label, LabelWriter, column_header
from pipeline.samples.lines import FULL_CALENDAR_FROM, Setting, draw_sales
from pipeline.samples.master import Ints, master, sizes
from pipeline.samples.rendering import RECORD_END, header_bytes, record_bytes, render
from pipeline.samples.soiling import ACROSS, REPEAT, SUBSTITUTE, deal, shift_amounts, soil_block
from pipeline.samples.variety import SHARE, choose, vary

MOST_DIRT: Final = 0.3
_EDGE_EVERY: Final = 100  # one line in so many stands at the edge of a rule
_STOCK_SHARE: Final = 0.05  # of the lines: how many earlier lines are kept at hand
SERIES: Final = ("1403-05", "1403-06", "1403-07")


@dataclass(frozen=True)
class SampleSummary:
    """What was written: records (header not counted), dirty ones among them, issues by code."""

    path: Path
    labels_path: Path
    period: str
    lines: int
    dirty_lines: int
    issues: dict[str, int]


def generate(
    out: Path,
    *,
    lines: int,
    dirty: float,
    seed: int,
    period: str,
    structural: bool = True,
    earlier: Sequence[Path] = (),
) -> SampleSummary:
    """Write `out` (UTF-8 with mark, comma, CRLF) of `lines` records, and `<stem>.labels.csv`.

    `dirty` is the share of lines with a defect (0 to 0.3); the labels name every issue that the
    rules find when the file is loaded alone, or after the `earlier` files, in order, were
    published. Without `structural` no line is ragged, undecodable or longer than one physical
    line. Equal arguments give equal bytes. Invoice numbers are unique across periods and across
    seeds that differ modulo 10,000. ValueError for sizes, shares or periods out of range.
    """
    if lines < 1 or not 0 <= dirty <= MOST_DIRT or seed < 0:
        raise ValueError(
            f"Wanted: lines >= 1, 0 <= dirty <= {MOST_DIRT}, seed >= 0; "
            f"not lines={lines}, dirty={dirty}, seed={seed}."
        )
    year, month = parse_period(period)
    stock = read_earlier(
        earlier, int(lines * _STOCK_SHARE) + 1, np.random.default_rng([seed, year, month])
    )
    setting = Setting(master(*_sizes(lines, stock)), period, seed)
    with out.open("wb") as file, LabelWriter(out) as labels:
        file.write(header_bytes())
        writer = _FileWriter(file, labels, setting, stock, structural)
        for number, first in enumerate(range(0, lines, BLOCK_LINES)):
            count = min(BLOCK_LINES, lines - first)
            soiled = int((first + count) * dirty) - int(first * dirty)
            writer.add_block(np.random.default_rng([seed, year, month, number]), count, soiled)
    return SampleSummary(
        out, labels.path, period, lines, writer.dirty_lines, dict(sorted(labels.counts.items()))
    )


def generate_series(
    folder: Path,
    periods: Sequence[str] = SERIES,
    lines: int = 5_000,
    dirty: float = 0.05,
    seed: int = 1403,
) -> list[SampleSummary]:
    """Consecutive months `karamad_<period>.csv` that refer to each other, in the given order.

    Labels hold when the months are loaded and published in that order; from 1,000 lines a month on,
    no month drifts from the one before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    summaries: list[SampleSummary] = []
    for period in periods:
        earlier = [summary.path for summary in summaries]
        path = folder / f"karamad_{period}.csv"
        summaries.append(
            generate(path, lines=lines, dirty=dirty, seed=seed, period=period, earlier=earlier)
        )
    return summaries


def _sizes(lines: int, stock: Earlier) -> tuple[int, int, int]:
    """Master data for the file, and for every entity of the earlier lines."""
    customers, products, salespeople = sizes(lines)
    if len(stock.sold):
        customers = max(customers, int(stock.sold["customer"].max()) + 1)
        products = max(products, int(stock.sold["product"].max()) + 1)
        salespeople = max(salespeople, int(stock.sold["salesperson"].max()) + 1)
    return customers, products, salespeople


@dataclass
class _FileWriter:
    """Writes block after block and keeps the counts that run through the whole file."""

    file: BinaryIO
    labels: LabelWriter
    setting: Setting
    stock: Earlier
    structural: bool
    next_line: int = 2
    next_no: int = 1
    dirty_lines: int = 0
    varied_lines: int = 0

    def __post_init__(self) -> None:
        self.turns: Counter[str] = Counter()

    def add_block(self, rng: np.random.Generator, count: int, soiled: int) -> None:
        """Draw, soil, vary and write so many lines."""
        across = len(self.stock.records) > 0
        kinds = deal(self.dirty_lines, soiled, structural=self.structural, across=across)
        copies, kinds = self._earlier_records(kinds)
        returns = int(count * RETURN_SHARE)
        others = returns + len(copies) + sum(k in ON_RETURNS or k == REPEAT for k in kinds)
        keep_days = count >= FULL_CALENDAR_FROM
        sales = draw_sales(rng, self.setting, count - others, self.next_no, every_day=keep_days)
        block = open_block(rng, self.setting, self.stock, sales, keep_days=keep_days)
        block.copies = copies
        block.next_no = self.next_no + len(sales)
        add_sound_returns(block, returns)
        self._finish(block, kinds)
        self.dirty_lines += soiled
        self.next_no = block.next_no
        self._write(block)

    def _earlier_records(self, kinds: list[str]) -> tuple[list[tuple[str, ...]], list[str]]:
        """Records for the lines that repeat an earlier month, and the kinds that are left."""
        copies: list[tuple[str, ...]] = []
        left: list[str] = []
        for kind in kinds:
            record = self.stock.take_record() if kind == ACROSS else None
            if record is not None:
                copies.append(record)
            else:
                left.append(SUBSTITUTE if kind == ACROSS else kind)
        return copies, left

    def _finish(self, block: Block, kinds: list[str]) -> None:
        soil_block(block, kinds, self.turns)
        edge = [
            block.take_sale() for _ in range(min(len(block.free), len(block.rows) // _EDGE_EVERY))
        ]
        shift_amounts(block, edge)

    def _write(self, block: Block) -> None:
        plain = render(block.rows, self.setting)
        varied = choose(block, int(len(block.rows) * SHARE))
        vary(block, plain, varied, self.varied_lines, self.structural)
        self.varied_lines += len(varied)
        order = _order(block)
        records = record_bytes(_edited(block, plain)[order])
        labels: list[Label] = []
        seen: set[int] = set()
        for place, row in enumerate(order.tolist()):
            if row in block.damage:
                records[place] = damaged(records[place], *block.damage[row])
            labels += [Label(self.next_line, *issue) for issue in _issues(block, row, row in seen)]
            seen.add(row)
            self.next_line += 1 + records[place].count(b"\n")
        self.labels.write(labels)
        self.file.write(RECORD_END.join(records) + RECORD_END)


def _order(block: Block) -> Ints:
    """Rows in the order of the file: by day, copied records anywhere, repeats after the first."""
    days = np.where(block.rows["returned"], block.rows["system_date"], block.rows["reference_date"])
    low, high = int(days.min()), int(days.max())
    repeats = np.array(block.repeats, dtype=np.int64)
    copies = np.arange(len(block.copies)) + len(block.rows)
    later = block.rng.integers(0, 5, len(repeats))
    keys = np.concatenate(
        [days, block.rng.integers(low, high + 1, len(copies)), days[repeats] + later]
    )
    rows = np.concatenate([np.arange(len(block.rows)), copies, repeats])
    return rows[np.argsort(keys, kind="stable")]


def _edited(block: Block, plain: pl.DataFrame) -> pl.DataFrame:
    """All cells of the block, with the edits made and the copied records below; empty is null."""
    columns = []
    for name in NAMES:
        texts = plain[name]
        if edits := block.edits.get(name):
            texts = texts.scatter(list(edits), list(edits.values()))
        columns.append(texts)
    cells = pl.DataFrame(columns)
    if block.copies:
        below = pl.DataFrame(block.copies, schema=dict.fromkeys(NAMES, pl.String), orient="row")
        cells = cells.vstack(below)
    return cells.with_columns(pl.all().replace("", None))


def _issues(block: Block, row: int, repeated: bool) -> list[tuple[str, str]]:
    if row >= len(block.rows):
        return [
            ("DUPLICATE_ACROSS_LOADS", column_header("DUPLICATE_ACROSS_LOADS")),
            ("DATE_OUT_OF_PERIOD", column_header("DATE_OUT_OF_PERIOD", "reference_date")),
        ]
    if repeated:
        return [("DUPLICATE_LINE", column_header("DUPLICATE_LINE"))]
    return block.labels.get(row, [])
