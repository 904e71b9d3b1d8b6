"""The filter of audit events as the address has it; the page and its sheets read the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from persiantools.jdatetime import JalaliDate

from pages.frame.formats import TEHRAN
from pipeline.audit_trail import EventFilter

NAMES = ("actor", "action", "kind", "id", "from", "to", "text")
_MOST, _LONGEST = 50, 200
_DAY = re.compile(r"\s*(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})\s*", re.ASCII)
_FIRST_GREGORIAN = 1700
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
Unknown = list[tuple[str, str]]


def read_filter(values: Callable[[str], list[str]]) -> tuple[EventFilter, Unknown]:
    """What is asked for, and the parameters that make no sense; `values` gives those of a name."""
    unknown: Unknown = []

    def day(name: str) -> date | None:
        given = _one(values(name))
        found = day_of(given)
        if given and found is None:
            unknown.append((name, given))
        return found

    first, last = day("from"), day("to")
    wanted = EventFilter(
        actors=_many(values("actor")),
        actions=_many(values("action")),
        kinds=_many(values("kind")),
        subject_id=_one(values("id")) or None,
        since=first and _begin(first),
        until=last and _begin(last + timedelta(days=1)),
        text=_one(values("text")) or None,
    )
    return wanted, unknown


def filter_pairs(values: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """The parameters of the filter that are there, for links to the same events."""
    return {name: found for name in NAMES if (found := values(name))}


def day_of(text: str) -> date | None:
    """A day that somebody typed, Jalali (1405/09/02) or Gregorian (2026-11-23); None: no day."""
    found = _DAY.fullmatch(ascii_digits(text))
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    try:
        if year >= _FIRST_GREGORIAN:
            return date(year, month, day)
        gregorian: date = JalaliDate(year, month, day).to_gregorian()
    except ValueError:
        return None
    return gregorian


def ascii_digits(text: str) -> str:
    """The text with Persian and Arabic digits as ASCII ones."""
    return text.translate(_DIGITS)


def multi(pairs: list[tuple[str, str]]) -> Callable[[str], list[str]]:
    """Values by name of a request's parameters."""
    found: Mapping[str, list[str]] = {n: [v for k, v in pairs if k == n] for n in NAMES}
    return lambda name: found.get(name, [])


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), TEHRAN).astimezone(UTC)


def _many(values: list[str]) -> tuple[str, ...]:
    return tuple(value[:_LONGEST] for value in values[:_MOST])


def _one(values: list[str]) -> str:
    return values[0][:_LONGEST].strip() if values else ""
