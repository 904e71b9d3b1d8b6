"""F17: a migration killed at every statement, on an empty database and on one in use."""

from __future__ import annotations

from typing import Any

from tests.faults.judge import Tally, check_message, wait_for_silence
from tests.faults.killing import is_number, without_kill
from tests.faults.place import Place
from tests.faults.proxy import Harm
from tests.faults.verbs import tell

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
    number, step = 1, 1 if rounds is None else max(1, 100 // rounds)
    whole = _undisturbed(place)
    while _kill_one(place, tally, number, whole):
        number += step
    return tally


def _undisturbed(place: Place) -> dict[str, Any]:
    url = place.empty_database()
    try:
        told = tell(url, "migrate")
        assert told.code == 0, told.error
        return _schema(place, url)
    finally:
        place.drop(url)


def _kill_one(place: Place, tally: Tally, number: int, whole: dict[str, Any]) -> bool:
    url = place.empty_database()
    try:
        harm = Harm(is_number(number))
        place.proxy.expect(harm)
        told = tell(place.proxy.url_of(url), "migrate")
        if harm.done is None:
            return False
        about = f"migrate, killed at {number} ({' '.join(harm.done.text.split())[:70]})"
        tally.tried += 1
        wait_for_silence(url)
        check_message(tally, about, without_kill(told))
        with tally.clock(about):
            told = tell(url, "migrate")
        check_message(tally, about, told)
        now = _schema(place, url)
        for part, value in whole.items():
            tally.need(now[part] == value, "lost", f"{about}: {part} differs afterwards")
        return True
    finally:
        place.drop(url)


def _schema(place: Place, url: str) -> dict[str, Any]:
    """All that `migrate` makes, settings of the database and the calendar too."""
    desk = place.desk(url)
    return {
        "objects": [tuple(row.values()) for row in desk.rows(_OBJECTS)],
        "migrations": desk.rows("select number, checksum from app.migrations order by number"),
        "settings": desk.rows(
            "select setconfig from pg_db_role_setting join pg_database on oid = setdatabase"
            " where datname = current_database() order by 1"
        ),
        "calendar": desk.value("select count(*) from dim.jalali_months"),
    }
