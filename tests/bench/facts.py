"""Databases of millions of published facts over 36 months, to measure the reading side on.

One month is generated and loaded by the product, with every rule. The others are copies of it in
SQL: the same lines in another month, with invoice numbers of their own, sums worked out of the
copied facts, published by the product. What a copy leaves out: RAW lines, the bytes of a file and
the audit of its run; so such a database cannot be rechecked and does not pass the ledger check.
"""

from __future__ import annotations

import hashlib
import time
from datetime import date
from pathlib import Path
from typing import Any

from persiantools.jdatetime import JalaliDate
from psycopg import sql

from pipeline.db import Connection, connect, fetch_one, run, table, transaction
from pipeline.dimensions import touch_days
from pipeline.migrate import prepare_database
from pipeline.publications import publish
from pipeline.results import run_tables
from pipeline.runs import load_file
from pipeline.samples import generate
from pipeline.settings import Settings
from pipeline.transform.jalali import calendar_months, jalali_text

SOURCE, FIRST_MONTH, MONTHS = "karamad", "1401-01", 36
# The month after the last one.
END = "1404-01"
# So that 20 million facts come with a million issues.
DIRTY = 0.045
# Of the lines of a file with so many defects, the share that ends up as facts.
KEPT = 0.982
# Findings that are copied as they stand, but for the load and its run.
OTHERS = (
    "dq.dq_run_stats",
    "dq.reconciliations",
    "dq.column_profiles",
    "dq.product_prices",
    "canonical.rejected_lines",
    "canonical.set_aside_lines",
)
# An invoice number in another month: numbers rise with the months, as those of any house do.
_OF_MONTH = (
    "case when left({0}, 4) = %(was)s then %(now)s || substr({0}, 5)"
    " else {0} || '-' || %(number)s end"
)
# Sums of a load: keys, and what is counted beside the amounts.
SUMS = {
    "rollup_days": (
        ("event_date", "jalali_month"),
        "count(distinct invoice_id)",
    ),
    "rollup_months": (
        ("jalali_month",),
        "count(distinct invoice_id), count(distinct customer_id)",
    ),
    "rollup_customers": (
        ("jalali_month", "customer_id"),
        "count(distinct invoice_id), count(distinct event_date)",
    ),
    "rollup_salespeople": (
        ("jalali_month", "salesperson_id"),
        "count(distinct invoice_id), count(distinct customer_id)",
    ),
}


def prepared(folder: Path, facts: int, months: int = MONTHS) -> tuple[str, Settings]:
    """URL and settings of a database of about so many facts under `folder`; made if need be.

    They are of the last `months` months before END, the same number in each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(_env_file=None, var_dir=folder, database_url="")  # type: ignore[call-arg]
    url = prepare_database(settings)
    fill(url, settings, round(facts / months / KEPT), months)
    return url, settings


def fill(url: str, settings: Settings, lines: int, months: int = MONTHS) -> list[int]:
    """Load one month of `lines` lines, copy it into those that follow; returns all load ids.

    What is there already stays, so that a call that was cut short goes on.
    """
    names = [month.name for month in calendar_months()]
    end = names.index(END)
    periods = names[end - months : end]
    first = periods[0]
    there = _there(url)
    if first not in there:
        there[first] = _load(url, settings, lines, first)
    grew = False
    for number, period in enumerate(periods):
        begin = time.perf_counter()
        is_new = period not in there
        grew |= is_new
        if is_new:
            there[period] = _copy(url, there[first], number, period)
        publish(url, there[period])  # a call that was cut short may have left it a draft
        if is_new:
            print(f"{period}: copied in {time.perf_counter() - begin:.1f} s", flush=True)
    if grew:  # what the server does by itself in the quiet minutes between two months
        with connect(url, as_owner=True) as connection:
            connection.autocommit = True
            connection.execute("vacuum analyze")
    return [there[period] for period in periods]


def _there(url: str) -> dict[str, int]:
    """Month → its load that is published, or waits to be since a call was cut short."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select distinct on (period) period, load_id from app.load_states"
            " where source_system = %s and state in ('draft', 'published')"
            " order by period, state desc, load_id",
            [SOURCE],
        )
        return dict(rows.fetchall())


