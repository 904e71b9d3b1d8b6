"""Which delimiter, quote and escape a file uses, judged by how regular its sample lines become.

A candidate is good when most lines have the same number of cells (pattern) and the cells look
like numbers, dates, codes or words without other delimiters in them (type). The idea of weighing
both is from van den Burg et al., "Wrangling messy CSV files" (2019); here damaged lines count
against a candidate only by their share.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.ingestion.cells import Dialect, Quotes
from pipeline.ingestion.kinds import TYPED, kind_of
from pipeline.ingestion.quoting import LONE_SHARE, Tried, better_quoted, settle_quotes
from pipeline.ingestion.sample_rows import Row, read_rows, usual_width

PLAIN_DELIMITERS = (",", ";", "\t", "|", " ")
# How much a delimiter is trusted where the lines alone do not tell.
_TRUST = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, "؛": 0.9, "،": 0.9, " ": 0.7, ":": 0.5}
_OTHER_TRUST = 0.75
_NEVER = frozenset("\"'._-/()%$+*=\\@<>?!{}[]\u200c\u200e\u200f\ufeff\ufffd")
# A colon in a time or an address parts no cells.
_NOT_PARTING = re.compile(r"(?<=\d):(?=\d\d)|:(?=//)")
_RUN = re.compile(r"[^\w\s\"'.\-/()]{2,5}")
_SCORED_ROWS = 60
_TYPE_CELLS = 1200
_LEAST_SCORE = 0.2
_MOST_COLUMNS = 16_384
_TABLE_SHARE = 0.25
_PAIRED_SHARE = 0.95
_LONGER_BONUS = 1.001


@dataclass(frozen=True, slots=True)
class DialectGuess:
    """The dialect, the number of cells of a record, 0..1 confidence and the reason in English."""

    dialect: Dialect
    width: int
    confidence: float
    evidence: str


def guess_dialect(
    texts: Sequence[str], delimiter: str | None = None, quote: str | None = None
) -> DialectGuess:
    """Judge the dialect from sample lines (text without terminators); given parts are kept."""
    lines = [text for text in texts if text.strip()]
    if not lines:
        return DialectGuess(Dialect(delimiter or ","), 0, 0.0, "no line with text in the sample")
    delimiters = [delimiter] if delimiter else list(_delimiters(lines))
    quotes = [quote] if quote else list(_quotes(lines))
    tried = [_try(lines, Dialect(sign, mark)) for sign in delimiters for mark in quotes]
    best = max(tried, key=lambda t: t.score, default=None)
    if best is None or (best.score < _LEAST_SCORE and delimiter is None):
        best = _try(lines, Dialect(",", quote or '"'))
    best = better_quoted(best, tried)
    dialect = settle_quotes(best, given=quote is not None)
    rivals = [t.score for t in tried if t.dialect.delimiter != dialect.delimiter]
    lead = best.score - max(rivals, default=0.0)
    evidence = (
        f"delimiter {dialect.delimiter!r} gives {best.width} cells a line (score {best.score:.2f},"
        f" {lead:.2f} ahead of the next), quote {dialect.quote!r}, escape {dialect.escape!r}"
    )
    confidence = max(0.1, min(1.0, 0.5 + lead)) if best.width > 1 else 0.5
    return DialectGuess(dialect, best.width, confidence, evidence)


def _try(lines: Sequence[str], dialect: Dialect) -> Tried:
    """Read with doubled quotes; where many lines are unsound so, also with the other escapes."""
    rows = read_rows(lines, dialect)
    tried = Tried(dialect, rows, usual_width(rows), _score(rows, dialect))
    unsound = sum(row.quotes is not Quotes.SOUND for row in rows)
    if dialect.escape is not None or unsound <= LONE_SHARE * len(rows):
        return tried
    others = [_try(lines, replace(dialect, escape=escape)) for escape in ("\\", "")]
    return max(tried, *others, key=lambda t: t.score)


def _delimiters(lines: Sequence[str]) -> Iterator[str]:
    """Candidates: what stands in at least half of the lines, alone, doubled or with a blank."""
    text = "\n".join(lines)
    signs = [c for c, n in Counter(text).most_common(60) if 2 * n >= len(lines) and _may_part(c)]
    runs = [run for run, n in Counter(_RUN.findall(text)).most_common(3) if 2 * n >= len(lines)]
    if len(_NOT_PARTING.findall(text)) > text.count(":") // 2:
        signs = [sign for sign in signs if sign != ":"]
    for sign in dict.fromkeys([*(c for c in PLAIN_DELIMITERS if c in signs), *signs, *runs]):
        if 2 * sum(sign in line for line in lines) < len(lines):
            continue
        total = text.count(sign)
        # Commas, semicolons and tabs in pairs are empty cells; other signs only ever come so.
        if sign in ",;\t " or text.count(sign * 2) * 2 < _PAIRED_SHARE * total:
            yield sign
        for longer in (sign * 2, f"{sign} ", f" {sign} "):
            if sign != " " and text.count(longer) * len(longer.strip()) >= 0.7 * total:
                yield longer


def _may_part(sign: str) -> bool:
    return not (sign.isalnum() or sign in _NEVER or sign in "\r\n")


def _quotes(lines: Sequence[str]) -> Iterator[str]:
    yield '"'
    opened = sum(1 for line in lines if re.search(r"(?:^|[^\w\s]) ?'|\t'| '", line))
    if opened:
        yield "'"


def _score(rows: Sequence[Row], dialect: Dialect) -> float:
    """Score 0..1: share of lines of the usual width x neatness of cells x trust."""
    counts = Counter(len(row.cells) for row in rows if row.quotes is Quotes.SOUND)
    top = counts.most_common(2)
    if not top or not 1 < max(width for width, _ in top) <= _MOST_COLUMNS:
        return 0.0
    width, count = top[0]
    share = count / len(rows)
    if len(top) > 1 and top[1][0] > 1:
        # A second table or a block of its own is no sign against the delimiter.
        second = top[1][1] / len(rows)
        share += second / 2 if second >= _TABLE_SHARE else 0.0
    if width == 1:
        return 0.0
    if dialect.delimiter.strip(" ") == "" and not _parts_words(rows, width):
        return 0.0
    neat = _neatness([r.cells for r in rows if len(r.cells) == width][:_SCORED_ROWS])
    trust = _TRUST.get(dialect.delimiter.strip(" ") or " ", _OTHER_TRUST)
    if len(dialect.delimiter) > 1:
        trust *= _LONGER_BONUS  # where blanks after delimiters are all the same either way
    return min(1.0, share) ** 2 * neat * (width - 1) / width * trust


def _parts_words(rows: Sequence[Row], width: int) -> bool:
    """Whether blanks part cells, not words: cells with blanks are quoted, or half are no words."""
    if any(row.quotes is Quotes.SOUND and any(" " in c for c in row.cells) for row in rows):
        return True
    cells = [c for row in rows if len(row.cells) == width for c in row.cells][:_TYPE_CELLS]
    return 2 * sum(kind_of(cell) not in ("text", "empty") for cell in cells) >= len(cells)


def _neatness(rows: list[list[str]]) -> float:
    cells = [cell for row in rows for cell in row][:_TYPE_CELLS]
    return sum(map(_neat, cells)) / max(1, len(cells))


@lru_cache(maxsize=16_384)
def _neat(cell: str) -> float:
    kind = kind_of(cell)
    points = 1.0
    if kind == "empty":
        points = 0.7
    elif kind not in TYPED and any(sign in cell for sign in ",;\t|"):
        points = 0.6
    if cell[:1] == " " or cell[-1:] == " ":
        points -= 0.2
    if cell[:1] in ("'", '"') or cell[-1:] in ("'", '"'):
        points -= 0.4
    return points
