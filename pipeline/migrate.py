"""Bring a database to the present schema: numbered migrations once each, views as a whole."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import version as package_version
from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from pipeline.access.rights import NOBODY_ROLE, PEOPLES_ROLES, grants
from pipeline.db import SQL_ROOT, Connection, connect, fetch_all, fetch_one, run
from pipeline.errors import PipelineError, RefusedAction
from pipeline.server import DATABASE, embedded_folder, ensure_embedded
from pipeline.settings import Settings
from pipeline.transform.jalali import calendar_months

VIEWS_NUMBER = 0
END_NUMBER = -2
QUEUE_NUMBER = -1
QUEUE_PACKAGE = "procrastinate"


def prepare_database(settings: Settings) -> str:
    """Make sure that the database exists and has the present schema; returns its URL."""
    if not settings.database_url:
        _ensure_database(ensure_embedded(embedded_folder(settings)))
    from pipeline.db import database_url

    url = database_url(settings)
    migrate(url)
    return url


def migrate(url: str, *, set_defaults: bool = False) -> list[str]:
    """Apply what is missing, each migration in its own transaction; returns the names applied.

    The database's own defaults (search path, calendar) are set at the end, unless an earlier call
    came to its end with the same migrations; `set_defaults` asks for them in any case. Raises
    RefusedAction where the user may not create the roles.
    """
    applied = []
    with connect(url, as_owner=True) as connection:
        with connection.transaction():
            run(connection, "lock_migrations")
            run(connection, "create_migrations_table")
        for path in _migration_files():
            if _apply(connection, path):
                applied.append(path.stem)
        if (queue := _bring_queue(connection)) is not None:
            applied.append(queue)
        if _replace_views(connection):
            applied.append("views")
        _finish(connection, url, again=set_defaults)
    return applied


def _finish(connection: Connection, url: str, *, again: bool) -> None:
    """What follows the last migration, once for each state of them, also after a call that died."""
    with connection.transaction():
        run(connection, "lock_migrations")
        known = fetch_all(connection, "list_migrations")
        marks = [(row["number"], row["checksum"]) for row in known]
        known_state = sorted(mark for mark in marks if mark[0] != END_NUMBER)
        state = _checksum(repr((known_state, _rights(), _role_texts())))
        is_new = (END_NUMBER, state) not in marks
        if is_new:
            share_rights(connection)
            _record(connection, END_NUMBER, "rights and defaults", state)
        if is_new or again:
            _set_defaults(connection, url)


def _role_texts() -> list[str]:
    """The scripts that share rights; one that changed is run again."""
    return [path.read_text("utf-8") for path in sorted((SQL_ROOT / "roles").glob("*.sql"))]


def share_rights(connection: Connection) -> None:
    """Give every table its owner and the application role its rights, in one transaction.

    Roles belong to the server, not to the database: those that are missing are created.
    """
    with connection.transaction():
        run(connection, "lock_migrations")
        try:
            with connection.transaction():
                run(connection, "roles/create_roles")
        except psycopg.errors.InsufficientPrivilege as error:
            raise RefusedAction(
                "ROLES_MISSING",
                fa="این کاربر نمی‌تواند نقش‌های پایگاه داده را بسازد. یک بار با کاربری که CREATEROLE "
                "دارد «migrate» را اجرا کنید، یا متن sql/roles/create_roles.sql را به او بدهید.",
                en="This user may not create the database's roles. Run `migrate` once as a user "
                "with CREATEROLE, or have such a user run sql/roles/create_roles.sql.",
            ) from error
        run(connection, "roles/hand_over")
        run(connection, "roles/name_rights", _rights())
        run(connection, "roles/share_with_people")


def _rights() -> dict[str, str]:
    """What `ALLOWED` and the rights of each action come to, as parameters: JSON of texts."""
    rights = [
        {
            "role": role,
            "name": right.name,
            "privileges": ", ".join(right.privileges),
            "columns": f"({', '.join(right.columns)})" if right.columns else "",
        }
        for role, right in grants()
    ]
    return {"rights": json.dumps(rights), "roles": json.dumps([NOBODY_ROLE, *PEOPLES_ROLES])}


def _ensure_database(maintenance_url: str) -> None:
    with connect(maintenance_url, autocommit=True, as_owner=True) as connection:
        if fetch_one(connection, "find_database", {"name": DATABASE}) is None:
            run(connection, "create_database", database=sql.Identifier(DATABASE))


def _migration_files() -> list[Path]:
    return sorted((SQL_ROOT / "migrations").glob("[0-9][0-9][0-9]_*.sql"))


def _apply(connection: Connection, path: Path) -> bool:
    """Apply one migration unless it was applied before; refuse when its text changed since."""
    text = path.read_text(encoding="utf-8")
    number, checksum = int(path.stem[:3]), _checksum(text)
    with connection.transaction():
        run(connection, "lock_migrations")
        known = {row["number"]: row for row in fetch_all(connection, "list_migrations")}
        if number in known:
            if known[number]["checksum"] != checksum:
                raise PipelineError(
                    "MIGRATION_CHANGED",
                    fa="مهاجرت {name} پس از اجرا تغییر کرده است؛ متن آن را برگردانید "
                    "و تغییر را در مهاجرتی تازه بنویسید.",
                    en="Migration {name} was changed after it had been applied; restore its text "
                    "and write the change as a new migration.",
                    name=path.name,
                )
            return False
        connection.execute(text)
        _record(connection, number, path.stem, checksum)
    return True


def _bring_queue(connection: Connection) -> str | None:
    """The queue's own tables in the version of the installed package; returns what was applied."""
    version = package_version(QUEUE_PACKAGE)
    with connection.transaction():
        run(connection, "lock_migrations")
        known = {row["number"]: row for row in fetch_all(connection, "list_migrations")}
        before = known.get(QUEUE_NUMBER, {"name": ""})["name"].removeprefix(f"{QUEUE_PACKAGE} ")
        if before == version:
            return None
        texts = _queue_texts(before)
        run(connection, "jobs/set_search_path", {"search_path": "jobs"})
        for text in texts:
            connection.execute(text)
        run(connection, "jobs/set_search_path", {"search_path": "public"})
        _record(connection, QUEUE_NUMBER, f"{QUEUE_PACKAGE} {version}", _checksum("".join(texts)))
    return f"{QUEUE_PACKAGE} {version}"


