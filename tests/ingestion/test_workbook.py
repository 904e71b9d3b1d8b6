"""Sheets of a workbook become lines: one per row of the sheet, the right sheet, however spelled."""

from pathlib import Path

import psutil
import pytest
import xlsxwriter

from pipeline.errors import RefusedFile
from pipeline.ingestion import workbook
from pipeline.ingestion.workbook import describe_workbook, list_sheets, workbook_to_lines
from pipeline.ingestion.workbook_refusals import remark_text
from tests.ingestion.workbook_files import (
    MAIN,
    sheet_xml,
    workbook_xml,
    write_ods,
    write_xlsx,
    write_zip,
    xlsx_parts,
)

PLAIN = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="s"><v>0</v></c></row>'
    '<row r="2" hidden="1"/><row r="3" hidden="1"><c r="B3"><v>12</v></c></row>'
    '<row r="5"><c r="A5" t="str"><f>x</f><v>p&amp;q,&#x6A9;</v></c><c r="B5" s="7"/></row>'
    '<row r="9"><c r="A9" s="1"/></row>'
)
PLAIN_LINES = [b"a,\xda\xa9\xd8\xaf\n", b"\n", b",12\n", b"\n", '"p&q,ک",\n'.encode()]
STRINGS = f'<sst xmlns="{MAIN}"><si><r><t>ک</t></r><r><t>د</t></r><rPh><t>zz</t></rPh></si></sst>'


def spellings() -> dict[str, bytes]:
    """One sheet in every spelling XML allows a writer."""
    plain = sheet_xml(PLAIN)
    prefixed = plain.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    prefixed = prefixed.replace("<x:?xml", "<?xml").replace("xmlns=", "xmlns:x=")
    implied = plain
    for place in ("A1", "B1", "A5", "B5"):
        implied = implied.replace(f' r="{place}"', "")
    return {
        "plain": plain.encode(),
        "byte order mark": b"\xef\xbb\xbf" + plain.encode(),
        "prefixed": prefixed.encode(),
        "utf-16": plain.replace("UTF-8", "UTF-16").encode("utf-16"),
        "single quotes": plain.replace('"', "'").encode(),
        "comment": plain.replace("<sheetData>", "<sheetData><!-- <row></row> -->").encode(),
        "cdata": plain.replace("<v>12</v>", "<v><![CDATA[12]]></v>").encode(),
        "type first": plain.replace('r="A1" t="inlineStr"', 't="inlineStr" r="A1"').encode(),
        "places implied": implied.encode(),
        "odd cell": plain.replace('r="B1" t="s"', 'r="B1" cm="1" t="s"').encode(),
        "white space": plain.replace("<row ", "\n  <row ").replace("<c ", "\n    <c ").encode(),
    }


@pytest.mark.parametrize("spelling", spellings())
def test_every_spelling_gives_the_same_lines(tmp_path: Path, spelling: str) -> None:
    parts = xlsx_parts("", strings=STRINGS)
    parts["xl/worksheets/sheet1.xml"] = spellings()[spelling]
    with workbook_to_lines(write_zip(tmp_path / "t.xlsx", parts)) as found:
        assert list(found) == PLAIN_LINES
        assert found.summary is not None
        assert (found.summary.rows, found.summary.columns, found.summary.hidden_rows) == (5, 2, 2)


