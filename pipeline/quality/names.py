"""Names of a load: what each code was called, how often, and which lines call it otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipeline.transform.cells import compact, fold_texts, rows_where
from pipeline.transform.hashes import Hashes

# Lines are counted when this many wait: seldom enough to cost little, often enough to stay few.
LINES_WAITING = 200_000
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
        self._waiting: list[pl.DataFrame] = []
        self._counts: list[pl.DataFrame] = []
        self._pairs: list[pl.DataFrame] = []
        self._lines: list[pl.DataFrame] = []
        self._known, self._codes, self._later = Hashes(), Hashes(), Hashes()

    def add(self, line_no: pl.Series, code: pl.Series, name: pl.Series) -> None:
        """Remember lines of a block: their numbers, and the code and the raw name on each."""
        met = pl.DataFrame([code.alias("code"), name.alias("name")])
        lines = pl.DataFrame([line_no.alias("line_no"), met.hash_rows().alias("pair")])
        self._count(lines)
        (new,) = rows_where(lines, ~self._known.hold("pair"))
        if len(new):
            self._learn(pl.DataFrame([lines["pair"][new], *met[new]]))
        if len(self._later):
            self._lines.append(lines.filter(self._later.hold("pair")))

    def _count(self, lines: pl.DataFrame) -> None:
        self._waiting.append(lines)
        if sum(part.height for part in self._waiting) > LINES_WAITING:
            self._add_up()

    def _add_up(self) -> None:
        if self._waiting:
            lines = pl.concat(self._waiting)
            self._waiting = []
            self._counts.append(
                lines.group_by("pair").agg(lines=pl.len(), first_line=pl.min("line_no"))
            )

    def _learn(self, met: pl.DataFrame) -> None:
        """Note pairs of code and name not met before, and which of them are no code's first."""
        met = met.unique("pair", keep="first", maintain_order=True)
        mark = met["code"].to_frame().hash_rows().alias("mark")
        is_later = self._codes.hold("mark") | ~pl.col("mark").is_first_distinct()
        met = pl.DataFrame([*met, mark]).with_columns_seq(is_later=is_later)
        later = met["is_later"]
        self._known.add(met["pair"])
        self._codes.add(met["mark"].filter(~later))
        self._later.add(met["pair"].filter(later))
        self._pairs.append(compact(met.drop("mark")))

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

    def _counted(self) -> pl.DataFrame:
        self._add_up()
        parts = pl.concat(self._counts)
        return parts.group_by("pair").agg(pl.sum("lines"), pl.min("first_line"))

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
        return pairs.join(usual, on=["code", "folded"], how="anti").select_seq(nothing.columns)


def _contested(pairs: pl.DataFrame) -> pl.DataFrame:
    """Names of the codes that have more than one spelling, with what each comes to when folded."""
    pairs = pairs.filter(
        pl.col("code").is_not_null() & (pl.col("name").str.len_bytes() > 0)
    ).filter(pl.col("code").is_duplicated())
    pairs = pairs.with_columns_seq(folded=fold_texts(pairs["name"]).str.replace_all(" ", ""))
    return pairs.filter(pl.col("folded") != "")
