"""Names of a load: what each code was called, how often, and which lines call it otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipeline.transform.cells import compact
from pipeline.transform.text import fold_text

# Counts are added up when this many wait: seldom enough to cost nothing, often enough to stay few.
COUNTS_WAITING = 200_000
_LINES = {"line_no": pl.Int32, "pair": pl.UInt64}


@dataclass(frozen=True, slots=True)
class Names:
    """Which lines call a code by a name that is not its usual one.

    `lines` are such lines. Of the codes in `first_called` the unusual name is the one they had
    first: on all their lines but those of `others`, which have another.
    """

    lines: pl.Series
    first_called: list[str]
    others: pl.Series


class NameMemory:
    """Which names each code of one dimension was given.

    Most codes have one name throughout: line numbers are kept of the names after the first alone.
    """

    def __init__(self) -> None:
        self._counts: list[pl.DataFrame] = []
        self._pairs: list[pl.DataFrame] = []
        self._lines: list[pl.DataFrame] = []
        self._known = pl.Series(dtype=pl.UInt64)
        self._codes = pl.Series(dtype=pl.UInt64)
        self._later = pl.Series(dtype=pl.UInt64)

    def add(self, line_no: pl.Series, code: pl.Series, name: pl.Series) -> None:
        """Remember lines of a block: their numbers, and the code and the raw name on each."""
        frame = pl.DataFrame([line_no.alias("line_no"), code.alias("code"), name.alias("name")])
        lines = frame.select("line_no", pair=pl.struct("code", "name").hash())
        counts = (
            lines.with_row_index("at")
            .group_by("pair")
            .agg(lines=pl.len(), first_line=pl.min("line_no"), at=pl.min("at"))
        )
        self._count(counts.drop("at"))
        self._learn(frame, counts)
        if len(self._later):
            self._lines.append(lines.filter(lines["pair"].is_in(self._later.implode())))

    def _count(self, counts: pl.DataFrame) -> None:
        self._counts.append(counts)
        if sum(part.height for part in self._counts[1:]) > COUNTS_WAITING:
            self._counts = [self._counted()]

    def _counted(self) -> pl.DataFrame:
        parts = pl.concat(self._counts)
        return parts.group_by("pair").agg(pl.sum("lines"), pl.min("first_line"))

    def _learn(self, frame: pl.DataFrame, counts: pl.DataFrame) -> None:
        """Note pairs of code and name not met before, and which of them are no code's first."""
        new = counts.filter(~counts["pair"].is_in(self._known.implode())).sort("at")
        if new.is_empty():
            return
        met = frame[new["at"]].with_columns(new["pair"], mark=pl.col("code").hash())
        is_later = met["mark"].is_in(self._codes.implode()) | ~met["mark"].is_first_distinct()
        met = met.with_columns(is_later=is_later)
        self._known = pl.concat([self._known, met["pair"]])
        self._codes = pl.concat([self._codes, met["mark"].filter(~is_later)])
        self._later = pl.concat([self._later, met["pair"].filter(is_later)])
        self._pairs.append(compact(met.select("pair", "code", "name", "is_later")))

    def names(self) -> Names:
        """Lines whose folded name is not the most frequent one of their code (tie: seen first)."""
        minority = self._minority()
        lines = pl.concat(self._lines) if self._lines else pl.DataFrame(schema=_LINES)
        later, first = minority.filter("is_later"), minority.filter(~pl.col("is_later"))
        return Names(
            lines.join(later, on="pair", how="semi")["line_no"],
            first["code"].to_list(),
            lines["line_no"],
        )

    def _minority(self) -> pl.DataFrame:
        """Pairs whose name is not their code's usual one: `pair, code, is_later`."""
        nothing = pl.DataFrame(
            schema={"pair": pl.UInt64, "code": pl.String, "is_later": pl.Boolean}
        )
        if not len(self._later):
            return nothing
        pairs = _contested(pl.concat(self._pairs))
        if pairs.is_empty():
            return nothing
        spellings = (
            pairs.join(self._counted(), on="pair")
            .group_by("code", "folded")
            .agg(pl.sum("lines"), pl.min("first_line"))
        )
        usual = spellings.sort("lines", "first_line", descending=[True, False]).unique(
            "code", keep="first", maintain_order=True
        )
        return pairs.join(usual, on=["code", "folded"], how="anti").select(nothing.columns)


def _contested(pairs: pl.DataFrame) -> pl.DataFrame:
    """Names of the codes that have more than one spelling, with what each comes to when folded."""
    pairs = pairs.filter(
        pl.col("code").is_not_null() & (pl.col("name").str.len_bytes() > 0)
    ).filter(pl.col("code").is_duplicated())
    folded = [fold_text(name).replace(" ", "") for name in pairs["name"]]
    pairs = pairs.with_columns(folded=pl.Series(folded, dtype=pl.String))
    return pairs.filter(pl.col("folded") != "")
