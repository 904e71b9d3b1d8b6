"""The invoice rollup of a run on its way to the database, block by block as the file is read."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipeline.background import Background
from pipeline.db import Connection, copy_in, run
from pipeline.transform.facts import as_csv


class RollupWriter:
    """Fills the rollup table of one run, in a thread of its own but in the run's transaction.

    `names` are those of `run_tables`. Until `wait` returns, `connection` is this thread's alone.
    """

    def __init__(self, connection: Connection, names: dict[str, Any]) -> None:
        self._connection = connection
        self._names = names
        self._thread = Background("rollup")
        run(connection, "create_rollup_table", **names)

    def write(self, invoices: pl.DataFrame) -> None:
        """Send rows of `kpi.rollup_invoices`."""
        self._thread.put(self._send, invoices)

    def finish(self) -> None:
        """Begin to gather statistics; it goes on in the thread."""
        self._thread.put(self._finish)

    def wait(self) -> None:
        """Return when every row is there and counted."""
        self._thread.wait()
        self._thread.close()

    def abandon(self) -> None:
        """End; what was sent goes with the transaction."""
        self._thread.close()

    def _send(self, invoices: pl.DataFrame) -> None:
        copy_in(self._connection, "copy_rollup_invoices", as_csv(invoices), **self._names)

    def _finish(self) -> None:
        run(self._connection, "finish_rollup_table", **self._names)
