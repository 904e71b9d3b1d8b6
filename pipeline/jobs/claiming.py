"""Taking a job, giving it back, ending it: who may work on it, and the end of whoever did."""

from __future__ import annotations

import psycopg
from psycopg.types.json import Jsonb

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.claims import Claim
from pipeline.db import Connection, Row, connect, fetch_one, run, transaction
from pipeline.errors import PipelineError, RefusedAction
from pipeline.jobs.queue import deliver, drop_messages
from pipeline.jobs.records import Job, job_of, read_job

MOST_DEATHS = 3
_PATIENCE = "2s"


def take(url: str, job_id: int, worker: str) -> Claim | None:
    """Take a waiting job; None when somebody else was faster, it is over, or it is not its turn.

    What earlier attempts have open is ended first, so that nothing of them can be written.
    """
    with transaction(url) as connection:
        row = fetch_one(connection, "jobs/begin_attempt", {"job_id": job_id, "worker": worker})
    if row is None:
        return None
    claim = Claim(job_id, row["attempt"])
    end_sessions(url, Claim(job_id, claim.attempt - 1))
    return claim


def finish(url: str, claim: Claim, error: PipelineError | None = None) -> bool:
    """A job is over, well or (with its reason) badly; False when it was no longer this attempt's.

    A load whose first run failed by it is shown as failed.
    """
    state = "done" if error is None else "failed"
    with transaction(url) as connection:
        facts = {**claim.facts(), "state": state, "error": _as_json(error)}
        is_mine = run(connection, "jobs/end_job", facts) > 0
        if is_mine and error is not None:
            _fail_runs(connection, job_of(connection, claim.job_id).load_id, error.en)
    return is_mine


def put_back(
    url: str, claim: Claim, error: PipelineError | None = None, *, died: bool, delay: int = 0
) -> str | None:
    """A job goes back to the queue; after too many deaths (`died`) it has failed instead.

    Returns its state, None when it was no longer this attempt's. `delay` is in seconds.
    """
    with transaction(url) as connection:
        state = _put_back(connection, claim, error, int(died), delay)
    end_sessions(url, claim)
    return state


def take_away(url: str, claim: Claim, error: PipelineError) -> str | None:
    """Put a job back whose process is dead or frozen, and can answer no message about it.

    Returns its state, None when it was no longer that attempt's.
    """
    # A frozen attempt may hold its job's row; its sessions end, then the row is free.
    end_sessions(url, claim)
    with transaction(url) as connection:
        run(connection, "jobs/set_lock_timeout", {"timeout": _PATIENCE})
        drop_messages(connection, claim.job_id)
        state = _put_back(connection, claim, error, 1, 0)
    end_sessions(url, claim)
    return state


@acting_as_engine(Action.UPLOAD_FILE)
def cancel_job(url: str, job_id: int, user: str) -> Job:
    """Call a job off: what it has open is ended, nothing of it is shown, the file stays kept.

    RefusedAction when it is over, or there is none.
    """
    try:
        row = _cancel(url, job_id, user)
    except psycopg.errors.LockNotAvailable:
        end_sessions(url, Claim(job_id, read_job(url, job_id).attempt))
        row = _cancel(url, job_id, user)
    job = read_job(url, job_id)
    if row is None:
        raise RefusedAction(
            "JOB_OVER",
            fa="کار {job_id} پیش از این به پایان رسیده است ({state}) و لغو نمی‌شود.",
            en="Job {job_id} is over already ({state}) and cannot be cancelled.",
            job_id=job_id,
            state=job.state,
        )
    end_sessions(url, Claim(job_id, row["attempt"]))
    return job


def end_sessions(url: str, claim: Claim) -> None:
    """End the sessions of this attempt and all before, and wait until they are gone."""
    # As the user itself: the application role may not end the sessions of whoever took it on.
    with connect(url, autocommit=True, as_owner=True) as connection:
        run(connection, "jobs/end_sessions", claim.facts())


def _put_back(
    connection: Connection, claim: Claim, error: PipelineError | None, deaths: int, delay: int
) -> str | None:
    counted = {"deaths": deaths, "most_deaths": MOST_DEATHS}
    facts = {**claim.facts(), **counted, "error": _as_json(error)}
    row = fetch_one(connection, "jobs/put_back", facts)
    if row is None:
        return None
    if row["state"] == "waiting":
        month = row["source_system"], row["period"]
        deliver(connection, claim.job_id, row["load_id"], month, delay)
    else:
        _fail_runs(connection, row["load_id"], "" if error is None else error.en)
    return str(row["state"])


def _cancel(url: str, job_id: int, user: str) -> Row | None:
    with transaction(url) as connection:
        run(connection, "jobs/set_lock_timeout", {"timeout": _PATIENCE})
        row = fetch_one(connection, "jobs/cancel_job", {"job_id": job_id, "user": user})
        if row is not None:
            _fail_runs(connection, row["load_id"], f"Cancelled by {user}.")
    return row


def _fail_runs(connection: Connection, load_id: int, reason: str) -> None:
    facts = {"load_id": load_id, "error": reason[:2000]}
    run(connection, "fail_abandoned_runs", facts)
    run(connection, "fail_load", facts)


def _as_json(error: PipelineError | None) -> Jsonb | None:
    return (
        None
        if error is None
        else Jsonb({"code": error.code, "fa": error.text("fa"), "en": error.text("en")})
    )
