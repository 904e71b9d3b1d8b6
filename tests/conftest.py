"""Every test that asks for a database gets its own copy of a migrated one, on a real server."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.db import close_readers, run
from pipeline.migrate import prepare_database
from pipeline.server import ensure_embedded, stop_embedded
from pipeline.settings import Settings
from tests.karamad import Desk

TEMPLATE = "sales_engine"
# How long an example takes says something of the machine, not of the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """URL of the maintenance database of a server that lives for the test session."""
    folder = Path(tempfile.mkdtemp(prefix="sales-engine-tests-"))
    folder.chmod(0o755)
    try:
        settings = Settings(var_dir=folder, database_url="")
        url = ensure_embedded(folder / "postgres")
        forget_the_disk(url)
        prepare_database(settings)
        yield url
    finally:
        stop_embedded(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def forget_the_disk(server_url: str) -> None:
    """A server that need not outlive a power cut: a copy of a database costs a tenth of the time.

    What is committed stays committed when the server is killed, as tests do.
    """
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("alter system set fsync = off")
        connection.execute("alter system set full_page_writes = off")
        connection.execute("select pg_reload_conf()")


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """URL of a fresh, migrated database that is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )
    url = make_conninfo(server_url, dbname=name)
    migrate_search_path(url)
    yield url
    close_readers()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


@pytest.fixture
def db_url(server_url: str) -> Iterator[str]:
    """URL of a fresh, migrated database of this test's own."""
    with new_database(server_url) as url:
        yield url


def migrate_search_path(url: str) -> None:
    """A copy of a database does not inherit the search path that was set on the original."""
    with psycopg.connect(url, autocommit=True) as connection:
        run(connection, "set_search_path", database=sql.Identifier(connection.info.dbname))


@pytest.fixture
def settings() -> Settings:
    """Settings as a user has them, whatever this machine's environment says."""
    return Settings(_env_file=None, database_url="", language="fa")  # type: ignore[call-arg]


@pytest.fixture
def desk(db_url: str, settings: Settings, tmp_path: Path) -> Desk:
    """Someone who loads and publishes Karamad files into a database of this test's own."""
    return Desk(db_url, settings, tmp_path)


@pytest.fixture
def new_desk(server_url: str, settings: Settings, tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    """Makes as many desks as asked for, each with a database of its own."""
    with ExitStack() as stack:
        yield lambda: Desk(stack.enter_context(new_database(server_url)), settings, tmp_path)
