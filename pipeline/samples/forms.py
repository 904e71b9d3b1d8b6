"""Ways in which sound and unsound numbers, dates and texts are written in exports."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from pipeline.samples.calendars import excel_serial, gregorian_text, jalali, jalali_text

_PERSIAN: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ZWNJ, RLM, LRM, NBSP, MINUS = "\u200c", "\u200f", "\u200e", "\u00a0", "\u2212"
TATWEEL, FATHA, KASRA = "\u0640", "\u064e", "\u0650"


def persian(text: str) -> str:
    """The same text with Persian digits."""
    return text.translate(_PERSIAN)


def arabic(text: str) -> str:
    """The same text with Arabic digits."""
    return text.translate(_ARABIC)


def _scientific(value: int) -> str:
    sign, digits, _ = Decimal(value).as_tuple()
    text = "".join(map(str, digits))
    mantissa = (text[0] + "." + text[1:]).rstrip("0").rstrip(".")
    return f"{'-' if sign else ''}{mantissa}E{len(text) - 1}"


def _marked(value: int, before: str, after: str) -> str:
    """Magnitude between two marks when negative, plain otherwise."""
    return f"{before}{-value:,}{after}" if value < 0 else f"{value:,}"


# Every one reads as exactly the value it is given (a whole number).
NUMBER_FORMS: Final[tuple[Callable[[int], str], ...]] = (
    lambda v: persian(str(v)),
    lambda v: arabic(str(v)),
    lambda v: f"{v:,}",
    lambda v: f"{v:,}".replace(",", "٬"),
    lambda v: persian(f"{v:,}".replace(",", "٬")),
    lambda v: f"{v}.00",
    lambda v: persian(f"{v}٫0"),
    lambda v: f"{v}.0000",
    lambda v: f"{-v}-" if v < 0 else f" {v} ",
    lambda v: _marked(v, "(", ")"),
    lambda v: _marked(v, MINUS, ""),
    lambda v: f"{LRM}{v}",
    lambda v: f"{RLM}{persian(str(v))}{RLM}",
    lambda v: f"{v}{ZWNJ}",
    lambda v: f"{NBSP}{v}{NBSP}",
    _scientific,
    lambda v: f"+{v}" if v > 0 else str(v),
    lambda v: f"  {v}  ",
    lambda v: persian(_marked(v, "(", ")")).replace(",", "٬"),
    lambda v: f"{persian(str(-v))}-" if v < 0 else f"+{persian(str(v))}",
)

# None of them reads as a number that fits (finite, below 10^15, at most four decimals).
BAD_NUMBERS: Final = (
    "نامشخص",
    "12a",
    "12..5",
    "1.2.3",
    "NaN",
    "Infinity",
    "-inf",
    "0x1F",
    "1_000",
    "10.12345",
    "10000000000000000",
    "1E20",
    "--5",
    "۱۲ عدد",
    "#REF!",
    "#N/A",
    "12/5",
    "null",
    "۱۲٫۳٫۴",
    "12O",
    ".",
)


def _short(day: int, separator: str) -> str:
    year, month, day_of_month = jalali(day)
    return f"{year}{separator}{month}{separator}{day_of_month}"


def _two_digit_year(day: int) -> str:
    year, month, day_of_month = jalali(day)
    if year < 1400:  # which century a two-digit year means is only plain for 1400 and later
        return jalali_text(day)
    return f"{year % 100:02d}/{month:02d}/{day_of_month:02d}"


# Every one reads as exactly the day it is given (an ordinal).
DATE_FORMS: Final[tuple[Callable[[int], str], ...]] = (
    lambda d: jalali_text(d).replace("/", "-"),
    lambda d: jalali_text(d).replace("/", ""),
    _two_digit_year,
    lambda d: _short(d, "/"),
    lambda d: _short(d, "-"),
    lambda d: persian(jalali_text(d)),
    lambda d: arabic(jalali_text(d)),
    lambda d: persian(_short(d, "/")),
    lambda d: persian(jalali_text(d).replace("/", "")),
    gregorian_text,
    excel_serial,
    lambda d: f"{jalali_text(d)} 10:35",
    lambda d: f"{jalali_text(d)} 10:35:20",
    lambda d: f"{gregorian_text(d)}T00:00:00",
    lambda d: f" {jalali_text(d)} ",
    lambda d: f"{RLM}{jalali_text(d)}{LRM}",
    lambda d: f"{NBSP}{persian(jalali_text(d))}{ZWNJ}",
)

BAD_DATES: Final = (
    "1403/07/31",
    "1402/12/30",
    "1403/13/01",
    "1403/05/00",
    "نامشخص",
    "1403/5",
    "0000/00/00",
    "1403/00/10",
    "1403/05/32",
    "14031301",
    "2024-02-30",
    "1403/05/1۲a",
)

BAD_TYPES: Final = ("حواله", "امانی", "پیش فاکتور", "؟", "sale?")
EMPTY_KEYS: Final = ("", "-", ZWNJ, "   ", NBSP, f" {RLM}- ")
SALE_TEXTS: Final = (" فروش ", f"فروش{ZWNJ}", f"{RLM}فروش", "")
RETURN_TEXTS: Final = ("برگشت فروش", "برگشت", f"{NBSP}برگشت از فروش", "فاکتور برگشتی", "")


def _with_zwnj(text: str) -> str:
    return text.replace(" ", f"{ZWNJ} ", 1)


# The same name for a reader: letters, joiners, blanks and digits differ, nothing else.
NAME_FORMS: Final[tuple[Callable[[str], str], ...]] = (
    lambda t: t.replace("ی", "ي").replace("ک", "ك"),
    _with_zwnj,
    lambda t: t.replace(ZWNJ, ""),
    lambda t: t.replace(" ", "  ", 1),
    lambda t: f"  {t} ",
    persian,
    arabic,
    lambda t: f"{RLM}{t}{NBSP}",
    lambda _: "",
)

# Codes: the key that remains after cleaning is the same.
CODE_FORMS: Final[tuple[Callable[[str], str], ...]] = (
    persian,
    arabic,
    lambda t: f" {t}",
    lambda t: f"{t}{ZWNJ}",
    lambda t: f"{LRM}{t}",
    lambda t: f"{NBSP}{persian(t)}",
)

REMARK_FORMS: Final = (
    "تحویل، صبح, پیش از ظهر",
    f"تحـ{TATWEEL}ـویل فوری",
    f"م{KASRA}هر{FATHA}بان",
    "تحویل شد 🚚✅",
    'کارتن "شکسته" بود',
    "=SUM(A1:A2)",
    "-",
    "نيمه‌كاره",
)
MULTILINE_REMARKS: Final = (
    "تماس با مدیر\nتحویل عصر",
    'سطر یکم\nسطر دوم، با ویرگول, و "نقل"\nسطر سوم',
)
