"""A claim on a job: one attempt at it, and the mark that every session of that attempt carries.

A process may be frozen for an hour and go on as if nothing had been; by then another may have taken
its job over. So each session says by its name which attempt it belongs to, whoever takes over ends
the sessions of attempts before, and a session that is opened later asks first (`pipeline.db`).
"""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

_NAME = re.compile(r"sales_engine job (\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at a job."""

    job_id: int
    attempt: int

    @property
    def session_name(self) -> str:
        """What the sessions of this attempt are called."""
        return f"sales_engine job {self.job_id}.{self.attempt}"

    def url(self, url: str) -> str:
        """The same database, for sessions of this attempt."""
        return make_conninfo(url, application_name=self.session_name)

    def facts(self) -> dict[str, int]:
        """Parameters of the statements on this attempt."""
        return {"job_id": self.job_id, "attempt": self.attempt}


def claim_of(session_name: str | None) -> Claim | None:
    """The claim that a session's name tells of, if any."""
    found = _NAME.fullmatch(session_name or "")
    return found and Claim(int(found[1]), int(found[2]))


def process_name() -> str:
    """This machine and process, as jobs name it."""
    return f"{socket.gethostname()}:{os.getpid()}"
