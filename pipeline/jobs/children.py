"""Each job in a process of its own: its memory comes back, and it can be ended without harm."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import psycopg

from pipeline.claims import Claim, process_name
from pipeline.db import connect, run
from pipeline.errors import DatabaseAway, LostClaim, PipelineError
from pipeline.jobs.claiming import finish, put_back, take
from pipeline.jobs.lifeline import WORKER_PID
from pipeline.jobs.rescue import dead
from pipeline.jobs.work import AWAY, LOST, OVER
from pipeline.journal import note
from pipeline.settings import ROOT, Settings

CHILD = (sys.executable, "-m", "pipeline.jobs.work")
_LOOK_SECONDS = 0.1
_SPEAK_SECONDS = 1.0
# How long the end of a child is told to a database that does not answer; a rescuer does it then.
_TELL_SECONDS = 60
_MEBIBYTE = 1024**2


class Children:
    """Runs jobs in child processes, and says of each that dies why it did."""

    def __init__(self, url: str, settings: Settings, command: Sequence[str] = CHILD) -> None:
        self._url = url
        self._settings = settings
        self._command = command

    async def run_job(self, job_id: int) -> None:
        """Take a job and run it to its end; nothing when somebody else was faster.

        Cancelled, it ends the child and puts the job back.
        """
        claim = await asyncio.to_thread(take, self._url, job_id, process_name())
        if claim is None:
            return
        child, began = await self._start(claim), monotonic()
        self._note("job_began", claim)
        speaking = asyncio.create_task(self._speak_for(claim))
        error, died = None, True
        try:
            error = await self._watch(child)
        except asyncio.CancelledError:
            died = False
            raise
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
            # A worker that is asked to end while the database is away still says it, if it can.
            await asyncio.shield(self._tell(claim, child.returncode, error, died))
            seconds = round(monotonic() - began, 3)
            self._note("job_ended", claim, status=child.returncode, seconds=seconds)

    def _note(self, event: str, claim: Claim, **facts: float | None) -> None:
        facts |= {"job": claim.job_id, "attempt": claim.attempt}
        note(self._settings.var_dir, event, level="info", worker=process_name(), **facts)

    async def _start(self, claim: Claim) -> asyncio.subprocess.Process:
        settings = self._settings
        return await asyncio.create_subprocess_exec(
            *self._command,
            *(str(claim.job_id), str(claim.attempt)),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # what ends the worker from a terminal is not for the child
            env={
                **os.environ,
                WORKER_PID: str(os.getpid()),
                "DATABASE_URL": self._url,
                "VAR_DIR": str(settings.var_dir),
                "CONFIG_DIR": str(settings.config_dir),
                "SALES_LANGUAGE": settings.language,
                "BLOCK_BYTES": str(settings.block_bytes),
                "MAX_FILE_BYTES": str(settings.max_file_bytes),
            },
        )

    async def _speak_for(self, claim: Claim) -> None:
        """Keep a session open in the name of the child, and give signs of life until it does.

        Starting takes a while on a busy machine; should this worker die, the session ends with it.
        """
        while True:
            with suppress(psycopg.Error, DatabaseAway, LostClaim):
                session = await asyncio.to_thread(connect, claim.url(self._url), autocommit=True)
                try:
                    while True:
                        await asyncio.to_thread(run, session, "jobs/beat_for_child", claim.facts())
                        await asyncio.sleep(_SPEAK_SECONDS)
                finally:
                    session.close()
            await asyncio.sleep(_SPEAK_SECONDS)

    async def _watch(self, child: asyncio.subprocess.Process) -> PipelineError | None:
        """Wait for the end; a child that takes too much memory is ended, and the reason given."""
        ending = asyncio.ensure_future(child.wait())
        while not (await asyncio.wait({ending}, timeout=_LOOK_SECONDS))[0]:
            if resident_bytes(child.pid) > self._settings.job_memory_bytes:
                child.kill()
                await ending
                return _too_large(self._settings.job_memory_bytes)
        return None

    async def _tell(
        self, claim: Claim, status: int | None, error: PipelineError | None, died: bool
    ) -> None:
        """Say what became of a child that could not say so itself."""
        if error is None and status in (OVER, LOST):
            return
        until = monotonic() + _TELL_SECONDS
        while True:
            try:
                if error is not None:
                    await asyncio.to_thread(finish, self._url, claim, error)
                else:
                    died = died and status != AWAY
                    reason = dead() if died else None
                    await asyncio.to_thread(put_back, self._url, claim, reason, died=died)
                return
            except (psycopg.Error, DatabaseAway):
                if monotonic() > until:
                    return
            await asyncio.sleep(_LOOK_SECONDS)


def resident_bytes(pid: int) -> int:
    """Memory that a process holds; 0 when it is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _too_large(limit: int) -> PipelineError:
    return PipelineError(
        "JOB_MEMORY",
        fa="اجرای این فایل بیش از {limit} مبی‌بایت حافظه خواست و متوقف شد. فایل نگه داشته شده است؛ "
        "JOB_MEMORY_BYTES را بالا ببرید یا فایل را در چند بخش بفرستید.",
        en="The run of this file asked for more than {limit} MiB of memory and was stopped. The "
        "file is kept; raise JOB_MEMORY_BYTES, or hand the file in in parts.",
        limit=limit // _MEBIBYTE,
    )
