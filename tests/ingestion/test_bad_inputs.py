"""The corpus of bad inputs: for each, the cells that must come out and the lines to be named."""

import pytest

from pipeline.ingestion import Overrides
from tests.ingestion.files import PLAIN, Style, line, read, rows, write

TABLE = rows(30)
PERSIAN = [[cell.replace("ی", "ي").replace("ک", "ك") for cell in cells] for cells in TABLE]
# What fits both Arabic 8-bit sets: no letter that Persian alone has.
ARABIC = [
    [cell.translate(str.maketrans("یکگپچژ«»", "يككبجز()")).replace("،", ",") for cell in cells]
    for cells in TABLE
]
WESTERN = [
    ["Date", "Customer", "City", "Amount"],
    *(
        [f"2024-05-{i:02}", name, city, f"{i * 10}.5"]
        for i, (name, city) in enumerate(
            [("José Peña", "Málaga"), ("Zoë", "Köln"), ("Façade", "Besançon"), ("Ann", "Bath")], 1
        )
    ),
]


def text_of(table: list[list[str]], style: Style = PLAIN) -> str:
    return write(table, style).decode()


# --- encodings ---------------------------------------------------------------------------------

ENCODINGS = [
    ("utf-8", b"", TABLE, "utf-8"),
    ("utf-8-sig", b"", TABLE, "utf-8"),
    ("utf-16-le", b"\xff\xfe", TABLE, "utf-16-le"),
    ("utf-16-be", b"\xfe\xff", TABLE, "utf-16-be"),
    ("utf-16-le", b"", TABLE, "utf-16-le"),
    ("utf-16-be", b"", TABLE, "utf-16-be"),
    ("cp1256", b"", PERSIAN, "cp1256"),
    ("iso8859-6", b"", ARABIC, "iso8859-6"),
    ("cp1252", b"", WESTERN, "cp1252"),
]


@pytest.mark.parametrize(("codec", "bom", "table", "expected"), ENCODINGS, ids=lambda v: str(v)[:9])
def test_every_encoding_is_found(
    codec: str, bom: bytes, table: list[list[str]], expected: str
) -> None:
    got = read(bom + text_of(table).encode(codec))
    assert got.table == table
    assert got.inspection.encoding == expected
    assert not got.damaged


def test_a_few_words_are_enough_for_windows_1256() -> None:
    data = "كد,نام\n1,شير\n2,نان\n".encode("cp1256")
    assert read(data).table == [["كد", "نام"], ["1", "شير"], ["2", "نان"]]


def test_unit_separators_part_cells() -> None:
    data = b"a\x1fb\x1fc\n1\x1f2\x1f3\n4\x1f5\x1f6\n"
    assert read(data).table == [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]]


def test_the_user_overrules_the_encoding() -> None:
    data = text_of(WESTERN).encode("cp1252")
    got = read(data, Overrides(encoding="windows-1256"))
    assert got.inspection.encoding == "cp1256"
    assert got.records[0][1] == "José Peٌa"


def test_a_line_in_another_encoding_is_named_and_the_others_are_exact() -> None:
    parts = text_of(TABLE).encode().splitlines(keepends=True)
    parts[7] = parts[7].decode().replace("ی", "ي").encode("cp1256", "replace")
    got = read(b"".join(parts))
    assert {n: d.code for n, d in got.damaged.items()} == {8: "UNDECODABLE_TEXT"}
    assert got.table[:7] + got.table[8:] == TABLE[:7] + TABLE[8:]


def test_a_utf8_line_in_a_windows_1256_file_is_named() -> None:
    parts = text_of(PERSIAN).encode("cp1256").splitlines(keepends=True)
    parts[9] = (line(TABLE[9]) + "\r\n").encode()
    got = read(b"".join(parts))
    assert {n: d.code for n, d in got.damaged.items()} == {10: "UNDECODABLE_TEXT"}
    assert got.table[9] == TABLE[9]
    assert got.table[:9] + got.table[10:] == PERSIAN[:9] + PERSIAN[10:]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_character_cut_at_the_end_is_named(encoding: str) -> None:
    data = (text_of(TABLE).rstrip("\r\n") + " شرقی").encode(encoding)[:-1]
    got = read(data)
    assert {n: d.code for n, d in got.damaged.items()} == {30: "UNDECODABLE_TEXT"}
    assert got.table[:29] == TABLE[:29]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("lost", range(6))
