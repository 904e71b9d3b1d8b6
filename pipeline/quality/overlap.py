"""The same lines once more: a month that came before in another encoding, format or order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.db import Connection, fetch_all, fetch_one
from pipeline.quality.drift import RunIssue
from pipeline.quality.rules import RuleSet

CODE = "SAME_LINES_AS_LOAD"


def same_lines(
    connection: Connection, run: Mapping[str, Any], lines: int, rules: RuleSet
) -> Iterator[RunIssue]:
    """The earlier load of the month that most lines of a run agree with, if they are many.

    `run` gives `source`, `period`, `load_id` and the run's tables (`names`); `lines` are its
    canonical lines. Later loads are not looked at, so that a recheck of the first says nothing new.
    """
    earlier = {
        row["load_id"]: row["file_name"] for row in fetch_all(connection, "list_earlier_loads", run)
    }
    if not earlier or not lines:
        return
    loads = {"loads": list(earlier)}
    found = fetch_one(connection, "count_same_lines", loads, **run["names"])
    if found is None or found["lines"] * 100 < rules.threshold(CODE, "percent") * lines:
        return
    name = earlier[found["load_id"]]
    yield CODE, f"#{found['load_id']} {name}: {found['lines']} / {lines}", found["amount"]
