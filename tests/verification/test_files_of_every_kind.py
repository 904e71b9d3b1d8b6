"""The ledger check over files of every kind: other encodings, line ends, quotes and damages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.publications import publish
from pipeline.samples import generate
from pipeline.verify import verify
from tests.karamad import Desk
from tests.tampering import places, tamper

ARABIC = str.maketrans("یک", "يك", "\u200c")


def damaged_lines(lines: Sequence[bytes]) -> list[bytes]:
    """Some of the lines damaged, each in another way."""
    spoilt = list(lines)
    spoilt[3] = spoilt[3][:50] + b"\xff\xfe" + spoilt[3][50:]
    spoilt[5] += b",surplus"
    spoilt[7] = spoilt[7][:40]
    spoilt[9] = spoilt[9][:60] + b"\x00" + spoilt[9][60:]
    spoilt[11] = b'"' + spoilt[11]
    spoilt[13] = spoilt[13].replace(b",", b";")
    return spoilt


def with_remark(line: str, remark: str) -> str:
    """The line with another last cell."""
    return f"{line.rpartition(',')[0]},{remark}"


def files(lines: list[str]) -> dict[str, bytes]:
    """One table as exports write it: its encodings, line ends, quotes, blanks and damages."""
    quoted = [";".join(f'"{cell}"' for cell in line.split(",")) for line in lines]
    remarks = ['"دو\nخط"', '"سه\r\nخط\r\n"', '"گفت ""نه"", رفت"', "C:\\x\\n", '24" لوله']
    told = [lines[0]]
    told += [with_remark(line, remarks[i % 5]) for i, line in enumerate(lines[1:])]
    return {
        "mark and CRLF": "\ufeff".encode() + "\r\n".join(lines).encode() + b"\r\n",
        "Windows-1256": "\r\n".join(lines).translate(ARABIC).encode("cp1256", "replace"),
        "UTF-16": "\ufeff".encode("utf-16-le") + "\r\n".join(lines).encode("utf-16-le"),
        "UTF-16 without mark": "\n".join(lines).encode("utf-16-be"),
        "mixed line ends": b"".join(
            line.encode() + (b"\r\n", b"\n", b"\r")[i % 3] for i, line in enumerate(lines)
        ),
        "CR alone": "\r".join(lines).encode(),
        "quoted line ends": "\r\n".join(told).encode(),
        "blank lines": "\n".join(
            ["", *lines[:4], "", *lines[4:9], " ", "," * 60, *lines[9:], "", ""]
        ).encode(),
        "every cell quoted": "\r\n".join(quoted).encode(),
        "tabs": "\n".join(line.replace(",", "\t") for line in lines).encode(),
        "preamble and header again": "\n".join(["گزارش", "", *lines, *lines[:5]]).encode(),
        "damaged": b"\r\n".join(damaged_lines([line.encode() for line in lines])),
        "damaged Windows-1256": b"\n".join(
            damaged_lines([line.translate(ARABIC).encode("cp1256", "replace") for line in lines])
        ),
    }  # fmt: skip


def test_files_of_every_kind_are_proved(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    generate(path, lines=60, dirty=0.2, seed=9, period="1403-05", structural=False)
    text = path.read_bytes().decode("utf-8-sig")
    lines = [line for line in text.split("\r\n") if line and '"' not in line]
    kinds = {}
    for number, (kind, data) in enumerate(files(lines).items(), start=1):
        kinds[number] = kind
        file = tmp_path / f"{number}.csv"
        file.write_bytes(data)
        result = desk.load(file)
        assert result.load_id == number, kind
        assert result.canonical > 30, kind
    assert [(kinds[gap.load_id or 0], gap) for gap in verify(desk.url)] == []


def test_a_source_that_derives_its_amounts_is_proved(desk: Desk) -> None:
    rows = ["InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"]
    cells = [("6", "2.55"), ("-12", "0.85"), ("1.5", "3.39"), ("1", "-11.06"), ("-1", "-5"),
             ("0", "4"), ("x", "2"), ("3", ""), ("24", "1,234.5")]  # fmt: skip
    rows += [
        f'{536000 + i},P{i % 7},MUG,{quantity},2010-12-{1 + i % 28:02} 08:26,"{price}",17850.0,UK'
        for i, (quantity, price) in enumerate(cells * 5)
    ]
    path = desk.folder / "retail.csv"
    path.write_text("\n".join(rows), "utf-8")
    result = desk.load(path, None, source="online_retail")
    assert (result.canonical, result.rejected) == (35, 10)
    publish(desk.url, result.load_id)
    assert verify(desk.url) == []
    tamper(desk.url, "update canonical.sales set net_amount = 15.31 where line_no = 2")
    assert ("I4", 1, 2) in places(verify(desk.url))


def test_a_file_whose_run_failed_is_proved_alone(desk: Desk) -> None:
    path = desk.file([{"customer_id": ""}] * 4)
    with pytest.raises(Exception, match="No line of the file was accepted"):
        desk.load(path, None)
    assert verify(desk.url) == []
    tamper(desk.url, "update raw.loads set file_size = 1")
    assert places(verify(desk.url)) == [("I1", 1, None), ("I8", 1, None)]
