"""Jobs whose process is gone or frozen go back to the queue; what dead runs left is cleared."""

from __future__ import annotations

from datetime import datetime
from time import monotonic

from pipeline.claims import Claim
from pipeline.db import fetch_all, fetch_one, transaction
from pipeline.errors import PipelineError
from pipeline.jobs.claiming import take_away
from pipeline.jobs.queue import deliver, drop_stale_messages

# Seconds that a job may be silent: without any session of its own its process is dead, with one
# it may be slow, and is taken for frozen only after the time that the settings say.
DEAD_SECONDS = 4.0


class Rescuer:
    """Looks again and again; only what it has itself seen silent for long enough is taken over.

    So neither the clocks of two machines nor the time that a server was away can mislead it.
    """

    def __init__(self, url: str, frozen_seconds: float) -> None:
        self._url = url
        self._frozen_seconds = frozen_seconds
        self._seen: dict[Claim, tuple[datetime | None, float]] = {}

    def look(self) -> list[int]:
        """Look once; returns the jobs that were taken from a dead or frozen process."""
        self._mend_queue()
        with transaction(self._url) as connection:
            rows = fetch_all(connection, "jobs/list_silent_jobs")
        now = monotonic()
        seen, rescued = {}, []
        for row in rows:
            claim = Claim(row["job_id"], row["attempt"])
            heartbeat, since = self._seen.get(claim, (None, now))
            if heartbeat != row["heartbeat_at"]:
                since = now
            seen[claim] = (row["heartbeat_at"], since)
            patience = self._frozen_seconds if row["has_session"] else DEAD_SECONDS
            if now - since >= patience and take_away(self._url, claim, dead()):
                rescued.append(claim.job_id)
        self._seen = seen
        return rescued

    def _mend_queue(self) -> None:
        """Messages that were lost are sent again, those that nobody will answer are dropped."""
        with transaction(self._url) as connection:
            turn = fetch_one(connection, "jobs/lock_rescue")
            if turn is None or not turn["is_mine"]:
                return
            drop_stale_messages(connection, self._frozen_seconds)
            for job in fetch_all(connection, "jobs/list_undelivered_jobs"):
                month = job["source_system"], job["period"]
                deliver(connection, job["job_id"], job["load_id"], month)


def dead() -> PipelineError:
    """Why a job was taken from its process."""
    return PipelineError(
        "WORKER_DIED",
        fa="پردازه‌ای که این کار را در دست داشت از میان رفت یا دیگر پاسخ نداد. فایل نگه داشته شده "
        "است؛ اگر کار به خودی خود از سر گرفته نشد، «recheck» را بزنید.",
        en="The process that had this job died or no longer answered. The file is kept; if the job "
        "is not taken up again by itself, use `recheck`.",
    )
