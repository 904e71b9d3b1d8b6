"""Files of a source keep their order when processes die: later checks depend on earlier loads."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline.claims import Claim
from pipeline.jobs.claiming import take
from pipeline.jobs.records import list_jobs
from tests.karamad import Desk
from tests.test_jobs import Workers, is_zombie, submit, until, workers_of


@pytest.fixture
def workers(desk: Desk) -> Iterator[Workers]:
    with workers_of(desk) as found:
        yield found


@pytest.mark.parametrize("victim", ["child", "worker"])
def test_files_of_a_source_keep_their_order_when_a_process_dies(
    desk: Desk, workers: Workers, victim: str
) -> None:
    """What is compared with earlier loads would else depend on the moment of the fault."""
    for number in range(3):
        submit(desk, desk.file([{"invoice_id": str(number)}]), period=f"1403-0{number + 1}")
    workers.pause("read")
    worker = workers.start()
    child = workers.paused_child("read")
    (desk.folder / "pause-read").unlink()
    if victim == "worker":
        worker.kill()
        worker.wait()
        workers.start()
        until(lambda: not Path(f"/proc/{child}").exists() or is_zombie(child))
    else:
        os.kill(child, signal.SIGKILL)
    until(lambda: all(not job.is_active for job in list_jobs(desk.url)))
    done = desk.rows("select load_id from app.runs where state = 'done' order by run_id")
    assert [row["load_id"] for row in done] == [1, 2, 3]
    assert [(job.state, job.deaths) for job in list_jobs(desk.url)][-1] == ("done", 1)


def test_a_later_file_waits_for_one_whose_worker_is_gone_however_little_it_had_done(
    desk: Desk,
) -> None:
    first, second = (
        submit(desk, desk.file([{"invoice_id": str(number)}]), period=f"1403-0{number}")
        for number in (1, 2)
    )
    mark = "update jobs.procrastinate_jobs set status = %s where (args ->> 'job_id')::int = %s"
    names = "-c search_path=jobs"
    with psycopg.connect(desk.url, autocommit=True, options=names) as connection:
        # Taken out of the queue, and its row not begun yet.
        connection.execute(mark, ["doing", first])
        assert take(desk.url, second, "here:1") is None
        claim = take(desk.url, first, "here:1")
        assert claim is not None
        # The server still works on a statement of its process.
        with psycopg.connect(claim.url(desk.url)):
            assert take(desk.url, second, "here:2") is None
            with psycopg.connect(desk.url, application_name="sales_engine worker here:1"):
                found = take(desk.url, second, "here:2")
    assert found == Claim(second, 1), "its worker lives, and files run beside one another"
