"""An independent reading of a Karamad file: plain Python, one line after the other, no shortcuts.

It shares no code with the generator or the pipeline, so that agreement of two of them means
something. `check` gives the issues of a file and what became of every line.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

QUANTITY, PRICE, FREE = "مجموع تعداد", "فی فروش", "تعداد اشانتیون"
GROSS, NET, TAX = "جمع قبل تخفیف", "قابل پرداخت", "مالیات و عوارض"
VOLUME, CASH = "تخفیف حجمی", "تخفیف نقدی"
TYPE, SYSTEM_DATE, REFERENCE_DATE = "نوع فاکتور", "تاریخ", "تاریخ مرجع"
INVOICE, INVOICE_LINE, REFERENCE = "شماره", "ردیف فاکتور", "شماره مرجع"
CUSTOMER, PRODUCT, SALESPERSON = "کد مشتری", "کد کالا", "کد فروشنده"
KEYS = {
    INVOICE: "MISSING_INVOICE_ID",
    CUSTOMER: "MISSING_CUSTOMER_ID",
    PRODUCT: "MISSING_PRODUCT_ID",
    SALESPERSON: "MISSING_SALESPERSON_ID",
}
NAMES = {CUSTOMER: "نام مشتری", PRODUCT: "نام کالا", SALESPERSON: "نام فروشنده"}
REQUIRED = (QUANTITY, PRICE, GROSS, NET)
OPTIONAL = (VOLUME, CASH, TAX, FREE)
MAPPED = (
    *(INVOICE, CUSTOMER, PRODUCT, SALESPERSON, *REQUIRED, *OPTIONAL),
    *(TYPE, SYSTEM_DATE, REFERENCE_DATE, INVOICE_LINE, REFERENCE, "علت برگشت"),
)
ERRORS = {
    *KEYS.values(),
    *("INVALID_NUMERIC", "INVALID_DATE", "MISSING_DATE", "UNKNOWN_TRANSACTION_TYPE"),
    *("RAGGED_LINE", "UNDECODABLE_TEXT"),
}
Issue = tuple[int | None, str, str]  # line_no, code, column header or ""

_DIGITS = {ord(d): str(i) for i, d in enumerate("۰۱۲۳۴۵۶۷۸۹")}
_DIGITS |= {ord(d): str(i) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩")}
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass
class Line:
    """One record; `values` are signed as in canonical, None where unreadable."""

    line_no: int
    text: str
    cells: dict[str, str] = field(default_factory=dict)
    values: dict[str, Decimal | None] = field(default_factory=dict)
    kind: str | None = None  # SALE or RETURN
    event_date: date | None = None
    event_column: str = ""
    canonical: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        return self.cells[CUSTOMER], self.cells[PRODUCT]


@dataclass
class Checked:
    """What a file is: its issues in order, and its lines (damaged ones have no cells)."""

    period: str
    issues: list[Issue]
    lines: list[Line]

    @property
    def canonical(self) -> list[Line]:
        return [line for line in self.lines if line.canonical]


def check(
    path: Path, period: str, published: Sequence[Checked] = (), today: date | None = None
) -> Checked:
    """The issues of a file loaded for a period, after other periods were published in order."""
    issues: list[Issue] = []
    lines: list[Line] = []
    for line in read_lines(path):
        found = [] if line.cells else [(line.text, "")]
        if line.cells:
            found = list(line_issues(line, today or date.today()))
        line.canonical = not any(code in ERRORS for code, _ in found)
        issues += [(line.line_no, code, column) for code, column in found]
        lines.append(line)
    checked = Checked(period, issues, lines)
    issues += load_issues(checked.canonical, period, published)
    issues += history_issues(checked.canonical, published)
    issues += run_issues(checked, published)
    issues.sort(key=lambda issue: (issue[0] or 0, issue[1], issue[2]))
    return checked


# --- lines and cells ---------------------------------------------------------------------------


def read_lines(path: Path) -> Iterator[Line]:
    """Records after the header; of a damaged one only the number, with the code as its text."""
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    physical = re.findall(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z", content)
    header = next(csv.reader([physical[0].decode()]))
    at = 1
    while at < len(physical):
        taken, text, cells = _record(physical, at, len(header))
        if cells is not None:
            cleaned = {name: clean(cell) for name, cell in zip(header, cells, strict=True)}
            yield Line(at + 1, text, cleaned)
        elif text:
            yield Line(at + 1, text)
        at += taken


def _record(physical: list[bytes], at: int, width: int) -> tuple[int, str, list[str] | None]:
    """Physical lines used, text (or code of the damage, or nothing when blank) and cells."""
    for count in range(1, 10):
        try:
            text = b"".join(physical[at : at + count]).decode()
        except UnicodeDecodeError:
            return 1, "UNDECODABLE_TEXT" if count == 1 else "RAGGED_LINE", None
        if not text.strip():
            return 1, "", None
        try:
            cells = next(csv.reader([text], strict=True))
        except csv.Error:
            continue  # an open quote: perhaps the cell goes on in the next physical line
        if len(cells) == width:
            return count, text, cells
        break
    return 1, "RAGGED_LINE", None


def clean(cell: str) -> str:
    """A cell without marks that nobody sees and without blanks around; `-` is empty."""
    text = _UNSEEN.sub("", cell).replace("\u00a0", " ").strip()
    return "" if text == "-" else text


def digits(text: str) -> str:
    return text.translate(_DIGITS)


def read_number(text: str) -> Decimal | None:
    """The number that a cleaned, non-empty cell shows, or None."""
    text = digits(text).replace("\u2212", "-").replace("٫", ".")
    text = re.sub("[ ,٬]", "", text)
    text = re.sub(r"^\(([^()+-]+)\)$", r"-\1", text)
    text = re.sub(r"^([^+-]+)-$", r"-\1", text)
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", text):
        return None
    value = Decimal(text)
    if abs(value) >= 10**15 or value != round(value, 4):
        return None
    return value


# --- dates -------------------------------------------------------------------------------------

_LEAP = {1, 5, 9, 13, 17, 22, 26, 30}  # years of the 33-year cycle, right from 1244 to 1472
_NEW_YEAR = (1403, date(2024, 3, 20))


def month_length(year: int, month: int) -> int:
    if month == 12:
        return 30 if year % 33 in _LEAP else 29
    return 31 if month <= 6 else 30


def new_year(year: int) -> date:
    known, day = _NEW_YEAR
    for y in range(known, year):
        day += timedelta(days=sum(month_length(y, m) for m in range(1, 13)))
    for y in range(year, known):
        day -= timedelta(days=sum(month_length(y, m) for m in range(1, 13)))
    return day


def jalali_date(year: int, month: int, day: int) -> date | None:
    if (
        not 1206 <= year <= 1498
        or not 1 <= month <= 12
        or not 1 <= day <= month_length(year, month)
    ):
        return None
    return new_year(year) + timedelta(
        days=sum(month_length(year, m) for m in range(1, month)) + day - 1
    )


def jalali_month(day: date) -> str:
    year = day.year - 621
    while new_year(year) > day:
        year -= 1
    start, month = new_year(year), 1
    while start + timedelta(days=month_length(year, month)) <= day:
        start += timedelta(days=month_length(year, month))
        month += 1
    return f"{year}-{month:02d}"


def read_date(text: str) -> date | None:
    """The day that a cleaned, non-empty cell shows, or None."""
    text = re.sub(r"[ T]\d{1,2}:\d\d(:\d\d)?$", "", digits(text))
    if found := re.fullmatch(r"(\d{4}|\d\d)([/-])(\d{1,2})\2(\d{1,2})", text):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
        if len(found[1]) == 2:
            year += 1400 if year < 80 else 1300
    elif re.fullmatch(r"\d{8}", text):
        year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    elif re.fullmatch(r"\d{5}", text):
        return date(1899, 12, 30) + timedelta(days=int(text))
    else:
        return None
    if year < 1800:
        return jalali_date(year, month, day)
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- rules -------------------------------------------------------------------------------------


def line_issues(line: Line, today: date) -> Iterator[tuple[str, str]]:
    """Issues of one well-formed record; fills in its values, kind and event date."""
    for key, code in KEYS.items():
        line.cells[key] = digits(line.cells[key])
        if not line.cells[key]:
            yield code, key
    line.cells[REFERENCE] = digits(line.cells[REFERENCE])
    for name in REQUIRED + OPTIONAL:
        text = line.cells[name]
        optional_blank = not text and name in OPTIONAL
        line.values[name] = Decimal(0) if optional_blank else read_number(text)
        if line.values[name] is None:
            yield "INVALID_NUMERIC", name
    quantity, net = line.values[QUANTITY], line.values[NET]
    text = line.cells[TYPE]
    declared = "SALE" if text == "فروش" else "RETURN" if "برگشت" in text else None
    if text and not declared:
        yield "UNKNOWN_TRANSACTION_TYPE", TYPE
    below = [value is not None and value < 0 for value in (quantity, net)]
    line.kind = declared
    if not text:
        line.kind = "RETURN" if any(below) else "SALE"
    elif declared == "SALE" and all(below):
        line.kind = "RETURN"
    yield from _date_issues(line, today)
    yield from _sign_issues(line, declared)
    yield from _amount_issues(line)


def _date_issues(line: Line, today: date) -> Iterator[tuple[str, str]]:
    first, second = REFERENCE_DATE, SYSTEM_DATE
    if line.kind == "RETURN":
        first, second = second, first
    texts = [line.cells[first], line.cells[second]]
    dates = [read_date(text) if text else None for text in texts]
    if not texts[0] and not texts[1]:
        yield "MISSING_DATE", first
        return
    used, column = (0, first) if texts[0] else (1, second)
    line.event_date, line.event_column = dates[used], column
    if dates[used] is None:
        yield "INVALID_DATE", column
        return
    if used == 1:
        yield "FALLBACK_EVENT_DATE", first
    elif texts[1] and dates[1] is None:
        yield "INVALID_SECONDARY_DATE", second
    if dates[used] > today:
        yield "FUTURE_DATE", column


def _sign_issues(line: Line, declared: str | None) -> Iterator[tuple[str, str]]:
    """Judges the figures as given, then turns those of a positive return."""
    quantity, net = line.values[QUANTITY], line.values[NET]
    if quantity is not None and net is not None and quantity * net < 0:
        yield "SIGN_MISMATCH_QTY_AMOUNT", QUANTITY
    if declared == "SALE" and quantity is not None and quantity < 0:
        yield "NEGATIVE_QTY_ON_SALE", QUANTITY
    if declared == "RETURN" and quantity is not None and quantity > 0:
        yield "POSITIVE_QTY_ON_RETURN", QUANTITY
        if net is not None and net >= 0:
            for name, value in line.values.items():
                if value is not None and name != PRICE:
                    line.values[name] = -value


def _amount_issues(line: Line) -> Iterator[tuple[str, str]]:
    quantity, price, gross, net, volume, cash, tax, free = (
        line.values[name] for name in (QUANTITY, PRICE, GROSS, NET, VOLUME, CASH, TAX, FREE)
    )
    if None not in (quantity, price, gross, free):
        with_free, without = quantity * price - gross, (quantity - free) * price - gross
        if abs(with_free) > 1 and abs(without) > 1:
            yield "GROSS_MISMATCH", GROSS
    if None not in (gross, volume, cash, tax, net) and abs(gross - volume - cash + tax - net) > 1:
        yield "NET_MISMATCH", NET
    if None not in (gross, volume, cash) and abs(volume + cash) > abs(gross):
        yield "DISCOUNT_EXCEEDS_GROSS", VOLUME
    if quantity == 0:
        yield "ZERO_QUANTITY", QUANTITY


def load_issues(lines: list[Line], period: str, published: Sequence[Checked]) -> Iterator[Issue]:
    """Issues that show only among the canonical lines of the whole load."""
    seen: set[str] = set()
    for line in lines:
        record = line.text.rstrip("\r\n")
        if record in seen:
            yield line.line_no, "DUPLICATE_LINE", ""
        seen.add(record)
        if jalali_month(line.event_date) != period:
            yield line.line_no, "DATE_OUT_OF_PERIOD", line.event_column
    yield from _price_outliers(lines, published)
    for key, name in NAMES.items():
        yield from _attribute_conflicts(lines, key, name)


def _medians(lines: Iterable[Line]) -> dict[str, Decimal]:
    prices: dict[str, list[Decimal]] = defaultdict(list)
    for line in lines:
        if line.kind == "SALE":
            prices[line.cells[PRODUCT]].append(line.values[PRICE])
    # The discrete median: the first value with at least half of the values up to it.
    return {p: sorted(v)[(len(v) - 1) // 2] for p, v in prices.items() if len(v) >= 5}


def _price_outliers(lines: list[Line], published: Sequence[Checked]) -> Iterator[Issue]:
    medians: dict[str, Decimal] = {}
    for load in published:
        medians |= _medians(load.canonical)
    medians |= _medians(lines)
    for line in lines:
        median = medians.get(line.cells[PRODUCT])
        if line.kind != "SALE" or median is None:
            continue
        price = line.values[PRICE]
        if price > 5 * median or 5 * price < median:
            yield line.line_no, "PRICE_OUTLIER", PRICE


def _attribute_conflicts(lines: list[Line], key: str, name: str) -> Iterator[Issue]:
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if folded := fold(line.cells[name]):
            names[line.cells[key]][folded] += 1
    usual = {code: counter.most_common(1)[0][0] for code, counter in names.items()}
    for line in lines:
        folded = fold(line.cells[name])
        if folded and folded != usual[line.cells[key]]:
            yield line.line_no, "ATTRIBUTE_CONFLICT", name


def fold(text: str) -> str:
    text = digits(text).replace("ي", "ی").replace("ك", "ک")
    return " ".join(text.split())


def history_issues(lines: list[Line], published: Sequence[Checked]) -> Iterator[Issue]:
    """Issues that show only against what is already published."""
    before = [line for load in published for line in load.canonical]
    sold_pairs = {line.pair for line in before + lines if line.kind == "SALE"}
    sold_invoices = {line.cells[INVOICE] for line in before + lines if line.kind == "SALE"}
    sold: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in before + lines:
        if line.kind == "SALE":
            sold[line.cells[INVOICE], line.cells[PRODUCT]] += line.values[QUANTITY]
    known = {_identity(line) for line in before}
    returned: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for number, line in enumerate(before + lines):
        reference = line.cells[REFERENCE]
        sale = (reference, line.cells[PRODUCT])
        if line.kind == "RETURN" and sale in sold:
            returned[sale] += abs(line.values[QUANTITY])
        if number < len(before):
            continue
        if _identity(line) in known:
            yield line.line_no, "DUPLICATE_ACROSS_LOADS", ""
        if line.kind == "RETURN":
            if line.pair not in sold_pairs and reference not in sold_invoices:
                yield line.line_no, "ORPHAN_RETURN", REFERENCE
            if sale in sold and returned[sale] > sold[sale]:
                yield line.line_no, "RETURN_EXCEEDS_SALE", QUANTITY


def _identity(line: Line) -> tuple[object, ...]:
    number = digits(line.cells[INVOICE_LINE])
    figures = line.values[QUANTITY], line.values[NET]
    return line.cells[INVOICE], number, *line.pair, line.kind, line.event_date, *figures


def run_issues(checked: Checked, published: Sequence[Checked]) -> Iterator[Issue]:
    """Issues of the run as a whole."""
    lines = checked.canonical
    if len(lines) >= 500:
        present = {line.event_date for line in lines}
        year, month = map(int, checked.period.split("-"))
        first = jalali_date(year, month, 1)
        days = [first + timedelta(days=i) for i in range(month_length(year, month))]
        if any(day not in present for day in days if day.weekday() != 4):
            yield None, "MISSING_DAYS", ""
    if not published:
        return
    last = published[-1]
    if abs(len(checked.lines) - len(last.lines)) > Decimal("0.3") * len(last.lines):
        yield None, "ROW_COUNT_DRIFT", ""
    total, total_before = (
        sum(line.values[NET] for line in load.canonical) for load in (checked, last)
    )
    if abs(total - total_before) > Decimal("0.4") * abs(total_before):
        yield None, "TOTAL_DRIFT", ""
    for name in MAPPED:
        if abs(_empty_rate(checked, name) - _empty_rate(last, name)) > 0.05:
            yield None, "NULL_RATE_DRIFT", name


def _empty_rate(load: Checked, name: str) -> float:
    records = [line for line in load.lines if line.cells]
    return sum(not line.cells[name] for line in records) / len(records)
