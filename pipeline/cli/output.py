"""How the terminal shows things: exact JSON, aligned columns, amounts, progress."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

SHOW_AFTER_SECONDS = 1.0
LONGEST_CELL = 60
# They belong to Persian words; every other invisible character is shown by its code.
_JOINERS = "\u200c\u200d"

Tell = Callable[[str, int], None]


def to_json(value: Any) -> str:
    """A value as JSON on one line; decimals are numbers with exactly their digits.

    Whole decimals are integers. ValueError for NaN and infinity, which JSON has not.
    """
    if isinstance(value, Mapping):
        items = (
            f"{json.dumps(str(key), ensure_ascii=False)}: {to_json(item)}"
            for key, item in value.items()
        )
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(to_json, value)) + "]"
    if isinstance(value, Decimal):
        return exact(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def exact(value: Decimal) -> str:
    """The digits of a decimal, without zeros that say nothing and without an exponent."""
    if not value.is_finite():
        raise ValueError(f"Wanted: a finite number; not {value}.")
    digits = format(value, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def amount(value: Decimal | int | None) -> str:
    """A number for readers: thousands apart, every digit there; `-` for none."""
    return "-" if value is None else _thousands(exact(Decimal(value)))


def shown(text: object, longest: int | None = None) -> str:
    """Text that may go to a terminal: control and direction characters by their codes."""
    safe = "".join(
        c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode()
        for c in str(text)
    )
    return safe if longest is None or len(safe) <= longest else f"{safe[: longest - 1]}…"


def columns(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows under their headings, aligned; numbers to the right, None as `-`."""
    from rich.cells import cell_len

    texts = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(headings, *texts, strict=True)]
    kinds = [_is_number_column(column) for column in zip(*rows, strict=True)] or [False] * len(
        widths
    )
    lines = []
    for row in ([*headings], *texts):
        padded = (
            " " * (width - cell_len(text)) + text
            if right
            else text + " " * (width - cell_len(text))
            for text, width, right in zip(row, widths, kinds, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


@contextmanager
def progress(wanted: bool, total: int, names: Callable[[str], str]) -> Iterator[Tell]:
    """A bar on standard error for what takes over a second; `tell(stage, size)` moves it.

    `total` is the size of everything in bytes, `names` words a stage. Without a terminal, or where
    it is not `wanted`, nothing is shown.
    """
    if not (wanted and sys.stderr.isatty()):
        yield lambda stage, size: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("", total=total or None)
    timer = threading.Timer(SHOW_AFTER_SECONDS, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda stage, size: bar.update(task, advance=size, description=names(stage))
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def _thousands(digits: str) -> str:
    sign, plain = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, point, fraction = plain.partition(".")
    return f"{sign}{int(whole):,}{point}{fraction}"


def _cell(value: object) -> str:
    if value is None or isinstance(value, Decimal | int):
        return amount(value)
    return shown(value, LONGEST_CELL)


def _is_number_column(values: Sequence[object]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(value, Decimal | int) for value in present)
