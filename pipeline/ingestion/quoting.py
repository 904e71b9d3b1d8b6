"""Which quote and which escape a file uses, once its delimiter is known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.ingestion.cells import Dialect, Quotes, split_cells
from pipeline.ingestion.sample_rows import Row

LONE_SHARE = 0.02
_QUOTE_TOLERANCE = 0.8


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate dialect with the rows it makes of the sample, and its score 0..1."""

    dialect: Dialect
    rows: list[Row]
    width: int
    score: float


def better_quoted(best: Tried, tried: Sequence[Tried]) -> Tried:
    """Prefer the other quote where cells stand between such quotes and none between this one's.

    The score alone would give up a quote that few cells need once one of their lines is damaged.
    """
    here = _enclosed(best, best.dialect.quote)
    for other in tried:
        same = other.dialect.delimiter == best.dialect.delimiter
        if not same or other.dialect.quote == best.dialect.quote or here > 0:
            continue
        if _enclosed(best, other.dialect.quote) > 1 and other.score > _QUOTE_TOLERANCE * best.score:
            return other
    return best


def _enclosed(tried: Tried, quote: str | None) -> int:
    """Count the pieces between delimiters that begin and end with the quote, less those half so."""
    count = 0.0
    for row in tried.rows:
        if quote and quote in row.text:
            for piece in row.text.split(tried.dialect.delimiter):
                ends = piece.startswith(quote) + piece.endswith(quote)
                count += (ends == 2 and len(piece) > 1) - (ends == 1) / 2
    return int(count)


def settle_quotes(tried: Tried, given: bool) -> Dialect:
    """Give the dialect with its quotes settled (`given`: the user says which quote it is).

    Decides the escape, whether quotes inside plain cells are text, or that nothing is quoted.
    """
    quote = tried.dialect.quote or '"'
    rows = [row for row in tried.rows if quote in row.text]
    settled = replace(tried.dialect, escape=_escape(rows, tried.dialect, tried.width))
    strict = [split_cells(r.text, replace(settled, lone_quotes=False)).quotes for r in rows]
    sound = strict.count(Quotes.SOUND)
    lone = strict.count(Quotes.LONE)
    if not given and not sound and len(strict) - lone > 1:
        return replace(settled, quote=None, escape=None)
    return replace(settled, lone_quotes=not (sound > 1 and lone <= max(1, LONE_SHARE * sound)))


def _escape(rows: Sequence[Row], dialect: Dialect, width: int) -> str | None:
    """Choose doubled, backslash or none by how many rows become sound; doubled where equal."""
    doubled = _sound(rows, replace(dialect, escape=None), width)
    backslash = _sound(rows, replace(dialect, escape="\\"), width)
    free = _sound(rows, replace(dialect, escape=""), width)
    quote = dialect.quote or '"'
    gained = backslash - doubled
    if any(f"\\{quote}" in rows[i].text for i in gained) and len(free - backslash) < len(gained):
        return "\\"
    # One odd line is damage; a file whose writer never escapes has several, and no doubled quote.
    odd = free - doubled
    inside = re.compile(f"[^{quote}]{quote * 2}[^{quote}]")
    proper = sum(1 for i in doubled if inside.search(_without_empty(rows[i].text, dialect)))
    if len(odd) > max(1, LONE_SHARE * len(rows)) and len(odd) > proper:
        return ""
    return None


def _without_empty(text: str, dialect: Dialect) -> str:
    quote, delimiter = dialect.quote or '"', dialect.delimiter
    padded = f"{delimiter}{text}{delimiter}"
    return padded.replace(f"{delimiter}{quote * 2}{delimiter}", delimiter * 2)


def _sound(rows: Sequence[Row], dialect: Dialect, width: int) -> set[int]:
    found = set()
    for i, row in enumerate(rows):
        split = split_cells(row.text, dialect)
        if split.quotes is Quotes.SOUND and len(split.cells) == width:
            found.add(i)
    return found
