"""Which rules a line breaks, whole matrices at a time: dates, signs, amounts at the edge."""

from __future__ import annotations

import itertools
from datetime import date

import polars as pl
import pytest

from pipeline.quality.check import ISSUE_SCHEMA, LineChecker
from pipeline.quality.rules import read_catalogue, rule_set
from pipeline.settings import ROOT
from pipeline.transform.normalize import Normalizer
from tests.karamad import HEADERS, MAPPING, SOUND, Cells

SALE, RETURN, BLANK, OTHER = "فروش", "برگشت از فروش", "", "حواله"
RULES = rule_set(read_catalogue(ROOT / "config"), today=date(2025, 1, 1))
READABLE = {
    name: HEADERS[name] for name in (*MAPPING.columns, *MAPPING.attributes) if name in HEADERS
}


def check(*lines: Cells) -> list[set[tuple[str, str]]]:
    """Code and column (canonical name) of what is found on each line."""
    rows = [{name: {**SOUND, **line}.get(name, "") for name in READABLE} for line in lines]
    cells = pl.DataFrame(rows, schema=dict.fromkeys(READABLE, pl.String))
    cells = cells.with_columns(line_no=pl.int_range(len(rows), dtype=pl.Int32))
    frame = Normalizer(MAPPING).normalize(cells)
    names = {name: name for name in READABLE}
    checker = LineChecker(RULES, MAPPING, names)
    rejected = checker.check(frame, cells)
    nothing = pl.DataFrame(schema=ISSUE_SCHEMA)
    issues = pl.concat([nothing, *checker.issues()], how="diagonal")
    found: list[set[tuple[str, str]]] = [set() for _ in lines]
    for issue in issues.iter_rows(named=True):
        assert issue["raw_value"] == rows[issue["line_no"]][issue["column_name"]]
        found[issue["line_no"]].add((issue["rule_code"], issue["column_name"]))
    errors = issues.filter(severity="ERROR")["line_no"].unique().sort().to_list()
    assert rejected.arg_true().to_list() == errors
    return found


DATE_CODES = {
    *("MISSING_DATE", "INVALID_DATE", "FALLBACK_EVENT_DATE", "INVALID_SECONDARY_DATE"),
    "FUTURE_DATE",
}
CELLS = {"good": "1403/05/12", "late": "1404/05/12", "empty": "-", "bad": "1403/13/01"}
# First choice, second choice → the rule, and whether it blames the first (1) or the second (2).
DATES = {
    ("good", "good"): None,
    ("good", "late"): None,
    ("good", "empty"): None,
    ("good", "bad"): ("INVALID_SECONDARY_DATE", 2),
    ("late", "good"): ("FUTURE_DATE", 1),
    ("empty", "good"): ("FALLBACK_EVENT_DATE", 1),
    ("empty", "empty"): ("MISSING_DATE", 1),
    ("empty", "bad"): ("INVALID_DATE", 2),
    ("bad", "good"): ("INVALID_DATE", 1),
    ("bad", "empty"): ("INVALID_DATE", 1),
    ("bad", "bad"): ("INVALID_DATE", 1),
}


@pytest.mark.parametrize("text", [SALE, RETURN, BLANK, OTHER])
@pytest.mark.parametrize("pair", DATES, ids="-".join)
def test_dates(pair: tuple[str, str], text: str) -> None:
    order = ("reference_date", "system_date")
    if text == RETURN:
        order = ("system_date", "reference_date")
    cells = {name: CELLS[what] for name, what in zip(order, pair, strict=True)}
    (found,) = check({**cells, "transaction_type": text})
    answer = DATES[pair]
    expected = set() if answer is None else {(answer[0], order[answer[1] - 1])}
    assert {issue for issue in found if issue[0] in DATE_CODES} == expected


SIGN_CODES = {
    *("SIGN_MISMATCH_QTY_AMOUNT", "NEGATIVE_QTY_ON_SALE", "POSITIVE_QTY_ON_RETURN"),
    *("ZERO_QUANTITY", "UNKNOWN_TRANSACTION_TYPE"),
}


