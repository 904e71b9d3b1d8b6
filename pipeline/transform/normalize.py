"""From the cells of a block to canonical columns: keys, dates, types, signed exact amounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipeline.contracts import DATES, KEYS, MEASURES, TEXTS, TRANSACTION_TYPE, Mapping
from pipeline.transform.cells import CellReader, clean, clean_keys
from pipeline.transform.jalali import jalali_text, read_date
from pipeline.transform.numbers import AMOUNT, LIMIT, read_numbers
from pipeline.transform.text import fold_text

SIGNED_BESIDE_NET = (
    "gross_amount",
    "discount_volume",
    "discount_cash",
    "tax_amount",
    "free_quantity",
)

# A time of day after the date, `24:00` included; digits may be Persian.
_TIME = (
    r"[T ]\s*[0-9۰-۹٠-٩]{1,2}:[0-9۰-۹٠-٩]{2}(?::[0-9۰-۹٠-٩]{2}(?:[.][0-9]+)?)?(?:Z|\s?[AaPp][Mm])?$"
)


@dataclass(slots=True)
class Normalizer:
    """Turns blocks of one load into canonical columns; remembers the dates and types it has read.

    The frame it returns has one row per record and, beside the canonical columns, what rules ask:
    `given_quantity`, `given_net_amount`, `declared_type`, and per measure and date the flags that
    the head of `dq_rules.yml` names.
    """

    mapping: Mapping
    _jalali: dict[date, str] = field(default_factory=dict)
    _dates: CellReader = field(init=False)
    _types: CellReader = field(init=False)

    def __post_init__(self) -> None:
        self._dates = CellReader(self._read_date, pl.Date)
        self._types = CellReader(self._read_type, pl.String)

    def normalize(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Canonical columns of `cells` (String columns named by canonical name, plus `line_no`)."""
        columns = [cells["line_no"], *self._keys(cells), *self._measures(cells)]
        frame = pl.DataFrame([*columns, self._declared_type(cells)])
        frame = self._derive(_sign(_decide_type(frame), self._given_measures))
        frame = frame.with_columns(self._read_dates(cells))
        given = tuple(name for name in DATES if name in cells.columns)
        return self._add_jalali(_choose_date(frame, given))

    @property
    def _given_measures(self) -> tuple[str, ...]:
        return tuple(name for name in MEASURES if name not in self.mapping.derived)

    def _keys(self, cells: pl.DataFrame) -> list[pl.Series]:
        """Codes and texts, cleaned; a reason is prose, whose digits stay as they are."""
        codes = [*KEYS, *(name for name in TEXTS if name != "return_reason")]
        keys = clean_keys(cells.select(name for name in codes if name in cells.columns))
        if "return_reason" in cells.columns:
            keys = keys.with_columns(clean(cells["return_reason"]))
        return [self._key(keys, name, cells.height) for name in (*KEYS, *TEXTS)]

    def _key(self, keys: pl.DataFrame, name: str, height: int) -> pl.Series:
        if name not in keys.columns:
            return _constant(name, None, pl.String(), height)
        if self.mapping.columns[name].trim_decimal_zero:
            return keys[name].str.replace(r"^(\d+)\.0+$", "$1")
        return keys[name]

    def _measures(self, cells: pl.DataFrame) -> list[pl.Series]:
        """Amounts as given, and for each whether a cell could not be read or lacks a value."""
        given = [name for name in self._given_measures if name in cells.columns]
        amounts, unreadable = read_numbers(cells.select(given))
        columns = []
        for name in self._given_measures:
            if name not in given:
                amount, bad = _constant(name, 0, AMOUNT, cells.height), None
            elif self.mapping.columns[name].required:
                amount = amounts[name]
                bad = amount.is_null()
            else:
                amount, bad = amounts[name], unreadable[name]
                empty = amount.is_null() & ~bad
                amount = amount.set(empty, 0) if empty.any() else amount
            if bad is None:
                bad = _constant(name, False, pl.Boolean(), cells.height)
            columns += [amount, bad.alias(f"{name}_unreadable")]
        return columns

    def _declared_type(self, cells: pl.DataFrame) -> pl.Series:
        """SALE, RETURN, UNKNOWN, or null where the type text is empty or the source has none."""
        if TRANSACTION_TYPE not in cells.columns:
            return _constant("declared_type", None, pl.String(), cells.height)
        types, _ = self._types.read(cells[TRANSACTION_TYPE])
        return types.alias("declared_type")

    def _read_type(self, text: str) -> str:
        types, folded = self.mapping.transaction_types, fold_text(text)
        if folded in map(fold_text, types.sale):
            return "SALE"
        returns = folded in map(fold_text, types.returns)
        if returns or any(fold_text(part) in folded for part in types.return_contains):
            return "RETURN"
        return "UNKNOWN"

    def _derive(self, frame: pl.DataFrame) -> pl.DataFrame:
        frame = frame.with_columns(
            discount_amount=pl.col("discount_volume") + pl.col("discount_cash")
        )
        for name, formula in self.mapping.derived.items():
            frame = frame.with_columns(_exact(name, frame.select(pl.sql_expr(formula)).to_series()))
        if "net_amount" in self.mapping.derived:
            frame = frame.with_columns(given_net_amount=pl.col("net_amount"))
        return frame

    def _read_dates(self, cells: pl.DataFrame) -> list[pl.Series]:
        """For each of the two dates the day, and whether the cell is empty or unreadable."""
        columns = []
        for name in DATES:
            if name not in cells.columns:
                day = _constant(name, None, pl.Date(), cells.height)
                empty = _constant(f"{name}_empty", True, pl.Boolean(), cells.height)
            else:
                day, empty = self._dates.read(_without_time(cells[name]))
            unreadable = day.is_null() & ~empty
            columns += [day.alias(name), empty.alias(f"{name}_empty")]
            columns.append(unreadable.alias(f"{name}_unreadable"))
        return columns

    def _read_date(self, text: str) -> date | None:
        return read_date(text, self.mapping.calendar)

    def _add_jalali(self, frame: pl.DataFrame) -> pl.DataFrame:
        days = frame["event_date"].unique().drop_nulls()
        for day in days:
            if day not in self._jalali:
                self._jalali[day] = jalali_text(day)
        texts = pl.Series([self._jalali[day] for day in days], dtype=pl.String)
        column = frame["event_date"]
        jalali = (
            column.replace_strict(days, texts, default=None, return_dtype=pl.String)
            if len(days)
            else _constant("event_date_jalali", None, pl.String(), frame.height)
        )
        return frame.with_columns(
            jalali.alias("event_date_jalali"), jalali.str.head(7).alias("jalali_month")
        )


