"""SHA-256 of files; that of a file about to be taken in can be begun before anything else."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from threading import Thread

# What a file was when its digest was begun: another one under its name has another mark.
_Mark = tuple[int, int, int, int]
_begun: dict[_Mark, _Digest] = {}


class _Digest(Thread):
    """Works out a file's digest; nobody who leaves waits for it."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="digest", daemon=True)
        self._path = path
        self._bytes: bytes | None = None

    def run(self) -> None:
        with suppress(OSError):
            self._bytes = _digest(self._path)

    def result(self) -> bytes | None:
        """The digest; None where the file could not be read to its end."""
        self.join()
        return self._bytes


def begin_to_hash(path: Path) -> None:
    """Begin the digest of a file that `hash_file` will be asked for."""
    # Its thread needs the interpreter no more than a few times a megabyte.
    with suppress(OSError):
        mark = _mark(path)
        _begun[mark] = _Digest(path)
        _begun[mark].start()


def hash_file(path: Path) -> bytes:
    """SHA-256 of a file's bytes; OSError where it cannot be read."""
    begun = _begun.pop(_mark(path), None)
    known = begun.result() if begun is not None else None
    return known if known is not None else _digest(path)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _mark(path: Path) -> _Mark:
    now = path.stat()
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns
