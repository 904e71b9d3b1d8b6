"""Rules about a load as a whole: its columns, its size against last month, its days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.contracts import IGNORED, WEEKDAYS, Mapping
from pipeline.db import Connection, Row, fetch_all, fetch_one
from pipeline.ingestion.headers import Match
from pipeline.quality.rules import RuleSet
from pipeline.transform.jalali import jalali_text

RunIssue = tuple[str, str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Profile:
    """How one load looks as a whole: records, net total, and empty cells by canonical column."""

    lines: int
    net_amount: Decimal
    empty: dict[str, int]


@dataclass(frozen=True, slots=True)
class NullRate:
    """A column whose share of empty cells moved; `then` and `now` in percent of all records."""

    column: str
    header: str
    then: Decimal
    now: Decimal


def column_issues(mapping: Mapping, matches: Sequence[Match]) -> Iterator[RunIssue]:
    """Columns that are missing, new, or found under another name."""
    matched = {match.column for match in matches if match.column}
    for name, field in mapping.fields():
        if name not in matched and not name.startswith(IGNORED):
            yield "MISSING_COLUMN", field.header, None
    for match in matches:
        if match.column is None and match.header.strip():
            yield "NEW_COLUMN", match.header, None
        elif match.how in ("similar", "values"):
            yield "RENAMED_COLUMN", f"{match.header} → {mapping.header_of(str(match.column))}", None


def drift_issues(
    connection: Connection, mapping: Mapping, period: str, profile: Profile, rules: RuleSet
) -> Iterator[RunIssue]:
    """What is far from the last published month of the source."""
    facts = {"source": mapping.source_system, "period": period}
    before = fetch_one(connection, "read_previous_load", facts)
    if before is None:
        return
    lines = rules.threshold("ROW_COUNT_DRIFT", "percent")
    if is_far(Decimal(profile.lines), Decimal(before["lines_read"]), lines):
        yield "ROW_COUNT_DRIFT", f"{before['lines_read']} → {profile.lines}", None
    total = rules.threshold("TOTAL_DRIFT", "percent")
    if is_far(profile.net_amount, before["net_amount"], total):
        values = f"{before['net_amount']:f} → {profile.net_amount.normalize():f}"
        # The month as a whole touches no money of its own: it would drown that of the lines.
        yield "TOTAL_DRIFT", values, None
    yield from _null_rates(connection, before, profile, rules)


def _null_rates(
    connection: Connection, before: Row, profile: Profile, rules: RuleSet
) -> Iterator[RunIssue]:
    points = rules.threshold("NULL_RATE_DRIFT", "points")
    columns = fetch_all(connection, "list_column_profiles", {"run_id": before["run_id"]})
    for rate in null_rates(columns, profile, points):
        yield "NULL_RATE_DRIFT", f"{rate.header}: {rate.then:.1f}% → {rate.now:.1f}%", None


def null_rates(before: Iterable[Row], profile: Profile, points: Decimal) -> Iterator[NullRate]:
    """Columns of both loads whose rate of empty cells moved by more than `points`.

    `before` are the rows of `list_column_profiles` of the earlier load.
    """
    for row in before:
        if row["column_name"] not in profile.empty or not row["lines"] or not profile.lines:
            continue
        then = Decimal(100 * row["empty_lines"]) / row["lines"]
        now = Decimal(100 * profile.empty[row["column_name"]]) / profile.lines
        if abs(now - then) > points:
            yield NullRate(row["column_name"], row["header"], then, now)


def missing_days(
    days: Sequence[date], seen: set[date], mapping: Mapping, lines: int, rules: RuleSet
) -> Iterator[RunIssue]:
    """Working days of the month without a canonical line; a small load tells nothing."""
    if lines < rules.threshold("MISSING_DAYS", "min_lines"):
        return
    missing = [
        day for day in days if day not in seen and WEEKDAYS[day.weekday()] not in mapping.weekend
    ]
    if missing:
        text = jalali_text if mapping.calendar == "jalali" else date.isoformat
        yield "MISSING_DAYS", ", ".join(text(day) for day in missing), None


def is_far(now: Decimal, then: Decimal, percent: Decimal) -> bool:
    """Whether `now` is more than `percent` away from `then`; of nothing there are no percents."""
    return bool(then) and abs(now - then) * 100 > percent * abs(then)
