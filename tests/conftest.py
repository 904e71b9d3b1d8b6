"""Every test that asks for a database gets its own copy of a migrated one, on a real server.

Which fixture: `desk` for a test that loads or changes anything, `db_url` where no file is loaded,
`new_desk` where databases are compared; each is the test's own and dropped after it. Tests that
only read may share one per file: a fixture of scope "module" over `new_database(server_url)`, as
`shop` (tests/kpi) and `stocked` (tests/api) are. A test that stops or kills a server starts one of
its own in `home`. A process that a test starts costs about a second before it does anything.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.db import Connection, close_readers, connect, run
from pipeline.migrate import prepare_database
from pipeline.server import ensure_embedded, stop_embedded
from pipeline.settings import ROOT, Settings
from tests.homes import server_home
from tests.karamad import Desk

TEMPLATE = "sales_engine"
# Each of these files takes minutes of waiting: begun last, one would go on when all else is done.
LONGEST = ("browser/test_accessibility.py", "test_jobs.py", "test_faults.py", "browser/")
# How long an example takes says something of the machine, not of the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
TESTS = ROOT / "tests"
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """A page drawn in a test takes the place of the main module, which new processes begin with."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, whatever the number of their tests; the rest as it was."""
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> int:
    name = path.relative_to(TESTS).as_posix()
    return next((n for n, long in enumerate(LONGEST) if name.startswith(long)), len(LONGEST))


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """URL of the maintenance database of a server that lives for the test session."""
    with server_home("tests") as folder:
        try:
            url = ensure_embedded(folder / "postgres")
            forget_the_disk(url)
            prepare_database(Settings(var_dir=folder, database_url=""))
            yield url
        finally:
            for keeper in _keepers.values():
                keeper.close()
            stop_embedded(folder / "postgres")


def forget_the_disk(server_url: str) -> None:
    """A server that need not outlive a power cut: a copy of a database costs a tenth of the time.

    What is committed stays committed when the server is killed, as tests do.
    """
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("alter system set fsync = off")
        connection.execute("alter system set full_page_writes = off")
        connection.execute("alter system set max_wal_size = '256MB'")
        connection.execute("select pg_reload_conf()")


@contextmanager
def new_database(server_url: str, template: str = TEMPLATE) -> Iterator[str]:
    """URL of a copy of the migrated database, or of another one, that is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    database = sql.Identifier(name)
    keeper = _keeper(server_url)
    copy = sql.SQL("create database {} template {} strategy file_copy")
    keeper.execute(copy.format(database, sql.Identifier(template)))
    # A copy of a database does not inherit the search path that was set on the original.
    run(keeper, "set_search_path", database=database)
    yield make_conninfo(server_url, dbname=name)
    close_readers()
    drop = sql.SQL("drop database if exists {} with (force)")
    _keeper(server_url).execute(drop.format(database))


_keepers: dict[str, Connection] = {}


def _keeper(server_url: str) -> Connection:
    """A connection for making and dropping databases, kept: a new one costs half as much as a copy.

    Made anew where a test killed a backend, and with it every connection of the server.
    """
    with suppress(KeyError, psycopg.OperationalError):
        _keepers[server_url].execute("select")
        return _keepers[server_url]
    _keepers[server_url] = connect(server_url, autocommit=True, as_owner=True)
    return _keepers[server_url]


@pytest.fixture
def db_url(server_url: str) -> Iterator[str]:
    """URL of a fresh, migrated database of this test's own."""
    with new_database(server_url) as url:
        yield url


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for a server that a test starts, and stops, itself."""
    with server_home("own") as folder:
        yield folder


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
