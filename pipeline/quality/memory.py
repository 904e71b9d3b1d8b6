"""What a run remembers of its lines, a few bytes each, for rules that look at the whole load."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipeline.contracts import DIMENSION_KEYS, NAME_ATTRIBUTES, Mapping
from pipeline.transform.cells import compact, fold_texts
from pipeline.transform.numbers import AMOUNT

# Twins agree in these; whether they are twins to the letter is asked of RAW.
TWIN_KEYS = ("invoice_id", "invoice_line_no", "product_id", "customer_id", "quantity", "net_amount")


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a load's lines said together: see the methods of `LoadMemory`."""

    twin_candidates: list[int]
    orphan_candidates: list[int]
    prices: pl.DataFrame
    name_conflicts: dict[str, pl.DataFrame]


@dataclass(slots=True)
class LoadMemory:
    """Collects, block by block, what load rules need of the canonical lines."""

    mapping: Mapping
    _twins: list[pl.DataFrame] = field(default_factory=list)
    _prices: list[pl.DataFrame] = field(default_factory=list)
    _returns: ReturnMemory = field(default_factory=lambda: ReturnMemory())
    _names: dict[str, NameMemory] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame, cells: pl.DataFrame, kept: pl.Series) -> None:
        """Remember the canonical lines of a block; `cells` are the raw cells of all its lines."""
        self._twins.append(frame.select("line_no", twin=pl.struct(TWIN_KEYS).hash()))
        self._prices.append(
            frame.filter(pl.col("transaction_type") == "SALE").select(
                "line_no", pl.col("product_id").cast(pl.Categorical), "unit_price", "quantity"
            )
        )
        self._returns.add(frame)
        for dimension, name in NAME_ATTRIBUTES.items():
            if name in cells.columns:
                memory = self._names.setdefault(name, NameMemory())
                memory.add(
                    frame["line_no"], frame[DIMENSION_KEYS[dimension]], cells[name].filter(kept)
                )

    def recall(self, min_price_lines: int) -> Recalled:
        """Everything that load rules ask of the memory, worked out at once."""
        return Recalled(
            self.twin_candidates(),
            self._returns.orphan_candidates(),
            self.prices(min_price_lines),
            self.name_conflicts(),
        )

    def twin_candidates(self) -> list[int]:
        """Numbers of lines that have a possible twin."""
        if not self._twins:
            return []
        twins = pl.concat(self._twins)
        return twins.filter(pl.col("twin").is_duplicated())["line_no"].to_list()

    def prices(self, min_lines: int) -> pl.DataFrame:
        """Per product with enough sale lines: `product_id, median_price, lines`.

        The median is the lower of the middle two, so a price that was really asked.
        """
        return (
            self._sale_prices()
            .group_by("product_id")
            .agg(
                median_price=pl.col("unit_price").sort().get((pl.len() - 1) // 2),
                lines=pl.len(),
            )
            .filter(pl.col("lines") >= min_lines)
            .with_columns(pl.col("product_id").cast(pl.String))
            .sort("product_id")
        )

    def with_prices(self, medians: pl.DataFrame) -> pl.DataFrame:
        """Sale lines beside the usual price of their product, where one is known."""
        known = medians.select(pl.col("product_id").cast(pl.Categorical), "median_price")
        return (
            self._sale_prices()
            .join(known, on="product_id")
            .with_columns(transaction_type=pl.lit("SALE"))
        )

    def name_conflicts(self) -> dict[str, pl.DataFrame]:
        """Per name attribute the lines whose name is not the usual one: `line_no, raw_value`."""
        return {name: memory.conflicts() for name, memory in self._names.items()}

    def _sale_prices(self) -> pl.DataFrame:
        return pl.concat(self._prices) if self._prices else _NO_PRICES


_NO_PRICES = pl.DataFrame(
    schema={
        "line_no": pl.Int32,
        "product_id": pl.Categorical,
        "unit_price": AMOUNT,
        "quantity": AMOUNT,
    }
)


class ReturnMemory:
    """Which returns may have no sale in the load; hashes of 64 bits stand for codes."""

    def __init__(self) -> None:
        self._returns: list[pl.DataFrame] = []
        self._sold: list[pl.Series] = []
        self._invoices: list[pl.Series] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Remember the canonical lines of a block."""
        lines = frame.select(
            "line_no",
            is_return=pl.col("transaction_type") == "RETURN",
            pair=pl.struct("customer_id", "product_id").hash(),
            invoice=pl.col("invoice_id").hash(),
            reference=pl.col("reference_invoice_id").hash(),
        )
        sales = lines.filter(~pl.col("is_return"))
        self._sold.append(sales["pair"])
        self._invoices.append(sales["invoice"].unique())
        self._returns.append(lines.filter("is_return").select("line_no", "pair", "reference"))

    def orphan_candidates(self) -> list[int]:
        """Numbers of returns whose product and customer, and reference, are in no sale here."""
        if not self._returns:
            return []
        sold = pl.concat(self._sold).to_frame("pair")
        invoices = pl.concat(self._invoices).to_frame("reference")
        orphans = (
            pl.concat(self._returns)
            .join(sold, on="pair", how="anti")
            .join(invoices, on="reference", how="anti")
        )
        return sorted(orphans["line_no"])


class NameMemory:
    """Which names each code of one dimension was given, and on which lines."""

    def __init__(self) -> None:
        self._lines: list[pl.DataFrame] = []
        self._pairs: list[pl.DataFrame] = []
        self._known = pl.Series(dtype=pl.UInt64)

    def add(self, line_no: pl.Series, code: pl.Series, name: pl.Series) -> None:
        frame = pl.DataFrame([line_no.alias("line_no"), code.alias("code"), name.alias("name")])
        lines = frame.select("line_no", pair=pl.struct("code", "name").hash())
        self._lines.append(lines)
        new = lines["pair"].is_in(self._known.implode()).not_().arg_true()
        if len(new):
            met = frame[new].with_columns(lines["pair"][new]).unique("pair", maintain_order=True)
            self._known = pl.concat([self._known, met["pair"]])
            self._pairs.append(compact(met.select("pair", "code", "name")))

    def conflicts(self) -> pl.DataFrame:
        """Lines whose folded name is not the most frequent one of their code (tie: seen first)."""
        nothing = pl.DataFrame(schema={"line_no": pl.Int32, "raw_value": pl.String})
        if not self._pairs:
            return nothing
        pairs = _contested(pl.concat(self._pairs))
        if pairs.is_empty():
            return nothing
        lines = pl.concat(self._lines).join(pairs, on="pair")
        spellings = lines.group_by("code", "folded").agg(
            lines=pl.len(), first_line=pl.min("line_no")
        )
        usual = spellings.sort("lines", "first_line", descending=[True, False]).unique(
            "code", keep="first", maintain_order=True
        )
        minority = lines.join(usual, on=["code", "folded"], how="anti")
        return minority.select("line_no", raw_value="name").sort("line_no")


def _contested(pairs: pl.DataFrame) -> pl.DataFrame:
    """Names of the codes that have more than one spelling, with what each comes to when folded."""
    pairs = pairs.filter(
        pl.col("code").is_not_null() & (pl.col("name").str.len_bytes() > 0)
    ).filter(pl.col("code").is_duplicated())
    pairs = pairs.with_columns(folded=fold_texts(pairs["name"]).str.replace_all(" ", ""))
    return pairs.filter(pl.col("folded") != "")
