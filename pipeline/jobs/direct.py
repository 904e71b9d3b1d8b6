"""The direct way: this process runs the pipeline itself, and leaves a job by which it can be found.

The bytes are kept beside the parsing, so this is faster than the queue. The job's row is committed
with the receipt; should the process die after that, a worker takes the job over.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from pipeline.claims import Claim, process_name
from pipeline.db import Connection, fetch_one, transaction
from pipeline.errors import DatabaseAway, LostClaim, PipelineError, RefusedAction
from pipeline.faults import known_fault, unexpected
from pipeline.ingestion.inspection import Overrides
from pipeline.jobs.claiming import finish
from pipeline.jobs.records import read_job
from pipeline.jobs.submit import Order, busy, load_order, recheck_order
from pipeline.jobs.watch import JobGuard
from pipeline.jobs.work import publish_result
from pipeline.recognition import Recognition
from pipeline.results import LoadResult
from pipeline.runs import Progress, load_file, recheck
from pipeline.settings import Settings


class DirectGuard(JobGuard):
    """Watches over a run of this process; its job begins with the receipt of the new file.

    `order_of` says, of a file that can be taken in, which job is to be left.
    """

    def __init__(self, url: str, order_of: Callable[[Recognition], Order] | None = None) -> None:
        super().__init__(url)
        self._order_of = order_of
        self._order: Order | None = None

    def recognized(self, recognition: Recognition) -> None:
        if self._order_of is not None:
            self._order = self._order_of(recognition)

    def received(self, connection: psycopg.Connection[Any], load_id: int) -> None:
        assert self._order is not None
        job_id = self._order.add(connection, load_id)
        assert job_id is not None, "a new load has no job yet"
        self.begin(Claim(job_id, 1))


def load_now(
    url: str,
    settings: Settings,
    path: Path,
    *,
    source: str | None = None,
    period: str | None = None,
    overrides: Overrides | None = None,
    user: str = "cli",
    publish: bool = False,
    progress: Progress | None = None,
) -> LoadResult:
    """Take a file in and run the pipeline over it, as `pipeline.runs.load_file` does; then publish.

    Raises what that raises, and RefusedAction when the job was cancelled or taken over meanwhile.
    """

    def order_of(recognition: Recognition) -> Order:
        return load_order(recognition, path, period, overrides, user, publish, process_name())

    guard = DirectGuard(url, order_of)

    def act() -> LoadResult:
        result = load_file(
            url,
            settings,
            path,
            source=source,
            period=period,
            overrides=overrides,
            user=user,
            progress=progress,
            guard=guard,
        )
        return _published(url, result, user, guard, progress) if publish else result

    return _as_job(url, settings, guard, act)


def recheck_now(
    url: str,
    settings: Settings,
    load_id: int,
    *,
    period: str | None = None,
    user: str = "cli",
    progress: Progress | None = None,
) -> LoadResult:
    """Run the pipeline again over a kept load; RefusedAction while a job of it waits or runs."""
    with transaction(url) as connection:
        guard = DirectGuard(url)
        guard.claim = Claim(_ask_for_recheck(connection, load_id, period, user), 1)

    def act() -> LoadResult:
        return recheck(
            url, settings, load_id, period=period, user=user, progress=progress, guard=guard
        )

    return _as_job(url, settings, guard, act)


def _ask_for_recheck(connection: Connection, load_id: int, period: str | None, user: str) -> int:
    key = uuid4()
    order = recheck_order(connection, load_id, period, user, False, key, process_name())
    job_id = order.add(connection, load_id)
    if job_id is None:
        active = fetch_one(connection, "jobs/find_active_job", {"load_id": load_id})
        raise busy(load_id, active or {"job_id": "?", "requested_by": "?", "requested_at": ""})
    return job_id


def _published(
    url: str, result: LoadResult, user: str, guard: JobGuard, progress: Progress | None
) -> LoadResult:
    """Publish a draft that balances; what was superseded or voided before stays so."""
    if result.status == "draft" and result.balanced:
        result.status = publish_result(url, result.load_id, user, guard, progress).status
    return result


def _as_job(
    url: str, settings: Settings, guard: JobGuard, act: Callable[[], LoadResult]
) -> LoadResult:
    """Do the work of a job of this process, and say in its row how it ended."""
    with guard:
        try:
            result = act()
        except Exception as error:
            if guard.claim is not None:
                _settle(url, settings, guard.claim, error)
            raise
        if guard.claim is not None:
            finish(url, guard.claim)
    return result


def _settle(url: str, settings: Settings, claim: Claim, error: Exception) -> None:
    """Say that the job failed; RefusedAction where it failed because somebody called it off."""
    try:
        with transaction(url) as connection:
            committed = fetch_one(connection, "jobs/read_claim", claim.facts())
        if committed is None:
            return  # it died before its receipt
        job = read_job(url, claim.job_id)
    except (psycopg.Error, DatabaseAway):
        return  # a worker finds the silent job once the database is back
    if job.state == "cancelled":
        raise RefusedAction(
            "JOB_CANCELLED",
            fa="کار {job_id} را {user} لغو کرد؛ فایل نگه داشته شده است و «recheck {load_id}» آن را "
            "دوباره اجرا می‌کند.",
            en="Job {job_id} was cancelled by {user}; the file is kept, and `recheck {load_id}` "
            "runs it again.",
            job_id=job.job_id,
            user=job.cancelled_by,
            load_id=job.load_id,
        ) from error
    if isinstance(error, psycopg.Error) and (
        job.state != "running" or job.attempt != claim.attempt
    ):
        raise LostClaim(claim.job_id) from error
    known: PipelineError = known_fault(error) or unexpected(error, "load", settings.var_dir)
    finish(url, claim, known)
