"""What a step would change, in figures: the shapes that pages and the terminal show."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

DIMENSIONS = ("customers", "products", "salespeople")


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of published loads; money in the source's currency, returns as a magnitude."""

    net_amount: Decimal
    gross_amount: Decimal
    returns_amount: Decimal
    invoices: int
    customers: int
    lines: int

    def __sub__(self, other: Figures) -> Figures:
        return Figures(
            self.net_amount - other.net_amount,
            self.gross_amount - other.gross_amount,
            self.returns_amount - other.returns_amount,
            self.invoices - other.invoices,
            self.customers - other.customers,
            self.lines - other.lines,
        )


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One Jalali month of the source as a whole, all published loads together."""

    month: str
    before: Figures
    after: Figures
    change: Figures


@dataclass(frozen=True, slots=True)
class ViewChange:
    """Rows of one KPI view in the months touched, and the money that they add up to."""

    view: str
    rows_before: int
    rows_after: int
    appearing: int
    vanishing: int
    changing: int
    net_before: Decimal
    net_after: Decimal
    gross_before: Decimal
    gross_after: Decimal


@dataclass(frozen=True, slots=True)
class EntityChange:
    """The net of one customer, product or salesperson in the months touched."""

    entity_id: str
    net_before: Decimal
    net_after: Decimal
    change: Decimal


@dataclass(frozen=True, slots=True)
class LinesChange:
    """Canonical lines of the loads that go and come, by invoice and its line number.

    `only_…` are lines whose key the other side has not. `changed_keys` are keys of both sides with
    other content or another number of lines; `changed_net` is what keys of both sides differ by.
    """

    lines_before: int
    lines_after: int
    only_before: int
    only_before_net: Decimal
    only_after: int
    only_after_net: Decimal
    changed_keys: int
    changed_net: Decimal


@dataclass(frozen=True, slots=True)
class IssueChange:
    """Issues of one rule: gone with the load that leaves, come with the other, or in both."""

    rule_code: str
    fixed: int
    new: int
    staying: int


@dataclass(frozen=True, slots=True)
class MonthDifference:
    """What a step would change. `action` is publish, void, undo or compare.

    `leaving` are loads whose figures go, `entering` those whose figures come. `largest` gives for
    each of DIMENSIONS up to ten changes, the largest first.
    """

    action: str
    source: str
    period: str
    leaving: tuple[int, ...]
    entering: tuple[int, ...]
    months: tuple[MonthFigures, ...]
    views: tuple[ViewChange, ...]
    largest: dict[str, tuple[EntityChange, ...]]
    lines: LinesChange
    issues: tuple[IssueChange, ...]
