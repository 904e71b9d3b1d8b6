"""What others make of the same file on the same server, each by its ratio to B0 and to the load.

They live in a virtual environment of their own under `var/`, which the bench makes from
`peers/requirements.txt`. Each script does what its own manual recommends for speed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.settings import ROOT
from tests.bench.loads import copy_plainly, fresh_database, load, new_server, sample
from tests.bench.measure import Cost, run_measured, spread
from tests.bench.report import Section

FOLDER = Path(__file__).parent / "peers"
ENVIRONMENT = ROOT / "var" / "bench" / "peers"
# In the order of the table.
OURS = "load of ours"
ALONE = "line rules of ours alone"


@dataclass(frozen=True, slots=True)
class Peer:
    """A script of `peers/`, what it is, and what it does less, or more, than the load."""

    script: str
    name: str
    differs: str
    packages: tuple[str, ...]


PEERS = (
    Peer(
        "pandas_to_sql",
        "pandas read_csv + to_sql (COPY)",
        "61 text columns as they stand: no numbers, dates, rules, issues, keys or sums",
        ("pandas", "sqlalchemy"),
    ),
    Peer(
        "dlt_postgres",
        "dlt, Arrow to PostgreSQL (csv)",
        "61 text columns as they stand, renamed: no numbers, dates, rules, issues, keys or sums",
        ("dlt", "pyarrow"),
    ),
    Peer(
        "row_at_a_time",
        "row by row, psycopg executemany",
        "the load's meaning on 13 of 61 columns, with 8 kinds of rules: no dimensions, sums,"
        " history, fingerprints or kept bytes",
        ("psycopg",),
    ),
    Peer(
        "great_expectations_rules",
        "Great Expectations, 8 rules",
        "checks alone, each failing row by its number: stores nothing",
        ("great-expectations", "pandas"),
    ),
    Peer(
        "pandera_rules",
        "Pandera, 8 rules",
        "checks alone, each failing cell: stores nothing",
        ("pandera", "pandas"),
    ),
    Peer(
        "soda_rules",
        "COPY + Soda contract, 8 rules",
        "61 text columns by plain COPY and checks in SQL: counts, no rows named",
        ("soda-postgres",),
    ),
)


def environment() -> Path:
    """Python of the peers' own environment; installed when its requirements changed."""
    wanted = hashlib.sha256((FOLDER / "requirements.txt").read_bytes()).hexdigest()
    mark, python = ENVIRONMENT / "installed", ENVIRONMENT / "bin" / "python"
    if not mark.exists() or mark.read_text() != wanted:
        print("installing the peers …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        requirements = ["--require-hashes", "-r", FOLDER / "requirements.txt"]
        subprocess.run([*pip, *requirements], check=True)
        mark.write_text(wanted)
    return python


def table(lines: int = 500_000, runs: int = 1, only: str = "") -> Section:
    """Each peer once after B0 and the load, `runs` times over."""
    python, path = environment(), sample(lines)
    peers = [peer for peer in PEERS if only in peer.script]
    walls: dict[str, list[tuple[float, float]]] = {}
    rows: list[list[str]] = []
    with new_server() as bench:
        copy_plainly(bench, path)
        for _ in range(runs):
            b0 = copy_plainly(bench, path).wall
            ours = load(bench, path)
            _note(walls, OURS, ours.wall, b0, ours.peak)
            costs = {OURS: ours, ALONE: _check_alone(path, bench.data, lines)}
            _note(walls, ALONE, costs[ALONE].wall, b0, costs[ALONE].peak)
            for peer in peers:
                url = fresh_database(bench.url, "bench_peer")
                command = [str(python), str(FOLDER / f"{peer.script}.py"), str(path), url]
                done = run_measured(command, bench.data, **_quiet(bench.folder))
                assert json.loads(done.said.splitlines()[-1])["rows"] == lines, done.said
                _note(walls, peer.name, done.wall, b0, done.peak)
                costs[peer.name] = done
    load_wall = [wall for wall, _ in walls[OURS]]
    differs = {OURS: "every rule, RAW, facts, issues, dimensions, sums, balance"}
    differs[ALONE] = (
        "for those below that only check: numbers and dates read, every rule of lines, each failing"
        " cell with line, value and amount: stores nothing, asks no other month"
    )
    differs |= {peer.name: f"{peer.differs} ({_versions(python, peer)})" for peer in peers}
    for name, figures in walls.items():
        cost = costs[name]
        rows.append(
            [
                name,
                spread([wall for wall, _ in figures], 1),
                spread([ratio for _, ratio in figures], 1),
                spread([a / b for (a, _), b in zip(figures, load_wall, strict=True)]),
                f"{cost.client_cpu:.1f} + {cost.server_cpu:.1f}",
                f"{cost.peak:.0f}",
                differs[name],
            ]
        )
    columns = ["", "s", "ratio to B0", "ratio to the load", "CPU s: its + server's", "peak MB"]
    notes = [f"{lines:,} lines, {path.stat().st_size / 1e6:.0f} MB, 2 % of them with a defect."]
    title = "Beside others, on the same file and server"
    return Section("peers", title, [*columns, "what it does"], rows, notes)


def _check_alone(path: Path, data: Path, lines: int) -> Cost:
    done = run_measured([sys.executable, "-m", "tests.bench.check_alone", str(path)], data)
    assert json.loads(done.said)["rows"] == lines, done.said
    return done


def _note(
    walls: dict[str, list[tuple[float, float]]], name: str, wall: float, b0: float, peak: float
) -> None:
    walls.setdefault(name, []).append((wall, wall / b0))
    print(f"{name:34} {wall:7.2f} s   {wall / b0:6.2f} × B0   {peak:5.0f} MB", flush=True)


def _quiet(folder: Path) -> dict[str, str]:
    """What keeps peers from telling anybody of their use, and their notes in a folder of ours."""
    return {
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "DISABLE_PANDERA_IMPORT_WARNING": "True",
    }


def _versions(python: Path, peer: Peer) -> str:
    """Installed versions of a peer's packages."""
    code = "import sys, importlib.metadata as m; print(*(m.version(n) for n in sys.argv[1:]))"
    done = subprocess.run(
        [python, "-c", code, *peer.packages], capture_output=True, text=True, check=True
    )
    return ", ".join(f"{n} {v}" for n, v in zip(peer.packages, done.stdout.split(), strict=True))
