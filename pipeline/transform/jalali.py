"""Dates: every form an export writes a day in, read exactly; the Jalali calendar and its months."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from persiantools.jdatetime import JalaliDate

# Years for which the calendar is known to be astronomically right.
FIRST_YEAR, LAST_YEAR = 1206, 1498
GREGORIAN_YEARS = range(1827, 2121)
# The same span in days: an event outside of it would be in no month.
FIRST_DAY, LAST_DAY = date(1827, 3, 22), date(2120, 3, 20)

# Excel counts days from here; five digits span 1954 to 2119.
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_SERIALS = range(20_000, 80_000)

# A two-digit year below the pivot belongs to 14xx, from it on to 13xx.
PIVOT = 50

_PARTED = re.compile(r"(\d{4}|\d{2})([/\-.])(\d{1,2})\2(\d{1,2})")
_JOINED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PERIOD = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Month:
    """A Jalali month: its name such as `1403-05`, Gregorian first day, number of days."""

    name: str
    first_day: date
    days: int


def read_date(text: str, calendar: str = "jalali") -> date | None:
    """The day that `text` names, or None when it names none.

    `text` is clean: ASCII digits, no blanks around, no time of day. Read are Jalali `1403/5/12`,
    `1403-05-12`, `14030512`, two-digit years `03/05/12` (in a Jalali source only), Gregorian
    `2024-08-02` and `20240802`, and Excel serial days. Nothing else is guessed at.
    """
    if match := _PARTED.fullmatch(text):
        year, month, day = int(match[1]), int(match[3]), int(match[4])
        if len(match[1]) == 2:
            if calendar != "jalali":
                return None
            year += 1400 if year < PIVOT else 1300
        return _day(year, month, day)
    if match := _JOINED.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _SERIAL.fullmatch(text):
        serial = int(match[1])
        return EXCEL_EPOCH + timedelta(days=serial) if serial in EXCEL_SERIALS else None
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        if FIRST_YEAR <= year <= LAST_YEAR:
            return JalaliDate(year, month, day).to_gregorian()
        gregorian = date(year, month, day)
    except ValueError:
        return None
    return gregorian if FIRST_DAY <= gregorian <= LAST_DAY else None


def jalali_text(day: date) -> str:
    """The Jalali day as `1403-05-12`."""
    jalali = JalaliDate(day)
    return f"{jalali.year:04d}-{jalali.month:02d}-{jalali.day:02d}"


def period_of(day: date, calendar: str) -> str:
    """The month of a day in the source's calendar: `1403-05` or `2010-12`."""
    return jalali_text(day)[:7] if calendar == "jalali" else day.isoformat()[:7]


def period_days(period: str, calendar: str) -> list[date]:
    """Every day of a month in the source's calendar.

    Raises ValueError when `period` is no month, such as `1403-13`, or is written otherwise: a month
    has one name, or two loads of it would not meet.
    """
    match = _PERIOD.fullmatch(period)
    years = range(FIRST_YEAR, LAST_YEAR + 1) if calendar == "jalali" else GREGORIAN_YEARS
    if match is None or int(match[1]) not in years:
        raise ValueError(period)
    year, month = int(match[1]), int(match[2])
    next_year, next_month = (year + 1, 1) if month == 12 else (year, month + 1)
    if calendar == "jalali":
        first = JalaliDate(year, month, 1).to_gregorian()
        end = JalaliDate(next_year, next_month, 1).to_gregorian()
    else:
        first, end = date(year, month, 1), date(next_year, next_month, 1)
    return [first + timedelta(days=offset) for offset in range((end - first).days)]


@lru_cache(maxsize=1)
def calendar_months() -> tuple[Month, ...]:
    """Every Jalali month from 1206 to 1498, in order."""
    months = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month in range(1, 13):
            first = JalaliDate(year, month, 1)
            days = JalaliDate.days_in_month(month, year)
            months.append(Month(f"{year:04d}-{month:02d}", first.to_gregorian(), days))
    return tuple(months)
