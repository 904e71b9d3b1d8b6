"""F2 and F7 for every deed of the terminal that writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.faults.files import month_file
from tests.faults.judge import Tally
from tests.faults.killing import (
    Deed,
    again,
    cut_at_every_commit,
    kill_at_every_statement,
    load_again,
)
from tests.faults.place import Place
from tests.karamad import Desk


def f2_killed_at_every_statement(place: Place, rounds: int | None = None) -> Tally:
    """`rounds` is about how many statements of a load alone are tried; without it every deed's."""
    tally = Tally("F2", "killed before the Nth statement, N = 1, 2, … to the end")
    for deed in list(deeds(place))[: 1 if rounds else None]:
        kill_at_every_statement(tally, deed, every=max(1, 100 // rounds) if rounds else 1)
    return tally


def f7_answer_of_commit_lost(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F7", "the line is cut between COMMIT and its answer")
    for deed in list(deeds(place))[:rounds]:
        cut_at_every_commit(tally, deed)
    return tally


def deeds(place: Place) -> Iterator[Deed]:
    """A corrected month loaded and published, and each smaller deed on it."""
    first = month_file(place.folder, "first")
    second = month_file(place.folder, "second", lines=180, prefix="2")
    load = ("load", second, "--period", "1403-05", "--publish")
    yield Deed(place, _prepared(place, "one", first), load, load_again(place, second))
    both = _prepared(place, "two", first, second)
    for words in (("recheck", 1), ("publish", 2), ("void", 1, "--reason", "a wrong month")):
        yield Deed(place, both, words, again(*words))


def _prepared(place: Place, name: str, *paths: object) -> str:
    def prepare(desk: Desk) -> None:
        """The first file is published, the others are drafts."""
        done: Callable[..., object] = desk.publish
        for path in paths:
            done(path, "1403-05")
            done = desk.load

    return place.template(name, prepare)
