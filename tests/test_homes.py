"""Servers of tests live in memory where there is room for them, and on the disk elsewhere."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests import homes
from tests.homes import clear_abandoned, quickest_folder, server_home

DISK = Path(tempfile.gettempdir())


def test_where_memory_is_scarce_the_disk_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homes, "ROOM", 1 << 60)
    assert quickest_folder() == DISK


def test_a_folder_that_is_no_memory_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(homes, "MEMORY", tmp_path / "shm")
    assert homes._room_in_memory() == 0
    assert quickest_folder() == DISK


def test_a_container_that_may_use_little_keeps_to_the_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{homes.ROOM}\n")
    monkeypatch.setattr(homes, "GROUP_LIMIT", limit)
    assert homes._room_in_memory() <= homes.ROOM // 2
    assert quickest_folder() == DISK


def test_a_home_can_be_entered_by_the_server_and_is_gone_afterwards() -> None:
    with server_home("trial") as home:
        assert stat.S_IMODE(home.stat().st_mode) == 0o755
        (home / "postgres").mkdir()
    assert not home.exists()


def test_the_home_of_a_test_that_was_killed_is_given_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(homes, "MEMORY", tmp_path)
    gone = subprocess.Popen(["true"])
    gone.wait()
    for pid in (gone.pid, os.getpid()):
        (tmp_path / f"sales-engine-tests-{pid}-x" / "postgres").mkdir(parents=True)
    clear_abandoned()
    assert [home.name for home in tmp_path.iterdir()] == [f"sales-engine-tests-{os.getpid()}-x"]