@pytest.mark.parametrize("text", [SALE, RETURN, BLANK, OTHER])
@pytest.mark.parametrize("quantity", [-2, 0, 2])
@pytest.mark.parametrize("net", [-110, 0, 110])
def test_signs(text: str, quantity: int, net: int) -> None:
    cells = {"quantity": str(quantity), "net_amount": str(net), "transaction_type": text}
    expected = {
        ("SIGN_MISMATCH_QTY_AMOUNT", "quantity"): quantity * net < 0,
        ("NEGATIVE_QTY_ON_SALE", "quantity"): text == SALE and quantity < 0,
        ("POSITIVE_QTY_ON_RETURN", "quantity"): text == RETURN and quantity > 0,
        ("ZERO_QUANTITY", "quantity"): quantity == 0,
        ("UNKNOWN_TRANSACTION_TYPE", "transaction_type"): text == OTHER,
    }
    (found,) = check(cells)
    assert {i for i in found if i[0] in SIGN_CODES} == {i for i, fires in expected.items() if fires}


MEASURES = ("quantity", "unit_price", "free_quantity", "gross_amount", "tax_amount", "net_amount")


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (("2", "50", "0", "100", "10", "110"), set()),
        (("2", "50", "0", "101", "10", "111"), set()),
        (("2", "50", "0", "101.0001", "10", "111"), {"GROSS_MISMATCH"}),
        (("2", "50", "0", "99", "10", "109"), set()),
        (("2", "50", "0", "98.9999", "10", "109"), {"GROSS_MISMATCH"}),
        # Free goods charged and discounted, or not charged at all.
        (("3", "50", "1", "150", "10", "160"), set()),
        (("3", "50", "1", "100", "10", "110"), set()),
        (("3", "50", "1", "125", "10", "135"), {"GROSS_MISMATCH"}),
        (("2", "50", "0", "100", "10", "111"), set()),
        (("2", "50", "0", "100", "10", "111.0001"), {"NET_MISMATCH"}),
        (("2", "50", "0", "100", "10", "108.9999"), {"NET_MISMATCH"}),
        (("2", "50", "0", "300", "10", "500"), {"GROSS_MISMATCH", "NET_MISMATCH"}),
        # What cannot be read is not compared.
        (("2", "50", "0", "x", "10", "110"), {"INVALID_NUMERIC"}),
        (("2", "50", "0", "100", "x", "999"), {"INVALID_NUMERIC"}),
        (("x", "50", "0", "999", "10", "1009"), {"INVALID_NUMERIC"}),
    ],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_amounts_within_one_unit_agree(
    amounts: tuple[str, ...], expected: set[str], sign: str
) -> None:
    """A return with signs is judged as the sale it takes back."""
    signed = (
        f"{sign}{text}" if name != "unit_price" else text
        for name, text in zip(MEASURES, amounts, strict=True)
    )
    text = RETURN if sign else SALE
    (found,) = check({**dict(zip(MEASURES, signed, strict=True)), "transaction_type": text})
    assert {code for code, _ in found} == expected


@pytest.mark.parametrize(
    ("volume", "cash", "fires"),
    [("60", "40", False), ("60", "40.01", True), ("100.01", "0", True), ("-60", "-41", True)],
)
def test_discounts_against_gross(volume: str, cash: str, fires: bool) -> None:
    (found,) = check({"discount_volume": volume, "discount_cash": cash})
    assert (("DISCOUNT_EXCEEDS_GROSS", "discount_volume") in found) == fires


def test_each_unreadable_cell_is_an_issue_of_its_own() -> None:
    (found,) = check(dict.fromkeys(MAPPING.measures, "x"))
    assert found == {("INVALID_NUMERIC", name) for name in MAPPING.measures}


def test_each_empty_key_is_an_issue_of_its_own_on_rejected_lines_too() -> None:
    keys = ("invoice_id", "customer_id", "product_id", "salesperson_id")
    for size in range(1, 5):
        for chosen in itertools.combinations(keys, size):
            (found,) = check({**dict.fromkeys(chosen, "\u200f-"), "net_amount": "112"})
            expected = {(f"MISSING_{name.upper()}", name) for name in chosen}
            assert found == expected | {("NET_MISMATCH", "net_amount")}


def test_lines_of_a_block_are_judged_each_for_itself() -> None:
    lines: list[Cells] = [{}, {"invoice_id": ""}, {"quantity": "x"}, {}, {"tax_amount": "99"}]
    assert check(*lines) == [check(line)[0] for line in lines]
