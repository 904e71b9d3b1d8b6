"""F2 and F7: killed before every single statement, and cut off between COMMIT and its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.judge import (
    Picture,
    Tally,
    check_ledger,
    check_leftovers,
    check_message,
    compare,
    picture,
    visible,
    wait_for_silence,
)
from tests.faults.place import Place
from tests.faults.proxy import Asked, Harm
from tests.faults.verbs import Told, tell

# Recovers as a user (or a worker) does; is given the URL.
Recover = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb that is disturbed, in copies of a prepared database, and what makes it good again."""

    place: Place
    template: str
    words: tuple[object, ...]
    recover: Recover
    after: tuple[object, ...] = ()  # a second verb that brings the deed to its end, undisturbed

    def undisturbed(self) -> tuple[dict[str, object], Picture, int]:
        """What is visible before, all of it afterwards, and how many things are asked meanwhile."""
        with self.place.database(self.template) as url:
            desk = self.place.desk(url)
            before = visible(desk)
            self.place.proxy.expect(None)
            told = tell(self.place.proxy.url_of(url), *self.words)
            assert told.code == 0, told.error
            asked = len(self.place.proxy.asked)
            if self.after:
                tell(url, *self.after)
            return before, picture(desk), asked


def kill_at_every_statement(tally: Tally, deed: Deed, *, every: int = 1) -> None:
    """Kill the process that asks, before its Nth statement, for N = 1, 1 + every, … to the end."""
    before, reference, count = deed.undisturbed()
    number = 1
    while disturb(tally, deed, before, reference, Harm(is_number(number))):
        number += every
    tally.remarks.append(f"{' '.join(map(str, deed.words[:1]))}: {count} statements")


def cut_at_every_commit(tally: Tally, deed: Deed) -> None:
    """The server commits, and the answer never comes; for each COMMIT of the deed."""
    before, reference, _ = deed.undisturbed()
    number = 1
    while disturb(tally, deed, before, reference, Harm(is_commit(number), "cut")):
        number += 1


def disturb(
    tally: Tally, deed: Deed, before: dict[str, object], reference: Picture, harm: Harm
) -> bool:
    """One fresh database, one fault, one recovery; false when the deed ended before the fault."""
    after = {name: reference[name] for name in before}
    with deed.place.database(deed.template) as url:
        desk = deed.place.desk(url)
        deed.place.proxy.expect(harm)
        told = tell(deed.place.proxy.url_of(url), *deed.words)
        if harm.done is None:
            return False
        about = _about(deed, harm.done, harm.kind)
        tally.tried += 1
        check_message(tally, about, without_kill(told))
        wait_for_silence(url)
        tally.need(visible(desk) in (before, after), "mixed", f"{about}: half of it is visible")
        with tally.clock(about):
            deed.recover(url)
        if compare(tally, about, picture(desk), reference):
            check_leftovers(tally, about, desk)
        check_ledger(tally, about, url)
    return True


def load_again(place: Place, path: Path) -> Recover:
    """The same command again and what its answer asks for; a worker for what goes on by itself."""

    def recover(url: str) -> None:
        tell(url, "load", path, "--period", "1403-05", "--publish")
        tell(url, "worker", "--once")
        for row in place.desk(url).rows(
            "select load_id, state from app.load_states where state <> 'published'"
            " and load_id = (select max(load_id) from raw.loads)"
        ):
            if row["state"] in ("received", "failed"):
                tell(url, "recheck", row["load_id"])
            tell(url, "publish", row["load_id"])

    return recover


def again(*words: object) -> Recover:
    """The same verb once more, when a worker has done what it could."""

    def recover(url: str) -> None:
        tell(url, "worker", "--once")
        tell(url, *words)

    return recover


def without_kill(told: Told) -> Told:
    return Told(0, told.out, told.error) if told.was_killed else told


def is_number(number: int) -> Callable[[Asked], bool]:
    return lambda asked: asked.number == number


def is_commit(number: int) -> Callable[[Asked], bool]:
    seen = 0

    def is_it(asked: Asked) -> bool:
        nonlocal seen
        seen += asked.is_commit
        return asked.is_commit and seen == number

    return is_it


def _about(deed: Deed, asked: Asked, kind: str) -> str:
    text = " ".join(asked.text.split())
    return f"{deed.words[0]}, {kind} at {asked.number} ({asked.what}: {text[:90]})"
