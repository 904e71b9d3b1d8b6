"""The net amount that a line of the file says, by the contract and from its text alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.contracts import TRANSACTION_TYPE, Mapping
from pipeline.verification.cells import CellCutter
from pipeline.verification.formulas import evaluate, names_in
from pipeline.verification.numbers import clean, read_amount

SALE, RETURN, UNKNOWN = "SALE", "RETURN", "UNKNOWN"
_ONE_LETTER = str.maketrans(
    "يىېےكڪةەہھۃٱ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩",
    "ییییککههههها01234567890123456789",
    "ـ",
)


class WrongWidthError(Exception):
    """A line has another number of cells than its table; `cells` says how many."""

    def __init__(self, cells: int) -> None:
        super().__init__(f"{cells} cells")
        self.cells = cells


@dataclass(frozen=True, slots=True)
class NetReader:
    """Reads the signed net amount of lines of one load.

    `positions` are those of the type column and of every measure that the net amount depends on,
    by canonical name; `absent` are those measures that the file does not have: they count as
    nothing. `width` is the number of cells of a record.
    """

    mapping: Mapping
    cutter: CellCutter
    positions: dict[str, int]
    absent: dict[str, Decimal]
    width: int
    _types: dict[str, str | None]

    @classmethod
    def of(cls, mapping: Mapping, inspection: dict[str, Any], matches: dict[str, Any]) -> NetReader:
        """The reader for a run, from its contract, its inspection and its matched headers."""
        header = inspection["header"]
        matched = {match["column"]: match["position"] for match in matches["matches"]}
        measures = {"quantity", *names_in(mapping.derived, "net_amount")}
        wanted = {TRANSACTION_TYPE, *measures}
        positions = {
            name: _position(mapping.columns[name].header, header, matched.get(name))
            for name in wanted
            if name in mapping.columns
        }
        present = {name: at for name, at in positions.items() if at is not None}
        cutter = CellCutter.of(inspection["dialect"])
        absent = dict.fromkeys(measures - set(present), Decimal(0))
        return cls(mapping, cutter, present, absent, inspection["width"], {})

    def net_amount(self, line: str) -> Decimal | None:
        """The net amount of a line, a return's negative; None where it cannot be read.

        Raises WrongWidthError for a line that is no record of the table.
        """
        cells = self.cutter.cut(line)
        if len(cells) != self.width:
            raise WrongWidthError(len(cells))
        measures = (name for name in self.positions if name != TRANSACTION_TYPE)
        given = {name: self._measure(name, cells) for name in measures}
        given |= self.absent
        net = evaluate(self.mapping.derived, given, "net_amount")
        if not self._is_return(cells, given["quantity"], net):
            return net
        signed = _as_return(given, given["quantity"] or Decimal(0), net or Decimal(0))
        return evaluate(self.mapping.derived, signed, "net_amount")

    def _measure(self, name: str, cells: Sequence[str]) -> Decimal | None:
        text = clean(cells[self.positions[name]])
        if text:
            return read_amount(text)
        return None if self.mapping.columns[name].required else Decimal(0)

    def _is_return(
        self, cells: Sequence[str], quantity: Decimal | None, net: Decimal | None
    ) -> bool:
        """The type text decides; without one, or on a wholly negative sale, the figures do."""
        declared = self._declared_type(cells)
        negative = [amount is not None and amount < 0 for amount in (quantity, net)]
        if declared == SALE:
            return all(negative)
        return declared == RETURN or (declared is None and any(negative))

    def _declared_type(self, cells: Sequence[str]) -> str | None:
        if TRANSACTION_TYPE not in self.positions:
            return None
        cell = cells[self.positions[TRANSACTION_TYPE]]
        if cell not in self._types:
            self._types[cell] = self._read_type(clean(cell))
        return self._types[cell]

    def _read_type(self, text: str) -> str | None:
        if not text:
            return None
        types, same = self.mapping.transaction_types, one_spelling(text)
        if same in map(one_spelling, types.sale):
            return SALE
        if same in map(one_spelling, types.returns):
            return RETURN
        return RETURN if any(one_spelling(p) in same for p in types.return_contains) else UNKNOWN


def one_spelling(text: str) -> str:
    """One form for every way to type a word: letters of two keyboards, marks, digits, spaces."""
    letters = [
        char
        for char in unicodedata.normalize("NFKD", text)
        if unicodedata.category(char) not in ("Mn", "Cf")
    ]
    return " ".join("".join(letters).translate(_ONE_LETTER).split())


def _position(wanted: str, header: Sequence[str], matched: int | None) -> int | None:
    """Where a column is: under its own header, else where the run found it."""
    exact = [at for at, text in enumerate(header) if text.strip() == wanted]
    return exact[0] if len(exact) == 1 else matched


def _as_return(
    given: dict[str, Decimal | None], quantity: Decimal, net: Decimal
) -> dict[str, Decimal | None]:
    """The measures of a return, signed: positive ones negated, in conflict left alone."""
    if quantity >= 0 and net >= 0:
        return {name: _negated(name, amount) for name, amount in given.items()}
    if quantity <= 0 and net <= 0:
        positive = {name for name, amount in given.items() if amount is not None and amount > 0}
        return {n: _negated(n, amount) if n in positive else amount for n, amount in given.items()}
    return given


def _negated(name: str, amount: Decimal | None) -> Decimal | None:
    return amount if amount is None or name == "unit_price" else -amount
