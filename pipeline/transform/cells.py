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


_STRIPPED = pl.all().str.strip_chars()
_IS_ODD = pl.all().str.len_bytes() != pl.all().str.len_chars()
_DISTINCT = pl.all().unique().drop_nulls().implode()
_FILLED = pl.when((pl.all() != "") & (pl.all() != "-")).then(pl.all())


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
    if not cells.width:
        return cells
    cells = cells.select_seq(_STRIPPED)
    rows = rows_where(cells, _IS_ODD)
    picked = pick(cells.get_columns(), rows)
    if len(picked):
        mended = picked.to_frame().select_seq(_MENDED_KEYS if fold else _MENDED).to_series()
        cells = pl.DataFrame(put_back(cells.get_columns(), rows, mended))
    return cells.select_seq(_FILLED)


def rows_where(frame: pl.DataFrame, *conditions: pl.Expr) -> list[pl.Series]:
    """For each column of the answers, the numbers of the rows where it is true."""
    # One question for all columns: what a block is asked costs more than what it answers.
    answers = frame.select_seq(condition.arg_true().implode() for condition in conditions)
    return [found[0] for found in answers]


def pick(columns: list[pl.Series], rows: list[pl.Series]) -> pl.Series:
    """The cells at some rows of each of one or more columns, column after column, as `cell`."""
    parts = [column[at].alias("cell") for column, at in zip(columns, rows, strict=True)]
    return pl.concat(parts, rechunk=True)


def put_back(columns: list[pl.Series], rows: list[pl.Series], values: pl.Series) -> list[pl.Series]:
    """The columns with `values` in place of what `pick` took. They are changed in place."""
    changed, start = [], 0
    for column, at in zip(columns, rows, strict=True):
        changed.append(column.scatter(at, values[start : start + len(at)]) if len(at) else column)
        start += len(at)
    return changed


def without_marks(cells: pl.Expr) -> pl.Expr:
    """Without what the eye does not see, with plain single spaces, none around."""
    return cells.str.replace_all(INVISIBLE, "").str.replace_all(BLANKS, " ").str.strip_chars()


def fold_digits(cells: pl.Expr) -> pl.Expr:
    """Persian and Arabic digits as ASCII ones."""
    return cells.str.replace_many(_DIGITS_FROM, _DIGITS_TO)


_MENDED = without_marks(pl.col("cell"))
_MENDED_KEYS = fold_digits(_MENDED)


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
    return (
        column.to_frame().select_seq(pl.when(~pl.all().is_in(["", "-"])).then(pl.all())).to_series()
    )


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
    return frame.with_columns_seq(pl.concat_str(name, pl.lit("")).alias(name) for name in texts)


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

    def answers(self, distinct: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Of each text the answer, null where there is none, and whether it is empty."""
        self._learn([text for text in distinct if text not in self._known])
        found = [self._known[text] for text in distinct]
        return (
            pl.Series([answer for answer, _ in found], dtype=self._dtype),
            pl.Series([is_empty for _, is_empty in found], dtype=pl.Boolean),
        )

    def _learn(self, texts: list[str]) -> None:
        if not texts:
            return
        cleaned = clean_keys(pl.DataFrame({"cell": texts})).to_series()
        for text, cell in zip(texts, cleaned, strict=True):
            self._known[text] = (None, True) if cell is None else (self._read(cell), False)


def read_cells(cells: pl.DataFrame, readers: dict[str, CellReader]) -> pl.DataFrame:
    """The answers to some columns (null where a cell is empty or has none), each under its name.

    Beside each stands `<name>_empty`, whether the cell is empty.
    """
    cells = cells.select_seq(list(readers))
    numbers, answered = [], []
    for name, found in zip(readers, cells.select_seq(_DISTINCT), strict=True):
        distinct = found[0]
        rows = pl.int_range(len(distinct), dtype=pl.UInt32, eager=True)
        at = pl.col(name)
        numbers.append(at.replace_strict(distinct, rows, default=None, return_dtype=pl.UInt32))
        answers, empty = readers[name].answers(distinct)
        answered.append(pl.lit(answers).gather(at).alias(name))
        answered.append(pl.lit(empty).gather(at).fill_null(True).alias(f"{name}_empty"))
    return cells.select_seq(numbers).select_seq(answered)
