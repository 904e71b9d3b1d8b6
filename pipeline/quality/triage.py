"""Working through issues: who has one, how it stands and why; one act on one issue or on many."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.db import Row, fetch_all, fetch_one, run, transaction
from pipeline.errors import RefusedAction
from pipeline.quality.issue_filter import CLOSING, STATUSES, IssueFilter, matching

LAST_ACTS = 100
# So many events change what is the best plan for a filter by status.
MANY = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """What an act says; None leaves it as it is. `assignee` NOBODY takes the issue from everybody.

    A status that closes an issue (fixed at source, accepted, false alarm) wants a reason.
    """

    status: str | None = None
    assignee: str | None = None
    comment: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What was done: its number, the issues that fitted, and the events written.

    An issue that stands in several loads of its month is one event.
    """

    batch_id: int
    issues: int
    events: int


def triage(url: str, wanted: IssueFilter, change: Change, *, expected: int, actor: str) -> Act:
    """Say something of every issue that fits, in one step: all of them, or none.

    `expected` is the count that the user saw. Raises RefusedAction ISSUES_CHANGED, with the count
    of now, where it is another; STATUS_UNKNOWN, REASON_MISSING, NOTHING_SAID for a change that
    cannot be; NO_ISSUES where none fits.
    """
    facts = {**wanted.parameters(), **_facts(change), "expected": expected, "actor": actor}
    with transaction(url) as connection:
        run(connection, "lock_triage")
        done = fetch_one(connection, "add_issue_events", facts, **matching(wanted))
        assert done is not None
        _require_as_seen(done["issues"], expected)
        if done["events"] >= MANY:
            run(connection, "analyze_issue_states")
    return Act(done["batch_id"], done["issues"], done["events"])


def issue_history(url: str, issue_id: int) -> list[Row]:
    """What was said of an issue, oldest first, in whatever load of its month it stood.

    `event_id, batch_id, load_id, line_no, status, assignee, comment, reason, actor, at`.
    """
    with transaction(url) as connection:
        return fetch_all(connection, "list_issue_events", {"issue_id": issue_id})


def last_acts(url: str, limit: int = LAST_ACTS) -> list[Row]:
    """Who did what on issues, newest first.

    `batch_id, actor, at, status, assignee, comment, reason, issues, impact_amount`.
    """
    with transaction(url) as connection:
        return fetch_all(connection, "list_acts", {"limit": limit})


def _facts(change: Change) -> dict[str, str | None]:
    """The change as parameters; RefusedAction for one that cannot be."""
    comment, reason = _words(change.comment), _words(change.reason)
    if change.status not in (None, *STATUSES):
        raise RefusedAction(
            "STATUS_UNKNOWN",
            fa="وضعیت «{status}» نیست. وضعیت‌ها: {known}.",
            en="There is no status '{status}'. There are: {known}.",
            status=change.status,
            known=", ".join(STATUSES),
        )
    if change.status in CLOSING and reason is None:
        raise RefusedAction(
            "REASON_MISSING",
            fa="برای بستن ایراد ({status}) باید دلیل بنویسید؛ چیزی ثبت نشد.",
            en="Give a reason for closing an issue ({status}); nothing was stored.",
            status=change.status,
        )
    if change.status is None and change.assignee is None and comment is None:
        raise RefusedAction(
            "NOTHING_SAID",
            fa="وضعیت، مسئول یا یادداشتی بدهید؛ چیزی ثبت نشد.",
            en="Give a status, an assignee or a comment; nothing was stored.",
        )
    assignee = None if change.assignee is None else (_words(change.assignee) or "")
    return {
        "status": change.status,
        "new_assignee": assignee,
        "comment": comment,
        "reason": reason,
    }


def _words(text: str | None) -> str | None:
    """Text without blanks around and without what the database cannot hold; None for nothing."""
    return (text or "").replace("\0", "").strip() or None


def _require_as_seen(issues: int, expected: int) -> None:
    if issues != expected:
        raise RefusedAction(
            "ISSUES_CHANGED",
            fa="شمار ایرادها اکنون {now} است، نه {expected}؛ چیزی ثبت نشد. فهرست را دوباره ببینید.",
            en="There are {now} issues now, not {expected}; nothing was stored. Look at the list "
            "again.",
            now=issues,
            expected=expected,
        )
    if not issues:
        raise RefusedAction(
            "NO_ISSUES",
            fa="ایرادی با این پالایه نیست؛ چیزی ثبت نشد.",
            en="No issue fits this filter; nothing was stored.",
        )