def test_a_byte_lost_in_two_byte_text_harms_its_line_alone(encoding: str, lost: int) -> None:
    parts = [(line(cells) + "\r\n").encode(encoding) for cells in TABLE]
    parts[6] = parts[6][: 20 + lost] + parts[6][21 + lost :]
    got = read(b"".join(parts))
    assert {n: d.code for n, d in got.damaged.items()} == {7: "UNDECODABLE_TEXT"}
    assert got.table[:6] + got.table[7:] == TABLE[:6] + TABLE[7:]


def test_nul_bytes_are_named() -> None:
    parts = write(TABLE).splitlines(keepends=True)
    parts[4] = parts[4].replace(b",", b"\x00,", 1)
    got = read(b"".join(parts))
    assert {n: d.code for n, d in got.damaged.items()} == {5: "UNDECODABLE_TEXT"}
    assert got.table[:4] + got.table[5:] == TABLE[:4] + TABLE[5:]


# --- dialects ----------------------------------------------------------------------------------


def test_quotes_that_nobody_escapes() -> None:
    table = [[cell.replace("'", "") for cell in cells] for cells in TABLE]
    got = read(write(table, Style(escape="", quote_all=True)))
    assert got.table == table
    assert not got.damaged


def test_inch_marks_in_a_file_without_quotes() -> None:
    table = [["code", "name", "price"]]
    table += [[f"K{i}", f'pipe {i}" long', f"{i}00"] for i in range(1, 40)]
    got = read(write(table, Style(quote=None)))
    assert got.table == table
    assert not got.damaged


def test_apostrophes_are_no_quotes() -> None:
    table = [["name", "n"], *([f"O'Brien's no. {i}", f"{i}"] for i in range(20))]
    assert read(write(table)).table == table


def test_blanks_around_quotes() -> None:
    data = b'a,b,c\n1, "x, y" ,3\n2, "z" ,4\n'
    assert read(data).records == [["1", "x, y", "3"], ["2", "z", "4"]]


@pytest.mark.parametrize("ends", [("\n", "\r\n"), ("\r", "\n"), ("\r\n", "\r", "\n")])
def test_mixed_line_ends(ends: tuple[str, ...]) -> None:
    data = "".join(line(cells) + ends[i % len(ends)] for i, cells in enumerate(TABLE)).encode()
    got = read(data)
    assert got.table == TABLE
    assert not got.damaged


@pytest.mark.parametrize("tail", ["", "\r\n\r\n", "\r\n\r\n\r\n"])
def test_missing_and_double_line_end_at_the_end(tail: str) -> None:
    got = read((text_of(TABLE).rstrip("\r\n") + tail).encode())
    assert got.table == TABLE
    assert not got.damaged
    assert got.kinds.count("blank") == max(0, tail.count("\n") - 1)


def test_quoted_line_ends_keep_true_line_numbers() -> None:
    table = [list(cells) for cells in TABLE]
    table[3][8] = "خط یک\r\nخط دو, با ویرگول\r\nخط سه"
    table[5][4] = 'a\n"quoted"\n\nb'
    lines = [line(cells) for cells in table]
    lines[8] = lines[8].replace(",", "", 1)
    got = read("\r\n".join([*lines, ""]).encode())
    assert got.table[:8] + got.table[9:] == table[:8] + table[9:]
    # Two and three more physical lines stand above the ninth record.
    assert got.lines == {9 + 2 + 3}


def test_a_quote_left_open_swallows_nothing() -> None:
    lines = [line(cells) for cells in TABLE]
    lines[2] = lines[2].replace(",", ',"', 1)
    lines[20] = lines[20].replace(",", ',"', 1)
    got = read("\r\n".join([*lines, ""]).encode())
    assert got.lines == {3, 21}
    keep = [i for i in range(30) if i not in (2, 20)]
    assert [got.table[i] for i in keep] == [TABLE[i] for i in keep]


def test_two_open_quotes_in_lines_that_follow_each_other() -> None:
    lines = [line(cells) for cells in TABLE]
    lines[9] = lines[9].replace(",", ',"', 1)
    lines[10] = lines[10].replace(",", '",', 1)
    got = read("\r\n".join([*lines, ""]).encode())
    assert got.lines == {10, 11}
    assert len(got.table) == len(TABLE)


