"""One job in a process of its own, as a worker runs it, that can be stopped at a stage for a test.

It stops at a stage while a file `pause-<stage>` is in PAUSE_DIR; `paused-<stage>` then names it.
`eat-<stage>` makes it take memory there, `die-<stage>` ends it.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.claims import Claim
from pipeline.jobs.lifeline import end_with_worker
from pipeline.jobs.work import run_job
from pipeline.settings import get_settings

_eaten: list[bytes] = []


def stopping_at(folder: Path) -> Callable[[str, int], None]:
    """Progress that does what the files of the folder say, once at each stage."""
    told: set[str] = set()

    def progress(stage: str, size: int) -> None:
        if stage in told:
            return
        told.add(stage)
        if (folder / f"die-{stage}").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        while (folder / f"eat-{stage}").exists():
            _eaten.append(os.urandom(1024**2) * 20)
            time.sleep(0.01)
        if (folder / f"pause-{stage}").exists():
            _pause(folder, stage)

    return progress


def _pause(folder: Path, stage: str) -> None:
    note = folder / f"paused-{stage}"
    note.with_suffix(".part").write_text(str(os.getpid()))
    note.with_suffix(".part").rename(note)
    while (folder / f"pause-{stage}").exists():
        time.sleep(0.02)


def main() -> None:
    """`python -m tests.job_child JOB ATTEMPT`."""
    end_with_worker()
    settings = get_settings()
    claim = Claim(int(sys.argv[1]), int(sys.argv[2]))
    progress = stopping_at(Path(os.environ["PAUSE_DIR"]))
    sys.exit(run_job(settings.database_url, settings, claim, progress))


if __name__ == "__main__":
    main()
