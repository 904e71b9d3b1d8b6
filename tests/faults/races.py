"""F9 and F10: the same file twice, two files for one month, at once and later."""

from __future__ import annotations

import hashlib
from itertools import islice
from pathlib import Path

from tests.faults.files import month_file, months
from tests.faults.judge import Tally, check_ledger, check_leftovers, check_message, compare, picture
from tests.faults.place import Place
from tests.faults.verbs import Told, Verb, tell, tell_at_once
from tests.karamad import Desk

RACES = 50
SECONDS_A_FILE = 60


def f9_same_file_twice(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F9", "the same file twice: at once, later, renamed, in another encoding")
    count = rounds or RACES
    paths = [
        month_file(place.folder, f"twice_{number}", lines=40, prefix=str(100 + number))
        for number in range(count)
    ]
    with place.database() as alone, place.database() as url:
        Verb(alone, "load", *paths, "--period", "1403-05").end(count * SECONDS_A_FILE)
        desk = place.desk(url)
        for path in paths:
            tally.tried += 1
            told = tell_at_once(url, *[("load", path, "--period", "1403-05")] * 2)
            _one_copy(tally, desk, path, told)
        compare(tally, "same file at once", picture(desk), picture(place.desk(alone)))
        _later(tally, desk, paths[0])
        check_leftovers(tally, "same file at once", desk)
        check_ledger(tally, "same file at once", url)
    return tally


def _one_copy(tally: Tally, desk: Desk, path: Path, told: list[Told]) -> None:
    for each in told:
        check_message(tally, f"{path.name} at once", each)
    digest = hashlib.sha256(path.read_bytes()).digest()
    found = desk.rows("select load_id, received_by from raw.loads where sha256 = %s", digest)
    tally.need(found, "lost", f"{path.name}: no copy of it")
    tally.need(len(found) <= 1, "doubled", f"{path.name}: {len(found)} copies of it")
    codes = [each.code for each in told]
    tally.need(
        codes == [0, 0],
        "unclear",
        f"{path.name} at once: codes {codes}: {told[0].error}{told[1].error}",
    )
    second = [each.out for each in told if "came before" in each.out]
    words = (f"load {found[0]['load_id']}", path.name, found[0]["received_by"]) if found else ()
    tally.need(
        len(second) == 1 and all(word in second[0] for word in words),
        "unclear",
        f"{path.name} at once: the second answer does not name the first receipt: {second}",
    )


def _later(tally: Tally, desk: Desk, path: Path) -> None:
    """The second answer names the first receipt, its time and its user; then other spellings."""
    first = desk.row("select load_id, received_by from raw.loads where file_name = %s", path.name)
    renamed = path.with_name("renamed.csv")
    renamed.write_bytes(path.read_bytes())
    for again in (path, renamed):
        tally.tried += 1
        told = tell(desk.url, "load", again)
        check_message(tally, f"{again.name} later", told)
        for word in (str(first["load_id"]), path.name, first["received_by"]):
            tally.need(word in told.out, "unclear", f"{again.name} later: no {word!r}: {told.out}")
    tally.tried += 1
    other = path.with_name("utf16.csv")
    other.write_bytes(path.read_text("utf-8").encode("utf-16"))
    tell(desk.url, "load", other, "--period", "1403-05")
    warned = desk.rows(
        "select raw_value from dq.dq_issues join raw.loads using (load_id)"
        " where file_name = %s and rule_code = 'SAME_LINES_AS_LOAD'",
        other.name,
    )
    tally.need(warned, "doubled", "the same lines in another encoding: no warning")


def f10_two_files_one_month(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F10", "two people, one month, different files, at once")
    count = rounds or RACES
    with place.database() as url:
        desk = place.desk(url)
        for number, period in enumerate(months(count)):
            tally.tried += 1
            pair = _two_files(place, period, number)
            words = [("load", path, "--period", period, "--publish") for path in pair]
            _one_published(tally, desk, period, tell_at_once(url, *words))
        for number, period in enumerate(islice(months(2 * count), count, None), count):
            _the_other_is_told(tally, desk, place, period, number)
        check_leftovers(tally, "one month at once", desk)
        check_ledger(tally, "one month at once", url)
    return tally


def _two_files(place: Place, period: str, number: int) -> list[Path]:
    return [
        month_file(
            place.folder, f"{side}_{number}", lines=30, period=period, prefix=f"{side}{number}"
        )
        for side in ("7", "8")
    ]


def _the_other_is_told(tally: Tally, desk: Desk, place: Place, period: str, number: int) -> None:
    """Both saw an empty month and publish at once: the second is told who and when, and decides."""
    about = f"{period}, both expecting none"
    tally.tried += 1
    pair = _two_files(place, period, number)
    loaded = Verb(desk.url, "load", *pair, "--period", period).end()
    check_message(tally, about, loaded)
    loads = [row["load_id"] for row in desk.rows(_LOADS_OF, period)]
    told = tell_at_once(
        desk.url, *[("publish", load_id, "--expected", "none") for load_id in loads]
    )
    for each in told:
        check_message(tally, about, each)
    published = _published(desk, period)
    tally.need(len(published) == 1, "doubled", f"{about}: loads {published} are published")
    if len(published) != 1:
        return
    (winner,) = published
    loser = next(load_id for load_id in loads if load_id != winner)
    said = told[loads.index(loser)]
    step = desk.row("select actor, at from app.publications where load_id = %s", winner)
    words = (f"load {winner}", step["actor"], f"{step['at']:%Y-%m-%d}")
    tally.need(
        said.code == 1 and all(word in said.error + said.out for word in words),
        "unclear",
        f"{about}: the second is not told {words}: {said}",
    )
    again = tell(desk.url, "publish", loser, "--expected", winner)
    check_message(tally, about, again)
    tally.need(_published(desk, period) == [loser], "lost", f"{about}: not superseded: {again}")


_LOADS_OF = "select load_id from app.load_states where period = %s order by load_id"


def _published(desk: Desk, period: str) -> list[int]:
    states = desk.rows("select load_id, state from app.load_states where period = %s", period)
    return [row["load_id"] for row in states if row["state"] == "published"]


def _one_published(tally: Tally, desk: Desk, period: str, told: list[Told]) -> None:
    for each in told:
        check_message(tally, f"{period} at once", each)
    states = desk.rows("select load_id, state from app.load_states where period = %s", period)
    published = [row["load_id"] for row in states if row["state"] == "published"]
    tally.need(len(states) == 2, "lost", f"{period}: {len(states)} of 2 loads are there")
    tally.need(published, "lost", f"{period}: nothing is published")
    tally.need(len(published) <= 1, "doubled", f"{period}: loads {published} are published")
    shown = desk.value(
        "select sum(line_count) from kpi_net_sales_daily where jalali_month = %s", period
    )
    if published:
        own = desk.value(
            "select count(*) from canonical.sales where load_id = %s and jalali_month = %s",
            *(published[0], period),
        )
        tally.need(shown == own, "mixed", f"{period}: {shown} lines shown, its load has {own}")
