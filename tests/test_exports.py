"""What leaves the system: the bytes as they came, and sheets that calculate nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from pipeline import sheets as sheet_files
from pipeline.errors import PipelineError
from pipeline.exports import export_issues, export_raw
from pipeline.quality.issue_filter import IssueFilter
from pipeline.runs import load_file
from pipeline.samples import generate
from pipeline.settings import Settings
from pipeline.sheets import CELL_CHARACTERS, csv_cell

SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
FORMULA = '=HYPERLINK("http://x","y")'


@pytest.fixture
def loaded(db_url: str, settings: Settings, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    path = tmp_path / "month.csv"
    generate(path, lines=200, dirty=0.2, seed=3, period="1403-05")
    load_file(db_url, settings, path)
    with psycopg.connect(db_url) as connection:
        connection.execute(
            "update dq.dq_issues set raw_value = %s, impact_amount = -1200.5 where issue_id = 1",
            (FORMULA,),
        )
        connection.execute(
            "update dq.dq_issues set raw_value = %s, message = %s, impact_amount = %s"
            " where issue_id = 2",
            ("-5", "ب" * 40_000 + "\uffff", Decimal("12345678901234567.89")),
        )
    yield db_url, path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def counted(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from dq_issues").fetchone()
    assert row is not None
    return int(row[0])


def test_every_issue_is_in_the_csv(loaded: tuple[str, Path], tmp_path: Path) -> None:
    url, _ = loaded
    out = tmp_path / "i.csv"
    assert export_issues(url, out) == counted(url) > 40
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = rows_of(out)
    assert len(rows) == counted(url)
    with psycopg.connect(url) as connection:
        table = connection.execute("select * from dq.dq_issues limit 0").description or []
    assert {column.name for column in table} <= set(rows[0])


@pytest.mark.attack("a formula in a cell")
def test_text_stays_text_and_numbers_stay_numbers(loaded: tuple[str, Path], tmp_path: Path) -> None:
    export_issues(loaded[0], tmp_path / "i.csv")
    by_id = {row["issue_id"]: row for row in rows_of(tmp_path / "i.csv")}
    assert (by_id["1"]["raw_value"], by_id["1"]["impact_amount"]) == (f"'{FORMULA}", "-1200.5")
    assert (by_id["2"]["raw_value"], by_id["2"]["impact_amount"]) == (
        "'-5",
        "12345678901234567.89",
    )


def test_issues_can_be_chosen(loaded: tuple[str, Path], tmp_path: Path) -> None:
    url, _ = loaded
    assert export_issues(url, tmp_path / "i.csv", IssueFilter(rules=("INVALID_DATE",))) > 0
    assert {row["rule_code"] for row in rows_of(tmp_path / "i.csv")} == {"INVALID_DATE"}
    with psycopg.connect(url) as connection:
        connection.execute("update app.load_states set state = 'superseded'")
    assert export_issues(url, tmp_path / "i.csv") == 0
    assert export_issues(url, tmp_path / "i.csv", IssueFilter(loads=(1,))) == counted(url)


def test_the_workbook_holds_strings_and_numbers(loaded: tuple[str, Path], tmp_path: Path) -> None:
    url, _ = loaded
    out = tmp_path / "i.xlsx"
    count = export_issues(url, out, headings=lambda name: f"<{name}>", sheet="ایرادها")
    assert count == counted(url)
    book = CalamineWorkbook.from_path(str(out))
    assert book.sheet_names == ["ایرادها"]
    head, *rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == count
    by_id = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert (by_id[1]["<raw_value>"], by_id[1]["<impact_amount>"]) == (FORMULA, -1200.5)
    assert by_id[2]["<raw_value>"] == "-5"
    assert by_id[2]["<impact_amount>"] == "12345678901234567.89"  # a float would lose the end
    assert len(str(by_id[2]["<message>"])) == CELL_CHARACTERS
    assert str(by_id[2]["<message>"]).endswith("…")


def test_the_workbook_reads_from_the_right_under_a_frozen_head(
    loaded: tuple[str, Path], tmp_path: Path
) -> None:
    import zipfile

    export_issues(loaded[0], tmp_path / "i.xlsx", IssueFilter(loads=(1,)))
    with zipfile.ZipFile(tmp_path / "i.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'rightToLeft="1"' in sheet
    assert 'state="frozen"' in sheet
    assert "<cols>" in sheet
    assert "<f>" not in sheet


def test_more_rows_than_a_sheet_takes_go_on_in_the_next(
    loaded: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_files, "SHEET_ROWS", 11)
    count = export_issues(loaded[0], tmp_path / "i.xlsx", sheet="S")
    book = CalamineWorkbook.from_path(str(tmp_path / "i.xlsx"))
    sheets = -(-count // 10)
    assert book.sheet_names == ["S", *(f"S {number}" for number in range(2, sheets + 1))]
    pages = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    rows = [row for page in pages for row in page[1:]]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert len(rows) == count


def test_no_issue_still_gives_a_sheet(db_url: str, tmp_path: Path) -> None:
    assert export_issues(db_url, tmp_path / "i.xlsx") == 0
    (rows,) = CalamineWorkbook.from_path(str(tmp_path / "i.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[0] == "issue_id"


def test_another_kind_of_file_is_wrong(db_url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.xlsx"):
        export_issues(db_url, tmp_path / "i.pdf")
    assert list(tmp_path.iterdir()) == []


@given(st.sampled_from(SIGNS), st.text())
def test_no_text_is_calculated(sign: str, text: str) -> None:
    assert csv_cell(sign + text) == f"'{sign}{text}"


def test_blanks_before_a_sign_do_not_hide_it() -> None:
    assert csv_cell(" \u00a0=1+1") == "' \u00a0=1+1"
    assert csv_cell("a=b") == "a=b"


@given(st.decimals(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_are_written_as_they_are(value: Decimal | int) -> None:
    assert Decimal(csv_cell(value)) == value


def test_raw_comes_back_bit_for_bit(loaded: tuple[str, Path], tmp_path: Path) -> None:
    url, path = loaded
    done = export_raw(url, 1, tmp_path / "back.csv")
    assert done.path.read_bytes() == path.read_bytes()
    assert done.size == path.stat().st_size
    folder = tmp_path / "folder"
    folder.mkdir()
    assert export_raw(url, 1, folder).path == folder / "month.csv"


@pytest.mark.parametrize("damage", ["set data = '\\x00'", "set data = substr(data, 1, 20)"])
def test_damaged_raw_is_not_handed_out(
    loaded: tuple[str, Path], tmp_path: Path, damage: str
) -> None:
    url, _ = loaded
    with psycopg.connect(url) as connection:
        connection.execute("alter table raw.file_chunks disable trigger all")
        connection.execute(f"update raw.file_chunks {damage}")
    with pytest.raises(PipelineError) as caught:
        export_raw(url, 1, tmp_path / "back.csv")
    assert caught.value.code == "RAW_DAMAGED"
    assert not list(tmp_path.glob("back*"))


def test_other_bytes_of_the_same_size_are_noticed(loaded: tuple[str, Path], tmp_path: Path) -> None:
    url, path = loaded
    import zlib

    other = path.read_bytes()[:-1] + b"!"
    with psycopg.connect(url) as connection:
        connection.execute("alter table raw.file_chunks disable trigger all")
        connection.execute("update raw.file_chunks set data = %s", (zlib.compress(other),))
    with pytest.raises(PipelineError, match="do not match its receipt"):
        export_raw(url, 1, tmp_path / "back.csv")
