"""A month that comes as a workbook gives the same figures as the same month as text."""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg
import xlsxwriter

from pipeline.results import LoadResult
from pipeline.runs import load_file, recheck
from pipeline.samples import generate
from pipeline.settings import Settings
from pipeline.verify import verify

FACTS = "select * from canonical.sales order by line_no"
ISSUES = (
    "select line_no, rule_code, column_name, raw_value from dq_issues order by 1 nulls first, 2, 3"
)


def as_workbook(source: Path, target: Path) -> None:
    """Every cell of a CSV file as a text cell, below one another as in the file."""
    with xlsxwriter.Workbook(target, {"strings_to_numbers": False}) as book:
        book.add_worksheet("راهنما").write_string(0, 0, "این برگه داده نیست")
        sheet = book.add_worksheet("فروش")
        with source.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file)):
                for column, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, column, cell)


def load(url: str, settings: Settings, path: Path) -> LoadResult:
    return load_file(url, settings, path, source="karamad", period="1403-05")


def test_a_workbook_gives_what_the_text_gives(
    db_url: str, settings: Settings, tmp_path: Path
) -> None:
    text, book = tmp_path / "month.csv", tmp_path / "month.xlsx"
    generate(text, lines=300, dirty=0.2, seed=3, period="1403-05", structural=False)
    as_workbook(text, book)
    from_text, from_book = load(db_url, settings, text), load(db_url, settings, book)
    assert from_book.load_id != from_text.load_id
    assert (from_book.lines, from_book.net_amount, from_book.issues) == (
        from_text.lines,
        from_text.net_amount,
        {**from_text.issues, "SAME_LINES_AS_LOAD": 1},
    )
    with psycopg.connect(db_url) as connection:
        facts = connection.execute(FACTS).fetchall()
        halves = {number: [row[1:] for row in facts if row[0] == number] for number in (1, 2)}
        assert halves[1] == halves[2]
        run = connection.execute("select inspection from runs where load_id = 2").fetchone()
        assert run is not None
        assert (run[0]["format"], run[0]["sheet"]) == ("xlsx", "فروش")
    again = recheck(db_url, settings, from_book.load_id)
    assert (again.lines, again.issues) == (from_book.lines, from_book.issues)
    assert verify(db_url) == []
