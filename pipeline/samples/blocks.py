"""A block: the lines of one stretch of the file, with what was done to single cells of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pipeline.samples.earlier import Earlier
from pipeline.samples.labels import column_header
from pipeline.samples.lines import Lines, Setting, draw_returns

BLOCK_LINES: Final = 25_000
RETURN_SHARE: Final = 0.05
EARLIER_SHARE: Final = 0.4  # of the sound returns, where earlier months are known
# A number of month 00: no file ever holds such an invoice.
UNKNOWN_INVOICE: Final = 5_000_000_000


@dataclass
class Block:
    """Lines in numbers (`rows`: sales first, then returns) and the texts that replace cells.

    `soiled` rows carry a defect, `reserved` ones are what others rely on (a return's sale, the
    only sale of a day, the original of a repeated line) and must stay sound.
    """

    rng: np.random.Generator
    setting: Setting
    earlier: Earlier
    rows: Lines
    sales: int  # the first so many rows are sales
    edits: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    labels: dict[int, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    damage: dict[int, tuple[str, int]] = field(default_factory=dict)
    repeats: list[int] = field(default_factory=list)  # rows that occur a second time
    copies: list[tuple[str, ...]] = field(default_factory=list)  # records of earlier months
    soiled: set[int] = field(default_factory=set)
    reserved: set[int] = field(default_factory=set)
    free: list[int] = field(default_factory=list)  # sale rows still to be had, in random order
    plain_returns: list[tuple[int, int]] = field(default_factory=list)  # (row, row of its sale)
    conflicts: set[tuple[str, int]] = field(default_factory=set)
    outliers: set[int] = field(default_factory=set)
    next_no: int = 0  # number of the next invoice

    def label(self, row: int, code: str, column: str | None = None) -> None:
        """Expect an issue on this row; `column` (English name) where the rule does not fix it."""
        self.labels[row].append((code, column_header(code, column)))
        self.soiled.add(row)

    def edit(self, row: int, column: str, text: str) -> None:
        """Replace one cell by a text of its own."""
        self.edits[column][row] = text

    def one(self, row: int) -> Lines:
        """The row as a view of length one: what is assigned to its fields changes the row."""
        return self.rows[row : row + 1]

    def take_sale(self) -> int:
        """A sound sale row that nobody relies on; it is not given to anybody else afterwards."""
        row = self.free.pop()
        self.reserved.add(row)
        return row

    def add_returns(self, sold: Lines) -> range:
        """Append return lines for the given sale lines; their row numbers."""
        drawn = draw_returns(self.rng, self.setting, sold, self.next_no)
        self.next_no += len(sold)
        first = len(self.rows)
        self.rows = np.concatenate([self.rows, drawn])
        return range(first, first + len(sold))

    def plain_sales(self) -> list[int]:
        """Sale rows without a defect, so far."""
        return [row for row in range(self.sales) if row not in self.soiled]


def open_block(
    rng: np.random.Generator,
    setting: Setting,
    earlier: Earlier,
    sales: Lines,
    *,
    keep_days: bool,
) -> Block:
    """A block of sound sales; with `keep_days` one line of each day stays sound for ever."""
    block = Block(rng, setting, earlier, sales, len(sales))
    if keep_days:
        _, anchors = np.unique(sales["reference_date"], return_index=True)
        block.reserved.update(anchors.tolist())
    block.free = [row for row in rng.permutation(len(sales)).tolist() if row not in block.reserved]
    return block


def add_sound_returns(block: Block, count: int) -> None:
    """Returns that break no rule, of sales here and of earlier months, some without reference."""
    old = block.earlier.take_sold(int(count * EARLIER_SHARE))
    sold = [block.take_sale() for _ in range(count - len(old))]
    block.add_returns(old)
    for turn, row in enumerate(block.add_returns(block.rows[sold])):
        match turn % 10:
            case 3:  # customer and product are known, so no reference is needed
                block.rows["reference_invoice_id"][row] = 0
            case 5:
                block.rows["reference_invoice_id"][row] = UNKNOWN_INVOICE + row
            case 7:  # never sold to anybody, but its reference invoice is known
                block.rows["product"][row] = discontinued(block, turn)
            case _:
                block.plain_returns.append((row, sold[turn]))


def discontinued(block: Block, turn: int) -> int:
    """Index of a product that is never sold in any file."""
    master = block.setting.master
    return master.sold_products + turn % (len(master.product_price) - master.sold_products)


def soil(block: Block, row: int, codes: Iterable[str]) -> None:
    """Expect several issues, each at the column its rule fixes."""
    for code in codes:
        block.label(row, code)