def _load(url: str, settings: Settings, lines: int, period: str) -> int:
    path = settings.var_dir / f"karamad_{period}.csv"
    print(f"making and loading {lines:,} lines of {period} …", flush=True)
    generate(path, lines=lines, dirty=DIRTY, seed=1403, period=period, structural=False)
    result = load_file(url, settings, path, source=SOURCE, period=period)
    publish(url, result.load_id)
    path.unlink()
    path.with_suffix(".labels.csv").unlink()
    return result.load_id


def _copy(url: str, original: int, number: int, period: str) -> int:
    """A load of `period` like the original one, `number` months later; not yet published."""
    with transaction(url) as connection:
        facts = _begin(connection, original, number, period)
        names = run_tables(facts["load_id"], facts["run_id"], SOURCE)
        _note_days(connection, original, number)
        _copy_sales(connection, facts, names)
        _add_sums(connection, facts, names)
        _copy_findings(connection, facts)
        run(connection, "set_load_run", facts)
        run(connection, "finish_run", facts)
        return int(facts["load_id"])


def _begin(connection: Connection, original: int, number: int, period: str) -> dict[str, Any]:
    """Receipt, state and run of the copy."""
    row = connection.execute(
        "select run_id, period from app.load_states where load_id = %s", [original]
    ).fetchone()
    assert row is not None
    receipt = fetch_one(
        connection,
        "add_load",
        {
            "source": SOURCE,
            "file_name": f"karamad_{period}.csv",
            "file_size": 0,
            "sha256": hashlib.sha256(period.encode()).digest(),
            "received_by": "bench",
        },
    )
    assert receipt is not None
    facts = {"load_id": receipt["load_id"], "source": SOURCE, "period": period, "number": number}
    run(connection, "add_load_state", facts)
    new = connection.execute(
        "insert into app.runs (load_id, started_by, mapping, inspection, rules)"
        " select %s, started_by, mapping, inspection, rules from app.runs where run_id = %s"
        " returning run_id",
        [facts["load_id"], row[0]],
    ).fetchone()
    assert new is not None
    return {
        **facts,
        "run_id": new[0],
        "original": original,
        "original_run": row[0],
        "was": _numbered(row[1]),
        "now": _numbered(period),
    }


def _numbered(period: str) -> str:
    """What invoice numbers of a month begin with, as the generator gives them: year and month."""
    return period.replace("-", "")[2:]


def _note_days(connection: Connection, original: int, number: int) -> None:
    """`days`: which day each day of the original becomes; the same day of a later month."""
    connection.execute(
        "create temporary table if not exists days"
        " (was date primary key, is_now date not null, jalali text not null) on commit drop"
    )
    found = connection.execute(
        "select event_date from canonical.sales where load_id = %(original)s"
        " union select first_date from dim.observations where load_id = %(original)s"
        " union select last_date from dim.observations where load_id = %(original)s",
        {"original": original},
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into days values (%s, %s, %s)",
            [(was, now, jalali_text(now)) for (was,) in found for now in [_later(was, number)]],
        )
    connection.execute("analyze days")


def _later(day: date, months: int) -> date:
    jalali = JalaliDate(day)
    year, month = divmod(jalali.year * 12 + jalali.month - 1 + months, 12)
    last = JalaliDate.days_in_month(month + 1, year)
    moved: date = JalaliDate(year, month + 1, min(jalali.day, last)).to_gregorian()
    return moved


def _copy_sales(connection: Connection, facts: dict[str, Any], names: dict[str, Any]) -> None:
    run(connection, "create_sales_table", **names)
    changed = {
        "load_id": "%(load_id)s",
        **{name: _OF_MONTH.format(name) for name in ("invoice_id", "reference_invoice_id")},
        "event_date": "is_now",
        "event_date_jalali": "jalali",
        "jalali_month": "left(jalali, 7)",
    }
    source = sql.SQL("{} join days on was = event_date").format(
        table("canonical", f"sales_{facts['original_run']}")
    )
    _insert(connection, "canonical.sales", names["sales"], source, changed, facts, order="line_no")
    run(connection, "finish_sales_table", **names)
    run(connection, "attach_sales_table", **names)


