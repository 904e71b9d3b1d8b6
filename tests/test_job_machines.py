"""Workers on other machines share the database with one another and the console, and no folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.jobs.records import list_jobs
from pipeline.jobs.submit import submit_file
from pipeline.settings import ROOT
from pipeline.verify import verify
from tests.karamad import SOURCE, Desk

FILES = 6
PATIENCE = 120


def worker_of(folder: Path, url: str) -> subprocess.Popen[bytes]:
    """The worker of a machine of its own: no folder of it is another's."""
    places = {name: str(folder / name.lower()) for name in ("VAR_DIR", "INBOX_DIR", "TMPDIR")}
    for place in places.values():
        Path(place).mkdir(parents=True)
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "worker", "--once"],
        cwd=ROOT,
        env={**os.environ, **places, "DATABASE_URL": url, "SALES_LANGUAGE": "en"},
        stdout=subprocess.DEVNULL,
    )


def test_workers_that_share_the_database_alone_do_all_the_work(desk: Desk) -> None:
    received = desk.folder / "received"
    received.mkdir()
    for number in range(FILES):
        path = desk.file([{"invoice_id": str(number)}]).rename(received / f"{number}.csv")
        period = f"1403-{number + 1:02d}"
        wish = {"source": SOURCE, "period": period, "user": "reza", "publish": True}
        submit_file(desk.url, desk.settings, path, **wish)
    shutil.rmtree(received)  # the console's machine is not theirs
    workers = [worker_of(desk.folder / f"machine_{number}", desk.url) for number in range(2)]
    assert [worker.wait(PATIENCE) for worker in workers] == [0, 0]
    jobs = list_jobs(desk.url)
    assert [(job.state, job.attempt) for job in jobs] == [("done", 1)] * FILES
    assert len({job.worker for job in jobs}) == 2
    assert desk.value("select count(*) from app.load_states where state = 'published'") == FILES
    assert verify(desk.url) == []
