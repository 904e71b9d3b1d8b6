"""Reading issues: exact counts, pages that stay put while others work, and what they are about."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from pipeline.access.personal import masking
from pipeline.db import Row, fetch_all, reading
from pipeline.errors import RefusedAction
from pipeline.quality.issue_counts import IssueCount, count_matching, find_matching
from pipeline.quality.issue_filter import IssueFilter, matching, shown_raw_value

Order = Literal["file", "money", "rule"]
PAGE = 50
LONGEST_PAGE = 1_000
# What a page of each order is continued after: parameter → column of the last row.
_KEYS: dict[str, dict[str, str]] = {
    "file": {"after_load": "load_id", "after_line": "line_no", "after_issue": "issue_id"},
    "money": {"after_amount": "impact_amount", "after_issue": "issue_id"},
    "rule": {
        "after_rule": "rule_code",
        "after_load": "load_id",
        "after_line": "line_no",
        "after_issue": "issue_id",
    },
}
_LOWEST = {"line_no": 0, "impact_amount": Decimal("-Infinity")}


@dataclass(frozen=True, slots=True)
class IssuePage:
    """Issues of one page, how many fit in all, and where the next page begins (None: nowhere)."""

    rows: list[Row]
    count: IssueCount
    next_page: str | None


@dataclass(frozen=True, slots=True)
class Facet:
    """One value of one facet among the issues that fit; `value` None: the issue has none."""

    value: str | None
    issues: int
    impact_amount: Decimal


def count_issues(url: str, wanted: IssueFilter) -> IssueCount:
    """How many issues fit, exactly, and their money."""
    with reading(url) as connection:
        return count_matching(connection, wanted)


def list_issues(
    url: str,
    wanted: IssueFilter,
    *,
    order: Order = "file",
    after: str | None = None,
    limit: int = PAGE,
) -> IssuePage:
    """A page of the issues that fit: by `file` and line, by most `money`, or by `rule`.

    `after` is the `next_page` of the page before. Pages have neither gaps nor repetitions, whatever
    others do meanwhile: what begins or ceases to fit comes or goes where it stands. RefusedAction
    WRONG_PAGE for an `after` that is not of this order.
    """
    keys = _KEYS[order]
    place, limit = _after(after, order), min(max(limit, 1), LONGEST_PAGE)
    with reading(url) as connection:
        count, few = find_matching(connection, wanted)
        rows: list[Row] = []
        if count.issues:  # to find none, all would be gone through a second time
            known = wanted if few is None else replace(wanted, issue_ids=few)
            parameters = {**known.parameters(), **place, "limit": limit + 1}
            rows = fetch_all(connection, f"list_issues_by_{order}", parameters, **matching(known))
    page = rows[:limit]
    more = len(rows) > len(page)
    return IssuePage(page, count, _place(page[-1], keys) if more else None)


def issue_facets(url: str, wanted: IssueFilter) -> dict[str, list[Facet]]:
    """What the issues that fit are about, the most frequent first, with exact counts and money.

    Keys: rule, severity, column, status, assignee, salesperson, branch, month, load; `all` holds
    the one sum of everything.
    """
    with reading(url) as connection:
        rows = fetch_all(
            connection, "count_issues_by_facet", wanted.parameters(), **matching(wanted)
        )
    facets: dict[str, list[Facet]] = {}
    for row in rows:
        facet = Facet(row["value"], row["issues"], row["impact_amount"])
        facets.setdefault(row["facet"], []).append(facet)
    return facets


def gone_issues(
    url: str, *, source: str | None = None, months: tuple[str, ...] = (), limit: int = LONGEST_PAGE
) -> list[Row]:
    """Issues with a history that no load in force has any more, with their last status and reason.

    Newest first: `source_system, period, load_id, line_no, rule_code, column_name, raw_value,
    impact_amount, status, assignee, reason, actor, changed_at, issue_key`.
    """
    facts = {"source": source, "months": list(months) or None, "limit": limit}
    with reading(url) as connection:
        return fetch_all(
            connection, "list_gone_issues", facts | masking(), raw_value=shown_raw_value()
        )


def _place(row: Row, keys: dict[str, str]) -> str:
    """Where a row stands in its order, as text that an address can carry."""
    values = [row[name] if row[name] is not None else _LOWEST[name] for name in keys.values()]
    return json.dumps([str(value) for value in values], separators=(",", ":"))


def _after(after: str | None, order: str) -> dict[str, Any]:
    keys = _KEYS[order]
    if after is None:
        return dict.fromkeys(keys)
    try:
        values = json.loads(after)
        if len(values) != len(keys):
            raise ValueError
        read = zip(keys.items(), values, strict=True)
        return {name: _read(column, str(value)) for (name, column), value in read}
    except (ValueError, TypeError, ArithmeticError):
        raise RefusedAction(
            "WRONG_PAGE",
            fa="این نشانی صفحه درست نیست؛ فهرست را از صفحهٔ نخست ببینید.",
            en="This is no page of the list; begin with the first one.",
        ) from None


def _read(column: str, text: str) -> object:
    if column == "rule_code":
        return text.replace("\0", "")
    if column == "impact_amount":
        return Decimal(text)
    number = int(text)
    if not 0 <= number < (2**31 if column == "line_no" else 2**63):
        raise ValueError
    return number
