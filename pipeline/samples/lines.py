"""Draw sound sale and return lines as numbers; texts come later, in `rendering`."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pipeline.samples import vocabulary as words
from pipeline.samples.calendars import FRIDAY, month_days, parse_period, working_days
from pipeline.samples.master import Ints, Master

# One line in numbers. Amounts are signed whole rials, days are ordinals, entities are indices.
_NUMBERS: Final = (
    *("customer", "product", "salesperson", "deliverer"),
    *("payment", "status", "reason", "minute"),
    *("invoice_id", "invoice_line_no", "reference_invoice_id", "system_date", "reference_date"),
    *("quantity", "free_quantity", "unit_price", "gross_amount", "discount_volume"),
    *("discount_cash", "tax_amount", "net_amount", "volume_percent", "cash_percent"),
    "sold_quantity",  # of the sale that a return refers to
)
LINE: Final = np.dtype([("returned", np.bool_), *((name, np.int64) for name in _NUMBERS)])
Lines = npt.NDArray[Any]  # structured, dtype LINE

LARGEST_INVOICE: Final = 11
TAX_DIVISOR: Final = 10
FULL_CALENDAR_FROM: Final = 500  # from so many lines on, every working day is covered
_WEEKDAY_WEIGHT: Final = np.array([1.05, 1.0, 1.0, 0.75, 0.0, 1.2, 1.1])  # Monday first
# Mild, so that no month drifts from the one before it beyond what the rules allow.
_MONTH_WEIGHT: Final = (0.9, 0.96, 1.0, 1.02, 1.04, 1.05, 1.0, 0.98, 0.97, 1.0, 1.05, 1.12)


@dataclass(frozen=True)
class Setting:
    """What all lines of one file share."""

    master: Master
    period: str
    seed: int

    @property
    def invoice_base(self) -> int:
        """Fifteen digits: year and month (4), block of the seed (4), number in the file (7)."""
        year, month = parse_period(self.period)
        return ((year % 100 * 100 + month) * 10_000 + self.seed % 10_000) * 10_000_000


def draw_sales(
    rng: np.random.Generator, setting: Setting, lines: int, first_no: int, *, every_day: bool
) -> Lines:
    """Sale lines grouped into invoices, ordered by day; invoice numbers count from `first_no`."""
    sales = np.zeros(lines, dtype=LINE)
    invoice = _invoice_of_line(rng, lines)
    invoices = int(invoice[-1]) + 1 if lines else 0
    customer = _popular(rng, len(setting.master.customer_branch), invoices, 0.4)
    day = _days(rng, setting.period, invoices, full=every_day)
    sales["invoice_id"] = setting.invoice_base + first_no + invoice
    sales["invoice_line_no"] = 1 + np.arange(lines) - np.searchsorted(invoice, invoice)
    sales["customer"] = customer[invoice]
    sales["salesperson"] = setting.master.customer_salesperson[sales["customer"]]
    sales["product"] = _distinct_products(rng, setting.master.sold_products, invoice)
    sales["reference_date"] = day[invoice]
    sales["system_date"] = (day + rng.choice([0, 0, 0, 1, 1, 2, 3], invoices))[invoice]
    for name, choices in (
        ("deliverer", len(setting.master.deliverers["deliverer"])),
        ("payment", len(words.PAYMENTS)),
        ("status", len(words.STATUSES)),
        ("minute", 600),
        ("cash_percent", 4),
    ):
        sales[name] = rng.integers(0, choices, invoices)[invoice]
    sales["cash_percent"][sales["payment"] > 1] = 0  # cash discount is for cash and card
    _draw_quantities(rng, setting, sales)
    settle(sales)
    return sales


def draw_returns(rng: np.random.Generator, setting: Setting, sold: Lines, first_no: int) -> Lines:
    """One return line per given sale line: part of it or all, registered some days later."""
    returns = sold.copy()
    count = len(sold)
    days = np.array(working_days(setting.period))
    returns["returned"] = True
    returns["reference_invoice_id"] = sold["invoice_id"]
    returns["invoice_id"] = setting.invoice_base + first_no + np.arange(count)
    returns["invoice_line_no"] = 1
    sold_on = np.where(
        sold["reference_date"] < days[0],  # sold in an earlier month
        rng.integers(0, len(days), count),
        np.searchsorted(days, sold["reference_date"]),
    )
    returns["system_date"] = days[np.minimum(sold_on + rng.integers(0, 9, count), len(days) - 1)]
    returns["reason"] = rng.integers(0, len(words.RETURN_REASONS), count)
    share = rng.choice([0.25, 0.5, 1.0], count)
    returns["quantity"] = -np.maximum(1, (sold["quantity"] * share).astype(np.int64))
    returns["sold_quantity"] = sold["quantity"]
    returns["free_quantity"] = 0
    settle(returns)
    return returns


def settle(lines: Lines, keep_gross: bool = False) -> None:
    """Compute gross, discounts, tax and net (signed rials) from quantity, price and percentages."""
    if not keep_gross:
        lines["gross_amount"] = lines["quantity"] * lines["unit_price"]
    gross = np.abs(lines["gross_amount"])
    sign = np.where(lines["gross_amount"] < 0, -1, 1)
    free = np.abs(lines["free_quantity"]) * lines["unit_price"]
    volume = np.minimum(gross, free + gross * lines["volume_percent"] // 100)
    cash = (gross - volume) * lines["cash_percent"] // 100
    taxed = gross - volume - cash
    tax = (taxed + TAX_DIVISOR // 2) // TAX_DIVISOR
    for name, amount in (
        ("discount_volume", volume),
        ("discount_cash", cash),
        ("tax_amount", tax),
        ("net_amount", taxed + tax),
    ):
        lines[name] = sign * amount


def _invoice_of_line(rng: np.random.Generator, lines: int) -> Ints:
    """For each line the number of its invoice from 0; six lines an invoice on average."""
    sizes = rng.integers(1, LARGEST_INVOICE + 1, lines)
    return np.repeat(np.arange(lines), sizes)[:lines]


def _days(rng: np.random.Generator, period: str, invoices: int, *, full: bool) -> Ints:
    """The visit day of each invoice, ascending; with `full` every working day occurs."""
    days = np.array(working_days(period))
    weight = _WEEKDAY_WEIGHT[(days + 6) % 7] * np.linspace(0.9, 1.15, len(days))
    drawn = rng.choice(days, invoices, p=weight / weight.sum())
    if full:
        drawn[: len(days)] = days[:invoices]
    assert not np.any((drawn + 6) % 7 == FRIDAY)
    return np.sort(drawn)


def _popular(rng: np.random.Generator, entities: int, draws: int, slope: float) -> Ints:
    """Indices of entities, the early ones drawn more often."""
    weight = (np.arange(entities) + 4.0) ** -slope
    return rng.choice(entities, draws, p=weight / weight.sum()).astype(np.int64)


def _distinct_products(rng: np.random.Generator, products: int, invoice: Ints) -> Ints:
    """A product per line; no product twice on one invoice, so a return has one line to refer to."""
    chosen = _popular(rng, products, len(invoice), 0.9)
    while True:
        _, first = np.unique(invoice * products + chosen, return_index=True)
        again = np.ones(len(chosen), dtype=np.bool_)
        again[first] = False
        if not again.any():
            return chosen
        chosen[again] = rng.integers(0, products, int(again.sum()))


def _draw_quantities(rng: np.random.Generator, setting: Setting, sales: Lines) -> None:
    master, count = setting.master, len(sales)
    _, month = parse_period(setting.period)
    per_carton = master.product_per_carton[sales["product"]]
    cartons = rng.poisson(1.6 * _MONTH_WEIGHT[month - 1], count)
    loose = rng.integers(0, per_carton) * (rng.random(count) < 0.35)
    quantity = np.maximum(1, cartons * per_carton + loose)
    gift = (quantity >= 2 * per_carton) & (rng.random(count) < 0.15)
    sales["quantity"] = quantity
    sales["free_quantity"] = np.where(gift, np.maximum(1, quantity // 12), 0)
    sales["volume_percent"] = rng.choice([0, 0, 0, 2, 3, 5], count)
    price = master.product_price[sales["product"]]
    sales["unit_price"] = price * rng.integers(90, 111, count) // 100 // 100 * 100


def days_before(period: str, back: int) -> int:
    """The ordinal of the day `back` days before the period begins (1 = the last one before)."""
    return month_days(period)[0] - back
