"""The queue: messages that wake a worker. What a job is and whose, its own row alone says.

The package behind it is imported where it is needed: a load of this process needs no message.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.claims import process_name
from pipeline.db import Connection, as_app, fetch_one, run

if TYPE_CHECKING:
    from procrastinate import App

QUEUE = "loads"
TASK = "run_job"
_SCHEMA = "jobs"


def deliver(
    connection: Connection, job_id: int, load_id: int, month: tuple[str, str | None], delay: int = 0
) -> None:
    """Put a message for a job into the queue, in the caller's transaction.

    Messages of one month (source, period) are worked on one after the other, those of a load
    whose month is not known yet likewise. `delay` is in seconds.
    """
    from procrastinate import App, SyncPsycopgConnector

    source, period = month
    lock = f"load {load_id}" if period is None else f"month {source} {period}"
    app = App(connector=SyncPsycopgConnector())
    when = datetime.now(UTC) + timedelta(seconds=delay) if delay else None
    message = app.configure_task(
        TASK, queue=QUEUE, lock=lock, connection=connection, schedule_at=when
    )
    with _names_of_the_queue(connection):
        message.defer(job_id=job_id)


def drop_messages(connection: Connection, job_id: int) -> None:
    """Take messages about a job out of the queue that a worker took and will not answer."""
    with _names_of_the_queue(connection):
        run(connection, "jobs/drop_messages", {"job_id": job_id})


def drop_stale_messages(connection: Connection, seconds: float) -> None:
    """The same for every job that no worker has had in hand for so many seconds."""
    with _names_of_the_queue(connection):
        run(connection, "jobs/drop_stale_messages", {"seconds": seconds})


def worker_app(url: str) -> App:
    """The queue as a worker uses it, in sessions that work as the application role.

    Its tables are found by the search path of these sessions; their name says whose they are, by
    which jobs of a worker that died are known.
    """
    from procrastinate import App, PsycopgConnector

    address = as_app(url)
    options = f"{conninfo_to_dict(address)['options']} -c search_path={_SCHEMA}"
    name = f"sales_engine worker {process_name()}"
    conninfo = make_conninfo(address, options=options, application_name=name)
    return App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4, timeout=10))


@contextmanager
def _names_of_the_queue(connection: Connection) -> Iterator[None]:
    """The queue's package names its tables without a schema."""
    before = fetch_one(connection, "jobs/show_search_path")
    assert before is not None
    run(connection, "jobs/set_search_path", {"search_path": _SCHEMA})
    yield
    run(connection, "jobs/set_search_path", before)
