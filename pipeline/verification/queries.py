"""The checks that are queries: each finds the bad rows, and has words for them (I3 to I7)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.contracts import Words
from pipeline.db import Connection, Row, fetch_all, run
from pipeline.verification.gaps import Gap, make_gap


@dataclass(frozen=True, slots=True)
class Check:
    """A query in sql/verify that returns a row per gap, and the words for a row."""

    code: str
    name: str
    words: Words


MISPLACED = Check(
    "I3",
    "find_misplaced_line",
    Words(
        fa="این سطر باید در {expected} باشد (درست یک جا، و در RAW)؛ هست در: {found}.",
        en="This line should be in {expected} (exactly one place, and RAW); it is in: {found}.",
    ),
)
MISJUDGED = Check(
    "I3",
    "find_misjudged_line",
    Words(
        fa="سطر ردشده باید خطا (ERROR) داشته باشد و سطر پذیرفته نه. باید: {expected}؛ هست: "
        "{found}.",
        en="A rejected line has an ERROR, a canonical one has none. Expected: {expected}; found: "
        "{found}.",
    ),
)
DOUBLED_FACT = Check(
    "I5",
    "find_doubled_fact",
    Words(
        fa="این سطر {found} ردیف در canonical دارد و نه {expected} ردیف.",
        en="This line has {found} canonical rows instead of {expected}.",
    ),
)
WRONG_TOTAL = Check(
    "I4",
    "find_wrong_total",
    Words(
        fa="{figure} باید {expected} باشد؛ {found} ثبت شده است.",
        en="{figure} should be {expected}; noted is {found}.",
    ),
)
_ROLLUP = Words(
    fa="در «{name}» برای {row_key} مقدار {column} باید {expected} باشد؛ {found} است.",
    en="In {name}, {row_key}: {column} should be {expected}; it is {found}.",
)
ROLLUPS = (
    Check("I7", "find_wrong_invoice_rollup", _ROLLUP),
    Check("I7", "find_wrong_product_rollup", _ROLLUP),
)
WHOLE_LEDGER = (
    Check(
        "I1",
        "find_lost_receipts",
        Words(
            fa="رسید این بار نیست، ولی از آن نگه‌داشته شده است: {found}.",
            en="The receipt of this load is gone, but of it is kept: {found}.",
        ),
    ),
    Check(
        "I1",
        "find_purged_remains",
        Words(
            fa="این بار پاک شده است، ولی از آن مانده است: {found}.",
            en="This load was purged, but of it is left: {found}.",
        ),
    ),
    Check(
        "I6",
        "find_doubled_publication",
        Words(
            fa="ماه {period} از {source_system} بیش از یک بار منتشرشده دارد: {found}.",
            en="Month {period} of {source_system} has more than one published load: {found}.",
        ),
    ),
    Check(
        "I6",
        "find_wrong_states",
        Words(
            fa="وضعیت بار باید «{expected}» باشد (آخرین انتشار و آخرین اجرا)؛ هست: «{found}».",
            en="By its last publication and run the load is “{expected}”; it stands as “{found}”.",
        ),
    ),
    Check("I7", "find_wrong_net_sales_daily", _ROLLUP),
    Check("I7", "find_wrong_net_sales_month", _ROLLUP),
    Check("I7", "find_wrong_return_rate_by_product_month", _ROLLUP),
    Check("I7", "find_wrong_top_customers_month", _ROLLUP),
    Check("I7", "find_wrong_salesperson_performance_month", _ROLLUP),
    Check(
        "I7",
        "find_wrong_versions",
        Words(
            fa="در dim.{dimension} نسخهٔ {entity_id} از {valid_from} ({source_system}) با آنچه "
            "بارهای منتشرشده دیده‌اند یکی نیست: {difference}.",
            en="In dim.{dimension}, {entity_id} from {valid_from} ({source_system}) is not what "
            "the published loads observed: {difference}.",
        ),
    ),
)
_NAMES = {
    "find_wrong_invoice_rollup": "kpi.rollup_invoices",
    "find_wrong_product_rollup": "kpi.rollup_products",
}


def find_gaps(connection: Connection, check: Check, **parameters: Any) -> list[Gap]:
    """The gaps that one check finds; `parameters` are those of its query."""
    rows = fetch_all(connection, f"verify/{check.name}", parameters)
    return [_gap(check, row) for row in rows]


def find_gaps_without_indexes(connection: Connection, check: Check, **parameters: Any) -> list[Gap]:
    """As `find_gaps`, from the rows alone: a broken unique index may hide what it should forbid."""
    with connection.transaction(force_rollback=True):
        run(connection, "verify/distrust_indexes")
        return find_gaps(connection, check, **parameters)


def _gap(check: Check, row: Row) -> Gap:
    values = {name: value for name, value in row.items() if name not in ("load_id", "line_no")}
    if check.words is _ROLLUP:
        values |= _first_difference(row["expected"], row["found"])
        values["name"] = _NAMES.get(check.name, check.name.replace("find_wrong_", "kpi_"))
    return make_gap(
        check.code, check.words, load_id=row["load_id"], line_no=row["line_no"], **values
    )


def _first_difference(expected: str | None, found: str | None) -> dict[str, str]:
    """The first column in which two rows (JSON objects, None for no row) differ."""
    wanted, there = _row(expected), _row(found)
    if not wanted or not there:
        texts = ["-" if not row else "present" for row in (wanted, there)]
        return {"column": "the row", "expected": texts[0], "found": texts[1]}
    column = next(name for name in wanted if wanted[name] != there[name])
    return {"column": column, "expected": str(wanted[column]), "found": str(there[column])}


def _row(text: str | None) -> dict[str, Any]:
    values = json.loads(text or "{}", parse_float=Decimal, parse_int=Decimal)
    return {} if all(value is None for value in values.values()) else values
