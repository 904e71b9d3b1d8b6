"""How the house stands: database, workers, queue, disks, backup, ledger, faults; each judged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.db import Row, connect, fetch_one
from pipeline.settings import Settings

State = Literal["good", "attention", "bad"]
CODES = (
    "database", "connections", "transactions", "workers", "queue", "stalled", "disk", "backup",
    "verify", "faults",
)  # fmt: skip

DAY = 86_400
OLD_BACKUP_SECONDS = OLD_PROOF_SECONDS = 7 * DAY
LONG_TRANSACTION_SECONDS, ENDLESS_TRANSACTION_SECONDS = 600, 3600
LONG_WAIT_SECONDS = 600
LITTLE_SPACE_BYTES, NO_SPACE_BYTES = 5 * 1024**3, 1024**3
LITTLE_SPACE_SHARE = 0.1
STALLED_TIMES = 3  # as long as another worker waits before it takes a job over
FAULTS_SHOWN, FAULTS_READ_BYTES = 10, 512 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its code (of CODES), how it is, and the figures behind it."""

    code: str
    state: State
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disk:
    """Room where files lie: `what` is data, scratch or inbox; sizes in bytes."""

    what: str
    free: int
    total: int

    @property
    def state(self) -> State:
        """How near its end is."""
        if self.free < NO_SPACE_BYTES:
            return "bad"
        little = self.free < LITTLE_SPACE_BYTES or self.free < self.total * LITTLE_SPACE_SHARE
        return "attention" if little else "good"


@dataclass(frozen=True, slots=True)
class Health:
    """All checks in the order of CODES; `facts` is a row of `health/read_health`."""

    checks: list[Check]
    facts: Row
    disks: list[Disk]
    faults: list[dict[str, str]]  # reference, at, verb: the newest first

    @property
    def state(self) -> State:
        """The worst of all."""
        states = {check.state for check in self.checks}
        return "bad" if "bad" in states else "attention" if "attention" in states else "good"

    def as_facts(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "state": self.state,
            "checks": {c.code: {"state": c.state, **c.facts} for c in self.checks},
            "disks": [{"what": d.what, "free": d.free, "total": d.total} for d in self.disks],
            "largest_tables": self.facts["largest_tables"],
            "faults": self.faults,
        }


def read_health(url: str, settings: Settings) -> Health:
    """Look at everything, with one question to the database.

    RefusedAction NOT_ALLOWED for whoever may not see it, DatabaseAway when there is no answer.
    """
    asked = {"stalled": STALLED_TIMES * settings.job_stalled_seconds}
    with acting_as_engine(Action.SEE_HEALTH), connect(url, as_owner=True) as connection:
        connection.read_only = True
        facts = fetch_one(connection, "health/read_health", asked)
        connection.rollback()
    assert facts is not None
    disks = list(_disks(settings))
    faults = last_faults(settings.var_dir)
    checks = [check(facts) for check in _OF_DATABASE]
    return Health([*checks, _disk(disks), _backup(facts), _verify(facts), _faults(faults)],
                  facts, disks, faults)  # fmt: skip


def last_faults(var_dir: Path, most: int = FAULTS_SHOWN) -> list[dict[str, str]]:
    """The newest faults of ours: reference, moment and place; no traceback leaves the log."""
    path = var_dir / "log" / "errors.log"
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - FAULTS_READ_BYTES))
        lines = file.read().splitlines()
    found: list[dict[str, str]] = []
    for line in reversed(lines):
        if len(found) == most:
            break
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the first line of the piece may have lost its beginning
        found.append({name: str(entry.get(name) or "") for name in ("reference", "at", "verb")})
    return found


def _database(facts: Row) -> Check:
    said = ("server_version", "started_at", "database_bytes")
    return Check("database", "good", {name: _plain(facts[name]) for name in said})


def _connections(facts: Row) -> Check:
    used = facts["connections"] / facts["most_connections"]
    state: State = "bad" if used > 0.95 else "attention" if used > 0.8 else "good"
    taken, most = facts["connections"], facts["most_connections"]
    return Check("connections", state, {"connections": taken, "most": most})


def _transactions(facts: Row) -> Check:
    seconds = facts["oldest_transaction_seconds"] or 0
    long, endless = LONG_TRANSACTION_SECONDS, ENDLESS_TRANSACTION_SECONDS
    state: State = "bad" if seconds > endless else "attention" if seconds > long else "good"
    return Check("transactions", state, {"oldest_seconds": round(seconds, 1)})


def _workers(facts: Row) -> Check:
    alive, waiting = facts["signs"]["alive"], facts["queue"]["waiting"]
    state: State = "good" if alive else "bad" if waiting else "attention"
    return Check("workers", state,
                 {"alive": alive, "last_sign": facts["signs"]["last_sign"],
                  "names": facts["workers"]})  # fmt: skip


def _queue(facts: Row) -> Check:
    queue = facts["queue"]
    waits_long = (queue["longest_wait_seconds"] or 0) > LONG_WAIT_SECONDS
    state: State = "attention" if waits_long or queue["failed"] else "good"
    return Check("queue", state, {n: queue[n] for n in ("waiting", "running", "failed")})


def _stalled(facts: Row) -> Check:
    stalled = facts["queue"]["stalled"]
    return Check("stalled", "bad" if stalled else "good", {"stalled": stalled})


_OF_DATABASE: tuple[Callable[[Row], Check], ...] = (
    _database, _connections, _transactions, _workers, _queue, _stalled,
)  # fmt: skip


def _disk(disks: list[Disk]) -> Check:
    worst = max(disks, key=lambda disk: ("good", "attention", "bad").index(disk.state))
    return Check("disk", worst.state, {disk.what: disk.free for disk in disks})


def _backup(facts: Row) -> Check:
    event = facts["backup"]
    if event is None:
        return Check("backup", "attention", {"at": None})
    state: State = "attention" if _age(event["at"]) > OLD_BACKUP_SECONDS else "good"
    return Check("backup", state, {"at": event["at"], "by": event["actor"]})


def _verify(facts: Row) -> Check:
    event, last = facts["verify"], facts["last_event"]
    now = {"last_event": last and last["event_id"]}
    if event is None:
        return Check("verify", "attention", {"at": None, **now})
    gaps = event["detail"].get("gaps") or 0
    old = _age(event["at"]) > OLD_PROOF_SECONDS
    state: State = "bad" if gaps else "attention" if old else "good"
    to = event["detail"].get("event_id")
    return Check("verify", state, {"at": event["at"], "gaps": gaps, "to": to, **now})


def _faults(faults: list[dict[str, str]]) -> Check:
    fresh = sum(_age(fault["at"]) < DAY for fault in faults)
    return Check("faults", "attention" if fresh else "good", {"last_day": fresh})


def _disks(settings: Settings) -> Iterator[Disk]:
    places = {"data": settings.var_dir, "scratch": settings.var_dir / "scratch",
              "inbox": settings.inbox_dir}  # fmt: skip
    for what, path in places.items():
        there = next(folder for folder in (path, *path.parents) if folder.exists())
        usage = shutil.disk_usage(there)
        yield Disk(what, usage.free, usage.total)


def _age(moment: str) -> float:
    """Seconds since a moment with its zone."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
