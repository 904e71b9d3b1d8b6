"""Whatever stands in a cell, a run ends well, balances, and tells the cell as it stands."""

from __future__ import annotations

import random

from tests.karamad import HEADERS, NAMES, RETURN, SOUND, Cells, Desk

ODD = (
    *("", " ", "-", "\\.", "\\N", "\t", "\x01", '"', '""', "'", "a\rb", "a\nb", "a\r\nb", "\x85"),
    *("\u2028", "\ufeff", "\u202e", "\u200c", "😀", "ك", "ي", "۱۲", "٠", "12", "-5", "1e3", "1E99"),
    *("1e-99", "9" * 14, "9" * 15, "9" * 16, "0.0001", "0.00001", "NaN", "inf", "0x1F", "1_000"),
    *("1403/05/12", "1403/12/30", "45000", "99999", "20240802", "2024-02-30", "24:00", "30 Esfand"),
    *("1403/05/12 24:00", "=1+1", "{}", "%s", "فروش", "برگشت", "x" * 3000, "(1,200)", "1,200-"),
    *("--5", ".5", "5.", ".", "e5", "1,2", "1 200", "۱٬۲۰۰٫۵", "−3", "NULL", "null", "true"),
)
LINES = 80


def odd_lines(seed: int) -> list[Cells]:
    chance = random.Random(seed)
    lines: list[Cells] = []
    for number in range(LINES):
        count = chance.choice([1, 1, 2, 4, 8])
        odd = {chance.choice(list(HEADERS)): chance.choice(ODD) for _ in range(count)}
        base = RETURN if chance.random() < 0.3 else {}
        lines.append({**base, "invoice_id": str(number), **odd})
    return lines


def test_odd_cells_anywhere_break_no_run_and_are_told_as_they_stand(desk: Desk) -> None:
    told = 0
    for seed in range(8):
        lines = odd_lines(seed)
        size = 4096 if seed % 2 else 2**23
        desk.settings = desk.settings.model_copy(update={"block_bytes": size})
        result = desk.load(lines)
        assert (result.balanced, result.lines) == (True, LINES)
        assert result.canonical > 10
        told += check_raw_values(desk, result.load_id, lines)
    assert told > 300


def check_raw_values(desk: Desk, load_id: int, lines: list[Cells]) -> int:
    """Each issue's raw value is the cell of its line, to the character."""
    cells = {}
    line_no = 2
    for line in lines:
        cells[line_no] = {**SOUND, **line}
        line_no += 1 + sum(ends_inside(cell) for cell in line.values())
    issues = desk.table("dq.dq_issues", where=f"load_id = {load_id} and column_name is not null")
    for issue in issues:
        name = NAMES[issue["column_name"]]
        assert issue["raw_value"] == cells[issue["line_no"]].get(name, "")
    return len(issues)


def ends_inside(cell: str) -> int:
    """How many physical lines end within a cell."""
    return cell.replace("\r\n", "\n").replace("\r", "\n").count("\n")


def test_keys_are_kept_as_text(desk: Desk) -> None:
    keys = {
        "007": "007",
        "۰۰۷": "007",
        " \u200f٠٧ ": "07",
        "A\u00a0B": "A B",
        "1e3": "1e3",
        "12345678901234567890": "12345678901234567890",
        "\\.": "\\.",
        '"': '"',
        "5.0": "5.0",
    }
    desk.load([{"invoice_id": key, "customer_id": key, "product_id": key} for key in keys])
    rows = desk.rows("select * from canonical.sales order by line_no")
    for row, key in zip(rows, keys.values(), strict=True):
        assert (row["invoice_id"], row["customer_id"], row["product_id"]) == (key, key, key)
