"""A run seen from its job: its heartbeat and progress, and the last word before it is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import psycopg

from pipeline.claims import Claim
from pipeline.db import Connection, connect, fetch_one, run
from pipeline.errors import DatabaseAway, LostClaim
from pipeline.guards import Counted, Guard

BEAT_SECONDS = 0.5


class _Uncounted:
    """A run that has not begun to count."""

    lines = 0


class JobGuard(Guard):
    """Watches over the run of one attempt; a heartbeat tells of it from a thread of its own.

    `on_loss` is called by that thread once the job was taken over or cancelled; without one the
    next step of the run raises LostClaim.
    """

    def __init__(
        self, url: str, claim: Claim | None = None, on_loss: Callable[[], None] | None = None
    ) -> None:
        self._url = url
        self.claim = claim
        self._on_loss = on_loss
        self._is_lost = False
        self._stage: str | None = None
        self._bytes = 0
        self._counted: Counted = _Uncounted()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_stopped, daemon=True)

    def __enter__(self) -> Self:
        if self.claim is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def begin(self, claim: Claim) -> None:
        """Watch over this attempt from now on."""
        self.claim = claim
        self._thread.start()

    def url(self, url: str) -> str:
        return url if self.claim is None else self.claim.url(url)

    def counting(self, counted: Counted) -> None:
        self._counted = counted

    def tell(self, stage: str, size: int) -> None:
        if self._is_lost and self.claim is not None:
            raise LostClaim(self.claim.job_id)
        self._stage = stage
        self._bytes += size

    def ending(
        self, connection: psycopg.Connection[Any], run_id: int, period: str, lines: int
    ) -> None:
        """The run is shown only together with the job's own word that it is over."""
        if self.claim is None:
            return
        facts = {**self.claim.facts(), "run_id": run_id, "period": period, "lines": lines}
        if run(connection, "jobs/end_run", facts) == 0:
            raise LostClaim(self.claim.job_id)

    def _beat_until_stopped(self) -> None:
        connection: Connection | None = None
        while not self._stop.wait(BEAT_SECONDS):
            try:
                if connection is None:
                    assert self.claim is not None
                    connection = connect(self.claim.url(self._url), autocommit=True)
                if not self._beat(connection):
                    break
            except LostClaim:
                self._lose()
                break
            except (psycopg.Error, DatabaseAway):
                # The database may be back at the next beat; the run itself says if it is not.
                if connection is not None:
                    connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def _beat(self, connection: Connection) -> bool:
        """Tell once; False when there is nothing more to tell."""
        assert self.claim is not None
        progress = {"stage": self._stage, "bytes_done": self._bytes}
        facts = {**self.claim.facts(), **progress, "lines_done": self._counted.lines}
        if run(connection, "jobs/beat", facts):
            return True
        now = fetch_one(connection, "jobs/read_claim", facts)
        # Its receipt is not committed yet, or was between the beat and this look.
        if now is None or (now["attempt"], now["state"]) == (self.claim.attempt, "running"):
            return True
        if now["attempt"] == self.claim.attempt and now["state"] in ("done", "failed"):
            return False
        self._lose()
        return False

    def _lose(self) -> None:
        self._is_lost = True
        if self._on_loss is not None:
            self._on_loss()
