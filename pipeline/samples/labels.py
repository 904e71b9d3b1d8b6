"""The answer sheet of a generated file: which issue must be found on which line."""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

from pipeline.samples.columns import HEADERS


class Label(NamedTuple):
    """One expected issue; `line_no` None means the run as a whole, `column` a header or empty."""

    line_no: int | None
    code: str
    column: str


# The column that an issue points at, by the English name in `columns.HEADERS`; "" = the whole line.
# Rules missing here point at the very cell that is at fault.
COLUMN_OF_RULE: Final[dict[str, str]] = {
    "MISSING_INVOICE_ID": "invoice_id",
    "MISSING_CUSTOMER_ID": "customer_id",
    "MISSING_PRODUCT_ID": "product_id",
    "MISSING_SALESPERSON_ID": "salesperson_id",
    "UNKNOWN_TRANSACTION_TYPE": "transaction_type",
    "RAGGED_LINE": "",
    "UNDECODABLE_TEXT": "",
    "SIGN_MISMATCH_QTY_AMOUNT": "quantity",
    "NEGATIVE_QTY_ON_SALE": "quantity",
    "POSITIVE_QTY_ON_RETURN": "quantity",
    "GROSS_MISMATCH": "gross_amount",
    "NET_MISMATCH": "net_amount",
    "DISCOUNT_EXCEEDS_GROSS": "discount_volume",
    "ZERO_QUANTITY": "quantity",
    "DUPLICATE_LINE": "",
    "DUPLICATE_ACROSS_LOADS": "",
    "PRICE_OUTLIER": "unit_price",
    "ORPHAN_RETURN": "reference_invoice_id",
    "RETURN_EXCEEDS_SALE": "quantity",
}


def column_header(code: str, column: str | None = None) -> str:
    """The header that a label of this rule carries; `column` (English name) where it varies."""
    name = COLUMN_OF_RULE[code] if column is None else column
    return HEADERS[name] if name else ""


def labels_path(sample: Path) -> Path:
    """`<stem>.labels.csv` beside the sample."""
    return sample.with_name(f"{sample.stem}.labels.csv")


class LabelWriter:
    """Writes `<stem>.labels.csv` as a context manager; labels come in order of their lines."""

    def __init__(self, sample: Path) -> None:
        self.path = labels_path(sample)
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> "LabelWriter":
        self._file = self.path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(Label._fields)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, labels: Iterable[Label]) -> None:
        """Append labels of further lines, sorted by line, code and column."""
        for label in sorted(labels, key=lambda x: (x.line_no or 0, x.code, x.column)):
            self.counts[label.code] += 1
            self._writer.writerow(["" if label.line_no is None else label.line_no, *label[1:]])


def read_labels(sample: Path) -> list[Label]:
    """The labels beside a sample, in file order; FileNotFoundError if there are none."""
    with labels_path(sample).open(encoding="utf-8", newline="") as file:
        return [
            Label(int(row["line_no"]) if row["line_no"] else None, row["code"], row["column"])
            for row in csv.DictReader(file)
        ]
