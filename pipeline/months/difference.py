"""What publishing, voiding or undoing will change, worked out before it happens, writing nothing.

Which loads the KPI views count is all that a step changes. So each figure is worked out twice from
the rollups, by the formula of its view: over the loads that count now, and those that will.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.db import Connection, Row, fetch_all, fetch_one, query, reading
from pipeline.errors import RefusedAction
from pipeline.months.changes import (
    DIMENSIONS,
    EntityChange,
    Figures,
    IssueChange,
    LinesChange,
    MonthDifference,
    MonthFigures,
    ViewChange,
)
from pipeline.months.conditions import not_possible
from pipeline.months.last_step import read_last_step
from pipeline.months.steps import Month
from pipeline.results import read_load

VIEWS = (
    "kpi_net_sales_daily",
    "kpi_net_sales_month",
    "kpi_top_customers_month",
    "kpi_return_rate_by_product_month",
    "kpi_salesperson_performance_month",
)
# Views by an attribute that held on the day: view → the dimension, and its attribute.
VIEWS_BY_ATTRIBUTE = {
    "kpi_net_sales_by_brand_month": ("products", "brand"),
    "kpi_net_sales_by_city_month": ("customers", "city"),
    "kpi_net_sales_by_branch_month": ("salespeople", "branch_id"),
}
_Asked = dict[str, list[Any]]
_WITHOUT_RESULT = ("received", "failed")


@dataclass(frozen=True, slots=True)
class _Step:
    """Loads of a source that its figures count, before and after something is done."""

    action: str
    month: Month
    before: frozenset[int]
    after: frozenset[int]


@acting_as_engine(Action.SEE_LOADS)
def difference(url: str, load_id: int) -> MonthDifference:
    """What publishing a load will change; for a published one, what voiding it will.

    Raises RefusedAction (STATE_NOT_POSSIBLE) for a load that can be neither, UNKNOWN_LOAD.
    """
    with reading(url) as connection:
        load = read_load(connection, load_id)
        if load["state"] in (*_WITHOUT_RESULT, "voided"):
            raise not_possible(load, "publish")
        month = Month(load["source_system"], load["period"])
        counted, of_month = _counted(connection, month)
        if load["state"] == "published":
            return _work_out(connection, _Step("void", month, counted, counted - {load_id}))
        after = counted - of_month | {load_id}
        return _work_out(connection, _Step("publish", month, counted, after))


@acting_as_engine(Action.SEE_LOADS)
def difference_of_undo(url: str, source: str, period: str) -> MonthDifference:
    """What undoing the last step of a month will change.

    Raises RefusedAction (NOTHING_TO_UNDO, UNKNOWN_MONTH) when there is no step.
    """
    month = Month(source, period)
    with reading(url) as connection:
        moved = read_last_step(connection, month)
        counted, _ = _counted(connection, month)
        back = {row["load_id"] for row in moved if row["state_before"] == "published"}
        away = {row["load_id"] for row in moved} - back
        return _work_out(connection, _Step("undo", month, counted, counted - away | back))


@acting_as_engine(Action.SEE_LOADS)
def compare(url: str, load_a: int, load_b: int) -> MonthDifference:
    """How the figures with load B in its month differ from those with load A there.

    Neither need be published. Raises RefusedAction for loads of different months (OTHER_MONTH), or
    without a result (STATE_NOT_POSSIBLE).
    """
    with reading(url) as connection:
        one, other = (read_load(connection, load_id) for load_id in (load_a, load_b))
        for load in (one, other):
            if load["state"] in _WITHOUT_RESULT:
                raise not_possible(load, "compare")
        month = Month(one["source_system"], one["period"])
        if month != Month(other["source_system"], other["period"]):
            raise _other_month(one, other)
        counted, of_month = _counted(connection, month)
        others = counted - of_month
        return _work_out(connection, _Step("compare", month, others | {load_a}, others | {load_b}))


def _counted(connection: Connection, month: Month) -> tuple[frozenset[int], frozenset[int]]:
    """Published loads of the source: all, and those of the month (at most one)."""
    rows = fetch_all(connection, "list_published_of_source", {"source": month.source})
    of_month = (row["load_id"] for row in rows if row["period"] == month.period)
    return frozenset(row["load_id"] for row in rows), frozenset(of_month)


def _work_out(connection: Connection, step: _Step) -> MonthDifference:
    leaving, entering = step.before - step.after, step.after - step.before
    loads = {
        "before": sorted(step.before),
        "after": sorted(step.after),
        "leaving": sorted(leaving),
        "entering": sorted(entering),
        "moved": sorted(leaving | entering),
    }
    touched = fetch_all(connection, "difference/touched_months", loads)
    asked: _Asked = {**loads, "months": [row["month"] for row in touched]}
    counted = fetch_all(connection, "difference/counted_loads", asked)
    asked["counted"] = [row["load_id"] for row in counted]
    return MonthDifference(
        action=step.action,
        source=step.month.source,
        period=step.month.period,
        leaving=tuple(loads["leaving"]),
        entering=tuple(loads["entering"]),
        months=tuple(map(_month, fetch_all(connection, "difference/months", asked))),
        views=(
            *(ViewChange(view, **_only(connection, f"difference/{view}", asked)) for view in VIEWS),
            *(_by_attribute(connection, view, asked) for view in VIEWS_BY_ATTRIBUTE),
        ),
        largest=_largest(fetch_all(connection, "difference/largest_changes", asked)),
        lines=LinesChange(**_only(connection, "difference/lines", asked)),
        issues=tuple(
            IssueChange(**row) for row in fetch_all(connection, "difference/issues", asked)
        ),
    )


def _by_attribute(connection: Connection, view: str, asked: _Asked) -> ViewChange:
    dimension, attribute = VIEWS_BY_ATTRIBUTE[view]
    spans = query(
        "difference/attribute_spans",
        dimension=sql.Literal(dimension),
        attribute=sql.Literal(attribute),
    )
    parts = query(f"difference/parts_of_{dimension}")
    row = _only(connection, "difference/by_attribute", asked, spans=spans, parts=parts)
    return ViewChange(view, **row)


def _only(connection: Connection, name: str, asked: _Asked, **parts: sql.Composable) -> Row:
    row = fetch_one(connection, name, asked, **parts)
    assert row is not None
    return row


def _month(row: Row) -> MonthFigures:
    before, after = (
        Figures(
            row[f"net_{side}"],
            row[f"gross_{side}"],
            row[f"gross_{side}"] - row[f"net_{side}"],
            row[f"invoices_{side}"],
            row[f"customers_{side}"],
            row[f"lines_{side}"],
        )
        for side in ("before", "after")
    )
    return MonthFigures(row["month"], before, after, after - before)


def _largest(rows: list[Row]) -> dict[str, tuple[EntityChange, ...]]:
    return {
        dimension: tuple(
            EntityChange(
                row["entity_id"],
                row["net_before"],
                row["net_after"],
                row["net_after"] - row["net_before"],
            )
            for row in rows
            if row["dimension"] == dimension
        )
        for dimension in DIMENSIONS
    }


def _other_month(one: Row, other: Row) -> RefusedAction:
    return RefusedAction(
        "OTHER_MONTH",
        fa="بار {a} از ماه {month_a} ({source_a}) است و بار {b} از ماه {month_b} ({source_b})؛ "
        "دو بارِ یک ماه را بسنجید.",
        en="Load {a} is of month {month_a} ({source_a}), load {b} of {month_b} ({source_b}); "
        "compare two loads of one month.",
        a=one["load_id"],
        month_a=one["period"],
        source_a=one["source_system"],
        b=other["load_id"],
        month_b=other["period"],
        source_b=other["source_system"],
    )
