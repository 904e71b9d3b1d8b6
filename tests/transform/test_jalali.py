"""Days and months of the Jalali calendar, checked against an algorithm of its own."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.transform.jalali import (
    FIRST_YEAR,
    LAST_YEAR,
    calendar_months,
    jalali_text,
    period_days,
    period_of,
    read_date,
)

# Years at which the 33-year cycles are broken (A. Birashk, A Comparative Calendar, 1993).
BREAKS = (-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262)
DAY = date(2024, 8, 2)  # 1403/05/12


def is_leap(year: int) -> bool:
    """Whether 30 Esfand is in the year, by its place between two breaks."""
    start, end = next(pair for pair in pairwise(BREAKS) if pair[0] <= year < pair[1])
    place, span = year - start, end - start
    if span - place < 6:
        place += -span + (span + 4) // 33 * 33
    return ((place + 1) % 33 - 1) % 4 == 0 and (place + 1) % 33 != 0


def length(year: int, month: int) -> int:
    if month <= 6:
        return 31
    return 30 if month < 12 or is_leap(year) else 29


def test_the_algorithm_knows_the_leap_years_of_our_time() -> None:
    leap = [year for year in range(1370, 1415) if is_leap(year)]
    assert leap == [1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412]


def test_every_month_from_1206_to_1498_begins_when_the_one_before_ends() -> None:
    months = calendar_months()
    names = [f"{y:04d}-{m:02d}" for y in range(FIRST_YEAR, LAST_YEAR + 1) for m in range(1, 13)]
    assert [month.name for month in months] == names
    day = date(1827, 3, 22)  # 1206/01/01
    for month in months:
        year, number = map(int, month.name.split("-"))
        assert (month.first_day, month.days) == (day, length(year, number)), month.name
        day += timedelta(days=month.days)


@pytest.mark.parametrize("year", range(1206, 1499))
def test_30_esfand_is_in_leap_years_alone(year: int) -> None:
    last = read_date(f"{year}/12/30")
    assert (last is not None) == is_leap(year)
    assert read_date(f"{year}/12/29") is not None
    assert read_date(f"{year}/12/31") is None
    assert read_date(f"{year}/06/31") is not None
    assert read_date(f"{year}/07/31") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1403/05/12", DAY),
        ("1403/5/12", DAY),
        ("1403-05-12", DAY),
        ("1403.05.12", DAY),
        ("14030512", DAY),
        ("03/05/12", DAY),
        ("2024-08-02", DAY),
        ("2024/8/2", DAY),
        ("20240802", DAY),
        ("45506", DAY),
        ("45506.75", DAY),
        ("1357/11/22", date(1979, 2, 11)),
        ("1300/01/01", date(1921, 3, 21)),
        ("1206/01/01", date(1827, 3, 22)),
        ("1403/12/30", date(2025, 3, 20)),
        ("1404/01/01", date(2025, 3, 21)),
        ("1403/06/31", date(2024, 9, 21)),
        ("99/12/29", date(2021, 3, 19)),
        ("99/12/30", date(2021, 3, 20)),
        ("50/01/01", date(1971, 3, 21)),
        ("49/01/01", date(2070, 3, 20)),
        ("2024-02-29", date(2024, 2, 29)),
        ("20000", date(1954, 10, 3)),
        ("44197", date(2021, 1, 1)),
        ("79999", date(2119, 1, 10)),
    ],
)
def test_a_day_is_read_in_every_form(text: str, day: date) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "دیروز", "1403", "1403/05", "1403/5/", "/5/12", "1403/05/12/1", "1403//12"),
        *("1403/05-12", "1403 05 12", "12/05/1403", "02-08-2024", "5/12", "030512", "140305"),
        *("1403/00/12", "1403/13/01", "1403/05/00", "1403/05/32", "1403/07/31", "1402/12/30"),
        *("14031301", "14030732", "1205/12/29", "1499/01/01", "0000/01/01", "1700-01-01"),
        *(
            "2024-02-30",
            "2023-02-29",
            "2024-13-01",
            "2121-01-01",
            "1827-03-21",
            "2120-12-31",
            "20240230",
        ),
        *(
            "19999",
            "80000",
            "99999",
            "4550",
            "455060",
            "45506.",
            "-45506",
            "1403/05/12x",
            "1403/5/123",
        ),
    ],
)
def test_anything_else_is_no_day(text: str) -> None:
    assert read_date(text) is None


def test_a_two_digit_year_is_read_in_a_jalali_source_alone() -> None:
    assert read_date("03/05/12", "gregorian") is None
    assert read_date("2010-12-01", "gregorian") == date(2010, 12, 1)


days = st.dates(date(1827, 3, 22), date(2120, 3, 19))


@given(days)
def test_a_day_reads_back_from_its_jalali_text(day: date) -> None:
    text = jalali_text(day)
    year, month, number = map(int, text.split("-"))
    assert number <= length(year, month)
    for form in (text, text.replace("-", "/"), text.replace("-", ""), f"{year}/{month}/{number}"):
        assert read_date(form) == day
    assert jalali_text(day + timedelta(days=1)) > text


@given(days, st.sampled_from(["jalali", "gregorian"]))
def test_a_day_is_in_its_period(day: date, calendar: str) -> None:
    period = period_of(day, calendar)
    month = period_days(period, calendar)
    assert day in month
    assert 28 <= len(month) <= 31
    assert all(period_of(other, calendar) == period for other in (month[0], month[-1]))
    assert period_of(month[-1] + timedelta(days=1), calendar) > period
    assert [b - a for a, b in pairwise(month)] == [timedelta(days=1)] * (len(month) - 1)


@pytest.mark.parametrize(
    ("period", "calendar", "first", "count"),
    [
        ("1403-05", "jalali", date(2024, 7, 22), 31),
        ("1403-12", "jalali", date(2025, 2, 19), 30),
        ("1402-12", "jalali", date(2024, 2, 20), 29),
        ("2010-12", "gregorian", date(2010, 12, 1), 31),
        ("2024-02", "gregorian", date(2024, 2, 1), 29),
    ],
)
def test_days_of_a_period(period: str, calendar: str, first: date, count: int) -> None:
    days_of_it = period_days(period, calendar)
    assert (days_of_it[0], len(days_of_it)) == (first, count)


@pytest.mark.parametrize(
    "period",
    [
        "1403-13",
        "1403-00",
        "1403",
        "x",
        "1403-05-12",
        "",
        "-",
        "1403-5",
        "۱۴۰۳-۰۵",
        " 1403-05",
        "2024-08",
        "1403-05\n",
    ],
)
def test_what_is_no_period_is_refused(period: str) -> None:
    """A month has one name alone."""
    with pytest.raises(ValueError):
        period_days(period, "jalali")


def test_a_jalali_month_is_no_period_of_a_gregorian_source() -> None:
    with pytest.raises(ValueError):
        period_days("1403-05", "gregorian")
