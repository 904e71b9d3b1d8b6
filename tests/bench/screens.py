"""The console's latency, as `make bench-ui` prints it, taken into the table of the bench."""

from __future__ import annotations

import re
import subprocess
import sys

from pipeline.settings import ROOT
from tests.bench.report import Section

_LINE = re.compile(r"(\S.*?)\s+([\d.]+) (ms|MB)\s+([\d.]+) \3(?:\s+([\d.]+) \3)?")


def console() -> Section:
    """Run the bench of the console; SystemExit when it cannot run."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench_ui"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    rows = rows_of(done.stdout)
    if not rows:
        raise SystemExit(f"the bench of the console said nothing:\n{done.stderr[-2000:]}")
    notes = ["12 months of 200,000 lines, one person signed in as a data steward, Chromium here."]
    return Section("console", "The console", ["", "p50", "p95", "wanted"], rows, notes)


def rows_of(text: str) -> list[list[str]]:
    """Lines such as `filter of issues   62 ms   84 ms   500 ms` as cells."""
    found = [_LINE.fullmatch(line.strip()) for line in text.splitlines()]
    return [
        [m[1], f"{m[2]} {m[3]}", f"{m[4]} {m[3]}", f"{m[5]} {m[3]}" if m[5] else ""]
        for m in found
        if m
    ]