def _without_time(column: pl.Series) -> pl.Series:
    """Dates without a time of day, which would make each of them a text of its own."""
    at = column.str.contains(":", literal=True).arg_true()
    if not len(at):
        return column
    days = clean_keys(column[at].to_frame()).to_series().str.replace(_TIME, "").str.strip_chars()
    return column.clone().scatter(at, days)


def _exact(name: str, derived: pl.Series) -> list[pl.Series]:
    """A derived amount, and where it has more digits than an amount holds: named, not rounded."""
    amount = derived.cast(AMOUNT).alias(name)
    surplus = ((amount != derived) | ~amount.is_between(-LIMIT, LIMIT)).fill_null(False)
    if surplus.any():
        amount = amount.set(surplus, None)
    return [amount, surplus.alias(f"{name}_unreadable")]


def _constant(name: str, value: object, dtype: pl.DataType, height: int) -> pl.Series:
    return pl.Series(name, [value], dtype=dtype).new_from_index(0, height)


def _decide_type(frame: pl.DataFrame) -> pl.DataFrame:
    """SALE or RETURN: the text decides; without one, or on a wholly negative sale, the figures."""
    quantity, net = pl.col("quantity"), _net(frame)
    declared = pl.col("declared_type")
    both_negative, any_negative = (quantity < 0) & (net < 0), (quantity < 0) | (net < 0)
    kind = (
        pl.when(declared == "RETURN").then(pl.lit("RETURN"))
        .when((declared == "SALE") & both_negative).then(pl.lit("RETURN"))
        .when(declared == "SALE").then(pl.lit("SALE"))
        .when(declared.is_null() & any_negative).then(pl.lit("RETURN"))
        .when(declared.is_null()).then(pl.lit("SALE"))
    )  # fmt: skip
    return frame.with_columns(
        transaction_type=kind, given_quantity=quantity, given_net_amount=net
    ).with_columns(
        sign=pl.when(pl.col("transaction_type") == "RETURN").then(-1)
        .when(pl.col("transaction_type") == "SALE").then(1).cast(pl.Int8)
    )  # fmt: skip


