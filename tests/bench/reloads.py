"""One month loaded and published again: does it cost the same however much stands around it?"""

from __future__ import annotations

import time
from pathlib import Path

from pipeline.db import transaction
from pipeline.publications import publish
from pipeline.runs import load_file
from pipeline.samples import generate
from pipeline.server import stop_embedded
from pipeline.settings import Settings
from tests.bench.facts import END, SOURCE
from tests.bench.loads import SAMPLES
from tests.bench.measure import server_cpu, spread
from tests.bench.reading import database
from tests.bench.report import Section

# Million facts → months: of about the same size, the way a house grows.
AROUND = {1: 2, 20: 36}
Figures = dict[str, list[float]]


def table(lines: int, runs: int) -> Section:
    """The month after all others, corrected again and again beside each number of facts."""
    found: dict[int, Figures] = {}
    here = {millions: database(millions, months) for millions, months in AROUND.items()}
    for number in range(runs + 1):
        path = _correction(lines, number)
        # In turns: what is still on its way to the disk from the one slows the other down.
        for size in sorted(here, reverse=bool(number % 2)):
            url, folder = here[size]
            settings = Settings(_env_file=None, var_dir=folder, database_url="")  # type: ignore[call-arg]
            cost = _reload(url, settings, path)
            if number:  # the first is a month of its own, and no correction
                for name, value in cost.items():
                    found.setdefault(size, {}).setdefault(name, []).append(value)
    for _, folder in here.values():
        stop_embedded(folder / "postgres")
    few, many = (found[size] for size in AROUND)
    rows = [
        [f"{size} million facts in {months} months", *map(spread, found[size].values())]
        for size, months in AROUND.items()
    ]
    ratios = [[b / a for a, b in zip(few[name], many[name], strict=True)] for name in few]
    rows.append(["the second ÷ the first, in pairs", *map(spread, ratios)])
    notes = [
        f"A month of {lines:,} lines, corrected {runs} times in each database in turns, beside"
        " months of about 555,000 lines. Wanted: 1.10."
    ]
    title = "One month loaded and published again"
    return Section("reload", title, ["beside", *few], rows, notes)


def _correction(lines: int, number: int) -> Path:
    """The month as it comes for the nth time: other amounts, the same customers and products."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    path = SAMPLES / f"correction_{lines}_{number}.csv"
    if not path.exists():
        new = path.with_suffix(".new.csv")
        generate(new, lines=lines, dirty=0.02, seed=90 + number, period=END, structural=False)
        new.with_suffix(".labels.csv").unlink()
        new.rename(path)
    return path


def _reload(url: str, settings: Settings, path: Path) -> dict[str, float]:
    data = settings.var_dir / "postgres"
    again = path.with_name(f"{path.stem}_again.csv")
    with transaction(url) as connection:
        receipts = connection.execute("select count(*) from raw.loads").fetchone()
        assert receipts is not None
    try:
        # Bytes that came in before would be known: blanks behind the last cell make them others.
        again.write_bytes(path.read_bytes().rstrip(b"\r\n") + b" " * receipts[0] + b"\r\n")
        begin, cpu, server = time.perf_counter(), time.process_time(), server_cpu(data)
        result = load_file(url, settings, again, source=SOURCE, period=END)
        loaded = time.perf_counter()
        publish(url, result.load_id)
        done = time.perf_counter()
    finally:
        again.unlink(missing_ok=True)
    ours, its = time.process_time() - cpu, server_cpu(data) - server
    return {
        "load s": loaded - begin,
        "publish s": done - loaded,
        "both s": done - begin,
        "CPU s of ours": ours,
        "of the server": its,
        "of both": ours + its,
    }
