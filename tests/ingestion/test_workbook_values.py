"""Values of cells come through a workbook exact: what a user sees is what the lines hold."""

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingestion import workbook_cells as cells
from pipeline.ingestion.workbook import workbook_to_lines
from tests.ingestion.workbook_files import write_ods, write_ole, write_xlsb, write_xlsx, xls_stream


def lines(path: Path) -> list[str]:
    text = b"".join(workbook_to_lines(path)).decode()
    assert text.endswith("\n")
    return text[:-1].split("\n")


def book(path: Path, fill: object, **options: object) -> Path:
    made = xlsxwriter.Workbook(str(path), options)
    fill(made, made.add_worksheet("فروش"))  # type: ignore[operator]
    made.close()
    return path


def test_texts_keep_every_character(tmp_path: Path) -> None:
    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(0, 0, ["کد کالا", "ي ك ‌ة", 'گفت "سلام"', "الف، ب,ج"])
        for column, text in enumerate(["00123", "1234567890123456789", "سطر ۱\nسطر ۲", "a\r\nb"]):
            sheet.write_string(1, column, text)
        for column, text in enumerate(["<&>", "_x000D_", "🙂", " lead"]):
            sheet.write_string(2, column, text)

    assert lines(book(tmp_path / "t.xlsx", fill)) == [
        'کد کالا,ي ك ‌ة,"گفت ""سلام""","الف، ب,ج"',
        "00123,1234567890123456789,سطر ۱\u2028سطر ۲,a\u2028b",
        "<&>,_x000D_,🙂, lead",
    ]


def test_numbers_are_shortest_and_exact(tmp_path: Path) -> None:
    values = [12, 12.0, 0, -5, 0.1, 1234567.89, 1e15, 1.5e-7, 123456789012345, -0.5]

    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(0, 0, values)

    expected = "12,12,0,-5,0.1,1234567.89,1000000000000000,0.00000015,123456789012345,-0.5"
    assert lines(book(tmp_path / "t.xlsx", fill)) == [expected]


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("12.0", "12"),
        ("1E3", "1000"),
        ("12345678901234567890", "12345678901234567890"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("-0", "0"),
        ("007", "7"),
        ("NaN", "NaN"),
        ("1e999", "1e999"),
        ("abc,d", '"abc,d"'),
    ],
)
def test_numbers_as_other_writers_store_them(tmp_path: Path, stored: str, read: str) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", f'<row r="1"><c r="A1"><v>{stored}</v></c></row>')
    assert lines(path) == [read]


def test_number_formats_show_leading_zeros(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for column, code in enumerate(
            ["00000", "00000;-00000", "[$-fa-IR]0000", "0", "#,##0", "0.00"]
        ):
            sheet.write_number(0, column, 42, made.add_format({"num_format": code}))

    assert lines(book(tmp_path / "t.xlsx", fill)) == ["00042,00042,0042,42,42,42"]


@pytest.mark.parametrize("date1904", [False, True])
def test_dates_of_both_systems(tmp_path: Path, date1904: bool) -> None:
    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        day = made.add_format({"num_format": "yyyy/mm/dd"})
        jalali = made.add_format({"num_format": "[$-fa-IR,96]yyyy/mm/dd;@"})
        clock = made.add_format({"num_format": "hh:mm:ss"})
        elapsed = made.add_format({"num_format": "[h]:mm:ss"})
        sheet.write_datetime(0, 0, dt.datetime(2024, 8, 2), day)
        sheet.write_datetime(0, 1, dt.datetime(2024, 2, 29, 23, 59, 59), day)
        sheet.write_datetime(0, 2, dt.datetime(2024, 8, 2), jalali)
        sheet.write_datetime(0, 3, dt.time(6, 30), clock)
        sheet.write_number(0, 4, 1.0, elapsed)
        sheet.write_number(0, 5, 45506)

    expected = "2024-08-02,2024-02-29 23:59:59,2024-08-02,06:30:00,24:00:00,45506"
    path = book(tmp_path / "t.xlsx", fill, date_1904=date1904)
    assert lines(path) == [expected]


def test_serials_around_the_leap_day_that_never_was() -> None:
    days = [cells.serial_text(float(serial), "date", False) for serial in (1, 59, 60, 61)]
    assert days == ["1900-01-01", "1900-02-28", "1900-02-29", "1900-03-01"]
    assert cells.serial_text(0.0, "date", True) == "1904-01-01"
    assert cells.serial_text(-1.0, "date", False) is None
    assert cells.serial_text(2_958_465.0, "date", False) == "9999-12-31"
    assert cells.serial_text(2_958_466.0, "date", False) is None
    assert cells.serial_text(2_958_465.0, "date", True) is None


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)))
def test_every_second_survives_its_serial(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    serial = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    expected = moment.isoformat(" ").removesuffix(" 00:00:00")
    assert cells.serial_text(serial, "date", False) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_of_a_number_is_that_number(value: float) -> None:
    text = cells.float_text(value)
    assert float(text) == value
    assert "e" not in text.lower()
    assert not text.endswith(".0")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_field_is_one_line_and_reads_back(text: str) -> None:
    made = cells.field(text).decode()
    assert "\n" not in made
    assert "\r" not in made
    inner = made[1:-1].replace('""', '"') if made.startswith('"') else made
    expected = text.replace("\r\n", "\u2028").replace("\n", "\u2028").replace("\r", "\u2028")
    assert inner == expected


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("General", None),
        ("0.00E+00", None),
        ("#,##0 [$ریال-fa-IR]", None),
        ('0 "days"', None),
        ('"C"000', None),
        ("000-0000", None),
        ("@", None),
        ("00", 2),
        ("yyyy-mm-dd", "date"),
        ("d mmm", "date"),
        ("mm:ss", "time"),
        ("h:mm AM/PM", "time"),
        ("[mm]:ss", "duration"),
        ("[$-409]m/d/yy h:mm", "date"),
        ('"a;b"dd;@', "date"),
        ("[Red]0.0", None),
    ],
)
def test_what_a_number_format_makes_of_a_value(code: str, shape: cells.Format) -> None:
    assert cells.format_of(164, code) == shape


