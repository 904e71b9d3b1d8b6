"""Where the servers of tests keep their data: in memory where there is room for it.

A database is some 550 small files, and nearly every test has one of its own. On a disk that others
use too, copying them has taken seconds; in memory it takes as long as on a quiet machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.server import stop_embedded

MEMORY = Path("/dev/shm")
GROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
# Two servers at work hold a few hundred MB; a container's own 64 MB would soon be full.
ROOM = 4 * 1024**3


def quickest_folder() -> Path:
    """Where a server's home is made best; `TMPDIR` or the like decides where memory is scarce."""
    return MEMORY if _room_in_memory() >= ROOM else Path(tempfile.gettempdir())


def _room_in_memory() -> int:
    """Bytes that may be put there: of its own size, of the machine, of half a container's limit."""
    if not os.path.ismount(MEMORY) or not os.access(MEMORY, os.W_OK):
        return 0
    facts = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    rooms = [shutil.disk_usage(MEMORY).free, int(facts["MemAvailable"].split()[0]) * 1024]
    limit = GROUP_LIMIT.read_text().strip() if GROUP_LIMIT.exists() else "max"
    return min(rooms) if limit == "max" else min(*rooms, int(limit) // 2)


@contextmanager
def server_home(prefix: str) -> Iterator[Path]:
    """A folder for a server of a test's own that its system user can enter, removed afterwards."""
    clear_abandoned()
    name = f"sales-engine-{prefix}-{os.getpid()}-"
    home = Path(tempfile.mkdtemp(prefix=name, dir=quickest_folder()))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def clear_abandoned() -> None:
    """End the servers of tests that were killed, and give back the memory that they hold."""
    for home in MEMORY.glob("sales-engine-*-*-*"):
        pid = home.name.split("-")[-2]
        with suppress(OSError, subprocess.CalledProcessError):
            if home.stat().st_uid == os.geteuid() and not Path("/proc", pid).exists():
                stop_embedded(home / "postgres")
                shutil.rmtree(home)
