"""Where bytes come from: a path or an open binary file, whole blocks or a bounded sample."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

Source = str | Path | BinaryIO
BLOCK_BYTES = 64 << 10
WHOLE_BYTES = 1 << 20
HEAD_BYTES = 256 << 10
SLICE_BYTES = 64 << 10
SLICES = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes of the head, some slices of the middle and the tail, with the whole size in bytes."""

    head: bytes
    slices: tuple[bytes, ...]
    size: int

    @property
    def whole(self) -> bool:
        return len(self.head) == self.size


@contextmanager
def open_source(source: Source) -> Iterator[BinaryIO]:
    """Give a binary handle at its start; a handle given by the caller stays open."""
    if isinstance(source, str | Path):
        with Path(source).open("rb") as handle:
            yield handle
    else:
        source.seek(0)
        yield source


def take_sample(handle: BinaryIO) -> Sample:
    """Read at most about 0.6 MB: all of a small file, else head, middle slices and tail."""
    size = handle.seek(0, 2)
    handle.seek(0)
    if size <= WHOLE_BYTES:
        return Sample(handle.read(), (), size)
    head = handle.read(HEAD_BYTES)
    step = (size - HEAD_BYTES) // SLICES
    # Even offsets: a slice of two-byte text must begin on a character.
    starts = [(HEAD_BYTES + step * i) & ~1 for i in range(1, SLICES)]
    starts.append(max(HEAD_BYTES, size - SLICE_BYTES) & ~1)
    slices = []
    for start in starts:
        handle.seek(start)
        slices.append(handle.read(SLICE_BYTES))
    return Sample(head, tuple(slices), size)


def blocks(handle: BinaryIO, skip: int = 0) -> Iterator[bytes]:
    """Give the file's bytes from offset `skip` on, in blocks whose lines are soon forgotten."""
    handle.seek(skip)
    while block := handle.read(BLOCK_BYTES):
        yield block
