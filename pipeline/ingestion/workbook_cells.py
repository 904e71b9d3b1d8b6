"""How a cell of a workbook becomes text: digits kept, dates as ISO, one physical line per record.

Serials and number formats follow ECMA-376 part 1, 18.8.30 (numFmt) and 18.17.4 (dates and times).
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Final

# Format: None = as a number, "date", "time", "duration", or the count of leading-zero digits.
Format = str | int | None

LINE_SEPARATOR: Final = "\u2028"
_BREAK = re.compile("\r\n|\r|\n")
_BUILT_IN: dict[int, Format] = {
    **dict.fromkeys((14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)), "date"),
    **dict.fromkeys((18, 19, 20, 21, 45, 47), "time"),
    46: "duration",
}
_INTEGER = re.compile(r"-?\d+")
_LITERAL = re.compile(r'"[^"]*"?|\\.|[_*].')
_BRACKET = re.compile(r"\[[^\]]*\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_LAST_SERIAL = 2_958_465  # 9999-12-31 in the 1900 system
_FALSE_LEAP_DAY = 60  # 1900-02-29 exists in Excel alone
_DAYS_1904 = 1462
_DAY = 86_400


def field(text: str) -> bytes:
    """`text` as one CSV field, RFC 4180 quoting, UTF-8.

    A line break inside the cell becomes U+2028: a record is then always one physical line, so the
    number of a line is the number of the sheet's row, which is what a user looks up in Excel.
    """
    if "\n" in text or "\r" in text:
        text = _BREAK.sub(LINE_SEPARATOR, text)
    if '"' in text:
        return ('"' + text.replace('"', '""') + '"').encode()
    return f'"{text}"'.encode() if "," in text else text.encode()


def number_text(raw: str) -> str:
    """The number written as `raw` in a workbook: exact, no exponent, no `.0`.

    Integers keep every digit that the file has, also beyond the 15 that Excel computes with;
    others are the shortest text of the same binary number. Raises ValueError when it is none.
    """
    raw = raw.strip()
    if _INTEGER.fullmatch(raw) and raw.isascii():
        sign, digits = ("-", raw[1:]) if raw[0] == "-" else ("", raw)
        digits = digits.lstrip("0")
        return sign + digits if digits else "0"
    return float_text(float(raw))


def float_text(value: float) -> str:
    """Shortest exact decimal text of `value`; raises ValueError for NaN and infinity."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{value} is no number")
    text = format(Decimal(repr(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def format_of(number_id: int, code: str | None) -> Format:
    """What a number format makes of a value: see `Format`."""
    if code is None:
        return _BUILT_IN.get(number_id)
    section = _first_section(code)
    if re.fullmatch("0{2,}", _BRACKET.sub("", section)):
        return len(_BRACKET.sub("", section))
    bare = _LITERAL.sub("", section)
    if _ELAPSED.search(bare):
        return "duration"
    bare = _BRACKET.sub("", bare).lower().replace("am/pm", "h").replace("a/p", "h")
    if "general" in bare or not re.search("[dmyhs]", bare):
        return None
    clock_only = re.search("[hs]", bare) and not re.search("[dy]", bare)
    return "time" if clock_only else "date"


def _first_section(code: str) -> str:
    """The part for positive numbers: up to the first `;` outside quotes and brackets."""
    for match in re.finditer(r'"[^"]*"?|\\.|\[[^\]]*\]|;', code):
        if match.group() == ";":
            return code[: match.start()]
    return code


def formatted_text(raw: str, shape: Format, date1904: bool) -> str:
    """The number `raw` as its format shows it where that matters: dates and leading zeros.

    What is no number stays as it is written: the line is then named by a rule, not lost here.
    """
    try:
        return _formatted(raw, shape, date1904)
    except (ValueError, OverflowError):
        return raw.strip()


def _formatted(raw: str, shape: Format, date1904: bool) -> str:
    if isinstance(shape, int):
        text = number_text(raw)
        return text.zfill(shape) if text.isdigit() else text
    if shape is None:
        return number_text(raw)
    return serial_text(float(raw), shape, date1904) or number_text(raw)


def serial_text(serial: float, shape: str, date1904: bool) -> str | None:
    """ISO text of a date serial (days), or None when it lies outside the calendar."""
    seconds = round(serial * _DAY)
    if shape == "duration":
        return duration_text(seconds)
    days, clock = divmod(seconds, _DAY)
    if serial < 0 or days + (_DAYS_1904 if date1904 else 0) > _LAST_SERIAL:
        return None
    if days == 0 and not (date1904 and shape == "date"):
        return _clock_text(clock) if shape == "time" or clock else None
    return _day_text(days, date1904) + (f" {_clock_text(clock)}" if clock else "")


def _day_text(days: int, date1904: bool) -> str:
    if date1904:
        days += _DAYS_1904
    elif days == _FALSE_LEAP_DAY:
        return "1900-02-29"
    elif days < _FALSE_LEAP_DAY:
        days += 1
    return (dt.date(1899, 12, 30) + dt.timedelta(days=days)).isoformat()


def _clock_text(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def duration_text(seconds: int) -> str:
    """Elapsed time as H:MM:SS with at least two digits of hours, which may pass 24."""
    return f"-{_clock_text(-seconds)}" if seconds < 0 else _clock_text(seconds)


def iso_text(raw: str) -> str:
    """An ISO date-time as a workbook stores it, with a blank for `T` and without midnight."""
    text = raw.strip().rstrip("Z").replace("T", " ")
    return re.sub(r"\.\d+$", "", text).removesuffix(" 00:00:00")


def value_text(value: object) -> str:
    """Text of a value that python-calamine gives: str, int, float, bool, date and time types."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, dt.datetime):
        nearest = value + dt.timedelta(milliseconds=500)  # serials are binary fractions of a day
        return iso_text(nearest.replace(microsecond=0).isoformat())
    if isinstance(value, dt.timedelta):
        return duration_text(round(value.total_seconds()))
    if isinstance(value, dt.date | dt.time):
        return value.isoformat().split(".")[0]
    raise TypeError(f"no text for a cell of type {type(value).__name__}")
