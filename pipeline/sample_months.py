"""The invented months that a new house shows: which they are, and how they leave again.

Whatever the name SAMPLE handed in is invented, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.access.names import SAMPLE
from pipeline.db import Connection, Row, fetch_all, reading
from pipeline.kpi.filters import Filters
from pipeline.publications import void_all


def is_sample(load: Row) -> bool:
    """Whether a load was handed in as invented data; a row with its `received_by`."""
    return bool(load["received_by"] == SAMPLE)


def shown_sample_months(connection: Connection) -> list[str]:
    """Periods whose published load is invented, in order."""
    return _periods(fetch_all(connection, "list_sample_months"))


def sample_months_behind(connection: Connection, asked: Filters) -> list[str]:
    """Periods of the invented loads that figures of the asked source and months hold lines of."""
    facts = {"source": asked.source, "from": asked.from_month, "to": asked.to_month}
    return _periods(fetch_all(connection, "figures/list_sample_months", facts))


def standing_sample_months(url: str) -> list[str]:
    """Periods of all invented loads that can be withdrawn: drafts, published and superseded."""
    with reading(url) as connection:
        return _periods(_standing(connection))


@acting_as_engine(Action.PUBLISH_MONTH)
def remove_sample_months(url: str, reason: str, *, actor: str) -> list[int]:
    """Void every invented load, all or none; returns them. Their files and history stay.

    Raises RefusedAction as `void` does, such as for a locked month. Where none is left, nothing
    happens.
    """
    with reading(url) as connection:
        load_ids = [row["load_id"] for row in _standing(connection)]
    if load_ids:
        void_all(url, load_ids, reason, actor=actor)
    return load_ids


def _standing(connection: Connection) -> list[Row]:
    return fetch_all(connection, "list_sample_loads", {"user": SAMPLE})


def _periods(rows: Sequence[Row]) -> list[str]:
    return sorted({row["period"] for row in rows})
