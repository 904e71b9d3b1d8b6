"""What an inspection says: from a bounded sample, of files of any size, with overrides."""

import io
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.ingestion import Dialect, Overrides, inspect, inspect_source, read_table
from tests.ingestion.files import PLAIN, line, rows, write

TABLE = rows(30)


def test_all_that_is_found() -> None:
    data = "\ufeffگزارش\r\n".encode() + write(TABLE)
    found = inspect_source(io.BytesIO(data))
    assert (found.format, found.encoding, found.bom) == ("text", "utf-8", b"\xef\xbb\xbf")
    assert found.dialect == Dialect(",", '"', None, lone_quotes=False)
    assert (found.preamble_lines, found.header_line, found.header_rows) == (1, 2, 1)
    assert (found.header, found.width, found.size) == (tuple(TABLE[0]), 10, len(data))
    assert found.profile[0].kind == "date" and found.profile[5].kind == "number"
    assert {"BOM", "PREAMBLE"} <= set(found.codes)
    assert 0.5 < found.confidence <= 1
    assert all(sentence for sentence in found.evidence)


def test_a_large_file_is_judged_by_a_bounded_sample() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            Counting.taken += len(data)
            return data

    body = write(TABLE[1:])
    source = Counting(write(TABLE[:1]) + body * (6_000_000 // len(body)))
    found = inspect_source(source)
    assert found.header == tuple(TABLE[0])
    assert Counting.taken < 1_000_000


def test_persian_far_down_a_large_file_decides_its_encoding() -> None:
    ascii_part = b"a,b,c\r\n" + b"1,2,3\r\n" * 300_000
    tail = "۱,شير,مشتري گرامي\r\n".encode("cp1256", "replace") * 50_000
    assert inspect_source(io.BytesIO(ascii_part + tail)).encoding == "cp1256"


def test_inspect_reads_all_and_names_the_damaged_lines(tmp_path: Path) -> None:
    lines = [line(cells) for cells in TABLE]
    lines[4] = lines[4].replace(",", "", 1)
    lines[9] += ",x"
    path = tmp_path / "sales.csv"
    path.write_bytes(PLAIN.end.join(lines).encode())
    assert [(d.line_no, d.code) for d in inspect(path).damaged_lines] == [
        (5, "RAGGED_LINE"),
        (10, "RAGGED_LINE"),
    ]
    assert inspect_source(path).damaged_lines == ()
    assert len(list(read_table(str(path)))) == len(TABLE)


def test_a_damaged_header_is_named() -> None:
    lines = [line(cells) for cells in TABLE]
    lines[0] = lines[0].replace(",", "", 1)
    found = inspect(io.BytesIO(PLAIN.end.join(lines).encode()))
    assert [d.line_no for d in found.damaged_lines] == [1]
    assert "DAMAGED_HEADER" in found.codes
    assert (len(found.header), found.width) == (9, 10)


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        (Overrides(encoding="no-such-thing"), "UNKNOWN_ENCODING"),
        (Overrides(delimiter=""), "BAD_DIALECT"),
        (Overrides(quote="''"), "BAD_DIALECT"),
        (Overrides(header_line=5_000), "NO_SUCH_HEADER_LINE"),
    ],
)
def test_overrides_that_make_no_sense_are_told(overrides: Overrides, code: str) -> None:
    with pytest.raises(PipelineError) as caught:
        inspect_source(io.BytesIO(write(TABLE)), overrides)
    assert caught.value.code == code
    assert caught.value.fa and caught.value.en


def test_nothing_is_quoted_where_the_user_says_so() -> None:
    source = io.BytesIO(b'a,b\n"x,1\ny",2\n')
    assert list(read_table(source, Overrides(quote=""))) == [["a", "b"], ['"x', "1"], ['y"', "2"]]


def test_the_delimiter_may_be_said_by_the_first_line() -> None:
    found = inspect_source(io.BytesIO(b"sep=|\na|b,c\n1|2,3\n"))
    assert (found.dialect.delimiter, found.header, found.header_line) == ("|", ("a", "b,c"), 2)
