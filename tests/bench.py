"""`make bench`: the whole `load` against B0, as paired runs on one server, with medians.

B0 is a plain `COPY … FROM STDIN (FORMAT csv)` of the same bytes into 61 text columns. The load is
`python -m pipeline load`, a process of its own from start to end, all rules on.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.migrate import migrate, prepare_database
from pipeline.samples import generate
from pipeline.server import ensure_embedded, stop_embedded
from pipeline.settings import ROOT, Settings

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of wall and of this side's CPU, and peak memory of the process in MB."""

    wall: float
    cpu: float
    peak_mb: float


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="sales-engine-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        sample = folder / "bench.csv"
        print(f"making {options.lines:,} lines …", flush=True)
        generate(
            sample, lines=options.lines, dirty=0.02, seed=7, period="1403-05", structural=False
        )
        try:
            prepare_database(Settings(var_dir=folder, database_url=""))
            _bench(ensure_embedded(folder / "postgres"), sample, options.runs, options.lines)
        finally:
            stop_embedded(folder / "postgres")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


def _bench(server: str, sample: Path, runs: int, lines: int) -> None:
    size = sample.stat().st_size / 1e6
    print(f"{lines:,} lines, {size:.0f} MB, {runs} paired runs after one warm-up\n")
    pairs = []
    for number in range(runs + 1):
        pair = (_copy_plainly(server, sample), _load(server, sample))
        if number:
            pairs.append(pair)
            b0, load = pair
            print(
                f"run {number}: B0 {b0.wall:6.2f} s   load {load.wall:6.2f} s   "
                f"ratio {load.wall / b0.wall:5.2f}   peak {load.peak_mb:4.0f} MB",
                flush=True,
            )
    _report(pairs, lines)


def _report(pairs: list[tuple[Timing, Timing]], lines: int) -> None:
    ratios = [load.wall / b0.wall for b0, load in pairs]
    walls = [load.wall for _, load in pairs]
    b0s = [b0.wall for b0, _ in pairs]
    print(f"\nB0    median {statistics.median(b0s):6.2f} s  ({min(b0s):.2f} … {max(b0s):.2f})")
    print(
        f"load  median {statistics.median(walls):6.2f} s  ({min(walls):.2f} … {max(walls):.2f}), "
        f"{statistics.median(walls) / lines * 1e6:.1f} µs a line, "
        f"client CPU {statistics.median(load.cpu for _, load in pairs):.2f} s"
    )
    print(
        f"ratio median {statistics.median(ratios):6.2f} × B0  "
        f"({min(ratios):.2f} … {max(ratios):.2f}); "
        f"peak memory {max(load.peak_mb for _, load in pairs):.0f} MB"
    )


def _fresh_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )
        connection.execute(
            sql.SQL("create database {} template sales_engine").format(sql.Identifier(name))
        )
        connection.execute("checkpoint")
    url = make_conninfo(server, dbname=name)
    migrate(url, set_defaults=True)
    return url


def _copy_plainly(server: str, sample: Path) -> Timing:
    """B0."""
    url = _fresh_database(server, "bench_b0")
    columns = sql.SQL(", ").join(sql.SQL("c{} text").format(sql.SQL(str(i))) for i in range(61))
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("create table plain ({})").format(columns))
        connection.commit()
        begin, cpu = time.perf_counter(), time.process_time()
        statement = "copy plain from stdin (format csv, header)"
        with sample.open("rb") as file, connection.cursor().copy(statement) as copy:
            while chunk := file.read(CHUNK):
                copy.write(chunk)
        connection.commit()
        return Timing(time.perf_counter() - begin, time.process_time() - cpu, 0)


def _load(server: str, sample: Path) -> Timing:
    """The whole load, as a user runs it."""
    url = _fresh_database(server, "bench_load")
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "load",
        str(sample),
        "--source",
        "karamad",
        "--json",
    ]
    environment = {**os.environ, "DATABASE_URL": url}
    # A user's Python keeps its compiled modules; the warm-up run writes them.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    if status:
        raise SystemExit(f"load failed: {command}")
    return Timing(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
