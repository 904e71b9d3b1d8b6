"""The embedded server starts again for a process that lives through its crash."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from pipeline import server
from pipeline.server import ensure_embedded, running_url
from tests.homes import server_home


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Data of a server of its own, whose folder its system user can reach."""
    with server_home("embedded") as home:
        try:
            ensure_embedded(home / "postgres")
            yield home / "postgres"
        finally:
            with suppress(OSError):
                os.kill(_postmaster(home / "postgres"), signal.SIGQUIT)


def test_a_server_that_was_killed_is_started_again_by_the_same_process(folder: Path) -> None:
    _kill(folder)
    assert _answer(ensure_embedded(folder)) == 1


def test_also_where_its_last_options_no_longer_fit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LAST_PROCESS_SECONDS", 5)
    _kill(folder)
    (folder / "postmaster.opts").write_text("")
    assert _answer(ensure_embedded(folder)) == 1


def test_notes_whose_number_is_another_process_by_now_are_no_server(folder: Path) -> None:
    """As after a restart of the machine, or of a container, where numbers are given anew."""
    _kill(folder)
    notes = folder / "postmaster.pid"
    lines = notes.read_text().splitlines()
    notes.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert running_url(folder) is None
    assert _answer(ensure_embedded(folder)) == 1
    assert _postmaster(folder) != os.getpid()


def test_a_server_of_another_folder_is_not_taken_for_this_one(folder: Path) -> None:
    ensure_embedded(folder)
    other = folder.parent / "other"
    other.mkdir()
    shutil.copy(folder / "postmaster.pid", other)
    assert running_url(folder) is not None
    assert running_url(other) is None
    assert not server._is_starting(other)


def _postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split()[0])


def _kill(folder: Path) -> None:
    pid = _postmaster(folder)
    os.kill(pid, signal.SIGKILL)
    while _state(pid) != "Z":
        pass


def _state(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return "Z"


def _answer(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select 1").fetchone()
        assert row is not None
        return int(row[0])
