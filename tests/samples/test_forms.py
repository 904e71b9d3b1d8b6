"""Sound forms read as the value they were given, unsound ones as nothing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.samples import generate
from pipeline.samples.forms import BAD_DATES, BAD_NUMBERS, DATE_FORMS, EMPTY_KEYS, NUMBER_FORMS
from tests.samples.label_oracle import clean, read_date, read_number


@pytest.mark.parametrize("form", NUMBER_FORMS)
@pytest.mark.parametrize("value", [0, 7, -7, 1_500, -1_234_567, 40_000_000, 999_999_999_999])
def test_sound_numbers(form: Callable[[int], str], value: int) -> None:
    assert read_number(clean(form(value))) == value


@pytest.mark.parametrize("form", DATE_FORMS)
@pytest.mark.parametrize("day", ["2024-07-22", "2024-08-02", "2025-03-20", "2019-03-21"])
def test_sound_dates(form: Callable[[int], str], day: str) -> None:
    expected = date.fromisoformat(day)
    assert read_date(clean(form(expected.toordinal()))) == expected


@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_unsound_numbers(text: str) -> None:
    assert clean(text)
    assert read_number(clean(text)) is None


@pytest.mark.parametrize("text", BAD_DATES)
def test_unsound_dates(text: str) -> None:
    assert clean(text)
    assert read_date(clean(text)) is None


@pytest.mark.parametrize("text", EMPTY_KEYS)
def test_empty_keys(text: str) -> None:
    assert clean(text) == ""


def test_every_unsound_form_occurs_in_a_file(tmp_path: Path) -> None:
    path = generate(tmp_path / "a.csv", lines=8_000, dirty=0.1, seed=1, period="1403-05").path
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    cells = set(text.replace("\n", ",").split(","))
    missing = [bad for bad in (*BAD_NUMBERS, *BAD_DATES) if bad not in cells]
    assert missing == []
