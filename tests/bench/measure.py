"""One command measured: wall time, CPU of our side and of the server, memory of each process."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.settings import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
GLANCE = 0.05  # seconds between two looks at the memory of a command's processes


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and CPU, and the peak memory of each of the command's processes in MB."""

    wall: float
    client_cpu: float
    server_cpu: float
    peaks: tuple[float, ...] = ()
    said: str = field(default="", repr=False)

    @property
    def peak(self) -> float:
        """Peaks of all processes added up, as if they had come at the same moment."""
        return sum(self.peaks)


def run_measured(command: Sequence[str], server: Path, **environment: str) -> Cost:
    """Run a command to its end, next to the embedded server whose data are in `server`.

    SystemExit with what the command said when it fails.
    """
    everything = {**os.environ, **environment}
    # A user's Python keeps its compiled modules; the first run writes them.
    everything.pop("PYTHONDONTWRITEBYTECODE", None)
    before = server_cpu(server)
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaints:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=everything, stdout=said, stderr=complaints
        )
        watch = _Watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = status
        peaks = watch.end(usage.ru_maxrss / 1024)
        if status:
            complaints.seek(0)
            raise SystemExit(f"failed: {command}\n{complaints.read().decode()[-3000:]}")
        said.seek(0)
        text = said.read().decode()
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, server_cpu(server) - before, peaks, text)


def server_cpu(folder: Path) -> float:
    """Seconds of CPU of the embedded server and all its processes so far."""
    postmaster = int((folder / "postmaster.pid").read_text().split()[0])
    # What ended is in the account of the one that started it.
    return _ticks(postmaster, ended=True) + sum(_ticks(pid) for pid in _children(postmaster))


def _ticks(pid: int, *, ended: bool = False) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    last = 15 if ended else 13
    return sum(int(word) for word in words[11:last]) / TICKS


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return []


class _Watch:
    """Looks at the memory of a process and of those that it starts until it ends."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peaks = pid, dict[int, float]()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self, own: float) -> tuple[float, ...]:
        """Peaks in MB, the command's own first; `own` is for one that was over before a look."""
        self._over.set()
        self._thread.join()
        others = [peak for pid, peak in self._peaks.items() if pid != self._pid]
        # The kernel's figure begins with what the process that starts a command has itself.
        return (self._peaks.get(self._pid) or own, *sorted(others)[::-1])

    def _look(self) -> None:
        while not self._over.wait(GLANCE):
            family = [self._pid]
            for pid in family:
                family += _children(pid)
            for pid in family:
                self._peaks[pid] = max(self._peaks.get(pid, 0), _high_water(pid))


def _high_water(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        return 0.0


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median with the smallest and largest: `1.52 (1.47 … 1.60)`."""
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.{digits}f} … {max(values):.{digits}f})"


def share(values: Sequence[float], part: float) -> float:
    """The value below which a part of all lie, such as 0.95."""
    in_order = sorted(values)
    return in_order[min(len(in_order) - 1, int(len(in_order) * part))]
