"""Where the table stands in the file: preamble, header rows, first record, kinds of columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.ingestion.cells import Dialect, Quotes
from pipeline.ingestion.kinds import Column, fit, has_typed, kind_of, profile_columns, typed_columns
from pipeline.ingestion.repair import (
    OTHER_DELIMITERS,
    read_other_delimiter,
    repair_quotes,
    restore_delimiter,
)
from pipeline.ingestion.sample_rows import Row, usual_width

_SEARCHED_ROWS = 60
_MOST_HEADER_ROWS = 3
_NAMED_SHARE = 0.6
_LONGEST_NAME = 120
_TOTAL = re.compile(
    r"(?:جمع|مجموع|سرجمع|grand ?total|sub ?total|total|sum)(?:\b|[\s:：]|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Layout:
    """`header_row` is an index into the rows (-1: none), `first_record` likewise.

    `header` has one name per column (rows of a tall header joined by a blank); `header_cells` the
    cells of each header row as they stand; `header_damage` says in English why it is damaged.
    """

    header_row: int
    header_rows: int
    first_record: int
    header: tuple[str, ...]
    header_cells: tuple[tuple[str, ...], ...]
    width: int
    profile: tuple[Column, ...]
    reason: str


def find_layout(rows: Sequence[Row], dialect: Dialect, forced: int | None = None) -> Layout:
    """Find header and first record among the first rows of a file.

    `forced` is the index of the header row where the user says so, -1 for "there is none".
    """
    width = usual_width(rows)
    profile = _body_profile(rows, width)
    if forced is not None:
        start, count, reason = forced, min(1, forced + 1), "the user says where the header is"
    else:
        start, count, reason = _search(rows, dialect, width, profile)
    if start < 0:
        first = _first_record(rows, width)
        return Layout(-1, 0, first, (), (), width, _profile(rows[first:], width), reason)
    cells = tuple(tuple(header_cells(row, dialect, width)) for row in rows[start : start + count])
    header = _names(cells, width)
    width = _agreed_width(rows[start + count :], header, width)
    body = _profile(rows[start + count :], width)
    header = _padded(header, width, body)
    return Layout(start, count, start + count, header, cells, width, body, reason)


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a line carries nothing: no text, or empty cells alone."""
    return not any(cell.strip() for cell in cells)


def is_total(cells: Sequence[str], profile: Sequence[Column]) -> bool:
    """Whether a line is a subtotal or grand total: a label, amounts, and blanks for the keys."""
    label = next((i for i, cell in enumerate(cells) if kind_of(cell) == "text"), -1)
    if label < 0 or not _TOTAL.match(cells[label].strip()):
        return False
    present = [(i, cell) for i, cell in enumerate(cells) if cell.strip()]
    if len(present) < 2:
        return False
    if not all(kind_of(cell) == "number" for i, cell in present if i != label):
        return False
    if len(cells) != len(profile):
        return True
    odd_place = profile[label].kind in ("number", "date", "time", "code")
    blanks = sum(
        1 for c, column in zip(cells, profile, strict=True) if column.filled and not c.strip()
    )
    return blanks > 0 or odd_place


def looks_like_header(cells: Sequence[str]) -> bool:
    """Whether the cells could name columns: mostly there, short, distinct text."""
    if has_typed(cells):
        return False
    names = [cell.strip() for cell in cells if cell.strip()]
    if len(names) < _NAMED_SHARE * len(cells) or not names:
        return False
    if max(map(len, names)) > _LONGEST_NAME:
        return False
    return 2 * len(set(names)) > len(names)


def header_cells(row: Row, dialect: Dialect, width: int) -> list[str]:
    """Give the cells of a header row; a damaged one is read as well as it can be."""
    sound = row.quotes is Quotes.SOUND
    if sound and len(row.cells) >= width:
        return row.cells
    if other := read_other_delimiter(row.text, dialect, width, ()):
        return other[1]
    if restored := restore_delimiter(row.text, dialect, width, ()):
        return restored
    plain = row.cells if sound else repair_quotes(row.text, dialect, width)
    if len(plain) > 1:
        return plain
    others = (row.text.split(sign) for sign in OTHER_DELIMITERS if sign in row.text)
    return min(others, key=lambda cells: abs(len(cells) - width), default=plain)


def _body_profile(rows: Sequence[Row], width: int) -> tuple[Column, ...]:
    full = [row for row in rows if row.quotes is Quotes.SOUND and len(row.cells) == width]
    # A possible tall header is left out where enough rows remain to judge by.
    skip = _MOST_HEADER_ROWS if len(full) > 2 * _MOST_HEADER_ROWS else min(1, len(full) - 1)
    return _profile(full[max(0, skip) :], width)


