"""The whole load against B0, as paired runs on one server, its stages, and the peers beside it.

B0 is a plain `COPY … FROM STDIN (FORMAT csv)` of the same bytes into 61 text columns. The load is
`python -m pipeline load`, a process of its own from start to end, all rules on.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.migrate import migrate, prepare_database
from pipeline.samples import generate
from pipeline.server import ensure_embedded, stop_embedded
from pipeline.settings import ROOT, Settings
from tests.bench.measure import Cost, run_measured, server_cpu, spread
from tests.bench.report import Section

CHUNK = 1 << 20
SAMPLES = ROOT / "var" / "bench" / "samples"
# Lines of a file → paired runs; large files differ little from run to run.
SIZES = {50_000: 5, 500_000: 5, 2_000_000: 3}
STAGED = 500_000


@dataclass(frozen=True, slots=True)
class Bench:
    """An embedded server of the bench's own."""

    folder: Path
    url: str

    @property
    def data(self) -> Path:
        return self.folder / "postgres"


@contextmanager
def new_server() -> Iterator[Bench]:
    """A server with an empty product database, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sales-engine-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        settings = Settings(_env_file=None, var_dir=folder, database_url="")  # type: ignore[call-arg]
        try:
            prepare_database(settings)
            yield Bench(folder, ensure_embedded(folder / "postgres"))
        finally:
            stop_embedded(folder / "postgres")


def sample(lines: int) -> Path:
    """An invented month of so many lines, kept for the next time."""
    path = SAMPLES / f"karamad_{lines}.csv"
    if not path.exists():
        SAMPLES.mkdir(parents=True, exist_ok=True)
        print(f"making {lines:,} lines …", flush=True)
        new = path.with_suffix(".new.csv")
        generate(new, lines=lines, dirty=0.02, seed=7, period="1403-05", structural=False)
        new.with_suffix(".labels.csv").unlink()
        new.rename(path)
    return path


def fresh_database(server: str, name: str) -> str:
    """URL of a migrated database that holds nothing; another of that name is dropped."""
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


def copy_plainly(bench: Bench, path: Path) -> Cost:
    """B0."""
    url = fresh_database(bench.url, "bench_b0")
    columns = sql.SQL(", ").join(sql.SQL("c{} text").format(sql.SQL(str(i))) for i in range(61))
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("create table plain ({})").format(columns))
        connection.commit()
        begin, cpu, before = time.perf_counter(), time.process_time(), server_cpu(bench.data)
        statement = "copy plain from stdin (format csv, header)"
        with path.open("rb") as file, connection.cursor().copy(statement) as copy:
            while chunk := file.read(CHUNK):
                copy.write(chunk)
        connection.commit()
        wall = time.perf_counter() - begin
        return Cost(wall, time.process_time() - cpu, server_cpu(bench.data) - before)


def load(bench: Bench, path: Path) -> Cost:
    """The whole load, as a user runs it."""
    url = fresh_database(bench.url, "bench_load")
    command = [sys.executable, "-m", "pipeline", "load", str(path), "--source", "karamad", "--json"]
    return run_measured(command, bench.data, DATABASE_URL=url)


def paired(bench: Bench, path: Path, runs: int) -> list[tuple[Cost, Cost]]:
    """B0 and the load in turns, after one pair that warms up; each is said as it comes."""
    pairs = []
    for number in range(runs + 1):
        pair = (copy_plainly(bench, path), load(bench, path))
        if number:
            pairs.append(pair)
            b0, done = pair
            print(
                f"run {number}: B0 {b0.wall:6.2f} s   load {done.wall:6.2f} s   "
                f"ratio {done.wall / b0.wall:5.2f}   peak {done.peak:4.0f} MB",
                flush=True,
            )
    return pairs


def quick(lines: int, runs: int) -> Section:
    """One size, paired: what `make bench` does unless asked for more."""
    return table({lines: runs})


def table(sizes: dict[int, int]) -> Section:
    """The whole load at each of the sizes."""
    rows = []
    with new_server() as bench:
        for lines, runs in sizes.items():
            path = sample(lines)
            print(f"{lines:,} lines, {path.stat().st_size / 1e6:.0f} MB, {runs} paired runs")
            rows.append(_row(lines, path, paired(bench, path, runs)))
    columns = ["lines", "MB", "B0 s", "load s", "ratio to B0", "µs a line", "peak MB"]
    columns += ["of each process", "CPU s: ours + server's", "B0's"]
    notes = [
        "Load: the terminal's `load` with every rule on, from the start of its process to the end.",
        "Peak: of each process of ours, added up. CPU of the server is that of all its processes.",
    ]
    return Section("load", "The whole load", columns, rows, notes)


def _row(lines: int, path: Path, pairs: list[tuple[Cost, Cost]]) -> list[str]:
    loads = [done for _, done in pairs]
    b0s = [b0 for b0, _ in pairs]
    worst = max(loads, key=lambda cost: cost.peak)
    median = statistics.median
    return [
        f"{lines:,}",
        f"{path.stat().st_size / 1e6:.0f}",
        spread([b0.wall for b0 in b0s]),
        spread([done.wall for done in loads]),
        spread([done.wall / b0.wall for b0, done in pairs]),
        f"{median(done.wall for done in loads) / lines * 1e6:.1f}",
        f"{worst.peak:.0f}",
        " + ".join(f"{peak:.0f}" for peak in worst.peaks),
        f"{median(c.client_cpu for c in loads):.2f} + {median(c.server_cpu for c in loads):.2f}",
        f"{median(c.client_cpu for c in b0s):.2f} + {median(c.server_cpu for c in b0s):.2f}",
    ]


def stages(lines: int = STAGED, runs: int = 5) -> Section:
    """Each stage of a load as its run tells of it, and what can be done with it afterwards."""
    told: list[dict[str, float]] = []
    path = sample(lines)
    with new_server() as bench:
        for number in range(runs + 1):
            b0 = copy_plainly(bench, path).wall
            url = fresh_database(bench.url, "bench_load")
            command = [sys.executable, "-m", "tests.bench.one_load", str(path)]
            done = run_measured(command, bench.data, DATABASE_URL=url)
            if number:
                told.append({"B0": b0, **json.loads(done.said)})
    rows = [
        [
            name,
            spread([one[name] for one in told]),
            spread([one[name] / one["B0"] for one in told]),
        ]
        for name in told[0]
        if name != "B0"
    ]
    notes = [
        "read: recognised, kept, every block parsed, checked and on its way to both tables;"
        " check: what is asked of the whole load, and keys; keep: until it is visible.",
        "load is their sum without the start of a process. recheck runs the kept bytes again."
        " publish makes the month visible in an otherwise empty database.",
    ]
    title = f"Stages of a load, recheck and publish at {lines:,} lines"
    return Section("stages", title, ["", "s", "ratio to B0"], rows, notes)
