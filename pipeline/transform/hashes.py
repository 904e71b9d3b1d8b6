"""Sets of hashes: what was met in the blocks so far, asked of all rows of the next at once."""

from __future__ import annotations

import polars as pl


class Hashes:
    """Hashes of 64 bits that were met."""

    def __init__(self) -> None:
        self._met = pl.Series(dtype=pl.UInt64)
        self._asked = self._met.implode()

    def __len__(self) -> int:
        return len(self._met)

    def add(self, new: pl.Series) -> None:
        """Add hashes that are not among them."""
        if len(new):
            self._met = pl.concat([self._met, new])
            self._asked = self._met.implode()

    def hold(self, column: str) -> pl.Expr:
        """Whether a row's hash in `column` is among them."""
        return pl.col(column).is_in(self._asked)
