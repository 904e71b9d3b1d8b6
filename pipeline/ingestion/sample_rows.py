"""Lines of the sample cut into records by a candidate dialect, and how wide a record usually is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingestion.cells import Dialect, Quotes, split_cells

_BLOCK_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the sample: index of its first line, its text (joined), its cells."""

    index: int
    text: str
    cells: list[str]
    quotes: Quotes


def read_rows(lines: Sequence[str], dialect: Dialect) -> list[Row]:
    """Cut sample lines into records; an open quote goes on only where it closes soundly."""
    rows: list[Row] = []
    widths: Counter[int] = Counter()
    index = 0
    while index < len(lines):
        split = split_cells(lines[index], dialect)
        row, used = Row(index, lines[index], split.cells, split.quotes), 1
        if split.quotes is Quotes.OPEN:
            usual = widths.most_common(1)[0][0] if widths else 0
            end = _end_of_quote(lines, index, dialect, usual)
            if end == len(lines):
                break  # the sample ends inside a long cell; what is left is no record
            if end > index:
                text = "\n".join(lines[index : end + 1])
                split = split_cells(text, dialect)
                row, used = Row(index, text, split.cells, split.quotes), end + 1 - index
        if row.quotes is Quotes.SOUND:
            widths[len(row.cells)] += 1
        rows.append(row)
        index += used
    return rows


def _end_of_quote(lines: Sequence[str], index: int, dialect: Dialect, usual: int) -> int:
    """Index of the line where the quote opened at `index` closes soundly; `index` if nowhere.

    The number of lines means that it may close after the sample, for no line of the `usual` number
    of cells follows.
    """
    quote = dialect.quote or ""
    for end in range(index + 1, len(lines)):
        if quote not in lines[end]:
            if usual > 1 and lines[end].count(dialect.delimiter) == usual - 1:
                return index
            continue
        # Inside an open quote, a line reads as if that quote stood right before it.
        state = split_cells(quote + lines[end], dialect).quotes
        if state is Quotes.SOUND:
            return end
        if state is not Quotes.OPEN:
            return index
    return len(lines) if usual > 1 and len(lines) - index > 1 else index


def usual_width(rows: Sequence[Row]) -> int:
    """Give the number of cells of a record: of the widths of the largest blocks, the first met.

    A block's size is its lines times its cells. The first and not the largest, for a second table
    below may be the longer one; a preamble of a few short lines is never large.
    """
    counts = Counter(len(row.cells) for row in rows if row.quotes is Quotes.SOUND)
    if not counts:
        return len(rows[0].cells) if rows else 0
    if max(counts.values()) > 1:
        counts = Counter({width: n for width, n in counts.items() if n > 1})
    if max(counts) > 1:
        del counts[1]
    largest = max(width * n for width, n in counts.items())
    large = {width for width, n in counts.items() if width * n >= _BLOCK_SHARE * largest}
    return next(len(row.cells) for row in rows if len(row.cells) in large)
