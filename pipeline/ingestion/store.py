"""Keeping a file: its bytes, compressed, and its receipt, in one transaction."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from isal import isal_zlib

from pipeline.background import Background
from pipeline.db import Connection, connect, fetch_one, query, run
from pipeline.digests import hash_file

CHUNK_BYTES = 1024**2
COMPRESSION_LEVEL = 1
_WORKERS = 2

# Told of a new receipt in the transaction that writes it.
Received = Callable[[Connection, int], None]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is said of a file once its bytes are committed, or were before (`is_new` false)."""

    load_id: int
    sha256: bytes
    size: int
    is_new: bool
    received_at: datetime | None = None
    received_by: str | None = None
    file_name: str | None = None


def find_receipt(connection: Connection, source: str, sha256: bytes) -> Receipt | None:
    """The receipt of the same bytes of the same source, if there is one."""
    row = fetch_one(connection, "find_load_by_hash", {"source": source, "sha256": sha256})
    if row is None:
        return None
    facts = {name: row[name] for name in ("received_at", "received_by", "file_name")}
    return Receipt(row["load_id"], sha256, 0, False, **facts)


class Keeping:
    """A file on its way into the database; its bytes are copied in a thread.

    `receipt` is known at once, but the file is acknowledged when `wait` returns: its bytes are
    committed then. The same bytes again write nothing: the first receipt comes back, with
    `is_new` false. `sha256` is that of the file, where it is known already.
    """

    def __init__(
        self,
        url: str,
        path: Path,
        source: str,
        received_by: str,
        received: Received | None = None,
        sha256: bytes | None = None,
    ) -> None:
        self._connection = connect(url)
        self._thread = Background("keep-file")
        try:
            known = sha256 or hash_file(path)
            self.receipt = _receive(self._connection, path, source, received_by, known)
            if self.receipt.is_new:
                if received is not None:
                    received(self._connection, self.receipt.load_id)
                self._thread.put(_copy_chunks, self._connection, self.receipt.load_id, path)
                self._thread.put(self._connection.commit)
        except BaseException:
            self.close()
            raise

    def wait(self) -> Receipt:
        """Return when the bytes are committed."""
        try:
            self._thread.wait()
        finally:
            self.close()
        return self.receipt

    def close(self) -> None:
        """End; what is not committed is not kept."""
        self._thread.close()
        self._connection.close()


def store_file(url: str, path: Path, source: str, received_by: str) -> Receipt:
    """Keep a file's bytes; when this returns they are committed."""
    return Keeping(url, path, source, received_by).wait()


def _receive(
    connection: Connection, path: Path, source: str, received_by: str, sha256: bytes
) -> Receipt:
    size = path.stat().st_size
    if (known := find_receipt(connection, source, sha256)) is not None:
        return known
    facts = {"source": source, "file_name": path.name, "file_size": size, "sha256": sha256}
    row = fetch_one(connection, "add_load", {**facts, "received_by": received_by})
    if row is None:
        # Somebody else's copy was committed while ours waited.
        connection.rollback()
        known = find_receipt(connection, source, sha256)
        assert known is not None
        return known
    run(connection, "add_load_state", {"load_id": row["load_id"], "source": source})
    return Receipt(row["load_id"], sha256, size, True)


def read_chunks(connection: Connection, load_id: int) -> Iterator[bytes]:
    """The bytes of a kept file, in order, streamed."""
    with connection.cursor(name="file_chunks") as cursor:
        cursor.itersize = 8
        cursor.execute(query("read_file_chunks"), {"load_id": load_id})
        for (data,) in cursor:
            yield isal_zlib.decompress(data)


def file_chunks(path: Path, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """The bytes of a file in pieces of `size`."""
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(size):
            yield chunk


def _copy_chunks(connection: Connection, load_id: int, path: Path) -> None:
    with connection.cursor().copy(query("copy_file_chunks")) as copy:
        copy.set_types(["int8", "int4", "int4", "bytea"])
        for number, (size, data) in enumerate(_compressed(path)):
            copy.write_row((load_id, number, size, data))


def _compressed(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each piece's size and compressed bytes; compression runs beside the way to the server."""
    waiting: deque[Future[tuple[int, bytes]]] = deque()
    with ThreadPoolExecutor(_WORKERS, "compress") as pool:
        for chunk in file_chunks(path):
            waiting.append(pool.submit(_compress, chunk))
            if len(waiting) > 2 * _WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _compress(chunk: bytes) -> tuple[int, bytes]:
    return len(chunk), isal_zlib.compress(chunk, COMPRESSION_LEVEL, zlib.MAX_WBITS)