def _insert(
    connection: Connection,
    like: str,
    into: sql.Composable,
    source: sql.Composable,
    changed: dict[str, str],
    facts: dict[str, Any],
    *,
    order: str = "1",
) -> None:
    """Copy rows of `source` in columns of the table `like`, some of them `changed` (SQL)."""
    columns = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped and attgenerated = '' and attidentity = '' order by attnum",
        [like],
    ).fetchall()
    listed = [name for (name,) in columns]
    connection.execute(
        sql.SQL("insert into {} ({}) select {} from {} order by {}").format(
            into,
            sql.SQL(", ").join(sql.Identifier(name) for name in listed),
            sql.SQL(", ").join(sql.SQL(changed.get(name, name)) for name in listed),
            source,
            sql.SQL(order),
        ),
        facts,
    )


def _add_sums(connection: Connection, facts: dict[str, Any], names: dict[str, Any]) -> None:
    """Rollups of the copy, worked out of its facts."""
    run(connection, "create_rollup_table", **names)
    connection.execute(
        sql.SQL(
            "insert into {rollup} (event_date, jalali_month, invoice_id, customer_id,"
            " salesperson_id, net_amount, gross_amount, line_count)"
            " select event_date, jalali_month, invoice_id, customer_id, salesperson_id,"
            " sum(net_amount), coalesce(sum(net_amount) filter (where sign = 1), 0), count(*)"
            " from {sales} group by 1, 2, 3, 4, 5"
        ).format(rollup=names["rollup"], sales=names["sales"])
    )
    run(connection, "finish_rollup_table", **names)
    run(connection, "attach_rollup_table", **names)
    for name, (keys, counts) in SUMS.items():
        connection.execute(
            sql.SQL(
                "insert into {} select %(load_id)s, %(source)s, {keys}, sum(net_amount),"
                " sum(gross_amount), sum(line_count), {counts} from {rollup} group by {keys}"
            ).format(
                table("kpi", name),
                keys=sql.SQL(", ".join(keys)),
                counts=sql.SQL(counts),
                rollup=names["rollup"],
            ),
            facts,
        )
    connection.execute(
        sql.SQL(
            "insert into kpi.rollup_visits select distinct %(load_id)s::bigint, %(source)s,"
            " jalali_month, salesperson_id, customer_id from {} where salesperson_id is not null"
        ).format(names["rollup"]),
        facts,
    )
    connection.execute(
        sql.SQL(
            "insert into kpi.rollup_products select %(load_id)s, %(source)s, jalali_month,"
            " product_id, coalesce(sum(net_amount) filter (where sign = 1), 0),"
            " coalesce(-sum(net_amount) filter (where sign = -1), 0),"
            " coalesce(sum(quantity) filter (where sign = 1), 0),"
            " coalesce(-sum(quantity) filter (where sign = -1), 0),"
            " count(*) filter (where sign = 1), count(*) filter (where sign = -1)"
            " from {} group by jalali_month, product_id"
        ).format(names["sales"]),
        facts,
    )


def _copy_findings(connection: Connection, facts: dict[str, Any]) -> None:
    """Issues, statistics, balance and observations of the copy."""
    mine = {"load_id": "%(load_id)s", "run_id": "%(run_id)s", "period": "%(period)s"}
    again = "md5({0}::text || %(number)s)::uuid"
    changed = {
        "dq.dq_issues": {
            **mine,
            "fingerprint": again.format("fingerprint"),
            "issue_key": again.format("issue_key"),
        },
        **dict.fromkeys(OTHERS, mine),
    }
    for name, columns in changed.items():
        source = sql.SQL("{} where load_id = %(original)s").format(table(*name.split(".")))
        _insert(connection, name, table(*name.split(".")), source, columns, facts)
    observed = sql.SQL(
        "dim.observations join days as first on first.was = first_date"
        " join days as last on last.was = last_date where load_id = %(original)s"
    )
    days = {"first_date": "first.is_now", "last_date": "last.is_now"}
    into = table("dim", "observations")
    _insert(connection, "dim.observations", into, observed, {**mine, **days}, facts)
    touch_days(connection, [facts["load_id"]])
