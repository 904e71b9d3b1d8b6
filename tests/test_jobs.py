"""Work through the queue: receipt first, real worker processes, and what is left when they die."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from pipeline.errors import PipelineError, RefusedAction
from pipeline.ingestion.store import Keeping, Receipt
from pipeline.jobs.claiming import cancel_job
from pipeline.jobs.direct import recheck_now
from pipeline.jobs.inbox import take_in
from pipeline.jobs.records import Job, list_jobs, read_job
from pipeline.jobs.submit import submit_file, submit_recheck
from pipeline.migrate import prepare_database
from pipeline.readers import wait_for_readers
from pipeline.server import running_url, stop_embedded
from pipeline.settings import ROOT, Settings
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
        if b"tests.job_" in Path(f"/proc/{pid}/cmdline").read_bytes():
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
    lines = (desk.folder / "var" / "log" / "events.log").read_text("ascii").splitlines()
    told = [(record["event"], record["job"]) for record in map(json.loads, lines)]
    mine, other = job_id, again.job_id
    assert told == [
        ("job_began", mine), ("job_ended", mine), ("job_began", other), ("job_ended", other)
    ]  # fmt: skip


@pytest.mark.parametrize("stage", ["read", "check", "keep", "publish"])
def test_a_job_whose_process_is_killed_is_finished_all_the_same(
    desk: Desk, new_desk: Callable[[], Desk], workers: Workers, stage: str
) -> None:
    job_id = submit(desk, desk.file(LINES), publish=stage == "publish")
    workers.pause(stage)
    worker = workers.start()
    child = workers.paused_child(stage)
    assert job_of(desk, job_id).state == "running"
    if stage in ("read", "keep"):
        worker.kill()
        worker.wait()
    kill_if_there(child)  # without its worker it may have ended by itself
    (desk.folder / f"pause-{stage}").unlink()
    if stage in ("read", "keep"):
        workers.start()
    until(lambda: not job_of(desk, job_id).is_active, 60)
    job = job_of(desk, job_id)
    assert (job.state, job.attempt, job.deaths) == ("done", 2, 1)
    expected = undisturbed(new_desk)
    if stage == "publish":
        expected["load"][0]["state"] = "published"  # type: ignore[index]
    assert desk.state(job.load_id) == expected
    assert desk.value("select count(*) from app.runs where state = 'running'") == 0
    assert leftovers(desk) == []


def leftovers(desk: Desk) -> list[str]:
    """Tables of runs that hang on no parent."""
    rows = desk.rows(
        "select relname from pg_class where relkind = 'r' and not relispartition"
        " and relname ~ '^(lines|sales|rollup_invoices)_[0-9]+$'"
    )
    return [row["relname"] for row in rows]


def test_a_frozen_process_writes_nothing_once_its_job_was_taken_over(
    desk: Desk, new_desk: Callable[[], Desk], workers: Workers
) -> None:
    job_id = submit(desk, desk.file(LINES))
    workers.pause("keep")
    workers.start(JOB_STALLED_SECONDS=5)
    child = workers.paused_child("keep")
    os.kill(child, signal.SIGSTOP)
    (desk.folder / "pause-keep").unlink()
    until(lambda: job_of(desk, job_id).deaths == 1)
    workers.start(JOB_STALLED_SECONDS=5)
    until(lambda: job_of(desk, job_id).state == "done")
    before = desk.state(1)
    os.kill(child, signal.SIGCONT)
    until(lambda: not Path(f"/proc/{child}").exists() or is_zombie(child))
    assert desk.state(1) == before == undisturbed(new_desk)
    runs = desk.rows("select state from app.runs order by run_id")
    assert [row["state"] for row in runs] == ["failed", "done"]
    assert job_of(desk, job_id).deaths == 1
    assert leftovers(desk) == []


def is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_a_cancelled_job_leaves_the_file_and_nothing_else(desk: Desk, workers: Workers) -> None:
    job_id = submit(desk, desk.file(LINES))
    workers.pause("check")
    workers.start()
    child = workers.paused_child("check")
    assert cancel_job(desk.url, job_id, "reza").cancelled_by == "reza"
    until(lambda: not Path(f"/proc/{child}").exists())
    job = job_of(desk, job_id)
    assert (job.state, job.attempt) == ("cancelled", 1)
    assert desk.value("select count(*) from raw.file_chunks") == 1
    assert desk.value("select state from app.load_states") == "failed"
    assert desk.value("select error from app.runs") == "Cancelled by reza."
    with pytest.raises(RefusedAction) as caught:
        cancel_job(desk.url, job_id, "reza")
    assert caught.value.code == "JOB_OVER"
    (desk.folder / "pause-check").unlink()
    again = submit_recheck(desk.url, desk.settings, 1, user="reza")
    assert again.job_id is not None
    until(lambda: job_of(desk, again.job_id or 0).state == "done")
    assert leftovers(desk) == []


def test_a_job_over_the_memory_limit_fails_and_the_next_one_runs(
    desk: Desk, workers: Workers
) -> None:
    eats = desk.folder / "eat-read"
    eats.touch()
    first = submit(desk, desk.file(LINES))
    workers.start(JOB_MEMORY_BYTES=700 * 1024**2)
    until(lambda: job_of(desk, first).state == "failed")
    eats.unlink()
    error = job_of(desk, first).error
    assert error is not None
    assert error["code"] == "JOB_MEMORY"
    assert "700" in error["fa"]
    second = submit(desk, desk.file([{}, {"invoice_id": "99"}]))
    until(lambda: job_of(desk, second).state == "done")


def test_a_job_that_kills_its_process_stops_after_three_attempts(
    desk: Desk, workers: Workers
) -> None:
    (desk.folder / "die-read").touch()
    job_id = submit(desk, desk.file(LINES))
    workers.finish()
    job = job_of(desk, job_id)
    assert (job.state, job.attempt, job.deaths) == ("failed", 3, 3)
    assert job.error is not None
    assert job.error["code"] == "WORKER_DIED"
    assert desk.value("select state from app.load_states") == "failed"


def test_two_workers_run_each_file_once(desk: Desk, workers: Workers) -> None:
    for number in range(8):
        path = desk.file([{"invoice_id": str(number)}])
        submit(desk, path, period=f"1403-0{number % 4 + 1}")
    for process in [workers.start("--once") for _ in range(2)]:
        assert process.wait(PATIENCE) == 0
    jobs = list_jobs(desk.url)
    assert [(job.state, job.attempt) for job in jobs] == [("done", 1)] * 8
    assert len({job.worker for job in jobs}) == 2
    assert desk.value("select count(*) from canonical.sales") == 8
    assert desk.value("select count(*) from app.runs") == 8


def test_a_killed_direct_load_is_finished_by_a_worker(
    desk: Desk, new_desk: Callable[[], Desk], workers: Workers
) -> None:
    path = desk.file(LINES)
    workers.pause("keep")
    command = [sys.executable, "-m", "tests.job_direct", str(path), PERIOD]
    environment = {**os.environ, "DATABASE_URL": desk.url, "PAUSE_DIR": str(desk.folder)}
    loading = subprocess.Popen(command, cwd=ROOT, env=environment)
    assert workers.paused_child("keep") == loading.pid
    loading.kill()
    loading.wait()
    (desk.folder / "pause-keep").unlink()
    assert [(job.state, job.kind) for job in list_jobs(desk.url)] == [("running", "load")]
    workers.finish()
    (job,) = list_jobs(desk.url)
    assert (job.state, job.attempt) == ("done", 2)
    assert desk.state(1) == undisturbed(new_desk)
    assert leftovers(desk) == []


def test_the_inbox_takes_each_file_once_and_gives_reasons(desk: Desk) -> None:
    inbox = desk.folder / "inbox"
    inbox.mkdir()
    settings = desk.settings.model_copy(update={"inbox_dir": inbox})
    for name, lines in {"a.csv": [{}], "b.csv": [{"invoice_id": "2"}]}.items():
        desk.file(lines).rename(inbox / name)
    (inbox / "c.pdf").write_bytes(b"%PDF-1.7 nothing of use")
    (inbox / "d.csv.part").write_text("half")
    assert take_in(desk.url, settings) == [], "they were written a moment ago"
    old = time.time() - 60
    for path in inbox.iterdir():
        os.utime(path, (old, old))
    moved = take_in(desk.url, settings)
    assert [str(path.relative_to(inbox)) for path in moved] == [
        *("taken/a.csv", "taken/b.csv", "refused/c.pdf")
    ]
    reason = (inbox / "refused/c.pdf.txt").read_text("utf-8")
    assert "PDF" in reason
    assert len(reason.strip().split("\n\n")) == 2, "in Persian and English"
    assert [job.requested_by for job in list_jobs(desk.url)] == ["inbox", "inbox"]
    assert take_in(desk.url, settings) == []
    # Killed between the receipt and the move, the file still lies there.
    (inbox / "taken/a.csv").rename(inbox / "a.csv")
    assert take_in(desk.url, settings) == [inbox / "taken/a.csv"]
    assert len(list_jobs(desk.url)) == 2


def test_an_inbox_without_room_for_the_reason_keeps_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are taken in all the same, and nothing empty is left behind."""
    inbox = desk.folder / "inbox"
    inbox.mkdir()
    settings = desk.settings.model_copy(update={"inbox_dir": inbox})
    (inbox / "bad.pdf").write_bytes(b"%PDF-1.7 nothing of use")
    desk.file([{}]).rename(inbox / "good.csv")
    for path in inbox.iterdir():
        os.utime(path, (0, 0))

    def full(path: Path, *_: object, **__: object) -> int:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(PipelineError, match=r"bad\.pdf.*No space left"):
            take_in(desk.url, settings)
    assert sorted(str(path.relative_to(inbox)) for path in inbox.rglob("*.*")) == [
        *("bad.pdf", "taken/good.csv")
    ]
    assert take_in(desk.url, settings) == [inbox / "refused/bad.pdf"]


