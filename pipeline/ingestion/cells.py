"""Cut the text of one line into cells by a dialect, and say whether its quotes are sound."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are told apart.

    `delimiter` has one or more characters. `quote` is None where nothing is quoted. `escape` says
    how a quote stands inside quotes: None = doubled, a backslash = before it, "" = not escaped at
    all. `lone_quotes`: a quote inside an unquoted cell is plain text (24" pipe), no damage.
    """

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    lone_quotes: bool = True


class Quotes(Enum):
    """How the quotes of a line came out."""

    SOUND = "sound"
    LONE = "a quote stands inside an unquoted cell"
    STRAY = "text follows a closing quote"
    OPEN = "a quote is never closed"


@dataclass(frozen=True, slots=True)
class Split:
    """The cells of a line and the state of its quotes; an OPEN last cell runs to the end."""

    cells: list[str]
    quotes: Quotes


def split_cells(text: str, dialect: Dialect) -> Split:
    """Cut `text` (no terminator) strictly: quotes open and close at delimiters alone."""
    delimiter, quote = dialect.delimiter, dialect.quote
    if quote is None or quote not in text:
        return Split(text.split(delimiter), Quotes.SOUND)
    cells: list[str] = []
    quotes = Quotes.SOUND
    start = 0
    while True:
        # Most cells begin with neither quote nor blank; they are cut without further looking.
        may_open = text[start : start + 1] in (quote, " ")
        opening = _opening(text, start, dialect) if may_open else -1
        if opening < 0:
            end = text.find(delimiter, start)
            cell = text[start:] if end < 0 else text[start:end]
            if quote in cell and not dialect.lone_quotes:
                quotes = Quotes.LONE
            cells.append(cell)
            if end < 0:
                return Split(cells, quotes)
            start = end + len(delimiter)
            continue
        closing, after = _closing(text, opening + 1, dialect)
        if closing < 0:
            cells.append(unescape(text[opening + 1 :], dialect))
            return Split(cells, Quotes.OPEN)
        if after < 0:
            # No sense in reading on by the same rule: where cells end is now a guess (repair).
            cells.append(text[start:])
            return Split(cells, Quotes.STRAY)
        cells.append(unescape(text[opening + 1 : closing], dialect))
        if after == len(text):
            return Split(cells, quotes)
        start = after + len(delimiter)


def cell_spans(text: str, dialect: Dialect) -> list[tuple[int, int]] | None:
    """Where each cell of `split_cells` begins and ends in the text, its quotes included.

    None where quotes are open or followed by text: where cells end is a guess there.
    """
    spans, start = [], 0
    while True:
        opening = _opening(text, start, dialect) if dialect.quote else -1
        if opening < 0:
            end = text.find(dialect.delimiter, start)
        else:
            closing, end = _closing(text, opening + 1, dialect)
            if closing < 0 or end < 0:
                return None
            end = -1 if end == len(text) else end
        spans.append((start, len(text) if end < 0 else end))
        if end < 0:
            return spans
        start = end + len(dialect.delimiter)


def spans_of(text: str, dialect: Dialect, cells: int) -> tuple[tuple[int, int], ...]:
    """The same of a text that is known to have so many cells; empty where it is a guess."""
    spans = cell_spans(text, dialect)
    return tuple(spans) if spans is not None and len(spans) == cells else ()


def unescape(inside: str, dialect: Dialect) -> str:
    """Give the text that stands between two quotes without its escapes."""
    quote = dialect.quote or ""
    if not quote or quote not in inside:
        return inside
    if dialect.escape is None:
        return inside.replace(quote * 2, quote)
    if dialect.escape:
        return inside.replace(dialect.escape + quote, quote)
    return inside


def _opening(text: str, start: int, dialect: Dialect) -> int:
    """Position of the quote that opens the cell at `start` (blanks may stand before), or -1."""
    quote = dialect.quote or ""
    if text.startswith(quote, start):
        return start
    if not text.startswith(" ", start) or dialect.delimiter.isspace():
        return -1
    position = start
    while text.startswith(" ", position):
        position += 1
    is_delimiter = text.startswith(dialect.delimiter, start)
    return position if text.startswith(quote, position) and not is_delimiter else -1


def _closing(text: str, position: int, dialect: Dialect) -> tuple[int, int]:
    """Where the quoted cell closes and where its delimiter (or the end) is; -1 for none."""
    quote, escape = dialect.quote or "", dialect.escape
    while (position := text.find(quote, position)) >= 0:
        if escape is None and text.startswith(quote, position + 1):
            position += 2
            continue
        if escape and _is_escaped(text, position, escape):
            position += 1
            continue
        after = _delimiter_after(text, position + 1, dialect)
        if after >= 0 or escape != "":
            return position, after
        position += 1
    return -1, -1


def _is_escaped(text: str, position: int, escape: str) -> bool:
    count = 0
    while position > count and text[position - count - 1] == escape:
        count += 1
    return count % 2 == 1


def _delimiter_after(text: str, position: int, dialect: Dialect) -> int:
    """Position of the delimiter (or the end) that follows at once or after blanks, or -1."""
    delimiter = dialect.delimiter
    while True:
        if position >= len(text) or text.startswith(delimiter, position):
            return min(position, len(text))
        if text[position] != " " or delimiter.isspace():
            return -1
        position += 1
