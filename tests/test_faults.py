"""A short round of the fault suite (`make faults` runs all of it)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.db import SQL_ROOT
from tests.faults.away import STAGES
from tests.faults.history import f16_backup_restored
from tests.faults.judge import Tally
from tests.faults.place import Place, open_place
from tests.faults.queue import f1_killed_at_each_stage
from tests.faults.races import f9_same_file_twice
from tests.faults.statements import f2_killed_at_every_statement
from tests.homes import server_home

SHORT = (
    (f1_killed_at_each_stage, 1),
    (f2_killed_at_every_statement, 2),
    (f9_same_file_twice, 1),
    (f16_backup_restored, 1),
)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A server of its own: the processes that are killed here are nobody else's."""
    with server_home("faults") as home, open_place(folder=home) as opened:
        yield opened


@pytest.mark.parametrize("text", STAGES.values(), ids=STAGES)
def test_each_stage_is_a_statement_of_the_product(text: str) -> None:
    """Else a fault that is to strike there never does."""
    assert any(text in path.read_text("utf-8") for path in SQL_ROOT.rglob("*.sql"))


@pytest.mark.parametrize(
    ("fault", "rounds"), SHORT, ids=lambda value: getattr(value, "__name__", "")
)
def test_nothing_is_lost_doubled_or_half_shown(place: Place, fault: object, rounds: int) -> None:
    tally: Tally = fault(place, rounds)  # type: ignore[operator]
    assert tally.tried >= 1
    assert tally.notes == []