def _profile(rows: Sequence[Row], width: int) -> tuple[Column, ...]:
    full = [
        row.cells
        for row in rows
        if row.quotes is Quotes.SOUND and len(row.cells) == width and not is_blank(row.cells)
    ]
    return profile_columns(full[:400], width)


def _search(
    rows: Sequence[Row], dialect: Dialect, width: int, profile: Sequence[Column]
) -> tuple[int, int, str]:
    """Give (index of the header row or -1, number of header rows, reason)."""
    damaged = -1
    for index, row in enumerate(rows[:_SEARCHED_ROWS]):
        if is_blank(row.cells):
            continue
        if len(row.cells) == width and row.quotes is Quotes.SOUND:
            if _is_record(row.cells, profile):
                break
            if damaged >= 0 and not typed_columns(profile):
                break  # all is text, so the first line is as likely the header as in any file
            if looks_like_header(row.cells):
                start = _upper_rows(rows, index, width)
                end = _lower_rows(rows, index, width, profile)
                count = min(_MOST_HEADER_ROWS, end - start)
                return start, count, "first full line whose cells are names, not values"
        else:
            # Only names right above the first record can be its header.
            near = _near_header(header_cells(row, dialect, width), width)
            damaged = index if near else -1
    if damaged >= 0:
        return damaged, 1, "first line that reads as names, though it is damaged"
    return -1, 0, "the first full line already holds values"


def _near_header(cells: Sequence[str], width: int) -> bool:
    """Whether a line with cells cut off, merged or added could still be the header."""
    near = width // 2 <= len(cells) <= width + max(1, width // 4)
    return near and width > 1 and len(cells) > 1 and looks_like_header(cells)


def _is_record(cells: Sequence[str], profile: Sequence[Column]) -> bool:
    matches, checked = fit(cells, profile)
    return checked > 0 and 2 * matches > checked


def _upper_rows(rows: Sequence[Row], index: int, width: int) -> int:
    """Include a row of group names (merged cells: some blank) right above the header."""
    above = index - 1
    if above < 0 or len(rows[above].cells) != width or width < 4:
        return index
    names = [i for i, cell in enumerate(rows[above].cells) if cell.strip()]
    apart = len(names) > 1 and any(b - a > 1 for a, b in pairwise(names))
    texts = all(kind_of(rows[above].cells[i]) == "text" for i in names)
    labelled = any(rows[above].cells[i].rstrip().endswith((":", "：")) for i in names)
    return above if apart and texts and not labelled else index


def _lower_rows(rows: Sequence[Row], index: int, width: int, profile: Sequence[Column]) -> int:
    """Include further rows of names: text in every column that holds values below."""
    typed = typed_columns(profile)
    end = index + 1
    while end < len(rows) and end - index < _MOST_HEADER_ROWS:
        cells = rows[end].cells
        if len(cells) != width or is_blank(cells) or has_typed(cells):
            break
        named = sum(1 for i in typed if cells[i].strip())
        if len(typed) < 2 or named < 2 or 2 * named < len(typed) or is_total(cells, profile):
            break
        end += 1
    return end


def _first_record(rows: Sequence[Row], width: int) -> int:
    for index, row in enumerate(rows):
        if len(row.cells) == width and not is_blank(row.cells):
            return index
    return 0


def _names(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """Join a tall header into one name per column; a group name goes on over its blank cells."""
    if len(rows) == 1:
        return tuple(rows[0])
    filled = [list(row) for row in rows]
    for upper, lower in pairwise(filled):
        for i in range(1, min(len(upper), len(lower))):
            if not upper[i].strip() and lower[i].strip():
                upper[i] = upper[i - 1]
    columns = range(max(len(row) for row in filled))
    return tuple(
        " ".join(row[i].strip() for row in filled if i < len(row) and row[i].strip())
        for i in columns
    )


def _agreed_width(body: Sequence[Row], header: Sequence[str], width: int) -> int:
    """With no sound record below to count by, the header itself says how many cells there are."""
    if any(row.quotes is Quotes.SOUND and len(row.cells) == width for row in body):
        return width
    return len(header)


def _padded(header: tuple[str, ...], width: int, profile: Sequence[Column]) -> tuple[str, ...]:
    """Allow for a delimiter at the end of every record, or of the header alone."""
    if len(header) == width - 1 and profile[-1].kind == "empty":
        return (*header, "")
    if len(header) == width + 1 and not header[-1].strip():
        return header[:-1]
    return header
