"""A job's process lives no longer than its worker: both are taken up again in order."""

from __future__ import annotations

import ctypes
import os
import signal

# Names the worker to its children; inherited by nobody else.
WORKER_PID = "SALES_WORKER_PID"
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


def end_with_worker() -> None:
    """From now on the kernel ends this process when the worker that started it dies.

    Nothing happens in a process that no worker started. SystemExit when the worker is dead already.
    """
    worker = os.environ.get(WORKER_PID)
    if worker is None:
        return
    ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != int(worker):
        raise SystemExit(f"worker {worker} is gone")
