"""A direct load in a process of its own that stops at the stages of tests/job_child.py."""

import os
import sys
from pathlib import Path

from pipeline.jobs.direct import load_now
from pipeline.settings import get_settings
from tests.job_child import stopping_at

if __name__ == "__main__":
    load_now(
        get_settings().database_url,
        get_settings(),
        Path(sys.argv[1]),
        period=sys.argv[2],
        progress=stopping_at(Path(os.environ["PAUSE_DIR"])),
    )
