"""What a run remembers of its lines for rules that look at the whole load.

What can be counted is counted while the file is read, so that memory grows with codes, names and
prices rather than with lines; the few lines that a rule asks for in the end are looked up among the
facts. Per line only hashes stay, of twins and of sold pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipeline.contracts import DIMENSION_KEYS, NAME_ATTRIBUTES, Mapping
from pipeline.quality.kept import KeptNumbers
from pipeline.quality.names import NameMemory, Names
from pipeline.quality.prices import PriceMemory

# Twins agree in these; whether they are twins to the letter is asked of RAW.
TWIN_KEYS = ("invoice_id", "invoice_line_no", "product_id", "customer_id", "quantity", "net_amount")


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a load's lines said together.

    `twin_candidates` and `orphan_candidates` are line numbers, `prices` what `PriceMemory.prices`
    gives, and `names` what `NameMemory.names` gives of each name attribute.
    """

    twin_candidates: list[int]
    orphan_candidates: list[int]
    prices: pl.DataFrame
    names: dict[str, Names]


@dataclass(slots=True)
class LoadMemory:
    """Collects, block by block, what load rules need of the canonical lines."""

    mapping: Mapping
    _lines: KeptNumbers = field(default_factory=lambda: KeptNumbers(np.int32))
    _twins: KeptNumbers = field(default_factory=KeptNumbers)
    _prices: PriceMemory = field(default_factory=PriceMemory)
    _returns: ReturnMemory = field(default_factory=lambda: ReturnMemory())
    _names: dict[str, NameMemory] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame, cells: pl.DataFrame, kept: pl.Series) -> None:
        """Remember the canonical lines of a block; `cells` are the raw cells of all its lines."""
        self._lines.add(frame["line_no"])
        self._twins.add(_hashes(frame, *TWIN_KEYS))
        self._prices.add(frame)
        self._returns.add(frame)
        for dimension, name in NAME_ATTRIBUTES.items():
            if name in cells.columns:
                if name not in self._names:
                    self._names[name] = NameMemory()
                code, called = frame[DIMENSION_KEYS[dimension]], cells[name].filter(kept)
                self._names[name].add(frame["line_no"], code, called)

    def recall(self, min_price_lines: int) -> Recalled:
        """Everything that load rules ask of the memory, worked out at once; it is empty then."""
        twins = twin_candidates(self._lines.parts(), self._twins.parts())
        self._lines.clear()
        self._twins.clear()
        return Recalled(
            twins,
            self._returns.orphan_candidates(),
            self._prices.prices(min_price_lines),
            {name: memory.names() for name, memory in self._names.items()},
        )

    def priced(self) -> pl.DataFrame:
        """Every price that was asked of each product: `product_id, unit_price, lines`."""
        return self._prices.asked()


def _hashes(frame: pl.DataFrame, *names: str) -> pl.Series:
    """For each row a hash of some of its columns."""
    return pl.DataFrame([frame[name] for name in names]).hash_rows()


def twin_candidates(lines: list[pl.Series], twins: list[pl.Series]) -> list[int]:
    """Numbers of lines that have a possible twin: `twins` are hashes of what twins agree in."""
    if not lines:
        return []
    # Sorting leaves no more in memory than the hashes themselves, as a table of them all would.
    marks = pl.concat(twins).sort()
    doubled = marks.filter(marks == marks.shift(1)).unique().implode()
    found = [
        numbers.filter(hashes.is_in(doubled)) for numbers, hashes in zip(lines, twins, strict=True)
    ]
    return pl.concat(found).to_list()


class ReturnMemory:
    """Which returns may have no sale in the load; hashes of 64 bits stand for codes."""

    def __init__(self) -> None:
        self._returns: list[pl.DataFrame] = []
        self._sold = KeptNumbers()
        self._invoices = KeptNumbers()

    def add(self, frame: pl.DataFrame) -> None:
        """Remember the canonical lines of a block."""
        lines = pl.DataFrame(
            [
                frame["line_no"],
                _hashes(frame, "customer_id", "product_id").alias("pair"),
                _hashes(frame, "invoice_id").alias("invoice"),
                _hashes(frame, "reference_invoice_id").alias("reference"),
                (frame["transaction_type"] == "RETURN").alias("is_return"),
            ]
        )
        sales = lines.filter(~pl.col("is_return"))
        self._sold.add(sales["pair"])
        self._invoices.add(sales["invoice"].unique())
        self._returns.append(lines.filter("is_return").select_seq("line_no", "pair", "reference"))

    def orphan_candidates(self) -> list[int]:
        """Numbers of returns whose product and customer, and reference, are in no sale here.

        The memory is empty then.
        """
        if not self._returns:
            return []
        returns = pl.concat(self._returns)
        sold = _among(self._sold.parts(), returns["pair"])
        invoices = _among(self._invoices.parts(), returns["reference"])
        self._returns.clear()
        self._sold.clear()
        self._invoices.clear()
        orphans = returns.filter(
            ~pl.col("pair").is_in(sold.implode())
            & ~pl.col("reference").is_in(invoices.implode()).fill_null(False)
        )
        return sorted(orphans["line_no"])


def _among(parts: list[pl.Series], wanted: pl.Series) -> pl.Series:
    """Which of the wanted hashes are in the parts, part by part: returns are few, sales many."""
    if not parts:
        return wanted.clear()
    hashes = wanted.drop_nulls().unique().implode()
    return pl.concat([part.filter(part.is_in(hashes)) for part in parts]).unique()
