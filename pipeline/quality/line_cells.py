"""A line of RAW cut into cells under its headers, as the run that judged it read the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.ingestion.cells import Dialect, cell_spans, split_cells


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its header (None beyond the last one), its text, and whether it is blamed."""

    header: str | None
    text: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a run read its file: the headers in their order, and how cells are told apart."""

    headers: tuple[str, ...]
    dialect: Dialect

    @classmethod
    def of(cls, inspection: Mapping[str, Any]) -> Reading:
        """From the inspection that is recorded with the run."""
        return cls(tuple(inspection["header"]), Dialect(**inspection["dialect"]))

    def cells(self, line: str, blamed: Collection[str | None] = ()) -> list[Cell]:
        """The cells of a RAW line; those under a `blamed` header are marked.

        A damaged line may have fewer or more cells than there are headers; of two headers of one
        name the first is meant.
        """
        texts = split_cells(line.rstrip("\r\n"), self.dialect).cells
        marked = {self.headers.index(header) for header in blamed if header in self.headers}
        return [
            Cell(
                self.headers[position] if position < len(self.headers) else None,
                text,
                position in marked,
            )
            for position, text in enumerate(texts)
        ]

    def covered(self, line: str, headers: Collection[str], mask: str) -> str:
        """The line with `mask` over what stands under these headers.

        It is `mask` in whole where cells are a guess, as in a line of another width.
        """
        text = line.rstrip("\r\n")
        spans = cell_spans(text, self.dialect)
        if spans is None or len(spans) != len(self.headers):
            return mask
        for (start, end), header in reversed(list(zip(spans, self.headers, strict=True))):
            if header in headers and end > start:
                text = text[:start] + mask + text[end:]
        return text
