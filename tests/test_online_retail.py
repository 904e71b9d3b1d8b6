"""A public export of another source system: its YAML mapping is all that it takes."""

from __future__ import annotations

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.settings import ROOT
from tests.karamad import Desk

# Too large for the repository: a folder beside it, or wherever the environment says.
FILE = Path(
    os.environ.get("ONLINE_RETAIL", ROOT.parent / "shared" / "data" / "online_retail_2010-12.csv")
)
LINES, NET, RETURNED = 42_481, Decimal("748957.02"), Decimal("-74789.12")

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"no {FILE.name} beside the repository")


def test_a_real_month_of_another_source(desk: Desk) -> None:
    result = desk.publish(FILE, None, source=None)
    assert (result.source, result.period, result.balanced) == ("online_retail", "2010-12", True)
    assert (result.lines, result.canonical + result.rejected) == (LINES, LINES)
    assert result.net_amount + result.rejected_net_amount == NET
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [
            (row, Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]))
            for row in csv.DictReader(file)
        ]
    known = [(row, net) for row, net in rows if row["CustomerID"]]
    assert (result.canonical, result.net_amount) == (len(known), sum(net for _, net in known))
    assert result.issues["MISSING_CUSTOMER_ID"] == result.rejected == LINES - len(known)
    returned = desk.value(
        "select sum(net_amount) from ("
        " select net_amount from canonical.sales union all"
        " select net_amount from canonical.rejected_lines) as every_line where net_amount < 0"
    )
    assert returned == RETURNED == sum(net for _, net in rows if net < 0)
    facts = desk.rows("select * from canonical.sales order by line_no")
    for fact, (row, net) in zip(facts, known, strict=True):
        assert (fact["net_amount"], fact["gross_amount"]) == (net, net)
        assert fact["customer_id"] == row["CustomerID"].removesuffix(".0")
        assert fact["event_date"].isoformat() == row["InvoiceDate"][:10]
        assert fact["sign"] == (-1 if Decimal(row["Quantity"]) < 0 else 1)
    by_day = desk.rows(
        "select sum(net_amount) as net, sum(returns_amount) as back from kpi_net_sales_daily"
    )
    assert by_day == [{"net": result.net_amount, "back": -sum(n for _, n in known if n < 0)}]
