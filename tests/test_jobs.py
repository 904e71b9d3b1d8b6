"""Work through the queue: receipt first, real worker processes, and what is left when they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from pipeline.jobs.claiming import cancel_job
from pipeline.jobs.records import Job, list_jobs, read_job
from pipeline.jobs.submit import submit_file, submit_recheck
from pipeline.settings import ROOT
from tests.karamad import PERIOD, RETURN, SOURCE, Cells, Desk

LINES: list[Cells | str] = [
    {},
    {},
    {"invoice_id": "7"},
    RETURN,
    {"quantity": "x"},
    {"reference_date": ""},
    "1,2",
]
PATIENCE = 60


class Workers:
    """Worker processes of one test; all of them are gone afterwards."""

    def __init__(self, desk: Desk, stack: ExitStack) -> None:
        self.desk = desk
        self._stack = stack

    def start(self, *options: str, **settings: object) -> subprocess.Popen[bytes]:
        """A worker whose children stop at the stages that files `pause-<stage>` name."""
        environment = {
            **os.environ,
            "DATABASE_URL": self.desk.url,
            "VAR_DIR": str(self.desk.folder / "var"),
            "INBOX_DIR": str(self.desk.folder / "inbox"),
            "PAUSE_DIR": str(self.desk.folder),
            "SALES_LANGUAGE": "fa",
            **{name: str(value) for name, value in settings.items()},
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.job_worker", *options],
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        self._stack.callback(self._end, process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()

    def finish(self, **settings: object) -> None:
        """One worker that ends when nothing is left to do."""
        assert self.start("--once", **settings).wait(PATIENCE) == 0

    def pause(self, stage: str) -> Path:
        """Children stop at this stage from now on, until the file is gone."""
        path = self.desk.folder / f"pause-{stage}"
        path.touch()
        return path

    def paused_child(self, stage: str) -> int:
        """The process that has stopped at a stage, once there is one."""
        path = self.desk.folder / f"paused-{stage}"
        until(path.exists)
        pid = int(path.read_text())
        self._stack.callback(kill_if_there, pid)
        return pid


def kill_if_there(pid: int) -> None:
    try:
        if b"job_child" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    except OSError:
        pass


def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something holds; the test fails when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.05)


@contextmanager
def workers_of(desk: Desk) -> Iterator[Workers]:
    with ExitStack() as stack:
        yield Workers(desk, stack)


@pytest.fixture
def workers(desk: Desk) -> Iterator[Workers]:
    with workers_of(desk) as found:
        yield found


def submit(desk: Desk, path: Path, **options: object) -> int:
    wished = {"source": SOURCE, "period": PERIOD, "user": "sara", **options}
    found = submit_file(desk.url, desk.settings, path, **wished)  # type: ignore[arg-type]
    assert found.job_id is not None
    return found.job_id


def undisturbed(new_desk: Callable[[], Desk]) -> dict[str, object]:
    """What a load of LINES that nothing disturbs gives."""
    other = new_desk()
    path = other.folder / "undisturbed.csv"
    other.files = 90
    path.write_bytes(other.file(LINES).read_bytes())
    return other.state(other.load(path).load_id)


def job_of(desk: Desk, job_id: int) -> Job:
    return read_job(desk.url, job_id)


def test_a_worker_gives_what_a_direct_load_gives(
    desk: Desk, new_desk: Callable[[], Desk], workers: Workers
) -> None:
    job_id = submit(desk, desk.file(LINES))
    waiting = job_of(desk, job_id)
    assert (waiting.state, waiting.requested_by, waiting.period) == ("waiting", "sara", PERIOD)
    assert desk.value("select count(*) from raw.loads") == 1, "the receipt is there with the job"
    workers.finish()
    done = job_of(desk, job_id)
    assert (done.state, done.attempt, done.deaths, done.error) == ("done", 1, 0, None)
    assert (done.bytes_done, done.lines_done) == (done.bytes_total, 7)
    assert desk.state(done.load_id) == undisturbed(new_desk)
    assert desk.value("select count(*) from jobs.procrastinate_jobs") == 0


def test_the_job_exists_exactly_when_the_receipt_does(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("pipeline.jobs.submit.deliver", fail)
    with pytest.raises(RuntimeError, match="power"):
        submit(desk, desk.file(LINES))
    for table in ("raw.loads", "raw.file_chunks", "app.jobs", "jobs.procrastinate_jobs"):
        assert desk.value(f"select count(*) from {table}") == 0


def test_the_same_bytes_are_one_job_until_their_run_is_over(desk: Desk, workers: Workers) -> None:
    path = desk.file(LINES)
    job_id = submit(desk, path)
    again = submit_file(desk.url, desk.settings, path, source=SOURCE, user="reza")
    assert (again.job_id, again.is_new, again.load_id) == (job_id, False, 1)
    assert again.receipt is not None
    assert (again.receipt.received_by, again.receipt.file_name) == ("sara", path.name)
    cancel_job(desk.url, job_id, "sara")
    third = submit_file(desk.url, desk.settings, path, source=SOURCE, user="reza")
    assert third.is_new, "its run never ended"
    assert third.job_id not in (None, job_id)
    workers.finish()
    last = submit_file(desk.url, desk.settings, path, source=SOURCE, user="reza")
    assert (last.job_id, last.is_new) == (None, False)
    assert desk.value("select count(*) from raw.loads") == 1
    assert [job.state for job in list_jobs(desk.url)] == ["done", "cancelled"]


def test_a_job_publishes_where_asked_to(desk: Desk, workers: Workers) -> None:
    job_id = submit(desk, desk.file([{}]), publish=True)
    workers.finish()
    assert job_of(desk, job_id).state == "done"
    assert desk.value("select sum(net_amount) from kpi_net_sales_daily") == 110
    assert desk.value("select actor from app.publications") == "sara"
    again = submit_recheck(desk.url, desk.settings, 1, user="reza")
    assert again.job_id is not None
    workers.finish()
    assert job_of(desk, again.job_id).state == "done"
    assert desk.value("select count(*) from app.runs where state = 'done'") == 2
