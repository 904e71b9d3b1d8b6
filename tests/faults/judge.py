"""What a fault did: the ledger, the figures of an undisturbed run, messages people can use."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pipeline.verify import verify
from tests.faults.verbs import Told
from tests.karamad import Desk

RECOVERY_LIMIT = 60.0  # seconds from a worker's (or a user's) return to a finished load
Picture = dict[str, Counter[str]]

_NUMBERED = ("load_id", "run_id", "publication_id", "issue_id", "key")
_NOT_FOR_USERS = re.compile(
    r"Traceback|Give support this reference|\.py\b|/tmp/|/work/|"
    r"\b(select|insert into|update|delete from|alter table|create table|relation)\b .*\"",
    re.IGNORECASE,
)


# Every tally there is, so that one that is cut short can be told too.
BEGUN: list[Tally] = []


@dataclass(slots=True)
class Tally:
    """What was counted for one fault."""

    fault: str
    title: str
    tried: int = 0
    lost: int = 0
    doubled: int = 0
    mixed: int = 0
    unclear: int = 0
    slowest: float = 0.0
    notes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        BEGUN.append(self)

    @property
    def is_good(self) -> bool:
        return self.tried > 0 and not self.notes

    def fail(self, kind: str, text: str) -> None:
        """Count one finding: lost, doubled, mixed or unclear."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.notes.append(f"{kind}: {text}")
        print(f"    {self.fault} {kind}: {text}", file=sys.stderr, flush=True)

    def need(self, true: object, kind: str, text: str) -> None:
        """Count a finding unless something holds."""
        if not true:
            self.fail(kind, text)

    def recovered(self, seconds: float, about: str, limit: float = RECOVERY_LIMIT) -> None:
        """Note how long it took until all was well again."""
        self.slowest = max(self.slowest, seconds)
        self.need(seconds <= limit, "unclear", f"{about}: {seconds:.1f} s until all was well")

    @contextmanager
    def clock(self, about: str, limit: float = RECOVERY_LIMIT) -> Iterator[None]:
        """Measure a recovery."""
        begin = time.perf_counter()
        yield
        self.recovered(time.perf_counter() - begin, about, limit)


def visible(desk: Desk) -> dict[str, Any]:
    """What managers see: KPI views, dimensions, and which file is published for which month."""
    return {
        **{name: _counted(rows) for name, rows in desk.kpis().items()},
        **{name: _counted(rows) for name, rows in desk.dimensions().items()},
        "published": Counter(
            f"{row['source_system']} {row['period']} {row['file_name']}"
            for row in desk.rows(
                "select source_system, states.period, file_name from app.load_states as states"
                " join raw.loads using (load_id, source_system) where states.state = 'published'"
            )
        ),
    }


def picture(desk: Desk) -> Picture:
    """All that the database says, but for the numbers and times of its rows."""
    found: Picture = dict(visible(desk))
    for load in desk.rows("select load_id, file_name from raw.loads order by load_id"):
        for name, rows in desk.state(load["load_id"]).items():
            key = f"{load['file_name']}: {name}"
            found[key] = found.get(key, Counter()) + _counted(rows)
    found["bytes"] = _counted(
        desk.rows("select file_name, file_size, sha256, received_by from raw.loads")
    )
    return found


def compare(tally: Tally, about: str, now: Picture, reference: Picture) -> bool:
    """Count what is missing as lost, what is too much as doubled; true when nothing is."""
    lost = [name for name in reference if reference[name] - now.get(name, Counter())]
    doubled = [name for name in now if now[name] - reference.get(name, Counter())]
    if lost and doubled:
        tally.fail(
            "mixed",
            f"{about}: rows missing in {', '.join(lost)}; rows too many in {', '.join(doubled)},"
            f" such as {next(iter(now[doubled[0]] - reference.get(doubled[0], Counter())))[:300]}",
        )
    elif lost:
        tally.fail("lost", f"{about}: rows missing in {', '.join(lost)}")
    elif doubled:
        tally.fail("doubled", f"{about}: rows too many in {', '.join(doubled)}")
    return not lost and not doubled


def check_ledger(tally: Tally, about: str, url: str) -> None:
    """The product's own independent check finds nothing."""
    for gap in verify(url):
        tally.fail(
            "lost" if gap.code in ("I1", "I2", "I3") else "mixed", f"{about}: {gap.code} {gap.en}"
        )


def check_message(tally: Tally, about: str, told: Told) -> None:
    """A verb that failed says so in words for people."""
    if told.hangs:
        tally.fail("unclear", f"{about}: hangs")
    elif told.code and (not told.error.strip() or _NOT_FOR_USERS.search(told.error)):
        tally.fail("unclear", f"{about}: code {told.code}: {told.error.strip()[-400:]!r}")


def check_leftovers(tally: Tally, about: str, desk: Desk) -> None:
    """No table of a run that nothing belongs to, no session left inside a transaction."""
    tables = [
        row["name"]
        for row in desk.rows(
            "select relnamespace::regnamespace || '.' || relname as name from pg_class"
            " where relkind = 'r' and not relispartition"
            " and relname ~ '^(lines|sales|rollup_invoices)_[0-9]+$'"
        )
    ]
    if tables:
        tally.fail("mixed", f"{about}: left behind {', '.join(tables)}")


def wait_for_silence(url: str, patience: float = 20.0) -> None:
    """Return when no session but ours works in the database: the dead have been noticed."""
    until = time.perf_counter() + patience
    with psycopg.connect(url, autocommit=True, application_name="judge") as connection:
        while time.perf_counter() < until:
            row = connection.execute(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and backend_type = 'client backend' and pid <> pg_backend_pid()"
            ).fetchone()
            if row is not None and row[0] == 0:
                return
            time.sleep(0.02)


def _counted(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(
        repr({key: value for key, value in row.items() if key not in _NUMBERED}) for row in rows
    )
