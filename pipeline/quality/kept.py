"""Numbers that are kept of every line of a load, apart from the columns that come and go."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import DTypeLike, NDArray

# Numbers of one piece: large enough for the system to give and take its memory by itself.
PIECE = 2**18


class KeptNumbers:
    """A column of numbers that grows block by block.

    Small columns of every block, held where blocks are worked on, would leave holes between them
    that nothing else fits in: a load of two million lines takes a tenth less memory with these.
    """

    def __init__(self, kind: DTypeLike = np.uint64) -> None:
        self._kind = kind
        self._pieces: list[NDArray[np.generic]] = []
        self._length = 0

    def add(self, numbers: pl.Series) -> None:
        """Keep numbers, none of them null, behind those that are there."""
        assert not numbers.null_count()
        new = numbers.to_numpy()
        while len(new):
            at = self._length % PIECE
            if at == 0:
                self._pieces.append(np.empty(PIECE, self._kind))
            part, new = new[: PIECE - at], new[PIECE - at :]
            self._pieces[-1][at : at + len(part)] = part
            self._length += len(part)

    def parts(self) -> list[pl.Series]:
        """All numbers in their order, piece by piece."""
        ends = range(PIECE, self._length + PIECE, PIECE)
        lengths = [PIECE - max(0, end - self._length) for end in ends]
        return [
            pl.Series(piece[:length]) for piece, length in zip(self._pieces, lengths, strict=True)
        ]

    def clear(self) -> None:
        """Forget them all."""
        self._pieces, self._length = [], 0
