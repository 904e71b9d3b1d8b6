"""A server of the fault suite's own, with databases made as copies of prepared ones.

Processes are killed here, never the machine, and what the kernel was given survives a process: so
the server need not wait for the disk (`fsync` off), and databases are copied quickly.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.migrate import migrate, prepare_database
from pipeline.server import binary, ensure_embedded
from pipeline.settings import Settings
from tests.faults.proxy import Proxy
from tests.karamad import Desk

MIGRATED = "sales_engine"


class Place:
    """The server, a proxy before it, and a folder for files."""

    def __init__(self, folder: Path, server_url: str) -> None:
        self.folder = folder
        self.server_url = server_url
        self.proxy = Proxy(server_url, folder / "proxy")
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}

    @property
    def server_folder(self) -> Path:
        return self.folder / "postgres"

    def desk(self, url: str) -> Desk:
        """Someone who looks at a database, past the proxy."""
        folder = self.folder / "files"
        folder.mkdir(exist_ok=True)
        return Desk(url, self.settings, folder, next(self._numbers) * 1000)

    @property
    def settings(self) -> Settings:
        return Settings(_env_file=None, database_url="", language="en")  # type: ignore[call-arg]

    @contextmanager
    def database(self, template: str = MIGRATED) -> Iterator[str]:
        """URL of a copy of a prepared database, dropped afterwards."""
        url = self._copy(template)
        try:
            yield url
        finally:
            self._drop(url)

    def template(self, name: str, prepare: Callable[[Desk], object]) -> str:
        """Name of a database that `prepare` was done to, once."""
        if name not in self._templates:
            url = self._copy(MIGRATED)
            prepare(self.desk(url))
            self._templates[name] = _database_of(url)
        return self._templates[name]

    def product_database(self, template: str) -> str:
        """URL of the database that the product itself finds on its embedded server, made anew."""
        wait_for_server(self.server_url)
        url = make_conninfo(self.server_url, dbname=MIGRATED)
        self._drop(url)
        self._create(template, MIGRATED)
        migrate(url, set_defaults=True)
        return url

    def empty_database(self) -> str:
        """URL of a database without any schema."""
        return self._create("template1")

    def _copy(self, template: str) -> str:
        url = self._create(template)
        if template != "template1":
            migrate(url, set_defaults=True)
        return url

    def _create(self, template: str, name: str | None = None) -> str:
        name = name or f"faults_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            _free(connection, template)
            connection.execute(
                sql.SQL("create database {} template {} strategy wal_log").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return make_conninfo(self.server_url, dbname=name)

    def _drop(self, url: str) -> None:
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(self.server_url, autocommit=True) as connection,
        ):
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(
                    sql.Identifier(_database_of(url))
                )
            )

    drop = _drop


@contextmanager
def open_place(server_url: str | None = None, folder: Path | None = None) -> Iterator[Place]:
    """A place on a server of its own, or on one that is there (`server_url`)."""
    own = Path(tempfile.mkdtemp(prefix="sales-engine-faults-", dir=folder))
    own.chmod(0o755)
    os.environ["FAULTS_SCRATCH"] = str(own)
    place = None
    try:
        url = server_url or new_server(own)
        place = Place(own, url)
        yield place
    finally:
        if place is not None:
            place.proxy.close()
        if server_url is None:
            end_server(own / "postgres")
        shutil.rmtree(own, ignore_errors=True)


def new_server(folder: Path) -> str:
    """Start a small embedded server in `folder`; URL of its maintenance database."""
    prepare_database(Settings(_env_file=None, var_dir=folder, database_url=""))  # type: ignore[call-arg]
    url = ensure_embedded(folder / "postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "shared_buffers = '32MB'"):
            connection.execute(f"alter system set {setting}")  # type: ignore[arg-type]
    pg_ctl(folder / "postgres", "-m", "fast", "-w", "restart")
    return url


def pg_ctl(folder: Path, *words: str) -> int:
    """Run pg_ctl as the owner of the data; returns its exit code."""
    command = [binary("pg_ctl"), "-D", folder, "-l", folder / "log", *words]
    owner = folder.stat().st_uid if os.geteuid() == 0 else None
    return subprocess.run(command, user=owner, stdout=subprocess.DEVNULL).returncode


def end_server(folder: Path) -> None:
    """Stop a server in whatever state it is; its data are thrown away afterwards."""
    notes = folder / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        os.kill(int(notes.read_text().split()[0]), signal.SIGQUIT)


def wait_for_server(url: str, patience: float = 30.0) -> None:
    """Return when the server takes connections; OperationalError when it never does."""
    until = time.perf_counter() + patience
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.perf_counter() > until:
                raise
            time.sleep(0.1)


def _free(connection: psycopg.Connection, database: str) -> None:
    """End sessions that would keep a database from being copied."""
    connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [database]
    )


def _database_of(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
