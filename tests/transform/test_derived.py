"""Amounts that a mapping derives from others are exact, or named as unreadable."""

from decimal import Decimal

import polars as pl

from pipeline.contracts import read_mapping
from pipeline.quality.check import LineChecker
from pipeline.quality.rules import read_catalogue, rule_set
from pipeline.settings import ROOT
from pipeline.transform.normalize import Normalizer

MAPPING = read_mapping(ROOT / "config", "online_retail")


def test_a_product_with_more_decimals_than_an_amount_holds_is_named_not_rounded() -> None:
    cells = pl.DataFrame(
        {
            "line_no": pl.Series([2, 3], dtype=pl.Int32),
            "invoice_id": ["1", "2"],
            "product_id": ["P", "P"],
            "customer_id": ["C", "C"],
            "system_date": ["2010-12-01", "2010-12-01"],
            "quantity": ["0.3334", "0.5"],
            "unit_price": ["1.3333", "2.25"],
        }
    )
    frame = Normalizer(MAPPING).normalize(cells)
    # 0.3334 x 1.3333 = 0.44452222; 0.5 x 2.25 = 1.125
    assert frame["net_amount"].to_list() == [None, Decimal("1.125")]
    checker = LineChecker(rule_set(read_catalogue(ROOT / "config")), MAPPING, {})
    assert checker.check(frame, cells).to_list() == [True, False]
    codes = {code for part in checker.issues() for code in part["rule_code"]}
    assert codes == {"INVALID_NUMERIC"}
