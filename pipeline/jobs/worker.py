"""The worker: takes jobs as long as it lives, whatever the database does meanwhile."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

import psycopg
from procrastinate.exceptions import ConnectorException

from pipeline.db import database_url
from pipeline.errors import DatabaseAway, PipelineError
from pipeline.faults import unexpected
from pipeline.jobs.children import CHILD, Children
from pipeline.jobs.inbox import take_in
from pipeline.jobs.queue import QUEUE, TASK, worker_app
from pipeline.jobs.records import count_active
from pipeline.jobs.rescue import Rescuer
from pipeline.journal import ToJournal
from pipeline.leftovers import sweep
from pipeline.settings import Settings

# Seconds: between two tries to reach the database, two looks for the dead, two looks at the inbox,
# and what a running job gets to end when the worker is asked to.
RETRY_SECONDS = 1.0
RESCUE_SECONDS = 1.0
INBOX_SECONDS = 2.0
GRACE_SECONDS = 8.0

_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, DatabaseAway, ConnectorException)
_log = logging.getLogger(__name__)


def run_worker(
    settings: Settings, *, concurrency: int = 1, once: bool = False, command: Sequence[str] = CHILD
) -> None:
    """Work until SIGTERM or SIGINT, or (`once`) until no job waits or runs any more.

    `concurrency` jobs run beside one another. `command` is what runs one of them, called with the
    numbers of the job and of the attempt.
    """
    log, handlers = logging.getLogger("pipeline"), (ToJournal(settings.var_dir), _on_screen())
    for handler in handlers:
        log.addHandler(handler)
    try:
        asyncio.run(Worker(settings, concurrency, once, command).serve())
    finally:
        for handler in handlers:
            log.removeHandler(handler)


def _on_screen() -> logging.Handler:
    """Warnings on standard error, as without any handler."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    return handler


class Worker:
    """One worker process: the queue's listener, a rescuer and the watch over the inbox."""

    def __init__(
        self, settings: Settings, concurrency: int, once: bool, command: Sequence[str]
    ) -> None:
        self._settings = settings
        self._concurrency = concurrency
        self._once = once
        self._command = command
        self._stopping = asyncio.Event()

    async def serve(self) -> None:
        """Work until asked to stop; a database that goes away is waited for."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        while not self._stopping.is_set():
            try:
                url = await asyncio.to_thread(self._database)
                await self._work(url)
            except _AWAY as error:
                _log.warning("The database is away, trying again: %s", error)
                await self._pause(RETRY_SECONDS)

    async def _work(self, url: str) -> None:
        """Work with a database that answers, until asked to stop or (once) until all is done."""
        await asyncio.to_thread(sweep, url)
        helpers = [
            asyncio.create_task(self._again(RESCUE_SECONDS, self._rescuer(url).look)),
            asyncio.create_task(self._again(INBOX_SECONDS, self._inbox(url))),
            # An embedded server that crashed is started again by whoever needs it.
            asyncio.create_task(self._again(RETRY_SECONDS, self._database)),
        ]
        try:
            await self._take_jobs(url)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _take_jobs(self, url: str) -> None:
        children = Children(url, self._settings, self._command)
        queue = worker_app(url)
        queue.task(name=TASK, queue=QUEUE)(children.run_job)
        async with queue.open_async():
            working = asyncio.create_task(
                queue.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=1.0,
                    shutdown_graceful_timeout=GRACE_SECONDS,
                    update_heartbeat_interval=5.0,
                    delete_jobs="always",
                )
            )
            ending = asyncio.create_task(self._until_the_end(url))
            try:
                await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
                if ending.done():
                    ending.result()
            finally:
                ending.cancel()
                working.cancel()  # it lets running jobs end, then cancels them
                with suppress(asyncio.CancelledError):
                    await working

    async def _until_the_end(self, url: str) -> None:
        while not self._stopping.is_set():
            await self._pause(RESCUE_SECONDS / 2)
            if self._once and await asyncio.to_thread(count_active, url) == 0:
                self._stopping.set()

    async def _again(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something again and again; a fault of one time does not end it."""
        while True:
            try:
                await asyncio.to_thread(act)
            except _AWAY as error:
                _log.warning("The database is away, trying again: %s", error)
            except PipelineError as error:
                _log.warning("%s", error)
            except Exception as error:
                _log.error("%s (%r)", unexpected(error, "worker", self._settings.var_dir), error)
            await asyncio.sleep(seconds)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _database(self) -> str:
        return database_url(self._settings)

    def _rescuer(self, url: str) -> Rescuer:
        return Rescuer(url, self._settings.job_stalled_seconds)

    def _inbox(self, url: str) -> Callable[[], object]:
        return lambda: take_in(url, self._settings)
