"""Work beside the main thread: in order, bounded, and at an end after an error."""

from __future__ import annotations

import pytest

from pipeline.access.acting import acting_as, actor
from pipeline.background import Background, beside


def test_everything_is_done_in_order() -> None:
    done: list[int] = []
    background = Background("test")
    for number in range(20):
        background.put(done.append, number)
    background.wait()
    background.close()
    assert done == list(range(20))


def test_after_an_error_nothing_more_is_done_and_the_error_is_told() -> None:
    done: list[int] = []
    background = Background("test")
    background.put(int, "x")
    background.put(done.append, 1)
    with pytest.raises(ValueError, match="'x'"):
        background.wait()
    background.close()
    assert done == []


def test_closing_twice_is_no_fault() -> None:
    background = Background("test")
    background.put(int, "x")
    background.close()
    background.close()


def test_what_is_done_beside_acts_as_its_caller() -> None:
    with acting_as(None), beside(actor) as there:
        assert there.result() == actor()
