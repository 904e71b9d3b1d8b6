"""What there is to choose from in the filter of issues."""

from __future__ import annotations

from pipeline.db import fetch_all, reading
from pipeline.quality.issue_names import Names, names_of

FACETS = ("rule", "month", "load", "column", "salesperson", "branch")


def issue_choices(url: str) -> tuple[dict[str, list[str]], Names]:
    """Values of each of `FACETS` among issues in force, the most frequent first, and their names.

    They change when a run ends or a month is published, voided or undone, and never else.
    """
    with reading(url) as connection:
        found: dict[str, list[str]] = {name: [] for name in FACETS}
        for row in fetch_all(connection, "list_issue_choices"):
            found[row["facet"]].append(row["value"])
        return found, names_of(connection, found["salesperson"], found["branch"])


def assignees(url: str) -> list[str]:
    """Everybody who has an issue."""
    with reading(url) as connection:
        return [row["assignee"] for row in fetch_all(connection, "list_assignees")]
