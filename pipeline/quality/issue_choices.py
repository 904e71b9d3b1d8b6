"""What there is to choose from in the filter of issues."""

from __future__ import annotations

from pipeline.db import fetch_all, reading

FACETS = ("rule", "month", "load", "column", "salesperson", "branch")


def issue_choices(url: str) -> dict[str, list[str]]:
    """Values of each of `FACETS` among issues in force, the most frequent first.

    They change when a run ends or a month is published, voided or undone, and never else.
    """
    with reading(url) as connection:
        rows = fetch_all(connection, "list_issue_choices")
    found: dict[str, list[str]] = {name: [] for name in FACETS}
    for row in rows:
        found[row["facet"]].append(row["value"])
    return found


def assignees(url: str) -> list[str]:
    """Everybody who has an issue."""
    with reading(url) as connection:
        return [row["assignee"] for row in fetch_all(connection, "list_assignees")]
