"""From the cells of a block to canonical columns: keys, dates, types, signed exact amounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipeline.contracts import DATES, KEYS, TEXTS, TRANSACTION_TYPE, Mapping
from pipeline.transform.cells import (
    CellReader,
    clean,
    clean_keys,
    pick,
    put_back,
    read_cells,
    rows_where,
)  # fmt: skip
from pipeline.transform.jalali import jalali_text, read_date
from pipeline.transform.meaning import (
    Step,
    first_step,
    given_measures,
    steps_to_day,
    steps_to_signs,
)  # fmt: skip
from pipeline.transform.numbers import AMOUNT, LIMIT, read_numbers
from pipeline.transform.text import fold_text

# A time of day after the date, `24:00` included; digits may be Persian.
_TIME = (
    r"[T ]\s*[0-9۰-۹٠-٩]{1,2}:[0-9۰-۹٠-٩]{2}(?::[0-9۰-۹٠-٩]{2}(?:[.][0-9]+)?)?(?:Z|\s?[AaPp][Mm])?$"
)
_HAS_TIME = pl.all().str.contains(":", literal=True)
_DAY_ALONE = pl.all().str.replace(_TIME, "").str.strip_chars()


@dataclass(frozen=True, slots=True)
class _Steps:
    """What is worked out of the columns that a file gives."""

    first: Step
    to_signs: tuple[Step, ...]
    to_day: tuple[Step, ...]


@dataclass(slots=True)
class Normalizer:
    """Turns blocks of one load into canonical columns; remembers the dates and types it has read.

    The frame it returns has one row per record and, beside the canonical columns, what rules ask:
    `given_quantity`, `given_net_amount`, `declared_type`, and per measure and date the flags that
    the head of `dq_rules.yml` names.
    """

    mapping: Mapping
    _jalali: dict[date, str] = field(default_factory=dict)
    _readers: dict[str, CellReader] = field(init=False)
    _steps: dict[frozenset[str], _Steps] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._readers = {name: CellReader(self._read_date, pl.Date) for name in DATES}
        self._readers[TRANSACTION_TYPE] = CellReader(self._read_type, pl.String)

    def normalize(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Canonical columns of `cells` (String columns named by canonical name, plus `line_no`)."""
        steps = self._steps_over(frozenset(cells.columns))
        frame = pl.DataFrame(
            [cells["line_no"], *_keys(cells), *self._measures(cells), *self._distinct(cells)]
        ).select_seq(steps.first)
        for step in steps.to_signs:
            frame = frame.with_columns_seq(step)
        frame = self._derive(frame)
        for step in steps.to_day:
            frame = frame.with_columns_seq(step)
        return self._add_jalali(frame)

    def _steps_over(self, given: frozenset[str]) -> _Steps:
        steps = self._steps.get(given)
        if steps is None:
            to_signs, to_day = tuple(steps_to_signs(self.mapping)), tuple(steps_to_day(given))
            steps = self._steps[given] = _Steps(first_step(self.mapping, given), to_signs, to_day)
        return steps

    def _measures(self, cells: pl.DataFrame) -> list[pl.Series]:
        """Amounts as given, and for each whether its cell could not be read."""
        given = [name for name in given_measures(self.mapping) if name in cells.columns]
        amounts, unreadable = read_numbers(cells.select_seq(given))
        return [*amounts, *(column.alias(f"{column.name}_unreadable") for column in unreadable)]

    def _distinct(self, cells: pl.DataFrame) -> list[pl.Series]:
        """Columns of few texts, each of which is read once: the dates and the type."""
        given = [name for name in DATES if name in cells.columns]
        dates = _without_time(cells.select_seq(given))
        types = cells.select_seq(name for name in [TRANSACTION_TYPE] if name in cells.columns)
        texts = pl.DataFrame([*dates, *types])
        readers = {name: self._readers[name] for name in texts.columns}
        return read_cells(texts, readers).get_columns() if readers else []

    def _read_type(self, text: str) -> str:
        types, folded = self.mapping.transaction_types, fold_text(text)
        if folded in map(fold_text, types.sale):
            return "SALE"
        returns = folded in map(fold_text, types.returns)
        if returns or any(fold_text(part) in folded for part in types.return_contains):
            return "RETURN"
        return "UNKNOWN"

    def _read_date(self, text: str) -> date | None:
        return read_date(text, self.mapping.calendar)

    def _derive(self, frame: pl.DataFrame) -> pl.DataFrame:
        for name, formula in self.mapping.derived.items():
            frame = frame.with_columns_seq(
                _exact(name, frame.select_seq(pl.sql_expr(formula)).to_series())
            )
        if "net_amount" in self.mapping.derived:
            frame = frame.with_columns_seq(given_net_amount=pl.col("net_amount"))
        return frame

    def _add_jalali(self, frame: pl.DataFrame) -> pl.DataFrame:
        days = frame["event_date"].unique()
        for day in days:
            if day is not None and day not in self._jalali:
                self._jalali[day] = jalali_text(day)
        texts = [None if day is None else self._jalali[day] for day in days]
        column = pl.col("event_date")
        written = column.replace_strict(days, texts, default=None, return_dtype=pl.String)
        return frame.with_columns_seq(event_date_jalali=written).with_columns_seq(
            jalali_month=pl.col("event_date_jalali").str.head(7)
        )


def _keys(cells: pl.DataFrame) -> list[pl.Series]:
    """Codes and texts, cleaned; a reason is prose, whose digits stay as they are."""
    codes = [*KEYS, *(name for name in TEXTS if name != "return_reason")]
    keys = clean_keys(
        cells.select_seq(name for name in codes if name in cells.columns)
    ).get_columns()
    if "return_reason" in cells.columns:
        keys.append(clean(cells["return_reason"]))
    return keys


def _without_time(dates: pl.DataFrame) -> pl.DataFrame:
    """Dates without a time of day, which would make each of them a text of its own."""
    if not dates.width:
        return dates
    rows = rows_where(dates, _HAS_TIME)
    picked = pick(dates.get_columns(), rows)
    if not len(picked):
        return dates
    days = clean_keys(picked.to_frame()).select_seq(_DAY_ALONE).to_series()
    # The cells are not ours to change.
    return pl.DataFrame(put_back([column.clone() for column in dates], rows, days))


def _exact(name: str, derived: pl.Series) -> list[pl.Series]:
    """A derived amount, and where it has more digits than an amount holds: named, not rounded."""
    amount = derived.cast(AMOUNT).alias(name)
    surplus = ((amount != derived) | ~amount.is_between(-LIMIT, LIMIT)).fill_null(False)
    if surplus.any():
        amount = amount.set(surplus, None)
    return [amount, surplus.alias(f"{name}_unreadable")]
