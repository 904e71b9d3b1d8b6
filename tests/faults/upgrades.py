"""F17: a migration killed at every statement, on an empty database, an old one and one in use."""

from __future__ import annotations

import gzip
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import psycopg

from pipeline.settings import ROOT
from tests.faults.away import STAGES, at, spread
from tests.faults.files import month_file
from tests.faults.judge import (
    Picture,
    Tally,
    check_ledger,
    check_leftovers,
    check_message,
    compare,
    picture,
    wait_for_silence,
)
from tests.faults.killing import is_number, without_kill
from tests.faults.place import Place
from tests.faults.proxy import Asked, Harm
from tests.faults.queue import WORKER, handed_in, undisturbed
from tests.faults.verbs import Verb, tell
from tests.karamad import KPI_VIEWS

# Makes the database that is brought up to date; its URL.
Begin = Callable[[Place], str]
OLD = ROOT / "tests" / "upgrade" / "at_008.sql.gz"

_OBJECTS = """
    select 'relation' as sort, relnamespace::regnamespace::text as place, relname::text as name,
        relkind::text as more, '' as type
    from pg_class where relnamespace::regnamespace::text !~ '^pg_|^information_schema'
    union all
    select 'column', relnamespace::regnamespace::text, relname::text, attname::text,
        atttypid::regtype::text
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where attnum > 0 and relnamespace::regnamespace::text !~ '^pg_|^information_schema'
    union all
    select 'function', pronamespace::regnamespace::text, proname::text, '', ''
    from pg_proc where pronamespace::regnamespace::text !~ '^pg_|^information_schema'
    union all
    select 'trigger', tgrelid::regclass::text, tgname::text, tgenabled::text, ''
    from pg_trigger where not tgisinternal
    order by 1, 2, 3, 4, 5
"""


def f17_migration_killed(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F17", "a migration killed before every statement")
    step = 1 if rounds is None else max(1, 100 // rounds)
    for begin in (_empty, _of_an_earlier_version):
        number, whole = 1, _undisturbed(place, begin)
        while _kill_one(place, tally, number, begin, whole):
            number += step
    for stage in spread(["raw", "facts", "check", "attach", "end", "publish"], rounds):
        _upgrade_while_a_job_runs(tally, place, stage)
    return tally


def _upgrade_while_a_job_runs(tally: Tally, place: Place, stage: str) -> None:
    """The schema is brought up to date while a run is half done; then its process is killed."""
    about = f"upgrade while a job is at {stage}"
    template, (_, reference) = _waiting_month(place)
    migration: list[Verb] = []
    with place.database(template) as url:

        def upgrade(asked: Asked) -> None:
            migration.append(Verb(url, "migrate"))
            # Where the run holds what it needs, it waits for the run, which is held up here.
            until = time.monotonic() + 5
            while migration[0].runs and time.monotonic() < until:
                time.sleep(0.05)
            os.kill(asked.pid, signal.SIGKILL)

        desk = place.desk(url)
        # As after a new version whose views differ, and whose end was not reached yet.
        with psycopg.connect(url) as connection:
            connection.execute("delete from app.migrations where number in (0, -2)")
        place.proxy.expect(Harm(at(STAGES[stage]), "act", upgrade))
        worker = Verb(place.proxy.url_of(url), *WORKER)
        with tally.clock(about):
            check_message(tally, about, worker.end())
        tally.tried += 1
        told = migration[0].end() if migration else None
        tally.need(told is not None and told.code == 0, "lost", f"{about}: {told}")
        wait_for_silence(url)
        tally.need(
            desk.value("select deaths from app.jobs") == 1, "unclear", f"{about}: never half done"
        )
        if compare(tally, about, picture(desk), reference):
            check_leftovers(tally, about, desk)
        check_ledger(tally, about, url)


def _waiting_month(place: Place) -> tuple[str, tuple[dict[str, Any], Picture]]:
    template = handed_in(place, "one month", [month_file(place.folder, "month")])
    return template, undisturbed(place, template)


def _empty(place: Place) -> str:
    return place.empty_database()


def _of_an_earlier_version(place: Place) -> str:
    """A database with published months, as the version with migrations 001 to 008 left it."""
    url = place.empty_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(gzip.decompress(OLD.read_bytes()))
    return url


def _undisturbed(place: Place, begin: Begin) -> dict[str, Any]:
    url = begin(place)
    try:
        told = tell(url, "migrate")
        assert told.code == 0, told.error
        return _schema(place, url)
    finally:
        place.drop(url)


def _kill_one(place: Place, tally: Tally, number: int, begin: Begin, whole: dict[str, Any]) -> bool:
    url = begin(place)
    try:
        harm = Harm(is_number(number))
        place.proxy.expect(harm)
        told = tell(place.proxy.url_of(url), "migrate")
        if harm.done is None:
            return False
        statement = " ".join(harm.done.text.split())[:70]
        about = f"migrate ({begin.__name__}), killed at {number} ({statement})"
        tally.tried += 1
        wait_for_silence(url)
        check_message(tally, about, without_kill(told))
        with tally.clock(about):
            told = tell(url, "migrate")
        check_message(tally, about, told)
        now = _schema(place, url)
        for part, value in whole.items():
            tally.need(now[part] == value, "lost", f"{about}: {part} differs afterwards")
        if now["figures"]["kpi_net_sales_daily"]:
            check_ledger(tally, about, url)
        return True
    finally:
        place.drop(url)


def _schema(place: Place, url: str) -> dict[str, Any]:
    """All that `migrate` makes, settings of the database and the calendar too, and the figures."""
    desk = place.desk(url)
    return {
        "objects": [tuple(row.values()) for row in desk.rows(_OBJECTS)],
        "migrations": desk.rows("select number, checksum from app.migrations order by number"),
        "settings": desk.rows(
            "select setconfig from pg_db_role_setting join pg_database on oid = setdatabase"
            " where datname = current_database() order by 1"
        ),
        "calendar": desk.value("select count(*) from dim.jalali_months"),
        "figures": {view: desk.table(f"kpi.{view}") for view in KPI_VIEWS},
    }
