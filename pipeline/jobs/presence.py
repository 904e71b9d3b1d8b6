"""Whether anybody is there to do the work."""

from __future__ import annotations

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.db import fetch_one, reading

# A worker gives a sign every few seconds (`worker.py`); a few missed ones are no absence yet.
_SILENT_SECONDS = 20.0


@acting_as_engine(Action.SEE_LOADS)
def count_workers(url: str) -> int:
    """How many workers have given a sign of life in the last twenty seconds."""
    with reading(url) as connection:
        row = fetch_one(connection, "jobs/count_workers", {"seconds": _SILENT_SECONDS})
    return int(row["workers"]) if row is not None else 0
