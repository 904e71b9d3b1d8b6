"""The table of what the faults did: a row as each ends, on the screen and in var/."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pipeline.settings import ROOT
from tests.faults.judge import BEGUN, Tally

HEAD = "fault  tried  lost  doubled  mixed  unclear  slowest s  what"
FILE = ROOT / "var" / "faults-report.txt"


class Report:
    """Rows are appended, each with the commit it was measured on; `file` outlives a cut round."""

    def __init__(self, file: Path = FILE) -> None:
        self.is_good = True
        self._file = file
        self._file.parent.mkdir(exist_ok=True)
        self._say(f"\n{datetime.now():%Y-%m-%d %H:%M} on {_commit()}\n{HEAD}", on_screen=False)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Write the row of what is counted meanwhile, also when it is interrupted or raises."""
        BEGUN.clear()
        begin, end = time.perf_counter(), "cut short"
        try:
            yield
            end = "all of it"
        finally:
            for tally in BEGUN:
                self._say(f"{row(tally)} ({end}, {time.perf_counter() - begin:.0f} s)")
                for text in [*tally.remarks, *tally.notes]:
                    self._say(f"    {text}")
                self.is_good &= tally.is_good
            if not BEGUN:
                self._say(f"{name:5}  was never begun")
                self.is_good = False

    def _say(self, text: str, *, on_screen: bool = True) -> None:
        if on_screen:
            print(text, flush=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")


def row(tally: Tally) -> str:
    """What was counted for one fault, in a line."""
    return (
        f"{tally.fault:5}  {tally.tried:5}  {tally.lost:4}  {tally.doubled:7}  {tally.mixed:5}"
        f"  {tally.unclear:7}  {tally.slowest:9.1f}  {tally.title}"
    )


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "no commit"
