"""What may watch over a run from outside: told of each step, and asked before it is shown."""

from __future__ import annotations

from typing import Any, Protocol

import psycopg

from pipeline.recognition import Recognition


class Counted(Protocol):
    """What counts the lines of a run while it goes on."""

    lines: int


class Guard:
    """Watches over nothing; a job gives the run one that does (`pipeline.jobs.watch`)."""

    def recognized(self, recognition: Recognition) -> None:
        """A new file can be taken in; nothing is written yet."""

    def received(self, connection: psycopg.Connection[Any], load_id: int) -> None:
        """A new file's receipt is written in this transaction, not yet committed."""

    def url(self, url: str) -> str:
        """Where the run's sessions go."""
        return url

    def counting(self, counted: Counted) -> None:
        """The run begins to count its lines here."""

    def tell(self, stage: str, size: int) -> None:
        """So many bytes more are done in a stage."""

    def ending(
        self, connection: psycopg.Connection[Any], run_id: int, period: str, lines: int
    ) -> None:
        """The run is about to be shown by this transaction; what is raised here stops it."""


NO_GUARD = Guard()
