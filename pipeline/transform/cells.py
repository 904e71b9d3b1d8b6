"""Cleaning whole columns of cells: what the eye does not see goes, what it reads stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from pipeline.transform.text import INVISIBLE as WITHOUT_WIDTH
from pipeline.transform.text import LETTER_VARIANTS, ODD_SPACES, TATWEEL

# Direction marks, embeddings and isolates, joiners, byte-order mark, soft hyphen.
INVISIBLE = r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u061c]"
# Every blank a screen shows as a space, tabs and line ends included.
BLANKS = r"[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"

# Of these a word keeps what stands within it: `می\u200cشود` is not `میشود`.
MARKS = INVISIBLE.replace(r"\u200b-\u200f", r"\u200b\u200e\u200f")
# Joiners that join nothing: doubled, beside something that is no letter, at the start of a word.
STRAY_JOINERS = (
    (r"\u200c\u200c+", "\u200c"),
    (r"\u200d\u200d+", "\u200d"),
    (r"\u200c($|[^\p{L}\p{M}\p{N}])", "$1"),
    (r"(^|[^\p{L}\p{M}\p{N}])\u200c", "$1"),
    (r"(^|\s)\u200d", "$1"),
)

DIGITS = dict(zip("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", strict=True))
_DIGITS_FROM, _DIGITS_TO = list(DIGITS), list(DIGITS.values())
# What folding a text comes to sign by sign; letters with a mark lose it as their parts would.
_FOLDING = {
    **dict.fromkeys(WITHOUT_WIDTH, ""), **dict.fromkeys(ODD_SPACES, " "), TATWEEL: "",
    **LETTER_VARIANTS, **DIGITS, "آ": "ا", "أ": "ا", "إ": "ا", "ؤ": "و", "ئ": "ی", "ۀ": "ه",
}  # fmt: skip
_VARIANTS, _FOLDED = list(_FOLDING), list(_FOLDING.values())
# Cells of signs that have one form alone.
_NORMAL = "^[\t\n -~ءابتثجحخدذرزسشصضطظعغفقلمنهوپچژکگی،؛؟٪٫٬«»]*$"
_BLANK_RUN = r"[\s\x1c-\x1f]+"


def clean(column: pl.Series) -> pl.Series:
    """Cells without invisible marks and without blanks around; odd inner blanks become one space.

    Empty cells and a lone `-` become null. String in, String out, same length.
    """
    return clean_columns(column.to_frame()).to_series()


def clean_keys(cells: pl.DataFrame) -> pl.DataFrame:
    """Codes as text: cleaned, Persian and Arabic digits folded to ASCII, leading zeros kept."""
    return clean_columns(cells, fold=True)


def clean_columns(cells: pl.DataFrame, *, fold: bool = False) -> pl.DataFrame:
    """`clean` for several columns at once, with digits folded on request.

    Plain ASCII cells need a trim alone; the others, often few, are looked at more closely, those of
    all columns together.
    """
    cells = cells.select(pl.all().str.strip_chars())
    odd = cells.select(pl.all().str.len_bytes() != pl.all().str.len_chars())
    rows = [column.arg_true() for column in odd]
    picked = [column.gather(at) for column, at in zip(cells, rows, strict=True) if len(at)]
    if picked:
        mended = _without_marks(pl.concat([part.rename("cell") for part in picked], rechunk=True))
        cells = _put_back(cells, rows, fold_digits(mended) if fold else mended)
    return cells.with_columns(
        pl.when((pl.all().str.len_bytes() > 1) | ~pl.all().is_in(["", "-"])).then(pl.all())
    )


def _without_marks(cells: pl.Series) -> pl.Series:
    return cells.str.replace_all(INVISIBLE, "").str.replace_all(BLANKS, " ").str.strip_chars()


def _put_back(cells: pl.DataFrame, rows: list[pl.Series], values: pl.Series) -> pl.DataFrame:
    """Replace the cells at `rows` of each column by `values`, which follow column by column."""
    start, columns = 0, []
    for column, at in zip(cells, rows, strict=True):
        if len(at):
            # `scatter` writes in place, and the frame's columns are nobody else's.
            column = column.scatter(at, values[start : start + len(at)])
            start += len(at)
        columns.append(column)
    return pl.DataFrame(columns)


def fold_digits(column: pl.Series) -> pl.Series:
    """Persian and Arabic digits as ASCII ones."""
    return column.str.replace_many(_DIGITS_FROM, _DIGITS_TO)


def spell(column: pl.Series) -> pl.Series:
    """Names as they are written: half-spaces and letters stay, marks that say nothing go.

    As `clean`, but for joiners within a word. Empty cells and a lone `-` become null.
    """
    column = column.str.replace_all(MARKS, "")
    at = column.str.contains("[\u200c\u200d]").fill_null(False).arg_true()
    if len(at):
        joined = column[at]
        for stray, left in STRAY_JOINERS:
            joined = joined.str.replace_all(stray, left)
        column = column.scatter(at, joined)
    column = column.str.replace_all(BLANKS, " ").str.strip_chars()
    return column.to_frame().select(pl.when(~pl.all().is_in(["", "-"])).then(pl.all())).to_series()


def fold_texts(column: pl.Series) -> pl.Series:
    """`text.fold_text` of every cell; empty where nothing is left.

    Most cells are made of letters that no normal form changes once variants are folded.
    """
    folded = column.str.replace_many(_VARIANTS, _FOLDED)
    at = (~folded.str.contains(_NORMAL)).fill_null(False).arg_true()
    if len(at):
        odd = folded[at].str.normalize("NFKD").str.replace_all(r"\p{Mn}", "")
        odd = odd.str.normalize("NFKC").str.replace_many(_VARIANTS, _FOLDED)
        folded = folded.scatter(at, odd)
    return folded.str.replace_all(_BLANK_RUN, " ").str.strip_chars()


def compact(frame: pl.DataFrame) -> pl.DataFrame:
    """The same frame with texts of its own.

    A text column shares the buffers it was cut from: a few cells that are remembered would keep
    whole blocks of the file in memory.
    """
    # To join texts with nothing writes them anew.
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(pl.concat_str(name, pl.lit("")).alias(name) for name in texts)


class CellReader:
    """Reads each distinct text of a column once, and remembers the answer from block to block.

    A month has some thirty days, however many lines. `read` gets a cell that is cleaned, with
    digits folded, and is never asked about an empty one.
    """

    def __init__(self, read: Callable[[str], Any], dtype: pl.DataType | type[pl.DataType]) -> None:
        self._read = read
        self._dtype = dtype
        # Of each text the answer, and whether it is empty once it is cleaned.
        self._known: dict[str, tuple[Any, bool]] = {}

    def read(self, column: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The answers (null where a cell is empty or has none), and which cells are empty."""
        distinct = column.unique().drop_nulls()
        self._learn([text for text in distinct if text not in self._known])
        found = [self._known[text] for text in distinct]
        numbers = pl.Series(range(len(found)), dtype=pl.UInt32)
        at = column.replace_strict(distinct, numbers, default=None, return_dtype=pl.UInt32)
        answers = pl.Series(column.name, [answer for answer, _ in found], dtype=self._dtype)
        empty = pl.Series([is_empty for _, is_empty in found], dtype=pl.Boolean)
        return answers.gather(at), empty.gather(at).fill_null(True)

    def _learn(self, texts: list[str]) -> None:
        if not texts:
            return
        cleaned = clean_keys(pl.DataFrame({"cell": texts})).to_series()
        for text, cell in zip(texts, cleaned, strict=True):
            self._known[text] = (None, True) if cell is None else (self._read(cell), False)
