"""Whether the bytes of a whole file fit the encoding that a sample of it spoke for."""

from __future__ import annotations

from pathlib import Path

from pipeline.ingestion.encoding import decode_line

# Larger files are judged by their sample: up to here reading all of it is not noticed.
AT_ONCE_BYTES = 24 * 1024**2


def unfit_lines(path: Path, encoding: str) -> int | None:
    """How many lines of a text file are not sound in an encoding; None where it is not looked at.

    That is a large file, and one of two bytes a letter, whose lines end otherwise.
    """
    if encoding.startswith("utf-16") or path.stat().st_size > AT_ONCE_BYTES:
        return None
    with path.open("rb") as file:
        return sum(not decode_line(line, encoding)[1] for line in file)