def test_booleans_errors_and_formulas(tmp_path: Path) -> None:
    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_boolean(0, 0, True)
        sheet.write_boolean(0, 1, False)
        sheet.write_formula(0, 2, "=NA()", None, "#N/A")
        sheet.write_formula(0, 3, "=1+1", None, 2)
        sheet.write_formula(0, 4, '="0"&"12"', None, "012")
        sheet.write_formula(0, 5, "=TRUE()", None, True)

    assert lines(book(tmp_path / "t.xlsx", fill)) == ["TRUE,FALSE,#N/A,2,012,TRUE"]


def test_a_formula_without_a_stored_value_is_told(tmp_path: Path) -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1</f></c></row>'
    with workbook_to_lines(write_xlsx(tmp_path / "t.xlsx", row)) as found:
        assert list(found) == [b"1,\n"]
        assert found.summary is not None
        assert found.summary.formulas_without_value == 1
        assert "FORMULAS_WITHOUT_VALUE" in found.summary.remarks


def test_ods_values(tmp_path: Path) -> None:
    def cell(kind: str, value: str, shown: str) -> str:
        name = {"float": "value", "string": "string-value"}.get(kind, f"{kind}-value")
        given = f'office:{name}="{value}"' if value else ""
        text = f"<text:p>{shown}</text:p>"
        return f'<table:table-cell office:value-type="{kind}" {given}>{text}</table:table-cell>'

    row = "".join(
        [
            cell("float", "42", "00042"),
            cell("float", "1234.5", "1,234.50"),
            cell("string", "", "کد <text:s text:c='2'/>x</text:p><text:p>دوم"),
            cell("date", "2024-08-02", "1403/05/12"),
            cell("date", "2024-08-02T10:11:12", "x"),
            cell("time", "PT24H00M00S", "24:00"),
            cell("boolean", "true", "TRUE"),
            cell("float", "0", "000"),
        ]
    )
    table = f'<table:table table:name="فروش"><table:table-row>{row}</table:table-row></table:table>'
    expected = "00042,1234.5,کد   x\u2028دوم,2024-08-02,2024-08-02 10:11:12,24:00:00,TRUE,000"
    assert lines(write_ods(tmp_path / "t.ods", table)) == [expected]


def test_xls_and_xlsb_values(tmp_path: Path) -> None:
    placed = [(0, 0, "کد"), (0, 1, "مبلغ"), (2, 1, "007"), (2, 2, 12.0), (3, 0, 1234.5)]
    expected = ["کد,مبلغ,", "", ",007,12", "1234.5,,"]
    # The name's ending says nothing: exports are often renamed.
    assert lines(write_ole(tmp_path / "t.xlsx", {"Workbook": xls_stream(placed)})) == expected
    assert lines(write_xlsb(tmp_path / "t.xls", placed)) == expected


def test_xls_and_xlsb_that_begin_away_from_the_corner(tmp_path: Path) -> None:
    placed = [(2, 3, "a"), (3, 3, 5.0), (3, 4, "b")]
    expected = ["", "", ",,,a,", ",,,5,b"]
    assert lines(write_ole(tmp_path / "t.xls", {"Workbook": xls_stream(placed)})) == expected
    assert lines(write_xlsb(tmp_path / "t.xlsb", placed)) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00123", "00123"),
        (12.0, "12"),
        (7, "7"),
        (True, "TRUE"),
        (dt.date(2024, 8, 2), "2024-08-02"),
        (dt.datetime(2024, 8, 2), "2024-08-02"),
        (dt.datetime(2024, 8, 2, 10, 11, 11, 999_999), "2024-08-02 10:11:12"),
        (dt.time(6, 30), "06:30:00"),
        (dt.timedelta(hours=24), "24:00:00"),
        (dt.timedelta(minutes=-90), "-01:30:00"),
    ],
)
def test_values_of_binary_workbooks(value: object, text: str) -> None:
    assert cells.value_text(value) == text


def test_a_value_of_no_known_type_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError):
        cells.value_text(object())