def test_a_server_that_crashes_is_started_again_and_the_job_finished(
    home: Path, tmp_path: Path
) -> None:
    """Nobody does anything by hand: the worker starts the embedded server and goes on."""
    settings = Settings(_env_file=None, var_dir=home, database_url="", language="fa")  # type: ignore[call-arg]
    desk = Desk(prepare_database(settings), settings, tmp_path)
    try:
        with workers_of(desk) as workers:
            job_id = submit(desk, desk.file(LINES))
            workers.pause("check")
            workers.start(DATABASE_URL="", VAR_DIR=home)
            workers.paused_child("check")
            postmaster = int((home / "postgres/postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
            (desk.folder / "pause-check").unlink()
            until(lambda: is_up(home) and not job_of(desk, job_id).is_active)
            job = job_of(desk, job_id)
            assert (job.state, job.lines_done) == ("done", 7)
            assert job.deaths == 0, "the database was away; the job is not to blame"
            assert leftovers(desk) == []
    finally:
        stop_embedded(home / "postgres")


def is_up(folder: Path) -> bool:
    url = running_url(folder / "postgres")
    try:
        psycopg.connect(url or "host=/nowhere").close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_worker_that_is_asked_to_end_puts_its_job_back(desk: Desk, workers: Workers) -> None:
    job_id = submit(desk, desk.file(LINES))
    workers.pause("read")
    worker = workers.start()
    workers.paused_child("read")
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    job = job_of(desk, job_id)
    assert (job.state, job.deaths) == ("waiting", 0)
    (desk.folder / "pause-read").unlink()
    workers.finish()
    assert job_of(desk, job_id).state == "done"


def test_a_lost_answer_to_a_submission_gives_the_same_job(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is cut after COMMIT: the second try finds by its key what the first did."""
    wait = Keeping.wait
    cuts = [psycopg.OperationalError("server closed the connection unexpectedly")]

    def wait_and_lose(self: Keeping) -> Receipt:
        receipt = wait(self)
        if cuts and receipt.is_new:
            raise cuts.pop()
        return receipt

    monkeypatch.setattr(Keeping, "wait", wait_and_lose)
    found = submit_file(desk.url, desk.settings, desk.file(LINES), source=SOURCE, user="sara")
    assert (found.is_new, found.load_id, cuts) == (True, 1, [])
    assert [job.job_id for job in list_jobs(desk.url)] == [found.job_id]


def test_a_recheck_waits_for_readers_and_lets_others_read_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.load(LINES)
    monkeypatch.setattr(wait_for_readers, "__defaults__", (0.2,))
    with psycopg.connect(desk.url) as reader:
        reader.execute("select count(*) from canonical.sales")
        with pytest.raises(PipelineError) as caught:
            recheck_now(desk.url, desk.settings, 1)
        assert caught.value.code == "READERS_IN_THE_WAY"
        assert desk.value("select count(*) from canonical.sales") == 5
    (job,) = list_jobs(desk.url)
    assert (job.state, (job.error or {})["code"]) == ("failed", "READERS_IN_THE_WAY")
    assert recheck_now(desk.url, desk.settings, 1).canonical == 5


def test_a_load_that_is_at_work_is_not_run_over_twice(desk: Desk) -> None:
    desk.load(LINES)
    first = submit_recheck(desk.url, desk.settings, 1, user="sara")
    second = submit_recheck(desk.url, desk.settings, 1, user="reza")
    assert (second.job_id, second.is_new) == (first.job_id, False)
    with pytest.raises(RefusedAction) as caught:
        recheck_now(desk.url, desk.settings, 1)
    assert caught.value.code == "LOAD_BUSY"
    assert "sara" in caught.value.fa
