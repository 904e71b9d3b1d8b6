"""Files that the faults are tried on: small months with every kind of line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.karamad import RETURN, Cells, write_lines

BAD: list[Cells | str] = ["1,2", {"quantity": "x"}, {"customer_id": ""}, "", {"net_amount": "111"}]


def month_file(
    folder: Path, name: str, *, lines: int = 200, period: str = "1403-05", prefix: str = "1"
) -> Path:
    """A file of one month; `prefix` begins its invoice numbers, so that files differ."""
    year, month = period.split("-")
    sound: list[Cells | str] = [
        {
            "invoice_id": f"{prefix}{number // 3:05}",
            "invoice_line_no": str(number % 3 + 1),
            "customer_id": f"C{number % 17}",
            "product_id": f"P{number % 23}",
            "salesperson_id": f"S{number % 5}",
            "customer_name": f"مشتری {number % 17}",
            "product_name": f"کالا {number % 23}",
            "system_date": f"{year}/{month}/{number % 28 + 1:02}",
            "reference_date": f"{year}/{month}/{number % 28 + 1:02}",
            **(RETURN if number % 20 == 0 else {}),
        }
        for number in range(lines - len(BAD))
    ]
    # No line is in two files: which of two months that run at once is told of it is anyone's guess.
    own = {"invoice_id": f"{prefix}99999"}
    bad = [line if isinstance(line, str) else {**own, **line} for line in BAD]
    return write_lines(folder / f"{name}.csv", [*sound, *bad])


def months(count: int) -> Iterator[str]:
    """Names of months, all different."""
    for number in range(count):
        yield f"{1380 + number // 12}-{number % 12 + 1:02}"
