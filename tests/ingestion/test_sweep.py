"""Damage in every row and column in turn: that line is named, no other line changes."""

from collections.abc import Iterator

import pytest

from tests.ingestion.files import PLAIN, Style, cell, line, read, rows, write

TABLE = rows()
LINES = [line(cells) for cells in TABLE]
WIDTH = len(TABLE[0])
END = PLAIN.end


def cells_as_written(row: int) -> list[str]:
    return [cell(text, PLAIN) for text in TABLE[row]]


def missing_delimiter(row: int) -> Iterator[str]:
    cells = cells_as_written(row)
    for i in range(WIDTH - 1):
        yield ",".join([*cells[:i], cells[i] + cells[i + 1], *cells[i + 2 :]])


def extra_delimiter(row: int) -> Iterator[str]:
    cells = cells_as_written(row)
    for i in range(WIDTH):
        yield ",".join([*cells[:i], "", *cells[i:]])


def extra_quote(row: int) -> Iterator[str]:
    cells = cells_as_written(row)
    for i in range(WIDTH):
        yield ",".join([*cells[:i], f'"{cells[i]}', *cells[i + 1 :]])
    for i in range(row % 3, WIDTH, 3):
        yield ",".join([*cells[:i], f'{cells[i]}"', *cells[i + 1 :]])


def other_delimiter(row: int) -> Iterator[str]:
    for delimiter in (";", "\t", "|"):
        yield line(TABLE[row], Style(delimiter))
    yield " ".join(cells_as_written(row))


DAMAGES = (missing_delimiter, extra_delimiter, extra_quote, other_delimiter)
FILES = [(row, damage, text) for row in range(84) for damage in DAMAGES for text in damage(row)]


def test_the_sweep_is_as_large_as_promised() -> None:
    assert len(FILES) > 2000


def test_damage_in_one_line_is_named_and_harms_no_other() -> None:
    unnamed, harmed, alarms = [], [], []
    for row, damage, text in FILES:
        data = END.join([*LINES[:row], text, *LINES[row + 1 :], ""]).encode()
        got = read(data)
        place = (row + 1, damage.__name__, text)
        if row + 1 not in got.lines:
            unnamed.append(place)
        if got.lines - {row + 1}:
            alarms.append((place, got.lines))
        if sound_lines(got.table, row) != [*TABLE[:row], *TABLE[row + 1 :]]:
            harmed.append(place)
    assert not harmed, (len(harmed), harmed[:5])
    assert not alarms, (len(alarms), alarms[:5])
    assert len(unnamed) <= 0.01 * len(FILES), (len(unnamed), unnamed[:5])


def sound_lines(table: list[list[str]], damaged: int) -> list[list[str]]:
    return [cells for i, cells in enumerate(table) if i != damaged]


STYLES = [
    Style(delimiter, quote, escape, end, quote_all)
    for delimiter in (",", ";", "\t", "|", ", ", "||", "؛", " ")
    for quote, escape in (('"', None), ("'", None), ('"', "\\"), ("'", "\\"))
    for end in ("\n", "\r\n", "\r")
    for quote_all in (False, True)
]


@pytest.mark.parametrize("style", STYLES, ids=repr)
def test_every_dialect_is_found_without_being_told(style: Style) -> None:
    got = read(write(TABLE, style))
    assert got.table == TABLE
    assert not got.damaged
    assert got.inspection.dialect.delimiter == style.delimiter
