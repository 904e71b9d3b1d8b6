"""What a generated month may refer to: sound sale lines of months generated before."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.samples.calendars import ordinal
from pipeline.samples.columns import NAMES
from pipeline.samples.labels import read_labels
from pipeline.samples.lines import LINE, Lines
from pipeline.samples.rendering import RECORD_END, SALE_TEXT

_FIRST_CUSTOMER: Final = 100
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_DATE: Final = re.compile(r"\d{4}/\d\d/\d\d", re.ASCII)
_PLAIN_NUMBERS: Final = (
    *("customer_id", "product_id", "salesperson_id", "deliverer_id"),
    *("invoice_id", "invoice_line_no", "quantity", "unit_price"),
)
Cells = dict[str, str]


@dataclass
class Earlier:
    """A stock of earlier sale lines in random order; each is handed out once."""

    sold: Lines = field(default_factory=lambda: np.zeros(0, dtype=LINE))
    records: list[tuple[str, ...]] = field(default_factory=list)
    taken: int = 0

    def take_sold(self, count: int) -> Lines:
        """Up to so many earlier sale lines that no return refers to yet."""
        taken = self.sold[self.taken : self.taken + count]
        self.taken += len(taken)
        return taken

    def take_record(self) -> tuple[str, ...] | None:
        """The cells of one earlier sale line, or None when the stock is used up."""
        if self.taken >= len(self.records):
            return None
        self.taken += 1
        return self.records[self.taken - 1]


def read_earlier(files: Sequence[Path], stock: int, rng: np.random.Generator) -> Earlier:
    """Up to `stock` plain, sound sale lines of generated files (with their labels beside them).

    Lines that some return refers to are left out. Files are streamed; the references and the
    stock are what is held in memory.
    """
    returned = {pair for file in files for pair in _references(file)}
    kept: list[Cells] = []
    seen = 0
    for file in files:
        for cells in _plain_sales(file):
            if (int(cells["invoice_id"]), int(cells["product_id"])) in returned:
                continue
            seen += 1  # reservoir sampling: each line ends up in the stock equally often
            place = len(kept) if len(kept) < stock else int(rng.integers(0, seen))
            if place < stock:
                kept[place : place + 1] = [cells]
    kept = [kept[i] for i in rng.permutation(len(kept))]
    sold = np.zeros(len(kept), dtype=LINE)
    for row, cells in enumerate(kept):
        _fill(sold[row : row + 1], cells)
    return Earlier(sold, [tuple(cells.values()) for cells in kept])


def _records(file: Path) -> Iterator[tuple[int, Cells]]:
    """Line number and cells of each whole record of a generated file."""
    line_no, pending = 1, b""
    with file.open("rb") as lines:
        for line in lines:
            pending += line
            if not pending.endswith(RECORD_END):
                continue
            cells = next(csv.reader([pending[: -len(RECORD_END)].decode(errors="replace")]))
            if len(cells) == len(NAMES) and line_no > 1:
                yield line_no, dict(zip(NAMES, cells, strict=True))
            line_no += pending.count(b"\n")
            pending = b""


def _references(file: Path) -> Iterator[tuple[int, int]]:
    """(invoice, product) pairs that lines of the file refer to."""
    for _, cells in _records(file):
        reference = "".join(re.findall(r"\d", cells["reference_invoice_id"]))
        product = "".join(re.findall(r"\d", cells["product_id"]))
        if reference and product:
            yield int(reference), int(product)


def _plain_sales(file: Path) -> Iterator[Cells]:
    labelled = {label.line_no for label in read_labels(file)}
    for line_no, cells in _records(file):
        plain = (
            line_no not in labelled
            and cells["transaction_type"] == SALE_TEXT
            and all(_DIGITS.fullmatch(cells[name]) for name in _PLAIN_NUMBERS)
            and _DATE.fullmatch(cells["reference_date"])
            and "\n" not in cells["remark"]
        )
        if plain:
            yield cells


def _fill(line: Lines, cells: Cells) -> None:
    line["customer"] = int(cells["customer_id"]) - _FIRST_CUSTOMER
    for key in ("product", "salesperson", "deliverer"):
        line[key] = int(cells[f"{key}_id"]) - 1
    for key in ("invoice_id", "quantity", "unit_price"):
        line[key] = int(cells[key])
    year, month, day = map(int, cells["reference_date"].split("/"))
    line["reference_date"] = ordinal(year, month, day)
