"""Published months in which everything moves, and figures worked out from their facts by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import Any

from pipeline.kpi.filters import Filters
from tests.karamad import RETURN, SOURCE, Cells, Desk

Row = dict[str, Any]

# Column of a fact that each filter asks for.
COLUMNS = {
    "branches": "branch_id",
    "cities": "city",
    "brands": "brand",
    "salespeople": "salesperson_id",
    "customers": "customer_id",
    "products": "product_id",
}


def day(month: str, number: int) -> Cells:
    text = f"{month.replace('-', '/')}/{number:02d}"
    return {"system_date": text, "reference_date": text}


def sale(month: str, number: int, invoice: str, pieces: int = 1, **cells: str) -> Cells:
    """A sale of so many pieces at 50, without tax."""
    amount = str(50 * pieces)
    money = {"quantity": str(pieces), "gross_amount": amount, "tax_amount": "0"}
    return {**day(month, number), "invoice_id": invoice, **money, "net_amount": amount, **cells}


def given_back(month: str, number: int, invoice: str, pieces: int = 1, **cells: str) -> Cells:
    line = sale(month, number, invoice, pieces, **cells)
    negative = {name: f"-{line[name]}" for name in ("quantity", "gross_amount", "net_amount")}
    return {**line, **RETURN, "tax_amount": "0", **negative}


FIRST: list[Cells] = [
    sale("1402-06", 3, "A1", 3),
    sale("1402-06", 9, "A2", 1, customer_id="C2", city="شیراز", salesperson_id="S2"),
]
# Everything moves in the midst of the month: customer, product and salesperson change.
SECOND: list[Cells] = [
    sale("1403-05", 2, "1", 2),
    sale("1403-05", 2, "1", 1, product_id="P2", brand="گلها"),
    sale("1403-05", 4, "2", 4, customer_id="C2", city="شیراز", salesperson_id="S2", branch_id="B2"),
    sale("1403-05", 15, "3", 5, city="قم"),
    sale("1403-05", 16, "4", 6, customer_id="C3", city="", product_id="P3", brand=""),
    sale("1403-05", 17, "5", 7, city="قم", branch_id="B2"),
    sale("1403-05", 18, "6", 8, city="قم", branch_id="B2", brand="پونک"),
    given_back("1403-05", 20, "7", 2, city="قم", branch_id="B2", brand="پونک"),
    # one invoice of two days, two customers and two salespeople
    sale("1403-05", 21, "8", 1, city="قم", branch_id="B2", brand="پونک"),
    sale("1403-05", 22, "8", 2, customer_id="C2", salesperson_id="S2", brand="پونک"),
    sale("1403-05", 23, "9", 1, product_id="", customer_id="C9"),  # refused
]
# Late lines of the month before, of invoices, customers and days that are known, and of new ones.
THIRD: list[Cells] = [
    sale("1403-06", 1, "1", 3),
    sale("1403-06", 8, "20", 1, customer_id="C2", salesperson_id="S2", product_id="P2"),
    given_back("1403-06", 9, "21", 1, customer_id="C4", product_id="P4"),
    sale("1403-05", 2, "1", 1, product_id="P2"),
    sale("1403-05", 16, "30", 2, customer_id="C3", salesperson_id="S3"),
    sale("1403-05", 21, "31", 2, customer_id="C2", salesperson_id="S2"),
    sale("1403-05", 29, "32", 2, customer_id="C5"),
    sale("1403-06", 10, "22", 1, quantity="x"),  # refused
]


def fill(desk: Desk) -> None:
    """Publish three months, one superseded by an uploader of that name, and leave a draft."""
    desk.publish(FIRST, "1402-06")
    desk.publish([*SECOND, sale("1403-05", 30, "99", 9)], "1403-05")
    desk.publish(SECOND, "1403-05", user="uploader")
    desk.publish(THIRD, "1403-06")
    desk.load([sale("1403-07", 1, "40", 9)], "1403-07")


FACTS = """
select sales.*, states.source_system as source,
    (select v.city from dim.customers as v where v.customer_id = sales.customer_id
        and v.valid_from <= sales.event_date order by v.valid_from desc limit 1) as city,
    (select v.brand from dim.products as v where v.product_id = sales.product_id
        and v.valid_from <= sales.event_date order by v.valid_from desc limit 1) as brand,
    (select v.branch_id from dim.salespeople as v where v.salesperson_id = sales.salesperson_id
        and v.valid_from <= sales.event_date order by v.valid_from desc limit 1) as branch_id
from canonical.sales as sales
join app.load_states as states using (load_id)
where states.state = 'published'
order by sales.load_id, sales.line_no"""


def wanted(facts: Iterable[Row], filters: Filters) -> list[Row]:
    """The facts that a question is about."""
    return [
        fact
        for fact in facts
        if filters.from_month <= fact["jalali_month"] <= filters.to_month
        and all(
            fact[column] in getattr(filters, name)
            for name, column in COLUMNS.items()
            if getattr(filters, name)
        )
    ]


def grouped(facts: Iterable[Row], key: Callable[[Row], Hashable]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    return groups


def money(facts: Iterable[Row]) -> dict[str, Any]:
    """Net, gross, returns and lines of facts, by the words of the figures."""
    lines = list(facts)
    net = sum((fact["net_amount"] for fact in lines), Decimal(0))
    gross = sum((fact["net_amount"] for fact in lines if fact["sign"] == 1), Decimal(0))
    return {
        "net_amount": net,
        "gross_amount": gross,
        "returns_amount": gross - net,
        "line_count": len(lines),
    }


def invoices(facts: Iterable[Row]) -> int:
    """Distinct invoices of each month, added up."""
    return len({(fact["jalali_month"], fact["invoice_id"]) for fact in facts})


ALL = Filters(SOURCE, "1402-06", "1403-06")
QUESTIONS = {
    "all": ALL,
    "one month": Filters(SOURCE, "1403-05", "1403-05"),
    "branch": ALL.narrowed(branches=("B2",)),
    "city": ALL.narrowed(cities=("تهران",)),
    "unknown city": ALL.narrowed(cities=(None, "قم")),
    "brand": ALL.narrowed(brands=("گلستان",)),
    "unknown brand": ALL.narrowed(brands=(None,)),
    "salesperson": ALL.narrowed(salespeople=("S2", "S3")),
    "all at once": Filters(
        SOURCE,
        "1403-05",
        "1403-06",
        branches=("B1", "B2"),
        cities=("تهران", "شیراز"),
        brands=("گلستان", "گلها"),
        salespeople=("S1", "S2"),
    ),
    "customer and product": ALL.narrowed(customers=("C1",), products=("P1", "P2")),
    "nothing": ALL.narrowed(cities=("نیست",)),
    "an empty month": Filters(SOURCE, "1400-01", "1400-02"),
}
