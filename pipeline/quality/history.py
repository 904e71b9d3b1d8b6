"""Rules that look at a whole load and at the months before it: set operations, not lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from psycopg import sql

from pipeline.contracts import DIMENSION_KEYS, NAME_ATTRIBUTES, Mapping
from pipeline.db import Connection, copy_in, fetch_all
from pipeline.quality.check import Question, questions
from pipeline.quality.memory import LoadMemory, Recalled
from pipeline.quality.names import Names
from pipeline.quality.rules import RuleSet
from pipeline.transform.facts import as_csv
from pipeline.transform.numbers import AMOUNT

_SALE = pl.lit("SALE").alias("transaction_type")
_PRICED: dict[str, Any] = {
    "line_no": pl.Int32,
    "product_id": pl.String,
    "unit_price": AMOUNT,
    "quantity": AMOUNT,
}
# Rules that ask sums of the load, which the run itself still writes when its facts are there.
_OF_SUMS = ("DUPLICATE_ACROSS_LOADS",)
LATE_SCHEMA: dict[str, Any] = {"line_no": pl.Int32, "column": pl.String, "impact_amount": AMOUNT}


@dataclass(frozen=True, slots=True)
class LoadContext:
    """The load that is being checked: names of its tables and the days of its month."""

    source: str
    period: str
    first_day: date
    last_day: date
    names: dict[str, Any]


def check_facts(
    connection: Connection,
    context: LoadContext,
    rules: RuleSet,
    mapping: Mapping,
    memory: LoadMemory,
    recalled: Recalled,
) -> dict[str, pl.DataFrame]:
    """Lines found by load and history rules, by code: `line_no, column, impact_amount`.

    RAW and facts of the load are asked, and published loads; nothing is written.
    """
    published = _published(connection, context)
    days = {"first_day": context.first_day, "last_day": context.last_day}
    found = {
        "DUPLICATE_LINE": _twins(connection, context, recalled.twin_candidates),
        "DATE_OUT_OF_PERIOD": _query(connection, "rules/date_out_of_period", days, context),
        "PRICE_OUTLIER": _price_outliers(
            connection,
            context,
            questions(rules["PRICE_OUTLIER"], rules, mapping),
            memory,
            recalled.prices,
            published,
        ),
        "ATTRIBUTE_CONFLICT": _name_conflicts(connection, context, recalled.names),
    }
    asked = {"published": published, "candidates": recalled.orphan_candidates}
    for rule in rules.of_scope("history"):
        if rule.code not in _OF_SUMS:
            found[rule.code] = _query(connection, f"rules/{rule.code.lower()}", asked, context)
    return found


def check_sums(
    connection: Connection, context: LoadContext, rules: RuleSet
) -> dict[str, pl.DataFrame]:
    """The same by the rules that ask the sums of the load, where these are written."""
    published = {"published": _published(connection, context)}
    shared = fetch_all(
        connection, "list_sharing_loads", published, load_id=context.names["load_id"]
    )
    asked = {"sharing": [row["load_id"] for row in shared]}
    return {
        rule.code: _query(connection, f"rules/{rule.code.lower()}", asked, context)
        for rule in rules.of_scope("history")
        if rule.code in _OF_SUMS
    }


def keep_prices(connection: Connection, recalled: Recalled) -> None:
    """Keep the usual prices of the load, for later months that have none of their own."""
    copy_in(connection, "copy_new_product_prices", as_csv(recalled.prices))


def _published(connection: Connection, context: LoadContext) -> list[int]:
    facts = {"source": context.source, "period": context.period}
    return [row["load_id"] for row in fetch_all(connection, "list_published_loads", facts)]


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
    context: LoadContext,
    asked: list[Question],
    memory: LoadMemory,
    own: pl.DataFrame,
    published: list[int],
) -> pl.DataFrame:
    """Prices far from the median of the load, or of the latest month that had enough lines.

    Each price of a product is judged once; only the lines at those that are far are looked up.
    """
    priced = memory.priced()
    known = own.select("product_id", "median_price")
    others = priced.join(known, on="product_id", how="anti")["product_id"].unique()
    usual = pl.concat([known, _earlier(connection, others, published)])
    prices = priced.join(usual, on="product_id").with_columns(_SALE)
    found = [
        _lines_at(connection, context, prices.filter(question.condition))
        .filter(question.condition)
        .select(
            "line_no", column=pl.lit(question.column), impact_amount=question.impact.cast(AMOUNT)
        )
        for question in asked
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=LATE_SCHEMA)


def _earlier(connection: Connection, products: pl.Series, published: list[int]) -> pl.DataFrame:
    """The usual prices of some products in the latest of the earlier months that had one."""
    asked = {"published": published, "products": products.drop_nulls().to_list()}
    before = fetch_all(connection, "list_published_prices", asked)
    prices = [Decimal(row["median_price"]) for row in before]
    return pl.DataFrame(
        {
            "product_id": pl.Series([row["product_id"] for row in before], dtype=pl.String),
            "median_price": pl.Series(prices, dtype=AMOUNT),
        }
    )


def _lines_at(connection: Connection, context: LoadContext, prices: pl.DataFrame) -> pl.DataFrame:
    """Sale lines at some prices, beside the usual price of their product."""
    rows = []
    if prices.height:
        wanted = {
            "products": prices["product_id"].to_list(),
            "prices": prices["unit_price"].to_list(),
        }
        rows = fetch_all(connection, "list_lines_at_prices", wanted, **context.names)
    lines = pl.DataFrame(
        {
            name: pl.Series([row[name] for row in rows], dtype=dtype)
            for name, dtype in _PRICED.items()
        }
    )
    usual = prices.select("product_id", "median_price").unique()
    return lines.join(usual, on="product_id").with_columns(_SALE)


def _name_conflicts(
    connection: Connection, context: LoadContext, names: dict[str, Names]
) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=AMOUNT)
    found = [
        pl.DataFrame({"line_no": _misnamed(connection, context, name, called)}).select(
            "line_no", column=pl.lit(name), impact_amount=nothing
        )
        for name, called in names.items()
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=LATE_SCHEMA)


def _misnamed(connection: Connection, context: LoadContext, name: str, called: Names) -> pl.Series:
    """Numbers of the lines with an unusual name, sorted."""
    if not called.first_called:
        return called.lines.sort()
    dimension = next(of for of, attribute in NAME_ATTRIBUTES.items() if attribute == name)
    rows = fetch_all(
        connection,
        "list_lines_of_codes",
        {"codes": called.first_called},
        **context.names,
        key=sql.Identifier(DIMENSION_KEYS[dimension]),
    )
    lines = pl.Series("line_no", [row["line_no"] for row in rows], dtype=pl.Int32)
    first = lines.filter(~lines.is_in(called.others.implode()))
    return pl.concat([called.lines, first]).sort()
