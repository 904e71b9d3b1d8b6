"""What the peers share: the columns that eight rules look at, and how a figure is handed back.

Each peer is a script `<peer>.py FILE URL` that runs in an environment of its own, so that nothing
of the product is imported. It prints one JSON object: how many rows it stored and, for those that
check, how many cells break each rule.
"""

import json
import sys
from pathlib import Path

# Eight rules that every checking tool can say: four keys are there, two amounts are numbers, the
# type is a known one, the day looks like a Jalali day. Digits may be Persian.
KEYS = ("شماره", "کد مشتری", "کد کالا", "کد فروشنده")
AMOUNTS = ("مجموع تعداد", "قابل پرداخت")
TYPE, DAY = "نوع فاکتور", "تاریخ مرجع"
NUMBER = r"^\s*[-−(]?[0-9۰-۹][0-9۰-۹,٬]*([.٫][0-9۰-۹]+)?\)?-?\s*$"
KNOWN_TYPE = r"^\s*(فروش|.*برگشت.*)\s*$"
JALALI_DAY = r"^\s*[0-9۰-۹]{2,4}[/.-]?[0-9۰-۹]{1,2}[/.-]?[0-9۰-۹]{1,2}\s*$"
PATTERNS = {**dict.fromkeys(AMOUNTS, NUMBER), TYPE: KNOWN_TYPE, DAY: JALALI_DAY}
ENCODING = "utf-8-sig"


def arguments() -> tuple[Path, str]:
    """The file and the database's address, in libpq's words."""
    return Path(sys.argv[1]), sys.argv[2]


def say(rows: int, **facts: object) -> None:
    """The figure, as the bench reads it."""
    print(json.dumps({"rows": rows, **facts}, ensure_ascii=False))
