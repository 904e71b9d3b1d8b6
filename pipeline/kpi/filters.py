"""What a page asks of the figures: a source, a range of Jalali months, and filters.

Attributes are those valid on the day of each line: a customer who moved is counted in either city,
each at its time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from psycopg import sql

from pipeline.db import query
from pipeline.errors import PipelineError
from pipeline.transform.jalali import Month, calendar_months

MOST_VALUES = 1_000
Values = tuple[str | None, ...]

# Field → the column that it asks of the lines, and the dimension that holds it (none: the line).
_CONDITIONS: dict[str, tuple[str, str, str | None]] = {
    "branches": ("salespeople", "branch_id", "salespeople"),
    "cities": ("customers", "city", "customers"),
    "brands": ("products", "brand", "products"),
    "salespeople": ("lines", "salesperson_id", None),
    "customers": ("lines", "customer_id", None),
    "products": ("lines", "product_id", None),
}
_OF_PRODUCTS = ("brands", "products")


@dataclass(frozen=True)
class Filters:
    """Months `from_month` to `to_month` (`1403-05`, both included) of one source system.

    An empty tuple does not filter. None among the values of a filter stands for "not known".
    `branches` are codes, `cities` and `brands` names, the rest codes. PipelineError WRONG_FILTER
    when a month is none, the range runs backwards, or a value is no text.
    """

    source: str
    from_month: str
    to_month: str
    branches: Values = ()
    cities: Values = ()
    brands: Values = ()
    salespeople: Values = ()
    customers: Values = ()
    products: Values = ()
    _months: tuple[Month, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [month.name for month in calendar_months()]
        for month in (self.from_month, self.to_month):
            if month not in names:
                raise _wrong(month)
        first, last = names.index(self.from_month), names.index(self.to_month)
        if first > last:
            raise _wrong(f"{self.from_month} … {self.to_month}")
        if not isinstance(self.source, str) or not self.source:
            raise _wrong(self.source)
        for name in _CONDITIONS:
            _check_values(getattr(self, name))
        object.__setattr__(self, "_months", calendar_months()[first : last + 1])

    @cached_property
    def months(self) -> list[str]:
        """Names of the months of the range, in order."""
        return [month.name for month in self._months]

    @property
    def calendar(self) -> tuple[Month, ...]:
        """The months of the range with their Gregorian days."""
        return self._months

    @property
    def is_all(self) -> bool:
        """Whether nothing is filtered but the months."""
        return not any(getattr(self, name) for name in _CONDITIONS)

    @property
    def needs_products(self) -> bool:
        """Whether a filter asks for the product of a line."""
        return any(getattr(self, name) for name in _OF_PRODUCTS)

    def narrowed(self, **values: Any) -> Filters:
        """The same question with some fields in the place of their own."""
        return replace(self, **values)

    @property
    def parameters(self) -> dict[str, Any]:
        """Values for the queries: source, months, and a list for each filter."""
        lists = {
            name: ["" if value is None else value for value in getattr(self, name)]
            for name in _CONDITIONS
        }
        return {"source": self.source, "months": self.months, **lists}


def lines(filters: Filters, *, products: bool = False) -> sql.Composable:
    """The lines that the filters leave, as a query to stand in a WITH.

    With `products`, or where a filter asks for products, they are facts; otherwise invoice parts,
    which are fewer. Its values are `filters.parameters`.
    """
    base = "sales_lines" if products or filters.needs_products else "invoice_lines"
    joins, conditions = _restrictions(filters)
    return query(f"figures/{base}", joins=joins, conditions=conditions)


def where_products(filters: Filters) -> sql.Composable:
    """The condition that keeps the products asked for among `lines`; nothing where none are."""
    return _restrictions(Filters(filters.source, filters.from_month, filters.to_month,
                                 products=filters.products))[1]  # fmt: skip


def dimension(name: str) -> sql.Composable:
    """A join of `lines` to the attributes of a dimension on the day; without any, nulls."""
    return query(f"figures/join_{name}", kind=sql.SQL("left join"))


def _restrictions(filters: Filters) -> tuple[sql.Composable, sql.Composable]:
    joins: list[sql.Composable] = []
    conditions: list[sql.Composable] = []
    for name, (alias, column, joined) in _CONDITIONS.items():
        values = getattr(filters, name)
        if not values:
            continue
        if joined is not None:
            kind = sql.SQL("left join" if None in values else "join")
            joins.append(query(f"figures/join_{joined}", kind=kind))
        conditions.append(
            query(
                "figures/where_among",
                column=sql.Identifier(alias, column),
                values=sql.Placeholder(name),
            )
        )
    return sql.SQL("\n").join(joins), sql.SQL("\n").join(conditions)


def _check_values(values: object) -> None:
    if not isinstance(values, tuple) or len(values) > MOST_VALUES:
        raise _wrong(values)
    for value in values:
        if value is not None and (not isinstance(value, str) or not value or "\0" in value):
            raise _wrong(value)


def _wrong(value: object) -> PipelineError:
    shown = repr(value)[:80]
    return PipelineError(
        "WRONG_FILTER",
        fa="«{value}» برای این گزارش پذیرفته نیست؛ ماه را مانند 1403-05 بدهید، از ماه کوچک‌تر به "
        "بزرگ‌تر، و مقدارها را به‌صورت متن.",
        en="{value} cannot be asked for here: give months like 1403-05, the earlier one first, and "
        "values as text.",
        value=shown,
    )
