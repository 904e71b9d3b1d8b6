"""Connections for readers: read only, one snapshot, and back by themselves after an outage."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from typing import LiteralString

import psycopg
import pytest

from pipeline.access.acting import acting_as
from pipeline.access.people import Person, Role
from pipeline.db import close_readers, reading
from pipeline.errors import DatabaseAway
from pipeline.migrate import prepare_database
from pipeline.pool import MOST_READERS
from pipeline.server import _pg_ctl, stop_embedded
from pipeline.settings import Settings


@pytest.fixture
def server(home: Path) -> Iterator[tuple[Path, str]]:
    """A server of this test's own, which it may stop: its folder and URL."""
    settings = Settings(_env_file=None, var_dir=home, database_url="")  # type: ignore[call-arg]
    try:
        yield home / "postgres", prepare_database(settings)
    finally:
        close_readers()
        stop_embedded(home / "postgres")


def test_readers_write_nothing_and_see_one_snapshot(db_url: str) -> None:
    month = "select count(*) from app.mappings"
    with reading(db_url) as connection:
        assert connection.execute(month).fetchone() == (0,)
        with psycopg.connect(db_url) as other:
            other.execute(
                "insert into app.mappings (source_system, version, mapping, author, reason)"
                " values ('x', 1, '{}', 'me', 'because')"
            )
        assert connection.execute(month).fetchone() == (0,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("create table t (i int)")
    with reading(db_url) as connection:
        assert connection.execute(month).fetchone() == (1,)
    close_readers()


def test_reading_within_reading_is_the_same_moment(db_url: str) -> None:
    count, add = (
        "select count(*) from app.mappings",
        (
            "insert into app.mappings (source_system, version, mapping, author, reason)"
            " values ('x', 1, '{}', 'me', 'because')"
        ),
    )
    with reading(db_url) as outer:
        assert outer.execute(count).fetchone() == (0,)
        with psycopg.connect(db_url) as other:
            other.execute(add)
        with pytest.raises(ZeroDivisionError), reading(db_url) as inner:
            assert inner.execute(count).fetchone() == (0,)
            raise ZeroDivisionError
        with ThreadPoolExecutor(1) as elsewhere:  # another reader has a moment of its own
            assert elsewhere.submit(_answer, db_url, count).result() == (1,)
        assert outer.execute(count).fetchone() == (0,)
    assert _answer(db_url, count) == (1,)
    close_readers()


def test_readers_use_a_connection_again(db_url: str) -> None:
    process = "select pg_backend_pid()"
    with reading(db_url) as connection:
        first = connection.execute(process).fetchone()
    with pytest.raises(ZeroDivisionError), reading(db_url) as connection:
        connection.execute("select 1")
        raise ZeroDivisionError
    with reading(db_url) as connection:
        assert connection.execute(process).fetchone() == first
    with psycopg.connect(db_url) as other:
        idle = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
        assert other.execute(f"{idle} and datname = current_database()").fetchone() == (0,)
    close_readers()


def test_readers_come_back_after_the_database_was_away(server: tuple[Path, str]) -> None:
    folder, url = server
    with reading(url) as connection:
        connection.execute("select 1")
    with pytest.raises(DatabaseAway), reading(url) as connection:
        stop_embedded(folder)
        connection.execute("select 1")
    with pytest.raises(DatabaseAway) as caught, reading(url):
        pass
    assert "try again" in caught.value.en
    _pg_ctl(folder, "restart")  # as an operator does, from outside of this process
    assert _answer_within(30, url) == (1,)


def test_who_comes_while_all_read_waits_for_the_first_to_end(
    db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.pool.READER_WAIT", 0.1)
    monkeypatch.setattr("pipeline.pool.BUSY_WAITS", 100)
    with ThreadPoolExecutor(1) as elsewhere, ExitStack() as others:
        # Each of them acts as somebody else, and so has a snapshot of their own.
        for number in range(MOST_READERS):
            others.enter_context(acting_as(Person(number, "سارا", Role.MANAGER)))
            others.enter_context(reading(db_url))
        late = elsewhere.submit(_answer, db_url, "select 1")
        with pytest.raises(TimeoutError):
            late.result(0.5)
        others.close()
        assert late.result(10) == (1,)
    close_readers()


def _answer(url: str, question: LiteralString) -> object:
    with reading(url) as connection:
        return connection.execute(question).fetchone()


def _answer_within(seconds: float, url: str) -> object:
    """What the database answers once readers are back; TimeoutError when they do not come back."""
    end = monotonic() + seconds
    while True:
        with suppress(DatabaseAway), reading(url) as connection:
            return connection.execute("select 1").fetchone()
        if monotonic() > end:
            raise TimeoutError(f"no reader came back within {seconds} s")


def test_a_snapshot_is_shared_by_one_actor_alone(db_url: str) -> None:
    """What somebody else acts as within a block is read with their own rights."""
    someone = Person(1, "سارا", Role.MANAGER)
    with reading(db_url) as engine, acting_as(someone), reading(db_url) as theirs:
        assert theirs is not engine
        assert theirs.execute("select current_user").fetchone() == ("sales_engine_manager",)
        with reading(db_url) as again:
            assert again is theirs
    close_readers()
