"""RAW lines on their way to the database: a file's own bytes are the stream where they can be."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import polars as pl
import psycopg
from psycopg import Copy, sql

from pipeline.db import Connection, query, run, table
from pipeline.ingestion.blocks import Block

_DELIMITER = b"\x01"


class RawLineWriter:
    """Writes the blocks of one load into a table of its own, in one transaction of `connection`."""

    def __init__(self, connection: Connection, load_id: int) -> None:
        self._connection = connection
        self._names: dict[str, Any] = lines_table(load_id)
        self._copy: Any = None
        self._stream: Copy | None = None
        self._end = b"\n"
        self._next_line_no = 0
        self.lines = 0  # as the server counted them
        run(connection, "create_lines_table", **self._names)

    def write(self, block: Block) -> None:
        """Send one block; blocks come in file order."""
        if block.regular:
            self._write_plain(block)
        else:
            self._write_numbered(block)

    def finish(self) -> None:
        """End the stream and make the table ready to be attached; the caller commits."""
        self._end_stream()
        run(self._connection, "finish_lines_table", **self._names)

    def abandon(self, error: BaseException) -> None:
        """End the stream without keeping anything, so that the connection can be rolled back."""
        if self._copy is not None:
            with suppress(psycopg.Error):
                self._copy.__exit__(type(error), error, error.__traceback__)
            self._copy = self._stream = None

    def _write_plain(self, block: Block) -> None:
        text = block.text
        if b"\\" in text:
            text = text.replace(b"\\", b"\\\\")
        if _DELIMITER in text:
            text = text.replace(_DELIMITER, b"\\x01")
        if self._stream is None or self._next_line_no != block.first_line_no:
            self._begin_stream(block.first_line_no, text)
        assert self._stream is not None
        self._stream.write(self._with_line_ends(text, block))
        self._next_line_no = block.first_line_no + block.line_count

    def _begin_stream(self, line_no: int, text: bytes) -> None:
        """COPY takes the first line end it meets for all, so the block's own kind is chosen."""
        self._end_stream()
        self._end = b"\r\n" if b"\r\n" in text[: text.find(b"\n") + 1] else b"\n"
        run(self._connection, "restart_line_numbers", line_no=sql.Literal(line_no), **self._names)
        self._cursor = self._connection.cursor()
        self._copy = self._cursor.copy(query("copy_plain_lines", **self._names))
        self._stream = self._copy.__enter__()

    def _with_line_ends(self, text: bytes, block: Block) -> bytes:
        """The text with the one line end of this stream; RAW keeps what stands before it."""
        wanted = block.line_count if self._end == b"\r\n" else 0
        if not text.endswith(b"\n"):
            wanted -= self._end == b"\r\n"
            text += self._end
        if block.crlf_count != wanted:
            text = text.replace(b"\r\n", b"\n").replace(b"\n", self._end)
        return text

    def _end_stream(self) -> None:
        if self._copy is not None:
            self._copy.__exit__(None, None, None)
            self.lines += self._cursor.rowcount
            self._copy = self._stream = None

    def _write_numbered(self, block: Block) -> None:
        self._end_stream()
        assert block.raw is not None
        rows = block.raw.with_columns(
            undecoded=pl.lit("\\x") + pl.col("undecoded").bin.encode("hex")
        )
        cursor = self._connection.cursor()
        with cursor.copy(query("copy_numbered_lines", **self._names)) as copy:
            copy.write(rows.write_csv(include_header=False).encode())
        self.lines += cursor.rowcount


def lines_table(load_id: int) -> dict[str, Any]:
    """Names that the statements on one load's lines table are filled with."""
    name = f"lines_{load_id}"
    return {
        "table": table("raw", name),
        "sequence": table("raw", f"{name}_line_no"),
        "sequence_name": sql.Literal(f"raw.{name}_line_no"),
        "check": sql.Identifier(f"{name}_load_id"),
        "load_id": sql.Literal(load_id),
    }


def lines_partition(load_id: int) -> dict[str, str]:
    """Parameters that find one load's table among the partitions of RAW."""
    return {"parent": "raw.lines", "child": f"lines_{load_id}"}
