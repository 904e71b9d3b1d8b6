"""A feed: rows in the order of a key, which a program reads page by page.

Each is one SQL file whose header says question, grain, formula, edge cases and key; every view
`sql/views/kpi_*.sql` is a feed by itself, the others stand in `sql/feeds/`. Nothing else has to be
written for a new one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from psycopg import sql

from pipeline.access.allowed import Action
from pipeline.db import SQL_ROOT, sql_text, table

Kind = Literal["text", "integer", "decimal", "date", "moment", "truth"]
# What the filters of a column ask: one of some values, or a range with both ends included.
How = Literal["any", "from", "to"]

_RECORDS = {
    "loads": (Action.SEE_LOADS, "loads"),
    "run_stats": (Action.SEE_RUN_STATS, "loads"),
    "issues": (Action.SEE_ISSUES, "issues"),
}
_LABEL = re.compile(r"\b(Question|Grain|Formula|Edge cases|Key|Filters): ")
_MONTHS = ("jalali_month", "period")
_NUMBERS = ("load_id", "run_id", "issue_id")
CHOICES = {
    "state": ("received", "draft", "published", "superseded", "voided", "failed"),
    "severity": ("ERROR", "WARNING"),
    "status": ("open", "in_progress", "fixed_at_source", "accepted", "false_alarm"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One parameter that narrows a feed: its name, the column it asks of, and what it asks."""

    name: str
    column: str
    how: How
    kind: Kind


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as its file describes it; `key` columns with a null are named in `nullable` too.

    `action` is what a person must be allowed to do to read it. `mark` names the query whose answer
    changes whenever its rows may have changed.
    """

    name: str
    action: Action
    path: str
    question: str
    grain: str
    formula: str
    edge_cases: str
    key: tuple[str, ...]
    nullable: frozenset[str]
    filters: tuple[Filter, ...]
    mark: str

    @property
    def is_kpi(self) -> bool:
        """Whether it is a KPI view."""
        return self.path.startswith("views/")

    @property
    def rows(self) -> sql.Composable:
        """What a statement reads from: the view, or the query in brackets."""
        if self.is_kpi:
            return table("kpi", self.name)
        return sql.SQL("({})").format(sql.SQL(sql_text(self.path)))


@lru_cache(maxsize=1)
def feeds() -> dict[str, Feed]:
    """Every feed by its name; KPI views first."""
    views = sorted(path.stem for path in Path(SQL_ROOT / "views").glob("kpi_*.sql"))
    found = [_feed(name, Action.SEE_FIGURES, f"views/{name}", "published") for name in views]
    found += [_feed(n, action, f"feeds/{n}", mark) for n, (action, mark) in _RECORDS.items()]
    return {feed.name: feed for feed in found}


def _feed(name: str, action: Action, path: str, mark: str) -> Feed:
    said = _header(sql_text(path))
    key = [column.strip() for column in said["Key"].rstrip(".").split(",")]
    more = [c.strip() for c in said.get("Filters", "").rstrip(".").split(",") if c.strip()]
    names = tuple(column.rstrip("?") for column in key)
    return Feed(
        name=name,
        action=action,
        path=path,
        question=said.get("Question", ""),
        grain=said["Grain"],
        formula=said.get("Formula", ""),
        edge_cases=said.get("Edge cases", ""),
        key=names,
        nullable=frozenset(column.rstrip("?") for column in key if column.endswith("?")),
        filters=tuple(f for column in [*names, *more] for f in _filters(column)),
        mark=mark,
    )


def _header(text: str) -> dict[str, str]:
    """The labelled sentences of a file's header."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.lstrip("- "))
    parts = _LABEL.split(" ".join(lines))
    return {label: said.strip() for label, said in zip(parts[1::2], parts[2::2], strict=True)}


def _filters(column: str) -> tuple[Filter, ...]:
    """What may be asked of a column goes by its name."""
    if column in _MONTHS:
        return (
            Filter("from_month", column, "from", "text"),
            Filter("to_month", column, "to", "text"),
        )
    if column.endswith("_date"):
        return Filter("from_day", column, "from", "date"), Filter("to_day", column, "to", "date")
    if column.endswith("_rank"):
        return (Filter("to_rank", column, "to", "integer"),)
    return (Filter(column, column, "any", "integer" if column in _NUMBERS else "text"),)
