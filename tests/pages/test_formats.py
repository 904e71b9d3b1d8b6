"""Numbers, money and dates as people read them, exactly where it matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pages.frame.formats import NOTHING, Formats, isolate, plain
from pages.frame.preferences import Preferences, read_preferences

FA, EN = Formats(Preferences()), Formats(Preferences(language="en"))
TOMAN = Formats(Preferences(money="toman"))


def bare(text: str) -> str:
    """A text without its direction marks."""
    return text.translate({0x2066: None, 0x2068: None, 0x2069: None})


@pytest.mark.parametrize(
    ("value", "fa", "en"),
    [
        (0, "۰", "0"),
        (1234567, "۱٬۲۳۴٬۵۶۷", "1,234,567"),
        (Decimal("-85788842123.50"), "−۸۵٬۷۸۸٬۸۴۲٬۱۲۳٫۵", "−85,788,842,123.5"),
        (Decimal("1E+3"), "۱٬۰۰۰", "1,000"),
        (Decimal("-0"), "۰", "0"),
        (None, NOTHING, NOTHING),
    ],
)
def test_numbers_are_exact(value: Decimal | int | None, fa: str, en: str) -> None:
    assert bare(FA.number(value)) == fa
    assert bare(EN.number(value)) == en


def test_numbers_round_only_when_asked() -> None:
    assert bare(EN.number(Decimal("2.345"), 2)) == "2.34"
    assert bare(EN.number(Decimal("-0.001"), 1)) == "0.0"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (999, "999 rial"),
        (1000, "1 k rial"),
        (12_345_678, "12.3 m rial"),
        (85_788_842_123, "85.8 bn rial"),
        (Decimal("-3467659762"), "−3.47 bn rial"),
        (1_250_000_000_000, "1.25 tn rial"),
        (0, "0 rial"),
        (None, NOTHING),
    ],
)
def test_money_in_short(value: Decimal | int | None, shown: str) -> None:
    assert bare(EN.money(value)) == shown


def test_rounded_money_keeps_its_decimals() -> None:
    assert bare(EN.money(Decimal("85973210000"))) == "86.0 bn rial"
    assert bare(EN.money(Decimal("1999999999"))) == "2.00 bn rial"
    assert bare(EN.money(Decimal("86000000000"))) == "86 bn rial"


def test_money_follows_unit_and_currency() -> None:
    assert bare(TOMAN.money(85_788_842_123)) == "۸٫۵۸ میلیارد تومان"
    assert bare(TOMAN.money_exact(Decimal("85788842123"))) == "۸٬۵۷۸٬۸۸۴٬۲۱۲٫۳ تومان"
    assert bare(TOMAN.money_exact(1000, "GBP")) == "۱٬۰۰۰ GBP"


def test_shares_read_as_percentages() -> None:
    assert bare(FA.percent(Decimal("0.0413"))) == "۴٫۱٪"
    assert bare(EN.percent(Decimal("0.25"), sign=True)) == "+25%"
    assert bare(EN.percent(Decimal("-0.099"), sign=True)) == "−9.9%"
    assert EN.percent(None) == NOTHING


def test_days_are_jalali_and_moments_tehrans() -> None:
    assert FA.day(date(2024, 8, 2)) == "۱۲ مرداد ۱۴۰۳"
    assert EN.day(date(2025, 3, 20)) == "30 Esfand 1403"
    assert bare(FA.day_short(date(2024, 8, 2))) == "۱۴۰۳/۰۵/۱۲"
    assert EN.moment(datetime(2024, 8, 1, 21, 0, tzinfo=UTC)) == "12 Mordad 1403, 00:30"
    assert FA.month("1403-05") == "مرداد ۱۴۰۳"
    assert EN.month("2010-12") == "December 2010"
    assert FA.month(None) == FA.day(None) == FA.moment(None) == NOTHING


def test_counts_and_sizes() -> None:
    assert bare(FA.of(3, 1200)) == "۳ از ۱٬۲۰۰"
    assert bare(EN.size(4 * 1024**3)) == "4 GB"
    assert bare(EN.size(900)) == "900 bytes"


def test_raw_values_keep_their_digits() -> None:
    assert bare(FA.raw("001 ۲")) == "001 ۲"
    assert isolate("a") == "\u2068a\u2069"


def test_text_from_outside_is_no_markdown() -> None:
    assert bare(plain("**x** [a](http://b)\n# <b> $1$")) == (
        "\\*\\*x\\*\\* \\[a\\]\\(http\\:\u2060//b\\) \\# \\<b\\> \\$1\\$"
    )


def test_an_unknown_preference_counts_as_not_set() -> None:
    found = read_preferences({"language": "de", "money": "toman", "theme": ""}, "en")
    assert found == Preferences(language="en", money="toman")
