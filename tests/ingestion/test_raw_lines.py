"""Lines on their way to the database and back: not a character more or less, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.ingestion.blocks import BlockReader
from pipeline.ingestion.raw_lines import RawLineWriter
from pipeline.ingestion.records import RecordReader
from tests.ingestion.test_blocks import HEADER, INSPECTIONS, NAMES, SOUND, tables

INSPECTION = INSPECTIONS["comma"]
_load_ids = count(1)
# What COPY, CSV or text columns give a meaning of their own.
SIGNS = ["\\", "\\.", "\\N", "\t", "\x01", "\0", "\x02", '"', '""', "\\x41", "\\n", "'", "%s", "{}"]
SIGNS += ["", " ", "\x1a", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffd", "😀", "ی", "\u200c", ","]
texts = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(max_size=4)), max_size=6).map("".join)


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server_url, dbname="sales_engine") as connection:
        yield connection


def through_the_database(
    connection: psycopg.Connection, content: bytes, block_bytes: int
) -> tuple[list[tuple[int, str, bytes | None]], int]:
    """RAW lines as they come back, and how many the writer counted; nothing is kept."""
    columns = {name: position for position, name in enumerate(NAMES)}
    load_id = next(_load_ids)
    writer = RawLineWriter(connection, load_id)
    for block in BlockReader(INSPECTION, columns, block_bytes, ("day",)).read([content]):
        writer.write(block)
    writer.finish()
    rows = connection.execute(
        f"select line_no, line, undecoded from raw.lines_{load_id} order by line_no"
    ).fetchall()
    connection.rollback()
    return rows, writer.lines


def assert_kept(connection: psycopg.Connection, content: bytes, block_bytes: int) -> None:
    reader = RecordReader(INSPECTION)
    records = [*reader.feed(content), *reader.finish()]
    rows, written = through_the_database(connection, content, block_bytes)
    assert written == len(rows) == len(records)
    for (line_no, line, undecoded), record in zip(rows, records, strict=True):
        assert line_no == record.line_no
        if undecoded is None:
            assert line.encode() == record.raw.rstrip(b"\r\n")
        else:
            assert undecoded == record.raw
            assert not is_plain_text(record.raw)


def is_plain_text(raw: bytes) -> bool:
    try:
        return "\0" not in raw.decode()
    except UnicodeDecodeError:
        return False


database = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@database
@given(
    lines=st.lists(texts, max_size=8),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    finished=st.booleans(),
    block_bytes=st.sampled_from([32, 200, 4096]),
)
@example(["\\."], "\n", False, 4096)
@example(["", "", "\\.", ""], "\r\n", True, 32)
@example(["a\0b", "\\", "\t"], "\r", True, 32)
@example(["\x01", "a\\x01b"], "\n", True, 4096)
def test_any_text_comes_back(
    connection: psycopg.Connection, lines: list[str], end: str, finished: bool, block_bytes: int
) -> None:
    content = end.join([HEADER, *SOUND, *lines]) + end * finished
    assert_kept(connection, content.encode(errors="surrogatepass"), block_bytes)


@database
@given(content=tables(), block_bytes=st.sampled_from([64, 400, 4096]))
def test_any_table_comes_back(
    connection: psycopg.Connection, content: bytes, block_bytes: int
) -> None:
    assert_kept(connection, content, block_bytes)


def test_line_ends_that_change_midway(connection: psycopg.Connection) -> None:
    lines = [*(line + "\r\n" for line in SOUND * 5), *(line + "\n" for line in SOUND * 5)]
    for order in (lines, lines[::-1]):
        content = (HEADER + "\n" + "".join(order) + "no end").encode()
        for block_bytes in (64, 300, 100_000):
            assert_kept(connection, content, block_bytes)


def test_a_cell_of_64_kilobytes(connection: psycopg.Connection) -> None:
    wide = "x\\" * 16_384 + "ی" * 16_384
    content = f'{HEADER}\n{wide},1,1403/05/12,5,e\na,b,1403/05/12,5,"{wide}\n{wide}"\n'
    assert_kept(connection, content.encode(), 4096)
