"""Numbers, money, dates and months as people read them, in their language and digits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from pages.frame.preferences import Preferences
from pipeline.settings import get_settings
from pipeline.texts import Texts, read_texts

TEHRAN = ZoneInfo("Asia/Tehran")
NOTHING = "–"
FIRST_STRONG, END_ISOLATE, LEFT_TO_RIGHT = "\u2068", "\u2069", "\u2066"
_PERSIAN = str.maketrans("0123456789,.%", "۰۱۲۳۴۵۶۷۸۹٬٫٪")
_MINUS = "\u2212"
# Powers of ten that have a word, from the largest down; the words stand in the texts.
_POWERS = (12, 9, 6, 3)
Amount = Decimal | int


@dataclass(frozen=True)
class Formats:
    """Turns values into text; None is a dash everywhere.

    Money comes in as the source's currency has it, `IRR` unless named: rial is shown in the
    person's unit, another currency as it is with its code.
    """

    preferences: Preferences

    def number(self, value: Amount | float | None, places: int | None = None) -> str:
        """A number with its thousands apart, exactly, or rounded to `places` decimals."""
        if value is None:
            return NOTHING
        exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
        if places is not None:
            exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        text = f"{abs(exact):,f}"
        if "." in text and places is None:
            text = text.rstrip("0").rstrip(".")
        return self._signed(exact < 0 and any(c in "123456789" for c in text), text)

    def percent(self, share: Amount | float | None, places: int = 1, sign: bool = False) -> str:
        """A share (0.25) as a percentage (25%); with `sign`, a growth carries its plus."""
        if share is None:
            return NOTHING
        value = (Decimal(str(share)) * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        text = f"{abs(value):,f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        plus = "+" if sign and value > 0 else ""
        return self._signed(value < 0, plus + text + "%")

    def money(self, value: Amount | None, currency: str = "IRR") -> str:
        """A short form with its unit for eyes: `۸۵٫۸ میلیارد ریال`, three digits that count.

        Zeros at the end stay where they come from rounding: `86.0` is about, `86` is exactly so.
        """
        if value is None:
            return NOTHING
        amount = self._in_unit(Decimal(value), currency)
        words, short = "", abs(amount)
        for power, word in zip(_POWERS, self._words("powers"), strict=True):
            if short >= Decimal(10) ** power:
                words, short = f" {word.replace('_', ' ')}", short.scaleb(-power)
                break
        places = 0 if short >= 100 or not words else 1 if short >= 10 else 2
        rounded = short.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        text = f"{rounded:,f}"
        if "." in text and rounded == short:
            text = text.rstrip("0").rstrip(".")
        return f"{self._signed(amount < 0, text)}{words} {self.unit(currency)}"

    def money_exact(self, value: Amount | None, currency: str = "IRR") -> str:
        """Every digit, with its unit."""
        if value is None:
            return NOTHING
        return f"{self.amount(value, currency)} {self.unit(currency)}"

    def amount(self, value: Amount | None, currency: str = "IRR") -> str:
        """Every digit in the unit of `unit(currency)`, for columns whose heading names it."""
        return self.number(None if value is None else self._in_unit(Decimal(value), currency))

    def unit(self, currency: str = "IRR") -> str:
        """The word for the unit in which money is shown."""
        return self._t(f"unit_{self.preferences.money}") if currency == "IRR" else currency

    def day(self, value: date | None) -> str:
        """A day in the Jalali calendar: `۱۲ مرداد ۱۴۰۳`."""
        if value is None:
            return NOTHING
        jalali = JalaliDate(value)
        return self.digits(f"{jalali.day} {self._words('months')[jalali.month - 1]} {jalali.year}")

    def day_short(self, value: date | None) -> str:
        """A day for tables: `۱۴۰۳/۰۵/۱۲`."""
        if value is None:
            return NOTHING
        jalali = JalaliDate(value)
        text = self.digits(f"{jalali.year}/{jalali.month:02d}/{jalali.day:02d}")
        return f"{LEFT_TO_RIGHT}{text}{END_ISOLATE}"

    def day_of_month(self, value: date) -> int:
        """The day's number in its Jalali month."""
        return int(JalaliDate(value).day)

    def moment(self, value: datetime | None) -> str:
        """A moment in Tehran's time: the day and `۱۴:۰۵`."""
        if value is None:
            return NOTHING
        local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(TEHRAN)
        return self._t("moment", day=self.day(local.date()), time=self.digits(f"{local:%H:%M}"))

    def month(self, period: str | None) -> str:
        """A period by its name: `1403-05` is `مرداد ۱۴۰۳`; `2010-12` is `دسامبر ۲۰۱۰`."""
        if period is None:
            return NOTHING
        year, _, month = period.partition("-")
        names = self._words("months" if int(year) < 1700 else "months_gregorian")
        return self.digits(f"{names[int(month) - 1]} {year}")

    def of(self, part: int, whole: int) -> str:
        """`۳ از ۱۲`: so many of so many."""
        return self._t("of", part=self.number(part), whole=self.number(whole))

    def size(self, count: int | None) -> str:
        """Bytes as people say them: `۳٫۲ مگابایت`."""
        if count is None:
            return NOTHING
        words = self._words("sizes")
        value, step = Decimal(count), 0
        while value >= 1024 and step < 3:
            value, step = value / 1024, step + 1
        places = Decimal("0.1") if step > 0 and value < 100 else Decimal(1)
        return f"{self.number(value.quantize(places, ROUND_HALF_EVEN))} {words[step]}"

    def digits(self, text: object) -> str:
        """ASCII digits of our own words in the person's digits; never for values of a file."""
        shown = str(text)
        return shown.translate(_PERSIAN_DIGITS) if self.preferences.persian_digits else shown

    def raw(self, text: object) -> str:
        """A value of a file as it stands, kept apart from the direction of the words around.

        Without a letter it runs from left to right, so that a minus stays where the file has it.
        """
        shown = str(text)
        if any(character.isalpha() for character in shown):
            return isolate(shown)
        return f"{LEFT_TO_RIGHT}{shown}{END_ISOLATE}"

    @property
    def _t(self) -> Texts:
        return read_texts(get_settings().config_dir, self.preferences.language, "formats")

    def _words(self, name: str) -> list[str]:
        return self._t(name).split()

    def _in_unit(self, rial: Decimal, currency: str) -> Decimal:
        toman = currency == "IRR" and self.preferences.money == "toman"
        return rial / 10 if toman else rial

    def _signed(self, negative: bool, text: str) -> str:
        """The text in the person's digits, its sign always at its left."""
        shown = text.translate(_PERSIAN) if self.preferences.persian_digits else text
        return f"{LEFT_TO_RIGHT}{_MINUS if negative else ''}{shown}{END_ISOLATE}"


_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ADDRESS, _JOINER = re.compile(r":(?=//)|www(?=\.)|@", re.IGNORECASE), "\u2060"
_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()<>#+-.!|~$:&"})


def isolate(text: object) -> str:
    """Text of any direction inside a sentence: it moves no word around it."""
    return f"{FIRST_STRONG}{text}{END_ISOLATE}"


def named(names: Mapping[str, str], code: str | None) -> str:
    """A code behind its name, where that is known."""
    name = names.get(code or "")
    return f"{isolate(name)} ({isolate(code)})" if name else isolate(code or "–")


def escape(text: object) -> str:
    """Text for `st.markdown` and its kin that is shown as it is: no mark in it is obeyed.

    Addresses become links there whatever is escaped: an invisible sign, at which no line breaks,
    keeps their parts apart.
    """
    return _ADDRESS.sub(rf"\g<0>{_JOINER}", str(text)).translate(_MARKDOWN)


def plain(text: object) -> str:
    """Text from outside (names of files, products, people) in one line: shown, never obeyed."""
    return isolate(escape(" ".join(str(text).split())))
