"""What `preview` says of the differences between a file and the last load of its source."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import typer

from pipeline.cli.output import amount, progress, shown
from pipeline.cli.session import Session
from pipeline.comparison import compare_with_last, rules_in_force
from pipeline.db import running_database_url
from pipeline.errors import DatabaseAway, RefusedAction
from pipeline.quality.differences import Drift
from pipeline.recognition import Recognition
from pipeline.transform.jalali import jalali_text

_DAYS = ("first_day_then", "first_day_now", "last_day_then", "last_day_now")
_HUNDREDTH = Decimal("0.01")
# The database is away, or was never prepared: a file can be looked at all the same.
_NO_DATABASE = (DatabaseAway, psycopg.OperationalError, psycopg.errors.UndefinedTable)
Facts = dict[str, Any]


def drift_facts(
    session: Session, found: Recognition, wanted: bool | None, *, quiet: bool
) -> Facts | None:
    """The differences as plain values; None where there is nothing to compare with.

    `wanted` None compares where a database is at hand, and says so on standard error when it does
    not answer; True raises then. No server is started. `quiet` shows no progress.
    """
    if wanted is False or found.missing_required():
        return None
    url = running_database_url(session.settings)
    if url is None:
        if wanted:
            raise _no_server()
        return None
    try:
        return _compare(session, url, found, quiet=quiet)
    except _NO_DATABASE:
        if wanted:
            raise
        typer.echo(session.texts("drift_not_compared"), err=True)
        return None


def drift_text(session: Session, facts: Facts | None) -> list[str]:
    """The same for readers, a line each; nothing when there is nothing to compare with."""
    if facts is None:
        return []
    words, notable = session.texts, facts["notable"]
    head = {name: shown(facts[name]) for name in ("load_id", "period", "file_name")}
    state = session.state(facts["state"])
    lines = [
        *_numbers(session, facts),
        *_columns(session, facts["columns"]),
        *_null_rates(session, facts["null_rates"]),
        *(_entity(session, name, one) for name, one in facts["entities"].items()),
        words("drift_notable", codes="، ".join(notable)) if notable else words("drift_usual"),
    ]
    return [words("drift_head", **head, state=state), *(f"  {line}" for line in lines), ""]


def _compare(session: Session, url: str, found: Recognition, *, quiet: bool) -> Facts | None:
    size = found.table.path.stat().st_size
    with progress(not quiet, size, session.stage) as tell:
        drift = compare_with_last(url, session.settings, found, tell)
    if drift is None:
        return None
    notable = drift.notable(rules_in_force(url, session.settings))
    return _plain(drift, notable, jalali=found.mapping.calendar == "jalali")


def _plain(drift: Drift, notable: tuple[str, ...], *, jalali: bool) -> Facts:
    """Percentages with two decimals, days as text of the source's calendar."""
    facts = asdict(drift)
    for name in (*_DAYS, "first_stray_now", "last_stray_now"):
        facts[name] = _day(facts[name], jalali=jalali)
    for rate in facts["null_rates"]:
        rate.update(then=_rounded(rate["then"]), now=_rounded(rate["now"]))
    facts["lines_percent"] = _rounded(drift.lines_percent)
    facts["net_amount_percent"] = _rounded(drift.net_amount_percent)
    return {**facts, "notable": list(notable)}


def _numbers(session: Session, facts: Facts) -> list[str]:
    """Number of lines, net total, and days."""
    lines = [
        session.texts(
            f"drift_{name}",
            then=amount(facts[f"{name}_then"]),
            now=amount(facts[f"{name}_now"]),
            change=_signed(facts[f"{name}_percent"]),
        )
        for name in ("lines", "net_amount")
    ]
    lines.append(session.texts("drift_days", **{name: facts[name] or "-" for name in _DAYS}))
    if facts["strays_now"]:
        strays = {name: facts[name] for name in ("first_stray_now", "last_stray_now")}
        count, month = amount(facts["strays_now"]), facts["month_now"]
        lines.append(session.texts("drift_strays", lines=count, month=month, **strays))
    return lines


def _columns(session: Session, changes: Facts) -> list[str]:
    """A line for each kind of change of the header row that there is."""
    named = {
        "missing": changes["missing"],
        "new": changes["new"],
        "renamed": [f"{one['then']} → {one['now']}" for one in changes["renamed"]],
        "moved": [f"{one['header']} ({one['then']} → {one['now']})" for one in changes["moved"]],
    }
    lines = [
        session.texts(f"drift_columns_{kind}", columns=shown("، ".join(headers)))
        for kind, headers in named.items()
        if headers
    ]
    return lines or [session.texts("drift_columns_same")]


def _null_rates(session: Session, rates: list[Facts]) -> list[str]:
    return [
        session.texts(
            "drift_null_rate", header=shown(one["header"]), then=one["then"], now=one["now"]
        )
        for one in rates
    ]


def _entity(session: Session, name: str, changes: Facts) -> str:
    def listed(codes: Any, count: int) -> str:
        more = " …" if count > len(codes) else ""
        return f" ({shown('، '.join(codes))}{more})" if codes else ""

    return session.texts(
        f"drift_{name}",
        new=amount(changes["new_count"]) + listed(changes["new"], changes["new_count"]),
        vanished=amount(changes["vanished_count"])
        + listed(changes["vanished"], changes["vanished_count"]),
    )


def _day(day: date | None, *, jalali: bool) -> str | None:
    if day is None:
        return None
    return jalali_text(day) if jalali else day.isoformat()


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_HUNDREDTH)


def _signed(percent: Decimal | None) -> str:
    return "-" if percent is None else f"{percent:+,.2f}%"


def _no_server() -> RefusedAction:
    return RefusedAction(
        "DATABASE_NOT_RUNNING",
        fa="برای سنجش با بار پیشین پایگاه داده باید روشن باشد. "
        "نخست «python -m pipeline migrate» را اجرا کنید، یا «--no-compare» بدهید.",
        en="To compare with the last load the database must be running. "
        "Run `python -m pipeline migrate` first, or say --no-compare.",
    )
