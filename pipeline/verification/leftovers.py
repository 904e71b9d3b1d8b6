"""I9 and I10: nothing is said to run that does not, and nothing was left lying about."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from time import time

from pipeline.contracts import Words
from pipeline.db import Connection, fetch_one
from pipeline.verification.gaps import Gap, make_gap
from pipeline.verification.queries import Check, find_gaps

# Beginnings of the names of our files in folders that are not ours alone.
PREFIXES = ("recheck-", "verify-", "sheet-")
OLD_SECONDS = 60.0

_LOST_WORKER = Check(
    "I9",
    "find_lost_workers",
    Words(
        fa="کار {job_id} خود را در حال اجرا می‌داند، ولی از {found} خبری از کارگر آن نیست.",
        en="Job {job_id} is running by its own word, but its worker was last heard of at {found}.",
    ),
)
_IDLE_SESSION = Check(
    "I10",
    "find_idle_sessions",
    Words(
        fa="نشست {pid} پایگاه داده از {found} تراکنشی را باز نگه داشته است و کاری نمی‌کند.",
        en="Database session {pid} has held a transaction open since {found} and does nothing.",
    ),
)
_LEFTOVER_TABLE = Check(
    "I10",
    "find_leftover_tables",
    Words(
        fa="جدول {found} از اجرایی مانده است که دیگر در کار نیست.",
        en="Table {found} was left by a run that is not running.",
    ),
)
_LEFTOVER_FILE = Words(
    fa="فایل موقت «{name}» مانده است و هیچ پردازه‌ای آن را باز ندارد؛ می‌توانید پاکش کنید.",
    en="The temporary file {name} was left behind; no process has it open. It may be removed.",
)


def check_leftovers(
    connection: Connection, folders: Mapping[Path, float], shared: Path | None
) -> list[Gap]:
    """I9 and I10. Files are looked for where `leftover_files` says."""
    gaps: list[Gap] = []
    jobs = fetch_one(connection, "verify/find_table", {"name": "app.jobs"})
    if jobs is not None and jobs["is_there"]:
        gaps += find_gaps(connection, _LOST_WORKER)
    gaps += find_gaps(connection, _IDLE_SESSION)
    gaps += find_gaps(connection, _LEFTOVER_TABLE)
    born = fetch_one(connection, "verify/read_birth")
    assert born is not None
    files = leftover_files(folders, shared, born["born_at"].timestamp())
    if files:
        gaps.append(make_gap("I10", _LEFTOVER_FILE, name=files[0].name, gaps=len(files)))
    return gaps


def leftover_files(
    folders: Mapping[Path, float], shared: Path | None, born: float = 0.0
) -> list[Path]:
    """Files of ours that no process has open and nobody will fetch; sorted.

    `folders` says how many seconds a file may lie in each; in the `shared` one, where ours are
    known by their names, it is a minute. What lies there since before the database was `born` is
    another one's.
    """
    ours = {
        path: seconds
        for folder, seconds in folders.items()
        if folder.is_dir()
        for path in folder.rglob("*")
    }
    if shared is not None and shared.is_dir():
        named = (path for path in shared.iterdir() if path.name.startswith(PREFIXES))
        named = (path for path in named if _written_at(path) >= born)
        ours |= dict.fromkeys(named, OLD_SECONDS)
    old = [path for path, seconds in ours.items() if _is_old_file(path, seconds)]
    opened = set(_open_files()) if old else set()
    return sorted(path for path in old if str(path.resolve()) not in opened)


def _written_at(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:
        return 0.0


def _is_old_file(path: Path, seconds: float) -> bool:
    """Whether it is a file of this user that was last written so many seconds ago."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    mine = found.st_uid == os.geteuid()
    return mine and path.is_file() and found.st_mtime < time() - seconds


def _open_files() -> Iterator[str]:
    """Paths of the files that processes have open, as far as this user may see."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile, or is another user's
            for handle in (process / "fd").iterdir():
                with suppress(OSError):
                    yield str(handle.readlink())
