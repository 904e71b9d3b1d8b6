"""Jalali months as days counted from 0001-01-01 (proleptic Gregorian ordinals)."""

import re
from datetime import date
from typing import Final

from persiantools.jdatetime import JalaliDate

FRIDAY: Final = 4  # date.weekday()
_EXCEL_EPOCH: Final = date(1899, 12, 30).toordinal()


def parse_period(period: str) -> tuple[int, int]:
    """Year and month of a Jalali period such as `1403-05`; ValueError for anything else."""
    found = re.fullmatch(r"(1[34]\d\d)-(0[1-9]|1[0-2])", period)
    if not found:
        raise ValueError(f"A period is a Jalali month such as 1403-05, not {period!r}.")
    return int(found[1]), int(found[2])


def ordinal(year: int, month: int, day: int) -> int:
    """The day of a Jalali date; ValueError if there is no such date."""
    found = JalaliDate(year, month, day)
    return int(found.to_gregorian().toordinal())


def month_days(period: str) -> list[int]:
    """All days of the period as ordinals, first to last."""
    year, month = parse_period(period)
    first = ordinal(year, month, 1)
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return list(range(first, ordinal(*following, 1)))


def working_days(period: str) -> list[int]:
    """The days of the period on which the invented company sells: all but Fridays."""
    return [day for day in month_days(period) if date.fromordinal(day).weekday() != FRIDAY]


def jalali(day: int) -> tuple[int, int, int]:
    """Jalali year, month and day of an ordinal."""
    found = JalaliDate(date.fromordinal(day))
    return found.year, found.month, found.day


def jalali_text(day: int) -> str:
    """The plain form of a date in the export: `1403/05/12`."""
    year, month, day_of_month = jalali(day)
    return f"{year:04d}/{month:02d}/{day_of_month:02d}"


def gregorian_text(day: int) -> str:
    """The same day as `2024-08-02`."""
    return date.fromordinal(day).isoformat()


def excel_serial(day: int) -> str:
    """The same day as a spreadsheet counts it, days since 1899-12-30."""
    return str(day - _EXCEL_EPOCH)
