"""Backup and restore: the database as one file, with the head of its audit chain beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.audit import Head, read_head, record
from pipeline.db import Connection, connect, fetch_one, run
from pipeline.errors import PipelineError, RefusedAction
from pipeline.migrate import migrate, share_rights
from pipeline.server import DATABASE, binary, embedded_folder, ensure_embedded
from pipeline.settings import Settings

# Told after each table: how many so far, of how many. A restore does not know how many.
Progress = Callable[[int, int], None]
BUNDLED_VERSION = 18
_PER_TABLE = ("dumping contents of table", "processing data for table")


def back_up(url: str, out: Path, *, actor: str = "cli", progress: Progress | None = None) -> Head:
    """Write the database as of one moment to `out`, in pg_dump's custom format.

    The backup is an event of the audit chain and the last one in it; this head is returned, and
    stands beside the file as `<out>.head.json`. `out` comes about whole or not at all. Raises
    PipelineError BACKUP_FAILED with the words of pg_dump.
    """
    with connect(url, as_owner=True) as connection:
        record(connection, actor, "backup", ("file", out.name))
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        head = read_head(connection)
        moment = fetch_one(connection, "export_snapshot")
        assert head is not None
        assert moment is not None
        told = _per_table(progress, moment["tables"])
        words = ["--format=custom", f"--snapshot={moment['snapshot']}"]
        with _whole_or_not_at_all(out) as unfinished:
            words.append(f"--file={unfinished}")
            _run_program("pg_dump", connection, url, words, told)
    beside = head_file(out)
    with _whole_or_not_at_all(beside) as unfinished:
        unfinished.write_text(json.dumps(head.as_facts()) + "\n", "utf-8")
    return head


def restore(file: Path, url: str, *, progress: Progress | None = None) -> Head | None:
    """Bring a backup into an empty database, all of it or nothing, and to the present schema.

    Returns the head that stands beside the file, for the ledger check; None where there is none.
    Raises RefusedAction where the database holds anything, PipelineError RESTORE_FAILED.
    """
    head = _read_head_file(head_file(file))
    with connect(url, as_owner=True) as connection:
        found = fetch_one(connection, "find_any_table")
        connection.rollback()
        if found is not None:
            raise RefusedAction(
                "TARGET_NOT_EMPTY",
                fa="پایگاه دادهٔ «{database}» خالی نیست ({table}). برای بازگردانی پایگاه دادهٔ "
                "تازه‌ای با «--into» نام ببرید. چیزی تغییر نکرد.",
                en="The database {database} is not empty ({table}). Name a new one with --into. "
                "Nothing was changed.",
                database=connection.info.dbname,
                table=found["name"],
            )
        words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        _run_program("pg_restore", connection, url, [*words, str(file)], _per_table(progress, 0))
    migrate(url, set_defaults=True)
    with connect(url, as_owner=True) as connection:
        share_rights(connection)
    return head


def target_url(settings: Settings, into: str | None) -> str:
    """Where a restore goes: a database of the product's server by its name, another server's by
    its URL, or, with nothing said, the product's own. The database is created where it is missing.
    """
    server = settings.database_url or ensure_embedded(embedded_folder(settings))
    if into and ("://" in into or "=" in into):
        return into
    own = conninfo_to_dict(server).get("dbname") if settings.database_url else DATABASE
    name = into or str(own or DATABASE)
    if into or not settings.database_url:
        with connect(server, autocommit=True, as_owner=True) as connection:
            if fetch_one(connection, "find_database", {"name": name}) is None:
                run(connection, "create_database", database=sql.Identifier(name))
    return make_conninfo(server, dbname=name)


def head_file(backup: Path) -> Path:
    """The file beside a backup that holds the head of its chain."""
    return backup.with_name(f"{backup.name}.head.json")


def _read_head_file(path: Path) -> Head | None:
    from datetime import datetime

    if not path.exists():
        return None
    facts = json.loads(path.read_text("utf-8"))
    return Head(facts["event_id"], facts["hash"], datetime.fromisoformat(facts["at"]))


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """A file to write that takes the place of `path` once it is whole and on the disk."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def _per_table(progress: Progress | None, tables: int) -> Callable[[str], None]:
    """Reads the words of pg_dump and pg_restore, and tells how many tables they went through."""
    done = 0

    def told(line: str) -> None:
        nonlocal done
        if progress is not None and any(words in line for words in _PER_TABLE):
            done += 1
            progress(done, tables)

    return told


def _run_program(
    name: str, connection: Connection, url: str, words: Sequence[str], told: Callable[[str], None]
) -> None:
    """Run pg_dump or pg_restore on a database; the password goes beside the command line."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    environment = {**os.environ, "LC_ALL": "C"}
    if password := parts.pop("password", None):
        environment["PGPASSWORD"] = str(password)
    target = f"--dbname={make_conninfo('', **parts)}"
    command = [_program(name, connection), "--verbose", "--no-password", target, *words]
    with subprocess.Popen(  # noqa: S603  our own program
        command, stderr=subprocess.PIPE, env=environment, text=True, errors="replace"
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            told(line)
            if "error:" in line:
                said.append(line.partition("error:")[2].strip())
    if process.returncode != 0:
        raise PipelineError(
            "BACKUP_FAILED" if name == "pg_dump" else "RESTORE_FAILED",
            fa="«{name}» به پایان نرسید: {reason} چیزی به جا نماند.",
            en="{name} did not come to its end: {reason} Nothing was left behind.",
            name=name,
            reason=said[0] if said else f"exit code {process.returncode}.",
        )


def _program(name: str, connection: Connection) -> str:
    """The bundled program; for a newer server, which it would refuse, the one on PATH."""
    if connection.info.server_version // 10_000 <= BUNDLED_VERSION:
        return str(binary(name))
    found = shutil.which(name)
    if found is None:
        raise RefusedAction(
            "PROGRAM_MISSING",
            fa="سرور پایگاه داده از «{name}» همراه برنامه تازه‌تر است؛ نسخهٔ هم‌سن آن را نصب کنید.",
            en="The database server is newer than the {name} that we bring; install its own.",
            name=name,
        )
    return found
