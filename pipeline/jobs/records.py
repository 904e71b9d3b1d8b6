"""Jobs as they are: one row each, with how far it is and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pipeline.db import Connection, Row, fetch_all, fetch_one, reading, transaction
from pipeline.errors import RefusedAction

# Below this share of the bytes an estimate would be a guess.
_LEAST_SHARE = 0.02
MOST_JOBS = 1000


@dataclass(frozen=True, slots=True)
class Job:
    """One request to run the pipeline over one load; sizes in bytes, times with their zone.

    `state` is waiting, running, done, failed or cancelled; `stage` store, read, check, keep or
    publish; `error` has code, fa and en. `read_at` is the database's time of this reading.
    """

    job_id: int
    key: UUID
    kind: str
    load_id: int
    run_id: int | None
    source_system: str
    period: str | None
    asked: dict[str, Any]
    publish_after: bool
    state: str
    stage: str | None
    bytes_done: int
    bytes_total: int
    lines_done: int
    attempt: int
    deaths: int
    worker: str | None
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    cancelled_by: str | None
    error: dict[str, str] | None
    file_name: str
    read_at: datetime

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")

    @property
    def share_done(self) -> float:
        """How much of the file is read, 0 to 1."""
        return min(self.bytes_done / self.bytes_total, 1.0) if self.bytes_total else 0.0

    @property
    def time_left(self) -> timedelta | None:
        """About how long reading will go on; None where nothing can be said."""
        if self.state != "running" or self.started_at is None or self.share_done < _LEAST_SHARE:
            return None
        spent = self.read_at - self.started_at
        return spent * (1 / self.share_done - 1)


def read_job(url: str, job_id: int) -> Job:
    """A job as it is now; RefusedAction when there is none."""
    with transaction(url) as connection:
        return job_of(connection, job_id)


def job_of(connection: Connection, job_id: int) -> Job:
    """The same on an open connection."""
    row = fetch_one(connection, "jobs/read_job", {"job_id": job_id})
    if row is None:
        raise RefusedAction(
            "UNKNOWN_JOB",
            fa="کار {job_id} وجود ندارد. فهرست کارها را با «jobs» ببینید.",
            en="There is no job {job_id}. See them with `jobs`.",
            job_id=job_id,
        )
    return Job(**row)


def list_jobs(
    url: str, *, active: bool = False, load_id: int | None = None, limit: int = MOST_JOBS
) -> list[Job]:
    """Jobs, the newest first: all, the `active` ones (waiting, running), or those of one load."""
    asked: Row = {"active": active, "load_id": load_id, "limit": limit}
    with reading(url) as connection:
        return [Job(**row) for row in fetch_all(connection, "jobs/list_jobs", asked)]


def count_active(url: str) -> int:
    """How many jobs wait or run."""
    with reading(url) as connection:
        row = fetch_one(connection, "jobs/count_active_jobs")
    return int(row["jobs"]) if row is not None else 0