def _queue_texts(before: str) -> list[str]:
    """The whole schema for a new database; the package's own steps after version `before`."""
    folder = files(f"{QUEUE_PACKAGE}.sql")
    if not before:
        return [(folder / "schema.sql").read_text("utf-8")]
    steps = sorted(
        (entry.name, entry)
        for entry in (folder / "migrations").iterdir()
        if entry.name.endswith(".sql") and _numbers(entry.name.split("_")[0]) > _numbers(before)
    )
    return [entry.read_text("utf-8") for _, entry in steps]


def _numbers(version: str) -> list[int]:
    """A version such as 3.10.0 (or 03.04.00) as numbers that compare."""
    return [int(part) for part in version.split(".")]


def _replace_views(connection: Connection) -> bool:
    """Make every view of `sql/views` again when any of them changed."""
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in sorted((SQL_ROOT / "views").glob("*.sql"))
    }
    checksum = _checksum("\0".join(texts.values()))
    with connection.transaction():
        run(connection, "lock_migrations")
        known = {row["number"]: row for row in fetch_all(connection, "list_migrations")}
        if VIEWS_NUMBER in known and known[VIEWS_NUMBER]["checksum"] == checksum:
            return False
        for view in fetch_all(connection, "list_views"):
            run(connection, "drop_view", view=sql.Identifier(view["schemaname"], view["viewname"]))
        _create_views(connection, list(texts.values()))
        _record(connection, VIEWS_NUMBER, "views", checksum)
    return True


def _create_views(connection: Connection, texts: list[str]) -> None:
    """Create views in whatever order their references ask for."""
    while texts:
        waiting = []
        for text in texts:
            try:
                with connection.transaction():
                    connection.execute(text)
            except psycopg.errors.UndefinedTable:
                waiting.append(text)
        if len(waiting) == len(texts):
            connection.execute(waiting[0])
        texts = waiting


def _set_defaults(connection: Connection, url: str) -> None:
    database = conninfo_to_dict(url).get("dbname") or connection.info.dbname
    run(connection, "set_search_path", database=sql.Identifier(str(database)))
    months = calendar_months()
    run(
        connection,
        "fill_jalali_months",
        {
            "months": [month.name for month in months],
            "first_days": [month.first_day for month in months],
            "days": [month.days for month in months],
        },
    )


def _record(connection: Connection, number: int, name: str, checksum: str) -> None:
    run(connection, "record_migration", {"number": number, "name": name, "checksum": checksum})


def _checksum(text: str) -> str:
    """Of the statements alone, so that a comment may still be mended."""
    statements = re.sub(r"--[^\n]*", "", text)
    return hashlib.sha256(" ".join(statements.split()).encode()).hexdigest()
