"""What the bench says is what it measured; how long anything takes is no matter of these tests."""

from __future__ import annotations

import sys
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from tests.bench.facts import fill
from tests.bench.measure import run_measured, spread
from tests.bench.report import PAGE, kept, page
from tests.bench.screens import rows_of
from tests.karamad import KPI_VIEWS, Desk
from tests.kpi_formulas import FORMULAS
from tests.test_months import comparable

# A process that takes 100 MB, and one of its own that takes 200.
FAMILY = """
import subprocess, sys, time
block = bytearray(100 << 20)
child = "import time; block = bytearray(200 << 20); time.sleep(0.3)"
subprocess.run([sys.executable, "-c", child], check=True)
print("done")
"""


def test_the_page_is_what_was_measured() -> None:
    sections = kept()
    assert PAGE.read_text("utf-8") == page(sections)
    assert all(section.command.startswith("make bench") for section in sections)
    assert all("commit " in section.run and "cores" in section.run for section in sections)


def test_copied_months_are_like_the_loaded_one(desk: Desk) -> None:
    loads = fill(desk.url, desk.settings.model_copy(update={"var_dir": desk.folder}), 400, 3)
    assert len(loads) == 3
    for view in KPI_VIEWS:
        assert comparable(desk.table(view)) == comparable(desk.rows(FORMULAS[view])), view
    for table in ("canonical.sales", "dq.dq_issues", "canonical.rejected_lines"):
        rows = desk.rows(f"select load_id, count(*) as rows from {table} group by 1 order by 1")
        assert [row["load_id"] for row in rows] == loads
        assert len({row["rows"] for row in rows}) == 1, table
    assert desk.value("select count(distinct period) from app.load_states") == 3
    assert fill(desk.url, desk.settings, 400, 3) == loads  # what is there stays


def test_memory_of_every_process_of_a_command_is_seen(server_url: str) -> None:
    ours = bytearray(400 << 20)  # what this process has is none of the command's
    data = Path(str(conninfo_to_dict(server_url)["host"]))
    cost = run_measured([sys.executable, "-c", FAMILY], data)
    first, second = cost.peaks
    assert cost.said == "done\n"
    assert 100 < first < 200 < second < 300
    assert cost.peak == first + second
    assert len(ours) > cost.peak
    assert cost.client_cpu > 0
    assert cost.server_cpu >= 0


def test_spread_and_lines_of_the_console_are_read() -> None:
    assert spread([3.0, 1.0, 2.0]) == "2.00 (1.00 … 3.00)"
    assert spread([1.25], 1) == "1.2"
    said = "      p50  p95\nfilter of issues      62 ms   84 ms   500 ms\n"
    said += "  switch to loads  70 ms  75 ms\n"
    assert rows_of(said) == [
        ["filter of issues", "62 ms", "84 ms", "500 ms"],
        ["switch to loads", "70 ms", "75 ms", ""],
    ]
