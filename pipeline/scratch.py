"""Scratch files without a name: they are gone with their process, however that ends.

What is in them may be personal: nothing of it stays behind in a folder when a process is killed.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO


def nameless_file() -> tuple[IO[bytes], Path]:
    """A new scratch file, and a path that this user's processes can open while the file is open."""
    file = TemporaryFile()  # noqa: SIM115  the caller closes it
    return file, Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
