"""What someone wants to see of the issues, as one value that counts, lists, exports and triages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from psycopg import sql

from pipeline.access.personal import masking
from pipeline.db import query

STATUSES = ("open", "in_progress", "fixed_at_source", "accepted", "false_alarm")
# Work on the issue ends with these, so they want a reason.
CLOSING = ("fixed_at_source", "accepted", "false_alarm")
IN_FORCE = ("draft", "published")
NOBODY = ""
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class IssueFilter:
    """Issues that fit everything that is said here; what is left out asks for nothing.

    `months` are periods of the source, `columns` headers of the file. `states` are those of the
    load: left out, they are draft and published, or any where loads or issues are named. `assignee`
    NOBODY finds what nobody has. `text` is looked for in raw value and message, in small or capital
    letters. Money is the impact, both ends included. `came_back`: only issues that were said to be
    fixed at source and stand in a later load all the same.
    """

    loads: tuple[int, ...] = ()
    issue_ids: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    source: str | None = None
    months: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    salespeople: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    assignee: str | None = None
    text: str | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    came_back: bool = False

    def parameters(self) -> dict[str, Any]:
        """Values for the statements that stand on `matching_issues`, for whoever acts."""
        states = self.states or (() if self.loads or self.issue_ids else IN_FORCE)
        texts = {
            "states": states,
            "months": self.months,
            "rules": self.rules,
            "severities": self.severities,
            "columns": self.columns,
            "salespeople": self.salespeople,
            "branches": self.branches,
            "statuses": self.statuses,
        }
        return {
            "loads": _ids(self.loads),
            "issue_ids": _ids(self.issue_ids),
            **{name: [*map(_storable, values)] or None for name, values in texts.items()},
            "source": self.source and _storable(self.source),
            "assignee": None if self.assignee is None else _storable(self.assignee),
            "text": _pattern(self.text) if self.text else None,
            "has_case": bool(self.text) and _has_case(str(self.text)),
            "min_amount": self.min_amount,
            "max_amount": self.max_amount,
            "came_back": self.came_back,
            **masking(),
        }


def matching(wanted: IssueFilter) -> dict[str, sql.Composable]:
    """The part `{matching}` of a statement; its values are those of `IssueFilter.parameters`."""
    status: sql.Composable = sql.SQL("")
    if wanted.statuses:
        kind = "open" if "open" in wanted.statuses else "said"
        status = cast(sql.Composable, query(f"where_issue_{kind}"))
    whole = query("matching_issues", status=status, raw_value=shown_raw_value(), **asked())
    return {"matching": cast(sql.Composable, whole)}


def asked() -> dict[str, sql.Composable]:
    """The part `{asked}` of a statement: what an issue and its load answer by themselves."""
    return {"asked": cast(sql.Composable, query("where_issue_asked", seen=_seen()))}


def shown_raw_value() -> sql.Composable:
    """The part `{raw_value}` of a statement; its values are those of `masking`."""
    return cast(sql.Composable, query("shown_raw_value", seen=_seen()))


def asks_what_was_said(wanted: IssueFilter) -> bool:
    """Whether a filter asks for what people said of issues."""
    return bool(wanted.statuses) or wanted.assignee is not None or wanted.came_back


def _seen() -> sql.Composable:
    return cast(sql.Composable, query("seen_raw_value"))


def _ids(numbers: tuple[int, ...]) -> list[int] | None:
    """Numbers that the database can hold; one that it cannot is no issue's, as -1 is."""
    return [n if 0 < n <= _LARGEST_ID else -1 for n in numbers] or None


def _pattern(text: str) -> str:
    """A text to be found anywhere, its own wildcards taken literally."""
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return f"%{_storable(text)}%"


def _has_case(text: str) -> bool:
    """Whether any letter of a text has a capital form; Persian letters and digits have none."""
    return text.lower() != text or text.upper() != text


def _storable(text: str) -> str:
    """The database's text cannot hold NUL, and keeps U+FFFD in its place."""
    return text.replace("\0", "\ufffd")
