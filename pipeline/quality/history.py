"""Rules that look at a whole load and at the months before it: set operations, not lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.contracts import Mapping
from pipeline.db import Connection, copy_in, fetch_all
from pipeline.quality.check import Question, questions
from pipeline.quality.memory import LoadMemory, Recalled
from pipeline.quality.rules import RuleSet
from pipeline.transform.facts import as_csv
from pipeline.transform.numbers import AMOUNT

LATE_SCHEMA: dict[str, Any] = {"line_no": pl.Int32, "column": pl.String, "impact_amount": AMOUNT}


@dataclass(frozen=True, slots=True)
class LoadContext:
    """The load that is being checked: names of its tables and the days of its month."""

    source: str
    period: str
    first_day: date
    last_day: date
    names: dict[str, Any]


def check_load(
    connection: Connection,
    context: LoadContext,
    rules: RuleSet,
    mapping: Mapping,
    memory: LoadMemory,
    recalled: Recalled,
) -> dict[str, pl.DataFrame]:
    """Lines found by load and history rules, by code: `line_no, column, impact_amount`."""
    facts = {"source": context.source, "period": context.period}
    published = [row["load_id"] for row in fetch_all(connection, "list_published_loads", facts)]
    shared = fetch_all(
        connection, "list_sharing_loads", {"published": published}, load_id=context.names["load_id"]
    )
    days = {"first_day": context.first_day, "last_day": context.last_day}
    found = {
        "DUPLICATE_LINE": _twins(connection, context, recalled.twin_candidates),
        "DATE_OUT_OF_PERIOD": _query(connection, "rules/date_out_of_period", days, context),
        "PRICE_OUTLIER": _price_outliers(
            connection,
            questions(rules["PRICE_OUTLIER"], rules, mapping),
            memory,
            recalled.prices,
            published,
        ),
        "ATTRIBUTE_CONFLICT": _name_conflicts(recalled.name_conflicts),
    }
    for rule in rules.of_scope("history"):
        name = f"rules/{rule.code.lower()}"
        asked = {
            "published": published,
            "sharing": [row["load_id"] for row in shared],
            "candidates": recalled.orphan_candidates,
        }
        found[rule.code] = _query(connection, name, asked, context)
    return found


def _query(
    connection: Connection, name: str, parameters: dict[str, Any], context: LoadContext
) -> pl.DataFrame:
    rows = fetch_all(connection, name, parameters, **context.names)
    return pl.DataFrame(
        {
            "line_no": [row["line_no"] for row in rows],
            "column": [row["column_name"] for row in rows],
            "impact_amount": pl.Series([row["impact_amount"] for row in rows], dtype=AMOUNT),
        },
        schema_overrides=LATE_SCHEMA,
    )


def _twins(connection: Connection, context: LoadContext, candidates: list[int]) -> pl.DataFrame:
    if not candidates:
        return pl.DataFrame(schema=LATE_SCHEMA)
    return _query(connection, "rules/duplicate_line", {"candidates": candidates}, context)


def _price_outliers(
    connection: Connection,
    asked: list[Question],
    memory: LoadMemory,
    own: pl.DataFrame,
    published: list[int],
) -> pl.DataFrame:
    """Prices far from the median of the load, or of the latest month that had enough lines."""
    copy_in(connection, "copy_new_product_prices", as_csv(own))
    before = fetch_all(connection, "list_published_prices", {"published": published})
    prices = [Decimal(row["median_price"]) for row in before]
    earlier = pl.DataFrame(
        {
            "product_id": pl.Series([row["product_id"] for row in before], dtype=pl.String),
            "median_price": pl.Series(prices, dtype=AMOUNT),
        }
    ).join(own, on="product_id", how="anti")
    lines = memory.with_prices(pl.concat([own.select("product_id", "median_price"), earlier]))
    found = [
        lines.filter(question.condition).select(
            "line_no", column=pl.lit(question.column), impact_amount=question.impact.cast(AMOUNT)
        )
        for question in asked
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=LATE_SCHEMA)


def _name_conflicts(conflicts: dict[str, pl.DataFrame]) -> pl.DataFrame:
    found = [
        lines.select("line_no", column=pl.lit(name), impact_amount=pl.lit(None, dtype=AMOUNT))
        for name, lines in conflicts.items()
        if lines.height
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=LATE_SCHEMA)
