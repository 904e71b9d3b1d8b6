"""What a line means, as steps over a block: a sale or a return, its signs, and its day.

A step is a set of expressions that are worked out together, over the columns of those before it.
They are made once for a load: to make them anew for each block would cost more than to answer them.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipeline.contracts import DATES, KEYS, MEASURES, TEXTS, TRANSACTION_TYPE, Mapping
from pipeline.transform.numbers import AMOUNT

Step = tuple[pl.Expr, ...]

SIGNED_BESIDE_NET = (
    "gross_amount",
    "discount_volume",
    "discount_cash",
    "tax_amount",
    "free_quantity",
)
_IS_RETURN = pl.col("transaction_type") == "RETURN"


def given_measures(mapping: Mapping) -> tuple[str, ...]:
    """Measures that a source gives, or might: all but those derived from others."""
    return tuple(name for name in MEASURES if name not in mapping.derived)


def first_step(mapping: Mapping, given: frozenset[str]) -> Step:
    """Every canonical column of a line by itself; what the file does not give is null, or zero.

    `given` names the columns that the file has. Beside a measure stands whether its cell could not
    be read or lacks a value, beside a date whether it is empty or unreadable.
    """
    return (
        pl.col("line_no"),
        *(_text(mapping, name, given) for name in (*KEYS, *TEXTS)),
        *(column for name in given_measures(mapping) for column in _measure(mapping, name, given)),
        _declared_type(given),
        *(column for name in DATES for column in _date(name, given)),
    )


def _text(mapping: Mapping, name: str, given: frozenset[str]) -> pl.Expr:
    if name not in given:
        return pl.lit(None, pl.String).alias(name)
    if mapping.columns[name].trim_decimal_zero:
        return pl.col(name).str.replace(r"^(\d+)\.0+$", "$1")
    return pl.col(name)


def _measure(mapping: Mapping, name: str, given: frozenset[str]) -> Step:
    amount, unreadable = pl.col(name), pl.col(f"{name}_unreadable")
    if name not in given:
        return pl.lit(0, AMOUNT).alias(name), pl.lit(False).alias(f"{name}_unreadable")
    if mapping.columns[name].required:
        return amount, amount.is_null().alias(f"{name}_unreadable")
    is_blank = amount.is_null() & ~unreadable
    return pl.when(is_blank).then(pl.lit(0, AMOUNT)).otherwise(amount).alias(name), unreadable


def _declared_type(given: frozenset[str]) -> pl.Expr:
    """SALE, RETURN, UNKNOWN, or null where the type text is empty or the source has none."""
    declared = pl.col(TRANSACTION_TYPE) if TRANSACTION_TYPE in given else pl.lit(None, pl.String)
    return declared.alias("declared_type")


def _date(name: str, given: frozenset[str]) -> Step:
    if name not in given:
        return (
            pl.lit(None, pl.Date).alias(name),
            pl.lit(True).alias(f"{name}_empty"),
            pl.lit(False).alias(f"{name}_unreadable"),
        )
    empty = pl.col(f"{name}_empty")
    return pl.col(name), empty, (pl.col(name).is_null() & ~empty).alias(f"{name}_unreadable")


def steps_to_signs(mapping: Mapping) -> Iterator[Step]:
    """SALE or RETURN, and every measure but the price signed: a return of 30 is -30."""
    yield _kind(mapping)
    sign = (
        pl.when(_IS_RETURN).then(-1)
        .when(pl.col("transaction_type") == "SALE").then(1).cast(pl.Int8)
    )  # fmt: skip
    yield sign.alias("sign"), *_signed(given_measures(mapping))
    yield ((pl.col("discount_volume") + pl.col("discount_cash")).alias("discount_amount"),)


def _kind(mapping: Mapping) -> Step:
    """The text decides; without one, or on a wholly negative sale, the figures."""
    # A source that derives the net amount has the quantity's sign.
    net = pl.col("quantity" if "net_amount" in mapping.derived else "net_amount")
    quantity, declared = pl.col("quantity"), pl.col("declared_type")
    both_negative, any_negative = (quantity < 0) & (net < 0), (quantity < 0) | (net < 0)
    kind = (
        pl.when(declared == "RETURN").then(pl.lit("RETURN"))
        .when((declared == "SALE") & both_negative).then(pl.lit("RETURN"))
        .when(declared == "SALE").then(pl.lit("SALE"))
        .when(declared.is_null() & any_negative).then(pl.lit("RETURN"))
        .when(declared.is_null()).then(pl.lit("SALE"))
    )  # fmt: skip
    return (
        kind.alias("transaction_type"),
        quantity.alias("given_quantity"),
        net.alias("given_net_amount"),
    )


def _signed(measures: tuple[str, ...]) -> Iterator[pl.Expr]:
    """A return written with positive figures is negated as a whole.

    On a return whose quantity and net are negative, other measures written as magnitudes are
    negated too. Where quantity and net contradict each other nothing is touched: money never flips.
    """
    # What cannot be read does not contradict.
    quantity = pl.col("given_quantity").fill_null(0)
    net = pl.col("given_net_amount").fill_null(0)
    positive = _IS_RETURN & (quantity >= 0) & (net >= 0)
    negative = _IS_RETURN & (quantity <= 0) & (net <= 0) & ~positive
    for name in measures:
        amount = pl.col(name)
        if name in ("quantity", "net_amount"):
            yield pl.when(positive).then(-amount).otherwise(amount).alias(name)
        elif name in SIGNED_BESIDE_NET:
            magnitude = positive | (negative & (amount > 0))
            yield pl.when(magnitude).then(-amount).otherwise(amount).alias(name)


def steps_to_day(given: frozenset[str]) -> Iterator[Step]:
    """The event date: of a SALE the reference date, of a RETURN the system date, first.

    The other one stands in only where the first is empty, never where it is unreadable. In an
    export that gives one date alone, that one is the first choice of every line.
    """
    dates = [name for name in DATES if name in given]
    system_first = _IS_RETURN.fill_null(False)
    if len(dates) == 1:
        system_first = pl.lit(dates == ["system_date"])
    system_empty, reference_empty = pl.col("system_date_empty"), pl.col("reference_date_empty")
    yield (
        system_first.alias("system_date_is_first"),
        system_empty.alias("reference_date_other_empty"),
        reference_empty.alias("system_date_other_empty"),
        pl.col("system_date").is_not_null().alias("reference_date_other_readable"),
        pl.col("reference_date").is_not_null().alias("system_date_other_readable"),
        (system_empty & reference_empty).alias("dates_empty"),
    )
    is_first, is_used = pl.col("system_date_is_first"), pl.col("system_date_is_used")
    from_system = pl.when(is_first).then(~system_empty).otherwise(reference_empty)
    yield (~is_first).alias("reference_date_is_first"), from_system.alias("system_date_is_used")
    source = pl.when(is_used).then(pl.lit("system")).otherwise(pl.lit("reference"))
    yield (
        pl.when(is_used).then("system_date").otherwise("reference_date").alias("event_date"),
        source.alias("event_date_source"),
        (~is_used).alias("reference_date_is_used"),
    )
