"""Damage of single lines: stable code, line number, and what is wrong in Persian and English."""

from dataclasses import dataclass
from functools import lru_cache

from pipeline.ingestion.cells import Dialect, Quotes

RAGGED_LINE = "RAGGED_LINE"
UNDECODABLE_TEXT = "UNDECODABLE_TEXT"
_SIGNS = {"\t": "TAB", " ": "SPACE"}
_QUOTES_FA = {
    Quotes.LONE: "گیومه‌ای در میان یک خانهٔ بی‌گیومه آمده است",
    Quotes.STRAY: "پس از گیومهٔ پایانی یک خانه متن آمده است",
    Quotes.OPEN: "گیومه‌ای باز شده و بسته نشده است",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with the line `line_no`: RAGGED_LINE or UNDECODABLE_TEXT, in two languages."""

    line_no: int
    code: str
    detail_fa: str
    detail_en: str


@lru_cache(maxsize=1_024)
def _unsound_texts(quotes: Quotes, quote: str | None, found: int, width: int) -> tuple[str, str]:
    return (
        f"{_QUOTES_FA[quotes]} ({quote})؛ این خط {found} خانه از {width} خوانده شد.",
        f"In this line {quotes.value} ({quote}); read as {found} cells of {width}.",
    )


def ragged(line_no: int, found: int, width: int) -> Damage:
    """The line has another number of cells than the table."""
    return Damage(
        line_no,
        RAGGED_LINE,
        f"این خط {found} خانه دارد، جدول {width} خانه؛ جداکننده‌ای کم یا زیاد است.",
        f"The line has {found} cells, the table {width}; a delimiter is missing or extra.",
    )


def unsound_quotes(
    line_no: int, quotes: Quotes, dialect: Dialect, found: int, width: int
) -> Damage:
    """The quotes of the line do not pair."""
    return Damage(line_no, RAGGED_LINE, *_unsound_texts(quotes, dialect.quote, found, width))


def other_delimiter(line_no: int, delimiter: str, cells: list[str], dialect: Dialect) -> Damage:
    """The line uses a delimiter of its own."""
    own = _SIGNS.get(delimiter, delimiter)
    usual = _SIGNS.get(dialect.delimiter, dialect.delimiter)
    return Damage(
        line_no,
        RAGGED_LINE,
        f"جداکنندهٔ این خط «{own}» است، نه «{usual}»؛ با آن {len(cells)} خانه دارد.",
        f"The line is delimited by '{own}' instead of '{usual}'; it has {len(cells)} cells then.",
    )


def undecodable(line_no: int, raw: bytes, encoding: str) -> Damage:
    """The bytes of the line are no text in the file's encoding, or hold NUL."""
    if b"\x00" in raw and not encoding.startswith("utf-16"):
        return Damage(
            line_no,
            UNDECODABLE_TEXT,
            "در این خط بایت تهی (NUL) هست.",
            "The line holds NUL bytes.",
        )
    return Damage(
        line_no,
        UNDECODABLE_TEXT,
        f"بایت‌های این خط در کدبندی {encoding} متن درستی نیست.",
        f"The bytes of this line are not sound text in {encoding}.",
    )
