"""The cells of one RAW line, by the dialect that the run used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CellCutter:
    """Cuts the text of a line at delimiters that stand outside of quotes.

    `escape` says how a quote stands inside quotes: None = doubled, a backslash = before it, "" =
    not marked at all (a cell then ends where a quote meets a delimiter).
    """

    delimiter: str
    quote: str | None
    escape: str | None

    @classmethod
    def of(cls, dialect: dict[str, Any]) -> CellCutter:
        """The cutter for a dialect as it was recorded with a run."""
        return cls(dialect["delimiter"], dialect["quote"], dialect["escape"])

    def cut(self, line: str) -> list[str]:
        """Cells as text, quotes removed; a quote left open runs to the end of the line."""
        pieces = line.split(self.delimiter)
        if self.quote is None or self.quote not in line:
            return pieces
        cells: list[str] = []
        parts: list[str] = []  # of a quoted cell that holds delimiters
        for piece in pieces:
            if not parts and not piece.lstrip(" ").startswith(self.quote):
                cells.append(piece)
                continue
            parts.append(piece)
            if self._closes(parts):
                cells.append(self._plain(self.delimiter.join(parts)))
                parts = []
        return [*cells, self.delimiter.join(parts)] if parts else cells

    def _closes(self, parts: list[str]) -> bool:
        """Whether the quoted cell made of these parts is complete."""
        quote = str(self.quote)
        last = parts[-1].rstrip(" ")
        if not last.endswith(quote) or (len(parts) == 1 and len(last.lstrip(" ")) == 1):
            return False
        if self.escape == "":
            return True
        count = sum(self._without_escapes(part).count(quote) for part in parts)
        return count % 2 == 0

    def _without_escapes(self, part: str) -> str:
        if not self.escape:
            return part
        return part.replace(self.escape * 2, "").replace(f"{self.escape}{self.quote}", "")

    def _plain(self, cell: str) -> str:
        inside = cell.strip(" ")[1:-1]
        if self.escape is None:
            return inside.replace(f"{self.quote}{self.quote}", str(self.quote))
        if self.escape:
            return inside.replace(f"{self.escape}{self.quote}", str(self.quote))
        return inside
