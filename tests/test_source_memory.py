"""How a user said that a source's files are read holds for later files, as far as it fits them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipeline.ingestion.inspection import Overrides
from pipeline.recognition import Recognition, recognize
from pipeline.runs import recheck
from pipeline.source_memory import (
    NOTHING,
    Remembered,
    read_remembered,
    remember_overrides,
)
from tests.karamad import SOURCE, Desk, Layout, line_text


def text_of(first: int, delimiter: str = ",", title: str = "") -> str:
    """Three sound records under a header; commas of our own nowhere inside cells."""
    records = [line_text({"invoice_id": str(first + number)}) for number in range(3)]
    rows = [",".join(Layout().headers), *records]
    table = "".join(f"{row.replace(',', delimiter)}\r\n" for row in rows)
    return (f"{title}\r\n" if title else "") + table


def write(desk: Desk, first: int, encoding: str = "utf-8", **form: str) -> Path:
    path = desk.folder / f"month_{first}.csv"
    text = text_of(first, **form)
    if encoding == "cp1256":
        text = text.replace("ی", "ي")  # of the two forms of yeh it has the Arabic one alone
    path.write_bytes(text.encode(encoding))
    return path


def workbook(desk: Desk, first: int, sheets: Sequence[str]) -> Path:
    path = desk.folder / f"book_{first}.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        for offset, name in enumerate(sheets):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(text_of(first + 10 * offset).splitlines()):
                for column, cell in enumerate(row.split(",")):
                    sheet.write_string(number, column, cell)
    return path


def asked(desk: Desk, load_id: int) -> dict[str, Any]:
    """What was not left to detection in the last run of a load, and its remarks."""
    facts = desk.row(
        "select inspection from app.runs where load_id = %s order by run_id desc limit 1", load_id
    )["inspection"]
    said = facts["asked"]["overrides"]
    return {
        "said": {name: value for name, value in said.items() if value is not None},
        "remarks": facts["remarks"],
        "encoding": facts["encoding"],
        "header_line": facts["header_line"],
    }


def look(desk: Desk, path: Path, source: str | None = SOURCE) -> Recognition:
    return recognize(path, desk.settings, source, remembered=read_remembered(desk.url, source))


def test_what_was_said_once_is_used_for_the_next_file_and_recorded(desk: Desk) -> None:
    said = Overrides(delimiter=";", encoding="windows-1256", header_line=2)
    first = desk.load(write(desk, 1, "cp1256", delimiter=";", title="گزارش"), overrides=said)
    assert first.canonical == 3
    second = desk.load(write(desk, 10, "cp1256", delimiter=";", title="گزارش"))
    assert second.canonical == 3
    got = asked(desk, second.load_id)
    assert got["said"] == {"delimiter": ";", "encoding": "windows-1256", "header_line": 2}
    assert (got["remarks"], got["encoding"], got["header_line"]) == ([], "cp1256", 2)


def test_nothing_said_is_nothing_remembered(desk: Desk) -> None:
    desk.load(write(desk, 1))
    desk.load(write(desk, 10), overrides=Overrides())
    assert read_remembered(desk.url).overrides == {}


def test_a_file_that_was_refused_teaches_nothing(desk: Desk) -> None:
    with pytest.raises(Exception, match="required columns"):
        desk.load(write(desk, 1), overrides=Overrides(delimiter="|"))
    assert read_remembered(desk.url).overrides == {}


@pytest.mark.parametrize(
    ("remembered", "form", "remark"),
    [
        ({"encoding": "windows-1256"}, {}, "REMEMBERED_ENCODING_UNFIT"),
        ({"encoding": "utf-8"}, {"encoding": "cp1256"}, "REMEMBERED_ENCODING_UNFIT"),
        ({"encoding": "utf-16"}, {}, "REMEMBERED_ENCODING_UNFIT"),
        ({"encoding": "utf-8"}, {"encoding": "utf-16"}, "REMEMBERED_ENCODING_UNFIT"),
        ({"delimiter": "|"}, {}, "REMEMBERED_DELIMITER_UNFIT"),
        ({"header_line": 900}, {}, "REMEMBERED_HEADER_LINE_UNFIT"),
        ({"header_line": 3}, {}, "REMEMBERED_HEADER_LINE_UNFIT"),
    ],
)
def test_what_does_not_fit_is_left_aside_with_a_remark(
    desk: Desk, remembered: dict[str, Any], form: dict[str, str], remark: str
) -> None:
    remember_overrides(desk.url, SOURCE, Overrides(**remembered), "sara")
    result = desk.load(write(desk, 1, **form))
    assert (result.canonical, result.remarks) == (3, (remark,))
    got = asked(desk, result.load_id)
    assert (got["said"], got["remarks"]) == ({}, [remark])


def test_what_fits_is_kept_beside_what_does_not(desk: Desk) -> None:
    said = Overrides(delimiter=";", header_line=900)
    remember_overrides(desk.url, SOURCE, said, "sara")
    found = look(desk, write(desk, 1, delimiter=";"))
    assert found.overrides == Overrides(delimiter=";")
    assert found.remarks == ("REMEMBERED_HEADER_LINE_UNFIT",)


def test_settings_of_text_say_nothing_of_a_workbook_and_a_sheet_nothing_of_text(desk: Desk) -> None:
    remember_overrides(
        desk.url, SOURCE, Overrides(delimiter=";", encoding="cp1256", sheet="دوم"), "sara"
    )
    book = look(desk, workbook(desk, 1, ["اول", "دوم"]))
    assert (book.table.sheet, book.overrides, book.remarks) == ("دوم", Overrides(sheet="دوم"), ())
    text = look(desk, write(desk, 40, "cp1256", delimiter=";"))
    assert (text.overrides.sheet, text.overrides.delimiter, text.remarks) == (None, ";", ())


def test_a_sheet_that_is_not_there_is_left_aside(desk: Desk) -> None:
    remember_overrides(desk.url, SOURCE, Overrides(sheet="سوم"), "sara")
    result = desk.load(workbook(desk, 1, ["اول"]))
    assert (result.canonical, result.remarks) == (3, ("REMEMBERED_SHEET_UNFIT",))


def test_what_the_user_says_now_goes_before_what_is_remembered(desk: Desk) -> None:
    remember_overrides(desk.url, SOURCE, Overrides(delimiter=";"), "sara")
    result = desk.load(write(desk, 1), overrides=Overrides(delimiter=","))
    assert result.canonical == 3
    assert read_remembered(desk.url).overrides == {SOURCE: Overrides(delimiter=",")}
    assert desk.value("select count(*) from app.reading_settings") == 2


def test_a_recheck_reads_the_file_as_it_was_read(desk: Desk) -> None:
    result = desk.load(write(desk, 1))
    remember_overrides(desk.url, SOURCE, Overrides(header_line=1), "sara")
    recheck(desk.url, desk.settings, result.load_id)
    assert asked(desk, result.load_id)["said"] == {}


def test_a_source_is_found_by_what_is_remembered_of_it(desk: Desk) -> None:
    """A title over the header line that looks like one: detection alone would not do."""
    remember_overrides(desk.url, SOURCE, Overrides(header_line=2), "sara")
    remember_overrides(desk.url, "online_retail", Overrides(delimiter="|"), "sara")
    found = look(desk, write(desk, 1, title="گزارش"), source=None)
    assert (found.mapping.source_system, found.overrides) == (SOURCE, Overrides(header_line=2))


def test_forgetting_is_remembering_nothing(desk: Desk) -> None:
    remember_overrides(desk.url, SOURCE, Overrides(delimiter=";"), "sara")
    remember_overrides(desk.url, SOURCE, Overrides(), "sara")
    remember_overrides(desk.url, SOURCE, Overrides(), "sara")
    assert read_remembered(desk.url).overrides == {}
    assert desk.value("select count(*) from app.reading_settings") == 2


def test_the_shipped_mapping_holds_until_a_higher_version_is_kept(desk: Desk) -> None:
    folder = desk.settings.config_dir
    shipped = NOTHING.mapping(folder, SOURCE)
    for version, expected in ((1, 1), (2, 2)):
        kept = shipped.model_copy(update={"version": version, "currency": "USD"})
        held = Remembered({SOURCE: kept}).mapping(folder, SOURCE)
        assert (held.version, held.currency == "USD") == (expected, version == 2)
