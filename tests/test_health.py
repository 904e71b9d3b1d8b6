"""The health of the house: each check says good, attention or bad, for a reason that is there."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline import health
from pipeline.access.acting import acting_as
from pipeline.access.people import Person, Role
from pipeline.audit import tell
from pipeline.errors import RefusedAction
from pipeline.faults import unexpected
from pipeline.health import CODES, Check, Health, last_faults, read_health
from pipeline.settings import ROOT, Settings
from pipeline.texts import read_texts
from tests.karamad import Desk

Usage = namedtuple("Usage", "total used free")
GIGA = 1024**3


@pytest.fixture
def here(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100 * GIGA, 0, 50 * GIGA))
    return Settings(_env_file=None, var_dir=tmp_path / "var", database_url=desk.url)  # type: ignore[call-arg]


def look(here: Settings) -> Health:
    return read_health(here.database_url, here)


def check(here: Settings, code: str) -> Check:
    return next(one for one in look(here).checks if one.code == code)


def add_job(desk: Desk, state: str, **facts: Any) -> None:
    number = desk.value("select count(*) + 1 from app.jobs")
    facts = {
        "key": f"00000000-0000-0000-0000-{number:012d}",
        "kind": "load", "load_id": number, "source_system": "karamad", "asked": "{}",
        "publish_after": False, "state": state, "bytes_total": 1, "requested_by": "sara", **facts,
    }  # fmt: skip
    names = ", ".join(facts)
    places = ", ".join(["%s"] * len(facts))
    statement = f"insert into app.jobs ({names}) values ({places}) returning job_id"
    desk.rows(statement, *facts.values())


def test_every_check_is_there_and_worded_in_both_languages(here: Settings) -> None:
    found = look(here)
    assert tuple(one.code for one in found.checks) == CODES
    for language in ("fa", "en"):
        words = read_texts(ROOT / "config", language, "page_health").words
        assert {f"{kind}_{code}" for code in CODES for kind in ("check", "do")} <= words.keys()
    assert json.loads(json.dumps(found.as_facts()))["state"] == found.state


def test_one_question_tells_of_the_database(here: Settings, desk: Desk) -> None:
    desk.publish([{}])
    found = look(here)
    size = desk.value("select pg_database_size(current_database())")
    assert abs(found.facts["database_bytes"] - size) < size / 10
    names = {row["name"] for row in found.facts["largest_tables"]}
    assert all("." in name for name in names) and len(found.facts["largest_tables"]) == 6
    assert check(here, "database").facts["server_version"] == desk.value("show server_version")


def test_a_new_house_wants_a_worker_a_backup_and_a_proof(here: Settings) -> None:
    found = {one.code: one.state for one in look(here).checks}
    assert {code for code, state in found.items() if state == "attention"} == {
        "workers", "backup", "verify",
    }  # fmt: skip
    assert look(here).state == "attention"


def test_work_without_a_worker_is_bad_and_failures_are_told(here: Settings, desk: Desk) -> None:
    add_job(desk, "waiting")
    assert check(here, "workers").state == "bad" and look(here).state == "bad"
    assert check(here, "queue").state == "good"
    desk.rows("update app.jobs set requested_at = now() - interval '1 hour' returning 1")
    assert check(here, "queue").state == "attention"
    now = datetime.now(UTC)
    add_job(desk, "failed", finished_at=now - timedelta(hours=2))
    add_job(desk, "failed", finished_at=now - timedelta(days=2))
    assert check(here, "queue").facts == {"waiting": 1, "running": 0, "failed": 1}
    desk.rows("insert into jobs.procrastinate_workers (last_heartbeat) values (now()) returning 1")
    assert check(here, "workers").state == "good"


def test_a_job_without_a_sign_of_life_is_bad(here: Settings, desk: Desk) -> None:
    now = datetime.now(UTC)
    add_job(desk, "running", heartbeat_at=now)
    assert check(here, "stalled").state == "good"
    add_job(desk, "running", heartbeat_at=now - timedelta(minutes=5))
    assert check(here, "stalled").facts == {"stalled": 1}
    assert check(here, "stalled").state == "bad"


def test_a_connected_worker_is_named_with_its_beginning(here: Settings, desk: Desk) -> None:
    name = "sales_engine worker here.1"
    with psycopg.connect(desk.url, application_name=name):
        (worker,) = look(here).facts["workers"]
    assert worker["name"] == name
    assert datetime.fromisoformat(worker["since"]) > datetime.now(UTC) - timedelta(minutes=1)


def test_an_old_transaction_is_seen(
    here: Settings, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LONG_TRANSACTION_SECONDS", 0)
    with psycopg.connect(desk.url) as connection:
        connection.execute("select 1")
        assert check(here, "transactions").state == "attention"
    assert check(here, "transactions").state == "good"


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(50, 100, "good"), (6, 100, "attention"), (4, 8, "attention"), (0.5, 100, "bad")],
)
def test_a_disk_that_fills_is_told(
    here: Settings, monkeypatch: pytest.MonkeyPatch, free: float, total: int, state: str
) -> None:
    usage = Usage(total * GIGA, 0, int(free * GIGA))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert check(here, "disk").state == state


def test_backup_and_proof_age_and_gaps_are_bad(
    here: Settings, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(desk.url, "cli", "backup", ("file", "x"))
    tell(desk.url, "cli", "verify", ("ledger", None), {"gaps": 0, "event_id": 1})
    assert (check(here, "backup").state, check(here, "verify").state) == ("good", "good")
    facts = check(here, "verify").facts
    assert (facts["gaps"], facts["to"], facts["last_event"]) == (0, 1, 2)
    monkeypatch.setattr(health, "OLD_BACKUP_SECONDS", -1)
    monkeypatch.setattr(health, "OLD_PROOF_SECONDS", -1)
    assert (check(here, "backup").state, check(here, "verify").state) == ("attention",) * 2
    tell(desk.url, "cli", "verify", ("ledger", None), {"gaps": 2, "event_id": 2})
    assert check(here, "verify").state == "bad"


def test_faults_are_told_by_reference_alone(here: Settings) -> None:
    said = unexpected(KeyError("secret value"), "page home", here.var_dir)
    for number in range(20):
        unexpected(KeyError("secret value"), f"page {number}", here.var_dir)
    found = last_faults(here.var_dir)
    assert [fault["verb"] for fault in found] == [f"page {n}" for n in range(19, 9, -1)]
    assert "secret" not in str(look(here).as_facts())
    assert last_faults(here.var_dir, 21)[-1]["reference"] == said.values["reference"]
    assert check(here, "faults").state == "attention"


def test_a_torn_log_is_read_as_far_as_it_goes(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        unexpected(KeyError(), f"page {number}", here.var_dir)
    size = (here.var_dir / "log" / "errors.log").stat().st_size
    monkeypatch.setattr(health, "FAULTS_READ_BYTES", size - 10)
    assert [fault["verb"] for fault in last_faults(here.var_dir)] == [
        "page 4", "page 3", "page 2", "page 1"
    ]  # fmt: skip


@pytest.mark.parametrize("role", [Role.UPLOADER, Role.STEWARD, Role.MANAGER, None])
def test_it_is_the_administrators_alone(here: Settings, role: Role | None) -> None:
    person = None if role is None else Person(1, "sara", role)
    with acting_as(person), pytest.raises(RefusedAction) as refused:
        look(here)
    assert refused.value.code == "NOT_ALLOWED"
    with acting_as(Person(1, "sara", Role.ADMIN)):
        assert look(here).checks
