"""Frames that wait for the end of a load, in a third of their size or less."""

from __future__ import annotations

from io import BytesIO

import polars as pl


def pack(frame: pl.DataFrame) -> bytes:
    """The frame in few bytes of its own; nothing of what it was cut from stays with it."""
    packed = BytesIO()
    frame.write_ipc(packed, compression="lz4", compat_level=pl.CompatLevel.oldest())
    return packed.getvalue()


def unpack(packed: bytes) -> pl.DataFrame:
    """The frame as it was."""
    return pl.read_ipc(BytesIO(packed))
