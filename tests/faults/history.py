"""F11 and F16: a correction and its undo, disturbed at every statement; a backup restored."""

from __future__ import annotations

from collections.abc import Callable

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.faults.files import month_file
from tests.faults.judge import Tally, check_ledger, check_message, compare, picture, visible
from tests.faults.killing import Deed, cut_at_every_commit, kill_at_every_statement
from tests.faults.place import Place
from tests.faults.verbs import tell
from tests.karamad import SOURCE, Desk

PERIOD = "1403-05"
UNDO = ("undo", SOURCE, PERIOD, "--reason", "the first was right")


def f11_correction_and_undo(place: Place, rounds: int | None = None) -> Tally:
    """Undone exactly; and an undo that is killed or cut off is done once or not at all."""
    tally = Tally("F11", "a published month corrected, then undone; the undo killed and cut")
    template = _corrected(place)
    with place.database(template) as url:
        tally.tried += 1
        desk = place.desk(url)
        corrected = visible(desk)
        tell(url, "publish", 1)
        first = visible(desk)
        tell(url, "publish", 2)
        check_message(tally, "undo", tell(url, *UNDO))
        tally.need(visible(desk) == first, "mixed", "undo does not restore the first version")
        check_message(tally, "undo of the undo", tell(url, *UNDO))
        tally.need(visible(desk) == corrected, "mixed", "undo of the undo: not the correction")
        check_ledger(tally, "undo", url)
    deed = Deed(place, template, UNDO, _undone(place))
    kill_at_every_statement(tally, deed, every=max(1, 25 // rounds) if rounds else 1)
    cut_at_every_commit(tally, deed)
    return tally


def f16_backup_restored(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F16", "a backup restored elsewhere: the ledger holds, nothing differs")
    template = _corrected(place)
    with place.database(template) as url, place.database("template1") as target:
        tally.tried = 1
        file = place.folder / "ledger.backup"
        check_message(tally, "backup", tell(url, "backup", file))
        with tally.clock("restore"):
            told = tell(url, "restore", file, "--into", target)
        check_message(tally, "restore", told)
        tally.need(told.code == 0, "lost", f"restore: {told.error}")
        # Names are looked up as in the database that the product prepared itself.
        path = "-c search_path=public,app,raw,canonical,dq,dim,kpi"
        there = place.desk(make_conninfo(**conninfo_to_dict(target), options=path))
        compare(tally, "restored", picture(there), picture(place.desk(url)))
        check_ledger(tally, "restored", target)
    return tally


def _corrected(place: Place) -> str:
    """A database with a month published and then superseded by its correction."""

    def prepare(desk: Desk) -> None:
        desk.publish(month_file(place.folder, "first"), PERIOD)
        desk.publish(month_file(place.folder, "second", lines=180, prefix="2"), PERIOD)

    return place.template("corrected", prepare)


def _undone(place: Place) -> Callable[[str], None]:
    """Undo where the month still stands corrected; a second undo would take the first back."""

    def recover(url: str) -> None:
        state = place.desk(url).value("select state from app.load_states where load_id = 2")
        if state == "published":
            tell(url, *UNDO)

    return recover
