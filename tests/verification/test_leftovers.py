"""I9 and I10: what says it runs and does not, and what was left lying about, is named."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psycopg
import pytest

from pipeline.db import connect, fetch_all
from pipeline.uploads import KEPT_SECONDS
from pipeline.verification.leftovers import leftover_files
from pipeline.verify import verify
from tests.karamad import Desk
from tests.tampering import codes, places

OLD = 1_700_000_000.0
JOB = (
    "insert into app.jobs (key, kind, load_id, source_system, asked, publish_after, state,"
    " bytes_total, requested_by, heartbeat_at)"
    " values (gen_random_uuid(), 'load', %s, 's', '{}', false, %s, 1, 'x', now() - %s::interval)"
)


def a_file(path: Path, at: float | None = OLD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    if at is not None:
        os.utime(path, (at, at))
    return path


def test_files_of_ours_that_nobody_has_open_are_found(tmp_path: Path) -> None:
    scratch, shared = tmp_path / "scratch", tmp_path / "tmp"
    left = [a_file(scratch / "deep" / "upload.part"), a_file(shared / "recheck-1x")]
    a_file(scratch / "fresh.part", at=None)
    a_file(shared / "somebody-elses")
    in_use = a_file(shared / "sheet-7.csv")
    with in_use.open("rb"):
        assert leftover_files({scratch: 60, tmp_path / "none": 60}, shared) == sorted(left)
    assert leftover_files({scratch: 60}, shared) == sorted([*left, in_use])
    # What lies in the shared folder since before this database was made is another one's.
    assert not {*leftover_files({}, shared, time.time() + 1)} & {*left}


def test_an_upload_may_wait_for_its_user(db_url: str, tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    now = time.time()
    a_file(uploads / "a" / "sales.csv", at=now - KEPT_SECONDS + 600)
    kept = {uploads: KEPT_SECONDS}
    assert leftover_files(kept, None) == []
    assert verify(db_url, scratch=kept) == []
    forgotten = a_file(uploads / "b" / "sales.csv", at=now - KEPT_SECONDS - 600)
    assert leftover_files(kept, None) == [forgotten]
    assert places(verify(db_url, scratch=kept)) == [("I10", None, None)]


def test_a_leftover_file_is_named(db_url: str, tmp_path: Path) -> None:
    a_file(tmp_path / "verify-abc", at=time.time() - 120)
    with psycopg.connect(db_url) as connection:
        connection.execute("update app.migrations set applied_at = now() - interval '1 hour'")
    gaps = verify(db_url, shared_scratch=tmp_path)
    assert places(gaps) == [("I10", None, None)]
    assert "verify-abc" in gaps[0].en
    assert str(tmp_path) not in gaps[0].en + gaps[0].fa


@pytest.mark.parametrize(
    ("table", "number", "load_id"),
    [("raw.lines", 1, 1), ("canonical.sales", 7, None), ("kpi.rollup_invoices", 1, 1)],
)
def test_a_table_of_a_dead_run_is_named(
    desk: Desk, table: str, number: int, load_id: int | None
) -> None:
    """Run 1 of load 1 failed after it had filled a table; of run 7 nothing is known."""
    with psycopg.connect(desk.url) as connection:
        connection.execute(
            "insert into app.runs (load_id, state, started_by, mapping, inspection, rules)"
            " values (1, 'running', 'x', '{}', '{}', '{}')"
        )
        connection.execute(f"create table {table}_{number} (like {table})")  # type: ignore[call-overload]
    if load_id is not None:
        assert verify(desk.url) == []  # it is running
    with psycopg.connect(desk.url) as connection:
        connection.execute("update app.runs set state = 'failed'")
    gaps = verify(desk.url)
    assert places(gaps) == [("I10", load_id, None)]
    assert f"{table}_{number}" in gaps[0].en


def test_a_session_that_holds_a_transaction_for_nothing_is_found(db_url: str) -> None:
    """The minute itself is not waited for: the query is asked about a session that is idle now."""
    text = Path("sql/verify/find_idle_sessions.sql").read_text("utf-8")
    assert text.count("interval '60 seconds'") == 1
    soon = text.replace("interval '60 seconds'", "interval '0 seconds'").replace("%%", "%")
    with connect(db_url) as idle, psycopg.connect(db_url) as other:
        idle.execute("select 1")
        found = other.execute(soon).fetchall()  # type: ignore[call-overload]
        assert [row[2] for row in found] == [idle.info.backend_pid]
        assert fetch_all(other, "verify/find_idle_sessions", {}) == []
        idle.rollback()
        other.rollback()
        assert other.execute(soon).fetchall() == []  # type: ignore[call-overload]


def test_a_job_whose_worker_is_silent_is_named(db_url: str) -> None:
    with psycopg.connect(db_url) as connection:
        connection.execute(JOB, (4, "running", "61 seconds"))
        connection.execute(JOB, (5, "running", "20 seconds"))
        connection.execute(JOB, (6, "done", "1 day"))
        connection.execute(JOB, (7, "running", None))
    gaps = verify(db_url)
    assert codes(gaps) == "I9"
    assert [gap.load_id for gap in gaps] == [4, 7]