def test_a_line_with_another_delimiter_is_read_and_named() -> None:
    lines = [line(cells) for cells in TABLE]
    lines[6] = line(TABLE[6], Style(";"))
    got = read("\r\n".join([*lines, ""]).encode())
    assert got.table == TABLE
    assert got.lines == {7}
    assert "';'" in got.damaged[7].detail_en
    assert "«;»" in got.damaged[7].detail_fa


def test_few_quoted_cells_keep_their_quote_when_one_line_is_damaged() -> None:
    lines = [line(cells, Style("|", "'")) for cells in TABLE]
    lines[7] = lines[7].replace("|", "|'", 1)
    got = read("\n".join([*lines, ""]).encode())
    assert got.lines == {8}
    assert got.table[:7] + got.table[8:] == TABLE[:7] + TABLE[8:]


def test_backslash_escapes_in_cells_of_several_lines() -> None:
    table = [list(cells) for cells in TABLE]
    for cells in table[2::3]:
        cells[8] = 'یک\nدو, "سه"\n\nچهار'
    got = read(write(table, Style(escape="\\")))
    assert got.table == table
    assert not got.damaged


def test_a_line_that_lacks_a_delimiter_beside_a_quote_is_read_whole() -> None:
    data = b'a,b,c\n1,"x, y","z"\n2,"x, y""z"\n3"x, y",z\n4,"q",r\n'
    got = read(data)
    assert got.lines == {3, 4}
    assert got.records[1:3] == [["2", "x, y", "z"], ["3", "x, y", "z"]]


def test_the_user_overrules_delimiter_and_quote() -> None:
    data = b"a;b\n1,5;'x;y'\n2,5;'z'\n"
    got = read(data, Overrides(delimiter=";", quote="'"))
    assert got.table == [["a", "b"], ["1,5", "x;y"], ["2,5", "z"]]


# --- layout ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "preamble",
    [
        "گزارش فروش\r\n",
        "گزارش فروش\r\nشرکت پخش نمونه\r\n\r\n",
        "گزارش فروش,,,,,,,,,\r\n,,,,,,,,,\r\n",
        "از تاریخ:,1403/05/01\r\nتا تاریخ:,1403/05/31\r\n",
        "sep=,\r\n",
    ],
)
def test_a_preamble_is_set_aside(preamble: str) -> None:
    got = read((preamble + text_of(TABLE)).encode())
    count = preamble.count("\n")
    assert got.table == TABLE
    assert not got.damaged
    assert (got.inspection.preamble_lines, got.inspection.header_line) == (count, count + 1)


def test_a_preamble_as_long_as_a_short_table() -> None:
    preamble = "گزارش فروش\nتاریخ گزارش,1403/05/31\nکاربر,مدیر سیستم\n\n"
    got = read((preamble + "کد,نام,مبلغ\n1,الف,100\n2,ب,200\nجمع کل,,300\n").encode())
    assert got.table == [["کد", "نام", "مبلغ"], ["1", "الف", "100"], ["2", "ب", "200"]]
    assert got.kinds[:4] == ["preamble", "preamble", "preamble", "blank"]
    assert got.kinds[-1] == "total"


def test_header_rows_are_joined() -> None:
    units = ["", "", "", "", "", "عدد", "ریال", "ریال", "", ""]
    got = read(text_of([TABLE[0], units, *TABLE[1:]]).encode())
    joined = [f"{a} {b}".strip() for a, b in zip(TABLE[0], units, strict=True)]
    assert got.table == [joined, *TABLE[1:]]
    assert got.inspection.header_rows == 2


def test_group_names_over_the_header_go_on_over_their_blanks() -> None:
    groups = ["زمان", "", "سند", "", "", "مقدار", "", "", "شرح", ""]
    got = read(text_of([groups, *TABLE]).encode())
    assert got.inspection.header[:4] == ("زمان تاریخ", "زمان ساعت", "سند شماره", "سند کد کالا")
    assert got.records == TABLE[1:]


def test_three_header_rows() -> None:
    extra = [f"n{i}x" for i in "abcdefghij"]
    got = read(text_of([TABLE[0], extra, extra, *TABLE[1:]]).encode())
    assert got.inspection.header_rows == 3
    assert got.records == TABLE[1:]


