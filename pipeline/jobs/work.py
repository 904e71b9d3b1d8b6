"""One attempt at one job, from its claim to its end; a worker runs it in a process of its own."""

from __future__ import annotations

import os
import sys

import psycopg

from pipeline.allocation import hold_little
from pipeline.claims import Claim
from pipeline.db import fetch_one, transaction
from pipeline.errors import DatabaseAway, LostClaim, PipelineError
from pipeline.faults import is_out_of_space, known_fault, unexpected
from pipeline.ingestion.inspection import Overrides
from pipeline.jobs.claiming import finish, put_back
from pipeline.jobs.lifeline import end_with_worker
from pipeline.jobs.records import Job, read_job
from pipeline.jobs.watch import JobGuard
from pipeline.plans import Asked
from pipeline.publications import publish
from pipeline.results import LoadResult, read_result
from pipeline.runs import Progress, recheck
from pipeline.settings import Settings, get_settings
from pipeline.source_memory import remember_overrides

PUBLISH = "publish"
# How a child ends: its job's row says the rest. AWAY: the database could not be told.
OVER, LOST, AWAY = 0, 3, 75
# How long a job waits before the next try, in seconds: for a server to come back, for room.
AWAY_DELAY, SPACE_DELAY = 1, 10


def run_job(url: str, settings: Settings, claim: Claim, progress: Progress | None = None) -> int:
    """Run a claimed job to its end, or put it back; returns how the process is to end.

    `progress` is told of each stage (store, read, check, keep, publish) as it comes.
    """
    with JobGuard(url, claim, on_loss=_end_at_once) as guard:
        try:
            _work(url, settings, read_job(url, claim.job_id), guard, progress)
            finish(url, claim)
        except LostClaim:
            return LOST
        except Exception as error:
            return _settle(url, settings, claim, error)
    return OVER


def publish_result(
    url: str, load_id: int, user: str, guard: JobGuard, progress: Progress | None
) -> LoadResult:
    """Publish a draft that balances, as a step of its job; returns what is known of the load.

    A load that is published already, or was superseded or voided meanwhile, stays as it is. Raises
    RefusedAction when it does not balance.
    """
    guard.tell(PUBLISH, 0)
    if progress is not None:
        progress(PUBLISH, 0)
    if read_result(url, load_id).status == "draft":
        publish(guard.url(url), load_id, actor=user)
    return read_result(url, load_id)


def _work(
    url: str, settings: Settings, job: Job, guard: JobGuard, progress: Progress | None
) -> None:
    if job.run_id is None:
        asked = Asked(job.asked.get("period"), _overrides(job.asked.get("overrides")))
        recheck(
            url,
            settings,
            job.load_id,
            period=job.asked.get("period"),
            user=job.requested_by,
            first_asked=asked,
            progress=progress,
            guard=guard,
        )
        given = _overrides(job.asked.get("given"))
        if given is not None:
            remember_overrides(url, job.source_system, given, job.requested_by)
    if job.publish_after:
        publish_result(url, job.load_id, job.requested_by, guard, progress)


def _overrides(saved: dict[str, object] | None) -> Overrides | None:
    return None if saved is None else Overrides(**saved)  # type: ignore[arg-type]


def _settle(url: str, settings: Settings, claim: Claim, error: Exception) -> int:
    """Say of a failed attempt what it was: a fault that passes, or the end of the job."""
    try:
        if is_passing(error):
            delay = SPACE_DELAY if is_out_of_space(error) else AWAY_DELAY
            put_back(url, claim, known_fault(error), died=False, delay=delay)
        else:
            finish(url, claim, known_fault(error) or unexpected(error, "worker", settings.var_dir))
    except (psycopg.Error, DatabaseAway):
        return AWAY
    return OVER


def is_passing(error: BaseException) -> bool:
    """Whether the same job may well succeed a little later: the fault is the server's state."""
    if isinstance(error, PipelineError):
        return error.code in ("DATABASE_AWAY", "LOAD_BUSY", "READERS_IN_THE_WAY")
    passing = (psycopg.OperationalError, psycopg.InterfaceError)
    return isinstance(error, passing) or is_out_of_space(error)


def is_claimed(url: str, claim: Claim) -> bool:
    """Whether a job is still this attempt's to work on."""
    with transaction(url) as connection:
        now = fetch_one(connection, "jobs/read_claim", claim.facts())
    return now is not None and (now["attempt"], now["state"]) == (claim.attempt, "running")


def _end_at_once() -> None:
    """The job is another's now: nothing that this process could still do is wanted."""
    os._exit(LOST)


def main() -> None:
    """`python -m pipeline.jobs.work JOB ATTEMPT`, with the database's URL in the environment."""
    end_with_worker()
    hold_little()  # what the columns' library reads of it, the worker has set
    claim = Claim(int(sys.argv[1]), int(sys.argv[2]))
    settings = get_settings()
    sys.exit(run_job(settings.database_url, settings, claim))


if __name__ == "__main__":
    main()
