"""RAW lines on their way to the database, in the binary form of COPY: no sign needs escaping."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import polars as pl
import psycopg
from psycopg import Copy, sql

from pipeline.db import Connection, query, run, table
from pipeline.ingestion.blocks import Block

# The binary form of COPY: https://www.postgresql.org/docs/current/sql-copy.html
_BEGIN = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_END = struct.pack(">h", -1)
_NULL = -1
# What stands before the text of a line: three fields, each after its size in bytes.
_HEAD = np.dtype(
    [
        ("fields", ">i2"),
        ("line_no_size", ">i4"),
        ("line_no", ">i4"),
        ("undecoded_size", ">i4"),
        ("line_size", ">i4"),
    ]
)
# Lines sent at a time: a few megabytes, so that a block is never there twice.
_LINES = 4096


class RawLineWriter:
    """Writes the blocks of one load into a table of its own, in one transaction of `connection`."""

    def __init__(self, connection: Connection, load_id: int) -> None:
        self._connection = connection
        self._names: dict[str, Any] = lines_table(load_id)
        self._copy: Any = None
        self._stream: Copy | None = None
        self.lines = 0  # as the server counted them
        run(connection, "create_lines_table", **self._names)

    def write(self, block: Block) -> None:
        """Send one block; blocks come in file order."""
        stream = self._stream or self._begin_stream()
        if block.raw is not None:
            stream.write(b"".join(_odd_rows(block.raw)))
            return
        for rows in _plain_rows(block):
            stream.write(rows)

    def finish(self) -> None:
        """End the stream and make the table ready to be attached; the caller commits."""
        if self._stream is not None:
            self._stream.write(_END)
            self._copy.__exit__(None, None, None)
            self.lines = self._cursor.rowcount
            self._copy = self._stream = None
        run(self._connection, "finish_lines_table", **self._names)

    def abandon(self, error: BaseException) -> None:
        """End the stream without keeping anything, so that the connection can be rolled back."""
        if self._copy is not None:
            with suppress(psycopg.Error):
                self._copy.__exit__(type(error), error, error.__traceback__)
            self._copy = self._stream = None

    def _begin_stream(self) -> Copy:
        self._cursor = self._connection.cursor()
        self._copy = self._cursor.copy(query("copy_lines", **self._names))
        stream: Copy = self._copy.__enter__()
        stream.write(_BEGIN)
        self._stream = stream
        return stream


def _plain_rows(block: Block) -> Iterator[bytes]:
    """Rows of a block in which each physical line is one RAW line."""
    # A CR stands before an LF alone, so these are the lines that an LF ends.
    lines = block.text.splitlines()
    for start in range(0, len(lines), _LINES):
        yield _rows(lines[start : start + _LINES], block.first_line_no + start)


def _rows(lines: list[bytes], first_line_no: int) -> bytes:
    heads = np.empty(len(lines), _HEAD)
    heads["fields"], heads["line_no_size"], heads["undecoded_size"] = 3, 4, _NULL
    heads["line_no"] = np.arange(first_line_no, first_line_no + len(lines))
    heads["line_size"] = list(map(len, lines))
    packed, size = heads.tobytes(), _HEAD.itemsize
    pieces = [b""] * (2 * len(lines))
    pieces[0::2] = [packed[at : at + size] for at in range(0, len(packed), size)]
    pieces[1::2] = lines
    return b"".join(pieces)


def _odd_rows(raw: pl.DataFrame) -> Iterator[bytes]:
    """Rows of a block with records that span lines, or hold bytes that are no text."""
    for line_no, line, undecoded in raw.iter_rows():
        text = line.encode()
        if undecoded is None:
            row = struct.pack(">hiii", 3, 4, line_no, _NULL)
        else:
            row = struct.pack(">hiii", 3, 4, line_no, len(undecoded)) + undecoded
        yield row + struct.pack(">i", len(text)) + text


def lines_table(load_id: int) -> dict[str, Any]:
    """Names that the statements on one load's lines table are filled with."""
    name = f"lines_{load_id}"
    return {
        "table": table("raw", name),
        "check": sql.Identifier(f"{name}_load_id"),
        "load_id": sql.Literal(load_id),
    }


def lines_partition(load_id: int) -> dict[str, str]:
    """Parameters that find one load's table among the partitions of RAW."""
    return {"parent": "raw.lines", "child": f"lines_{load_id}"}
