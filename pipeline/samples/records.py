"""Split the text of an export into records and raw cells, losing no character."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_LONGEST_RECORD: Final = 12  # physical lines that one quoted cell may plausibly hold
_QUOTE: Final = '"'


@dataclass(frozen=True)
class Record:
    """Raw cells (quotes and all) of one record, or its whole text where cells cannot be told.

    `end` is the line end; `delimiter.join(cells) + end` is the text as it stood.
    """

    text: str
    cells: tuple[str, ...] | None
    end: str


def read_records(lines: Iterable[str], delimiter: str, width: int) -> Iterator[Record]:
    """Records of the wanted number of cells; every other physical line stands alone, uncut.

    An open quote goes on into the next lines only if that gives a record of the right width, so a
    stray quote does not swallow the lines after it.
    """
    source = iter(lines)
    waiting: deque[str] = deque()
    while waiting or _refill(waiting, source):
        text, taken = waiting[0], 1
        cells = _cells(text, delimiter)
        while cells is None and taken < _LONGEST_RECORD:
            if len(waiting) == taken and not _refill(waiting, source):
                break
            text += waiting[taken]
            taken += 1
            cells = _cells(text, delimiter)
        if cells is None or len(cells) != width:
            text, taken, cells = waiting[0], 1, None
        for _ in range(taken):
            waiting.popleft()
        body = text.rstrip("\r\n")
        yield Record(body, tuple(cells) if cells else None, text[len(body) :])


def _refill(waiting: deque[str], source: Iterator[str]) -> bool:
    line = next(source, None)
    if line is not None:
        waiting.append(line)
    return line is not None


def _cells(text: str, delimiter: str) -> list[str] | None:
    """Raw cells of a record without its end; None while a quote is open."""
    body = text.rstrip("\r\n")
    if _QUOTE not in body:
        return body.split(delimiter)
    cells, quoted = [""], False
    for piece in body.split(delimiter):
        cells[-1] += piece
        starts = cells[-1].startswith(_QUOTE)
        quoted = starts and cells[-1].count(_QUOTE) % 2 == 1
        if quoted:
            cells[-1] += delimiter
        else:
            cells.append("")
    return None if quoted else cells[:-1]