def test_line_numbers_are_row_numbers_over_many_blocks(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = made.add_worksheet()
    for row in range(30_000):
        if row % 7 != 3:
            sheet.write_row(row, 0, [row + 1, f"مشتری {row % 50}", "x" * (row % 90), "end"])
    made.close()
    for number, line in enumerate(workbook_to_lines(tmp_path / "t.xlsx"), 1):
        row = number - 1
        expected = f"{number},مشتری {row % 50},{'x' * (row % 90)},end" if row % 7 != 3 else ""
        assert line.decode() == expected + "\n"
    assert number == 30_000


def test_the_sheet_that_looks_like_the_data_is_chosen(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    notes, data, hidden, empty = (made.add_worksheet(n) for n in ("راهنما", "فروش", "کهنه", "خالی"))
    notes.write_column(0, 0, ["این فایل", "از سامانه", "گرفته شد"])
    for row in range(200):
        data.write_row(row, 0, list(range(12)))
    for row in range(5000):
        hidden.write_row(row, 0, list(range(30)))
    hidden.hide()
    made.close()
    sheets = list_sheets(tmp_path / "t.xlsx")
    assert [sheet.name for sheet in sheets] == ["راهنما", "فروش", "کهنه", "خالی"]
    assert [sheet.chosen for sheet in sheets] == [False, True, False, False]
    assert [sheet.visible for sheet in sheets] == [True, True, False, True]
    assert [(s.rows, s.columns) for s in sheets] == [(3, 1), (200, 12), (5000, 30), (0, 0)]
    assert all(sheet.reason and sheet.reason_fa for sheet in sheets)
    assert next(workbook_to_lines(tmp_path / "t.xlsx")) == b"0,1,2,3,4,5,6,7,8,9,10,11\n"
    assert len(list(workbook_to_lines(tmp_path / "t.xlsx", "کهنه"))) == 5000
    assert list(workbook_to_lines(tmp_path / "t.xlsx", "خالی")) == []
    assert empty.name == "خالی"


def test_a_sheet_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", PLAIN, strings=STRINGS)
    with pytest.raises(RefusedFile) as refused:
        list(workbook_to_lines(path, "مهر"))
    assert refused.value.code == "WORKBOOK_NO_SHEET"
    assert "مهر" in refused.value.fa
    assert "مهر" in refused.value.en


def test_merged_cells_keep_their_value_first_or_fill(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = made.add_worksheet()
    sheet.merge_range("A1:C1", "مبلغ")
    sheet.merge_range("D1:D2", "کد")
    sheet.write_row(1, 0, ["a", "b", "c"])
    made.close()
    path = tmp_path / "t.xlsx"
    assert b"".join(workbook_to_lines(path)).decode() == "مبلغ,,,کد\na,b,c,\n"
    filled = b"".join(workbook_to_lines(path, fill_merged=True)).decode()
    assert filled == "مبلغ,مبلغ,مبلغ,کد\na,b,c,کد\n"


def test_ods_layout(tmp_path: Path) -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    empty = '<table:table-cell table:number-columns-repeated="{}"/>'
    wide, twice = 'table:number-columns-spanned="2"', 'table:number-columns-repeated="2"'
    note = "<office:annotation><text:p>note</text:p></office:annotation>"
    rows = (
        f"<table:table-row>{cell('h', wide)}"
        f"<table:covered-table-cell/>{cell('z')}{empty.format(16381)}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{empty.format(16384)}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="2" table:visibility="collapse">'
        f"{empty.format(1)}{cell(note + 'v', twice)}"
        "</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048571">{empty.format(9)}</table:table-row>'
    )
    hidden = (
        '<style:style style:name="ta2"><style:table-properties table:display="false"/>'
        "</style:style>"
    )
    above = rows[: rows.rindex("<table:table-row ")]
    tables = (
        f'<table:table table:name="old" table:style-name="ta2">{above * 30}</table:table>'
        f'<table:table table:name="فروش" table:style-name="ta1">{rows}</table:table>'
    )
    path = write_ods(tmp_path / "t.ods", tables, styles=hidden)
    assert [(s.name, s.visible, s.chosen) for s in list_sheets(path)] == [
        ("old", False, False),
        ("فروش", True, True),
    ]
    with workbook_to_lines(path) as found:
        assert list(found) == [b"h,,z\n", b"\n", b"\n", b",v,v\n", b",v,v\n"]
        assert found.summary is not None
        assert found.summary.hidden_rows == 2
    assert next(workbook_to_lines(path, fill_merged=True)) == b"h,h,z\n"


def test_macros_and_outside_links_are_ignored_and_told(tmp_path: Path) -> None:
    parts = xlsx_parts(sheet_xml(PLAIN), strings=STRINGS)
    parts["xl/vbaProject.bin"] = b"anything"
    parts["xl/externalLinks/externalLink1.xml"] = "<externalLink/>"
    parts["xl/embeddings/inner.xlsx"] = b"PK never opened"
    told = describe_workbook(write_zip(tmp_path / "t.xlsm", parts)).remarks
    assert told == ("MACROS_IGNORED", "EXTERNAL_LINKS_IGNORED", "EMBEDDED_FILES_IGNORED")
    assert all(remark_text(code, language) for code in told for language in ("fa", "en"))


def write_long(path: Path) -> Path:
    """A workbook whose lines do not fit in a pipe, so that its child lives until they are read."""
    rows = "".join(f'<row r="{at}"><c r="A{at}"><v>{at}</v></c></row>' for at in range(1, 200_001))
    return write_xlsx(path, rows)


def children() -> set[psutil.Process]:
    """Processes of ours; tests before these may have left some that wait for more work."""
    return set(psutil.Process().children())


def test_leaving_early_ends_the_child(tmp_path: Path) -> None:
    path, before = write_long(tmp_path / "t.xlsx"), children()
    with workbook_to_lines(path) as found:
        assert next(found) == b"1\n"
        assert len(children() - before) == 1
    assert children() == before
    assert list(found) == []


def test_an_abandoned_reading_ends_its_child_at_once(tmp_path: Path) -> None:
    before = children()
    found = workbook_to_lines(write_long(tmp_path / "t.xlsx"))
    assert next(found) == b"1\n"
    assert len(children() - before) == 1
    del found
    assert children() == before


def test_sheets_without_parts_or_of_other_kinds(tmp_path: Path) -> None:
    parts = xlsx_parts(sheet_xml(PLAIN), workbook=workbook_xml([]))
    with pytest.raises(RefusedFile) as refused:
        list_sheets(write_zip(tmp_path / "t.xlsx", parts))
    assert refused.value.code == "WORKBOOK_NO_DATA"


def test_the_child_gets_no_secret_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    before = children()
    with workbook_to_lines(write_long(tmp_path / "t.xlsx")) as found:
        next(found)
        (child,) = children() - before
        assert "DATABASE_URL" not in child.environ()
    assert workbook.DEFAULT.memory_bytes < 1_500_000_000