def test_a_repeated_header_is_no_record() -> None:
    got = read(text_of([*TABLE[:10], TABLE[0], *TABLE[10:20], TABLE[0], *TABLE[20:]]).encode())
    assert got.table == TABLE
    assert got.kinds.count("repeated_header") == 2
    assert not got.damaged


@pytest.mark.parametrize("first", ["نامشهر,یادداشت", ",نام,شهر,یادداشت", "نام;شهر;یادداشت"])
def test_a_damaged_header_over_text_alone_is_named(first: str) -> None:
    body = ["احمدی,تهران,نقد", "رضایی,قم,چک", "کریمی,ری,نقد"] * 4
    got = read("\n".join([first, *body, ""]).encode())
    assert got.lines == {1}
    assert got.records == [text.split(",") for text in body]


def test_no_header() -> None:
    got = read(text_of(TABLE[1:]).encode())
    assert got.inspection.header_line == 0
    assert got.table == TABLE[1:]


def test_the_user_says_where_the_header_is() -> None:
    data = text_of(TABLE).encode()
    assert read(data, Overrides(header_line=0)).records == TABLE
    assert read(data, Overrides(header_line=2)).table == TABLE[1:]


def test_header_only_and_one_record() -> None:
    got = read(text_of(TABLE[:1]).encode())
    assert (got.table, got.records, got.inspection.header_line) == (TABLE[:1], [], 1)
    assert read(text_of(TABLE[:2]).encode()).table == TABLE[:2]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_nothing_at_all(data: bytes) -> None:
    assert read(data).table == []


@pytest.mark.parametrize("gap", [[], [[""]], [[""], ["جدول دوم"]]])
@pytest.mark.parametrize("width", [4, 12])
def test_a_second_table_is_set_aside(gap: list[list[str]], width: int) -> None:
    second = [[f"ستون {c}" for c in "ابپتثجچحخدذر"[:width]]]
    second += [[str(r * c) for c in range(1, width + 1)] for r in range(1, 9)]
    got = read(text_of([*TABLE, *gap, *second]).encode())
    assert got.table[: len(TABLE)] == TABLE
    assert got.kinds.count("other_table") >= 9
    assert got.lines <= {len(TABLE) + 2}  # a title is no record; to name it is right as well


def test_totals_are_no_records() -> None:
    subtotal = ["جمع", "", "", "", "", "500", "", "1200000", "", ""]
    grand = ["", "", "", "", "جمع کل:", "900", "", "۲٬۴۰۰٬۰۰۰", "", ""]
    got = read(text_of([*TABLE[:15], subtotal, *TABLE[15:], grand, ["Total", "12"]]).encode())
    assert got.table == TABLE
    assert got.kinds.count("total") == 3
    assert not got.damaged


def test_a_product_called_total_is_a_record() -> None:
    table = [list(cells) for cells in TABLE]
    table[4][4] = "Total cleaner 5"
    table[5][4] = "جمع و جور"
    assert read(write(table)).table == table


def test_blank_lines_and_columns() -> None:
    table = [["", *cells[:5], "", *cells[5:], ""] for cells in TABLE]
    blank = [""] * len(table[0])
    got = read(text_of([table[0], [""], *table[1:9], blank, *table[9:]]).encode())
    assert got.table == table
    assert got.kinds.count("blank") == 2
    assert not got.damaged


def test_names_that_are_twice_there() -> None:
    table = [list(cells) for cells in TABLE]
    table[0][2] = table[0][3]
    assert read(write(table)).table == table


def test_a_delimiter_at_the_end_of_every_record() -> None:
    lines = [line(TABLE[0]), *(line(cells) + "," for cells in TABLE[1:])]
    got = read("\n".join([*lines, ""]).encode())
    assert got.records == [[*cells, ""] for cells in TABLE[1:]]
    assert not got.damaged


def test_one_column() -> None:
    table = [["نام مشتری"], *([f"فروشگاه شماره {i}"] for i in range(20))]
    got = read(write(table))
    assert got.table == table
    assert not got.damaged


def test_cells_of_64_kb_and_long_lines() -> None:
    table = [list(cells) for cells in TABLE]
    table[3][8] = "ب" * 65_536
    table[4][8] = "سطر, یک\n" * 4_000
    got = read(write(table))
    assert got.table == table
    assert not got.damaged
