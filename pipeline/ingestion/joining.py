"""Whether an open quote really goes on over the following lines, decided by trying."""

from collections import deque
from dataclasses import dataclass

from pipeline.ingestion.cells import Dialect, Quotes, split_cells
from pipeline.ingestion.kinds import Column, fit
from pipeline.ingestion.lines import Line

MAX_JOINED_LINES = 20_000
MAX_JOINED_BYTES = 1 << 20
# In a table of one column every line is sound alone, so only a short quote is believed.
_MOST_LINES_OF_ONE_COLUMN = 20


@dataclass(slots=True)
class Scan:
    """How far an open quote was followed: next line to look at, cells so far, bytes so far.

    `barrier`: number of a line where every quote left open before it fails as well, else 0. It
    keeps many open quotes from each following the same lines again.
    """

    index: int
    cells: int
    size: int
    barrier: int = 0


@dataclass(frozen=True, slots=True)
class Joiner:
    """Knows what a sound line of the table looks like: dialect, cells per record, column kinds."""

    dialect: Dialect
    width: int
    profile: tuple[Column, ...]

    def lines_of_record(self, lines: deque[Line], scan: Scan, final: bool) -> int | None:
        """Say how many of `lines` the record at their start takes; None: more lines are needed.

        The quote goes on as long as no following line is a sound record by itself, and the joined
        text has to close cleanly with the right number of cells. Else the first line stands alone.
        """
        while scan.index < len(lines):
            line = lines[scan.index]
            if scan.index > MAX_JOINED_LINES or scan.size > MAX_JOINED_BYTES:
                scan.barrier = line.number
                return 1
            verdict = self._follow(line.text, scan)
            if verdict is Quotes.STRAY:
                scan.barrier = line.number
                return 1
            if scan.cells > self.width + 1:
                return 1
            scan.size += len(line.raw)
            scan.index += 1
            if verdict is Quotes.SOUND:
                if self._believable(lines, scan):
                    return scan.index
                scan.barrier = line.number
                return 1
        if not final:
            return None
        scan.barrier = lines[-1].number + 1
        return 1

    def _follow(self, text: str, scan: Scan) -> Quotes:
        quote = self.dialect.quote or ""
        if quote not in text:
            return Quotes.STRAY if self._sound_alone(text) else Quotes.OPEN
        # Inside an open quote, a line reads as if that quote stood right before it.
        split = split_cells(quote + text, self.dialect)
        scan.cells += len(split.cells) - 1
        if split.quotes is Quotes.LONE:
            return Quotes.STRAY
        if split.quotes is Quotes.OPEN and self._sound_alone(text):
            return Quotes.STRAY
        return split.quotes

    def _believable(self, lines: deque[Line], scan: Scan) -> bool:
        if self.width == 1:
            return scan.cells == 1 and scan.index <= _MOST_LINES_OF_ONE_COLUMN
        first, last = lines[0].text, lines[scan.index - 1].text
        if scan.cells == self.width:
            return not (self._full_as_text(first) and self._full_as_text(last))
        near = abs(scan.cells - self.width) == 1
        return near and not self._full_as_text(first) and not self._full_as_text(last)

    def _sound_alone(self, text: str) -> bool:
        if self.width < 2:
            return False
        split = split_cells(text, self.dialect)
        return split.quotes is Quotes.SOUND and self._fits(split.cells)

    def _full_as_text(self, text: str) -> bool:
        """Whether the line is a full record when its quotes are taken as plain text."""
        return self._fits(text.split(self.dialect.delimiter))

    def _fits(self, cells: list[str]) -> bool:
        if len(cells) != self.width:
            return False
        matches, checked = fit(cells, self.profile)
        return 4 * matches >= 3 * checked if checked else self.width > 2
