"""A worker as the product has it, whose children can be stopped at a stage (tests/job_child.py)."""

import sys

from pipeline.jobs.worker import run_worker
from pipeline.settings import get_settings

if __name__ == "__main__":
    command = (sys.executable, "-m", "tests.job_child")
    run_worker(get_settings(), once="--once" in sys.argv, command=command)
