"""F5 and F6: PostgreSQL killed, stopped, or away for a while; nobody has to repair anything."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg

from tests.faults.files import month_file
from tests.faults.judge import Tally, check_ledger, check_leftovers, check_message, compare, picture
from tests.faults.killing import Deed, load_again
from tests.faults.place import Place, open_place, pg_ctl, wait_for_server
from tests.faults.proxy import Asked, Harm
from tests.faults.verbs import Told, tell

T = TypeVar("T")
BACK_AGAIN = 30.0  # seconds
# Where in a load the server is hit: the first statement that contains the text.
STAGES = {
    "receipt": "insert into raw.loads",
    "bytes": "the bytes of a file, compressed",
    "begin": "insert into app.runs",
    "raw": "a file's lines, verbatim",
    "facts": "canonical lines, signed",
    "indexes": "of a filled facts table",
    "rollups": "partial sums per invoice",
    "check": "the balance of a run",
    "attach": "the facts of a load become visible",
    "end": "a run ends well",
    "publish": "insert into app.publications",
    "dimensions": "customers of a source as they were",
}
_EMBEDDED = {"DATABASE_URL": ""}


def f5_server_killed(_: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F5", "a backend, the postmaster or the whole server killed at each stage")
    with open_place() as place:
        path = month_file(place.folder, "month")
        template = place.template("empty", lambda desk: None)
        words = ("load", path, "--period", "1403-05", "--publish")
        deed = Deed(place, template, words, load_again(place, path))
        _, reference, _ = deed.undisturbed()
        hits = [(stage, name) for stage in STAGES for name in HITS]
        for stage, name in spread(hits, rounds):
            _hit(tally, deed, reference, stage, name)
    return tally


def _hit(tally: Tally, deed: Deed, reference: object, stage: str, name: str) -> None:
    place, about = deed.place, f"{name} at {stage}"
    url = place.product_database(deed.template)
    harm = Harm(at(STAGES[stage]), "act", lambda asked: HITS[name](place, asked))
    place.proxy.expect(harm)
    told = tell(place.proxy.url_of(url), *deed.words)
    time.sleep(0.2)  # the postmaster notices that one of its own was killed
    tally.need(harm.done, "unclear", f"{about}: the stage was never reached")
    tally.tried += 1
    check_message(tally, about, told)
    with tally.clock(about, BACK_AGAIN):
        # Nobody starts the server: whoever needs it next does.
        told = _ask_until_answered(tally, place, about)
        deed.recover(url)
    tally.need(told.code == 0, "unclear", f"{about}: status says {told.error!r}")
    desk = place.desk(url)
    if compare(tally, about, picture(desk), reference):  # type: ignore[arg-type]
        check_leftovers(tally, about, desk)
    check_ledger(tally, about, url)


def _ask_until_answered(tally: Tally, place: Place, about: str) -> Told:
    """Look at the status, again and again as people do, until there is one."""
    until = time.perf_counter() + BACK_AGAIN
    while True:
        told = tell("", "status", VAR_DIR=str(place.folder), **_EMBEDDED)
        check_message(tally, about, told)
        if told.code == 0 or time.perf_counter() > until:
            wait_for_server(place.server_url)
            return told


def f6_server_away(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F6", "PostgreSQL away: refused clearly, nothing half kept, well by itself")
    path = month_file(place.folder, "away")
    template = place.template("empty", lambda desk: None)
    words = ("load", path, "--period", "1403-05", "--publish")
    deed = Deed(place, template, words, load_again(place, path))
    _, reference, _ = deed.undisturbed()
    stages = ["before", *STAGES]
    for stage in spread(stages, rounds):
        with place.database(template) as url:
            _go_away(tally, deed, reference, stage, url)
    return tally


def _go_away(tally: Tally, deed: Deed, reference: object, stage: str, url: str) -> None:
    place, about = deed.place, f"away from {stage} on"
    tally.tried += 1
    if stage == "before":
        place.proxy.be_away(True)
    else:
        act: Callable[[Asked], object] = lambda asked: place.proxy.be_away(True)  # noqa: E731
        place.proxy.expect(Harm(at(STAGES[stage]), "act", act))
    told = tell(place.proxy.url_of(url), *deed.words)
    check_message(tally, about, told)
    tally.need(told.code == 1, "unclear", f"{about}: code {told.code} {told.error!r}")
    if stage in ("before", "receipt"):
        kept = place.desk(url).value("select count(*) from raw.loads")
        tally.need(kept == 0, "mixed", f"{about}: a receipt is kept")
    place.proxy.be_away(False)
    with tally.clock(about, BACK_AGAIN):
        deed.recover(url)
    if compare(tally, about, picture(place.desk(url)), reference):  # type: ignore[arg-type]
        check_leftovers(tally, about, place.desk(url))
    check_ledger(tally, about, url)


def spread(items: list[T], rounds: int | None) -> list[T]:
    """About so many of the items, from all over; all of them without a number."""
    # An odd step, so that not always the same kind of hit is met.
    return items[:: max(1, len(items) // rounds) | 1][:rounds] if rounds else items


def at(text: str) -> Callable[[Asked], bool]:
    """The first statement that contains a text."""
    return lambda asked: text in asked.text


def _terminate_backends(place: Place, asked: Asked) -> None:
    for pid in _backends(place)[:1]:
        os.kill(pid, signal.SIGTERM)


def _kill_backend(place: Place, asked: Asked) -> None:
    for pid in _backends(place)[:1]:
        os.kill(pid, signal.SIGKILL)


def _kill_postmaster(place: Place, asked: Asked) -> None:
    os.kill(int((place.server_folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def _stop_immediately(place: Place, asked: Asked) -> None:
    pg_ctl(place.server_folder, "-m", "immediate", "-W", "stop")


def _backends(place: Place) -> list[int]:
    """Server processes that work for the product, the busiest first."""
    with psycopg.connect(place.server_url, autocommit=True) as connection:
        rows = connection.execute(
            "select pid from pg_stat_activity where application_name like 'sales_engine%'"
            " and pid <> pg_backend_pid() order by state = 'active' desc, pid"
        )
        return [pid for (pid,) in rows]


HITS: dict[str, Callable[[Place, Asked], None]] = {
    "backend ended": _terminate_backends,
    "backend killed": _kill_backend,
    "postmaster killed": _kill_postmaster,
    "stopped immediately": _stop_immediately,
}