def _net(frame: pl.DataFrame) -> pl.Expr:
    """The net amount as given; a source that derives it has the quantity's sign."""
    return pl.col("net_amount") if "net_amount" in frame.columns else pl.col("quantity")


def _sign(frame: pl.DataFrame, measures: tuple[str, ...]) -> pl.DataFrame:
    """Every measure but the price signed: a return of 30 is -30.

    A return written with positive figures is negated as a whole. On a return whose quantity and net
    are negative, other measures written as magnitudes are negated too. Where quantity and net
    contradict each other nothing is touched: money never flips.
    """
    is_return = pl.col("transaction_type") == "RETURN"
    # What cannot be read does not contradict.
    quantity = pl.col("given_quantity").fill_null(0)
    net = pl.col("given_net_amount").fill_null(0)
    positive = is_return & (quantity >= 0) & (net >= 0)
    negative = is_return & (quantity <= 0) & (net <= 0) & ~positive
    if not frame.select(is_return.any()).item():
        return frame
    changes = [
        pl.when(positive).then(-pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in ("quantity", "net_amount")
        if name in measures
    ]
    changes += [
        pl.when(positive | (negative & (pl.col(name) > 0)))
        .then(-pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in SIGNED_BESIDE_NET
        if name in measures
    ]  # fmt: skip
    return frame.with_columns(changes)


def _choose_date(frame: pl.DataFrame, given: tuple[str, ...]) -> pl.DataFrame:
    """The event date: of a SALE the reference date, of a RETURN the system date, first.

    The other one stands in only where the first is empty, never where it is unreadable. In an
    export that gives one date alone, that one is the first choice of every line.
    """
    system_first = (pl.col("transaction_type") == "RETURN").fill_null(False)
    if len(given) == 1:
        system_first = pl.lit(given == ("system_date",))
    frame = frame.with_columns(system_date_is_first=system_first).with_columns(
        reference_date_is_first=~pl.col("system_date_is_first"),
        reference_date_other_empty=pl.col("system_date_empty"),
        system_date_other_empty=pl.col("reference_date_empty"),
        reference_date_other_readable=pl.col("system_date").is_not_null(),
        system_date_other_readable=pl.col("reference_date").is_not_null(),
        dates_empty=pl.col("system_date_empty") & pl.col("reference_date_empty"),
    )
    from_system = (
        pl.when("system_date_is_first")
        .then(~pl.col("system_date_empty"))
        .otherwise(pl.col("reference_date_empty"))
    )
    return frame.with_columns(
        event_date=pl.when(from_system).then("system_date").otherwise("reference_date"),
        event_date_source=pl.when(from_system)
        .then(pl.lit("system"))
        .otherwise(pl.lit("reference")),
        system_date_is_used=from_system,
        reference_date_is_used=~from_system,
    )
