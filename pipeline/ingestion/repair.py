"""The best reading of a damaged line: which quotes are meant, which delimiter it really uses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.ingestion.cells import Dialect, Quotes, split_cells, unescape
from pipeline.ingestion.kinds import Column, fits

OTHER_DELIMITERS = (",", ";", "\t", "|", " ", ":", "،", "؛")
_MOST_QUOTED_PIECES = 48
_MOST_PLACES = 24
_MOST_WAYS = 8
_MOST_STRAYS = 5
_WIDTH_COST = 1.2
_JOIN_COST = 0.01
_PREFIX_COST = 1.5


def read_other_delimiter(
    text: str, dialect: Dialect, width: int, profile: Sequence[Column]
) -> tuple[str, list[str]] | None:
    """Find another delimiter under which the line has `width` cells that fit the columns.

    Returns the delimiter and the cells, or None. One cell alone proves nothing: `width` >= 2.
    """
    if width < 2 or len(text) < width - 1:
        return None
    for delimiter in OTHER_DELIMITERS:
        if delimiter == dialect.delimiter or text.count(delimiter) < width - 1:
            continue
        split = split_cells(text, replace(dialect, delimiter=delimiter))
        sound = split.quotes is Quotes.SOUND and len(split.cells) == width
        if sound and fits(split.cells, profile):
            return delimiter, split.cells
    return None


def restore_delimiter(
    text: str, dialect: Dialect, width: int, profile: Sequence[Column]
) -> list[str] | None:
    """Read a line that lacks one delimiter beside a quote: `"a""b"`, `12"a"` or `"a"12`.

    Each quote is tried as the place where it is missing; the only way that gives `width` sound
    cells is the reading. None where there is no such way or more than one.
    """
    quote = dialect.quote
    if quote is None or text.count(dialect.delimiter) < width - 2:
        return None
    found: list[list[str]] = []
    for place in _odd_places(text, quote, dialect.delimiter):
        split = split_cells(text[:place] + dialect.delimiter + text[place:], dialect)
        right = split.quotes is Quotes.SOUND and len(split.cells) == width
        if right and fits(split.cells, profile) and split.cells not in found:
            found.append(split.cells)
    return found[0] if len(found) == 1 else None


def _odd_places(text: str, quote: str, delimiter: str) -> list[int]:
    """Both sides of each quote that neither opens a cell after a delimiter nor closes one."""
    places: set[int] = set()
    position = text.find(quote, 1)
    while 0 < position < len(text) - 1 and len(places) < _MOST_PLACES:
        opens = text.endswith(delimiter, 0, position)
        if not opens and not text.startswith(delimiter, position + 1):
            places.update((position, position + 1))
        position = text.find(quote, position + 1)
    return sorted(places)


def repair_quotes(text: str, dialect: Dialect, width: int) -> list[str]:
    """Cut a line whose quotes are unsound into the most likely cells.

    Every pairing of quotes at cell borders is weighed: a stray quote taken as text costs 1, each
    cell too many or too few a little more; the cheapest way through the pieces between delimiters
    wins. Lines with very many quotes are cut at every delimiter.
    """
    pieces = text.split(dialect.delimiter)
    if dialect.quote is None or len(pieces) == 1:
        return pieces
    quoted = [i for i, piece in enumerate(pieces) if dialect.quote in piece]
    if not quoted or len(quoted) > _MOST_QUOTED_PIECES:
        return pieces
    if len(quoted) == 1:
        return [_joined([piece], dialect) for piece in pieces]
    cells: list[str] = []
    position = 0
    for first, last in _cheapest_spans(pieces, quoted, dialect, width):
        cells.extend(pieces[position:first])
        cells.append(_joined(pieces[first : last + 1], dialect))
        position = last + 1
    return cells + pieces[position:]


def _joined(pieces: list[str], dialect: Dialect) -> str:
    text = dialect.delimiter.join(pieces)
    bare = text.strip(" ")
    quote = dialect.quote or ""
    if len(bare) > 1 and bare.startswith(quote) and bare.endswith(quote):
        return unescape(bare[1:-1], dialect)
    return text


@dataclass(frozen=True, slots=True)
class _Way:
    """A way through the first pieces: its cost, delimiters swallowed, and the spans taken."""

    cost: float
    swallowed: int
    span: tuple[int, int]
    before: "_Way | None"


def _cheapest_spans(
    pieces: list[str], quoted: list[int], dialect: Dialect, width: int
) -> list[tuple[int, int]]:
    """Give (first, last) pieces of each cell that holds quotes, in order, in the cheapest way."""
    stray = [_Stray(pieces[i], dialect) for i in quoted]
    # ways[n]: the ways in which the first n quoted pieces are spoken for.
    ways: list[dict[int, _Way]] = [{} for _ in range(len(quoted) + 1)]
    ways[0][0] = _Way(0.0, 0, (-1, -1), None)
    for n in range(len(stray)):
        cheapest = sorted(ways[n].values(), key=lambda way: way.cost)[:_MOST_WAYS]
        for last, cost in _cell_ends(n, stray):
            span = (quoted[n], quoted[last])
            for way in cheapest:
                swallowed = way.swallowed + span[1] - span[0]
                total = way.cost + cost + _JOIN_COST * (span[1] - span[0])
                known = ways[last + 1].get(swallowed)
                if known is None or total < known.cost:
                    ways[last + 1][swallowed] = _Way(total, swallowed, span, way)
    missing = len(pieces) - width
    best = min(ways[-1].values(), key=lambda w: w.cost + _WIDTH_COST * abs(missing - w.swallowed))
    return _spans(best)


def _spans(way: _Way) -> list[tuple[int, int]]:
    spans = []
    while way.before is not None:
        spans.append(way.span)
        way = way.before
    return spans[::-1]


class _Stray:
    """Stray quotes in one piece, by the part it could play in a cell."""

    def __init__(self, piece: str, dialect: Dialect) -> None:
        quote = dialect.quote or ""
        bare = piece.strip(" ")
        self.opens = bare.startswith(quote)
        self.closes = bare.endswith(quote)
        self.whole = len(bare) > 1 and self.opens and self.closes
        self.plain = bare.count(quote)
        self.inside = _strays(bare, dialect)
        self.opening = _strays(bare[1:], dialect)
        self.closing = _strays(bare[:-1], dialect)
        self.both = _strays(bare[1:-1], dialect)


def _strays(inside: str, dialect: Dialect) -> int:
    quote = dialect.quote or ""
    escaped = dialect.escape + quote if dialect.escape else quote * 2
    return inside.replace(escaped, "").count(quote)


def _cell_ends(n: int, stray: list[_Stray]) -> list[tuple[int, float]]:
    """Where a cell that begins with the n-th quoted piece may end, and what each costs."""
    piece = stray[n]
    ends = [(n, float(piece.both if piece.whole else piece.plain))]
    cost = float(piece.opening) if piece.opens else piece.plain - 1 + _PREFIX_COST
    for last in range(n + 1, len(stray)):
        if cost > _MOST_STRAYS:
            break  # so many quotes are not all stray
        if stray[last].closes:
            ends.append((last, cost + stray[last].closing))
        cost += stray[last].inside
    return ends
