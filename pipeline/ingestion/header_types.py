"""The shapes that go into header matching and come out of it."""

from dataclasses import dataclass

from pipeline.transform.text import fold_header


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column the mapping wants: its canonical name, its header, other names of that header.

    `kind` is one of key, measure, date, text, type, attribute.
    """

    column: str
    header: str
    aliases: tuple[str, ...]
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one header of the file: its column, or None, and why, in two languages.

    `position` is 0-based; `confidence` is 0..1 (0 when unmatched); `how` is one of exact, folded,
    alias, similar, values, none.
    """

    position: int
    header: str
    column: str | None
    confidence: float
    how: str
    reason_fa: str
    reason_en: str


def header_key(header: str) -> str:
    """Give a header folded and without spaces: equal for all spellings of the same header."""
    return fold_header(header).replace(" ", "")
