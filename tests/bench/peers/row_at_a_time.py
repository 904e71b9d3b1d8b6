"""A loader as one would write it by hand: row by row with csv and psycopg, of the same meaning.

Reads every record, folds digits, turns amounts into exact decimals and Jalali days into dates,
decides the type, checks a dozen rules, and inserts facts, issues and the line's text with
`executemany`, which psycopg 3 sends in pipeline mode, in one transaction.
"""

import csv
import re
from datetime import date
from decimal import Decimal, InvalidOperation

import psycopg
from common import ENCODING, arguments, say
from persiantools.jdatetime import JalaliDate

DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.")
NOISE = re.compile(r"[\s,٬\u200b-\u200f\u2066-\u2069\u202a-\u202e\u00a0]")
DAY = re.compile(r"(\d{4}|\d{2})[/\-.](\d{1,2})[/\-.](\d{1,2})|(\d{4})(\d{2})(\d{2})")
KEYS = ("شماره", "کد مشتری", "کد کالا", "کد فروشنده")
MEASURES = (
    "مجموع تعداد", "فی فروش", "جمع قبل تخفیف", "تخفیف حجمی", "تخفیف نقدی", "مالیات و عوارض",
    "قابل پرداخت",
)  # fmt: skip
BATCH = 5_000


def number(text: str) -> Decimal | None:
    clean = NOISE.sub("", text.translate(DIGITS)).replace("−", "-")
    if clean in ("", "-"):
        return Decimal(0)
    if clean.startswith("(") and clean.endswith(")"):
        clean = "-" + clean[1:-1]
    if clean.endswith("-"):
        clean = "-" + clean[:-1]
    try:
        value = Decimal(clean)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def day(text: str) -> date | None:
    found = DAY.fullmatch(text.translate(DIGITS).strip())
    if not found:
        return None
    year, month, of_month = (int(part) for part in found.groups() if part)
    year += 1400 if year < 50 else 1300 if year < 100 else 0
    try:
        return JalaliDate(year, month, of_month).to_gregorian() if year < 1600 else None
    except ValueError:
        return None


def read(line_no: int, row: dict[str, str]):
    """The fact of a row, None where it is refused, and its issues."""
    issues = []
    keys = [row[name].translate(DIGITS).strip() for name in KEYS]
    issues += [("MISSING", name) for name, key in zip(KEYS, keys, strict=True) if not key]
    measures = [number(row[name]) for name in MEASURES]
    issues += [
        ("INVALID_NUMERIC", name)
        for name, value in zip(MEASURES, measures, strict=True)
        if value is None
    ]
    words = row["نوع فاکتور"].strip()
    is_return = "برگشت" in words
    if not is_return and words != "فروش":
        issues.append(("UNKNOWN_TRANSACTION_TYPE", "نوع فاکتور"))
    first, second = row["تاریخ مرجع"], row["تاریخ"]
    if is_return:
        first, second = second, first
    event = day(first or second)
    if event is None:
        issues.append(("INVALID_DATE", "تاریخ"))
    if issues:
        return None, issues
    quantity, price, gross, volume, cash, tax, net = measures
    if is_return and quantity > 0:
        issues.append(("POSITIVE_QTY_ON_RETURN", "مجموع تعداد"))
        quantity, gross, volume, cash, tax, net = (
            -value for value in (quantity, gross, volume, cash, tax, net)
        )
    if abs(quantity * price - gross) > 1:
        issues.append(("GROSS_MISMATCH", "جمع قبل تخفیف"))
    if abs(gross - volume - cash + tax - net) > 1:
        issues.append(("NET_MISMATCH", "قابل پرداخت"))
    if quantity == 0:
        issues.append(("ZERO_QUANTITY", "مجموع تعداد"))
    fact = (line_no, *keys, -1 if is_return else 1, event, quantity, price, gross, volume, cash)
    return (*fact, tax, net), issues


def main() -> None:
    path, url = arguments()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("create table peer_raw (line_no integer, cells text[])")
        cursor.execute(
            "create table peer_facts (line_no integer primary key, invoice_id text not null,"
            " customer_id text not null, product_id text not null, salesperson_id text not null,"
            " sign integer not null, event_date date not null, quantity numeric not null,"
            " unit_price numeric not null, gross_amount numeric not null, volume numeric not null,"
            " cash numeric not null, tax_amount numeric not null, net_amount numeric not null)"
        )
        cursor.execute("create table peer_issues (line_no integer, code text, header text)")
        facts, issues, raw, rows = [], [], [], 0

        def write() -> None:
            marks = ", ".join(["%s"] * 14)
            cursor.executemany("insert into peer_raw values (%s, %s)", raw)
            cursor.executemany(f"insert into peer_facts values ({marks})", facts)
            cursor.executemany("insert into peer_issues values (%s, %s, %s)", issues)
            for part in (raw, facts, issues):
                part.clear()

        with path.open(encoding=ENCODING, newline="") as file:
            for line_no, row in enumerate(csv.DictReader(file), start=2):
                fact, found = read(line_no, row)
                raw.append((line_no, list(row.values())))
                if fact is not None:
                    facts.append(fact)
                issues += [(line_no, *issue) for issue in found]
                rows += 1
                if len(raw) >= BATCH:
                    write()
        write()
        found = cursor.execute("select code, count(*) from peer_issues group by code").fetchall()
    say(rows, failed=dict(found))


main()
