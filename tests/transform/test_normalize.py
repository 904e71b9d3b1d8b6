"""Cells to canonical columns: type and signs, the two dates, keys, and what a source derives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts import read_mapping
from pipeline.settings import ROOT
from pipeline.transform.normalize import Normalizer
from tests.karamad import MAPPING, SOUND, Cells

SALE, RETURN, BLANK = "فروش", "برگشت از فروش", ""
FIRST, SECOND = date(2024, 8, 2), date(2024, 8, 5)


def normalize(*lines: Cells) -> list[dict[str, Any]]:
    """Sound Karamad lines with these cells, as canonical rows."""
    rows = [{name: {**SOUND, **line}.get(name, "") for name in MAPPING.columns} for line in lines]
    cells = pl.DataFrame(rows, schema=dict.fromkeys(MAPPING.columns, pl.String))
    return Normalizer(MAPPING).normalize(cells.with_row_index("line_no", 2)).to_dicts()


# Given quantity and net, what they say without a text; beside it what a text makes of them.
# n: negated, k: kept. A sale is never negated; where figures contradict each other, nothing is.
SIGNS = [
    # quantity, net, blank text, text says SALE, text says RETURN
    ("2", "110", "SALE k", "SALE k", "RETURN n"),
    ("2", "0", "SALE k", "SALE k", "RETURN n"),
    ("0", "110", "SALE k", "SALE k", "RETURN n"),
    ("0", "0", "SALE k", "SALE k", "RETURN n"),
    ("-2", "-110", "RETURN k", "RETURN k", "RETURN k"),
    ("-2", "0", "RETURN k", "SALE k", "RETURN k"),
    ("0", "-110", "RETURN k", "SALE k", "RETURN k"),
    ("2", "-110", "RETURN k", "SALE k", "RETURN k"),
    ("-2", "110", "RETURN k", "SALE k", "RETURN k"),
]


@pytest.mark.parametrize("text", [BLANK, SALE, RETURN])
@pytest.mark.parametrize(("quantity", "net", *"bsr"), SIGNS)
def test_type_and_signs(quantity: str, net: str, b: str, s: str, r: str, text: str) -> None:
    kind, what = {BLANK: b, SALE: s, RETURN: r}[text].split()
    cells = {"quantity": quantity, "net_amount": net, "transaction_type": text}
    (row,) = normalize(cells)
    factor = -1 if what == "n" else 1
    assert (row["transaction_type"], row["sign"]) == (kind, 1 if kind == "SALE" else -1)
    assert row["quantity"] == factor * Decimal(quantity)
    assert row["net_amount"] == factor * Decimal(net)
    assert (row["given_quantity"], row["given_net_amount"]) == (Decimal(quantity), Decimal(net))
    assert row["unit_price"] == 50


BESIDE = {
    "gross_amount": "100",
    "discount_volume": "3",
    "discount_cash": "2",
    "tax_amount": "15",
    "free_quantity": "1",
}
TOTALS = {"discount_amount": 5, **{name: int(value) for name, value in BESIDE.items()}}


@pytest.mark.parametrize(
    ("quantity", "net", "text", "factor"),
    [
        ("2", "110", SALE, 1),
        ("2", "110", RETURN, -1),
        # Magnitudes beside a negative return are negated as well.
        ("-2", "-110", RETURN, -1),
        ("-2", "-110", SALE, -1),
        ("-2", "-110", BLANK, -1),
        # Figures that contradict each other stay as they stand.
        ("2", "-110", RETURN, 1),
        ("-2", "110", RETURN, 1),
        ("-2", "110", SALE, 1),
    ],
)
def test_measures_beside_net_go_with_it(quantity: str, net: str, text: str, factor: int) -> None:
    given = {**BESIDE, "quantity": quantity, "net_amount": net, "transaction_type": text}
    (row,) = normalize(given)
    assert {name: row[name] for name in TOTALS} == {n: factor * v for n, v in TOTALS.items()}


def test_a_return_given_with_signs_stays_as_it_is() -> None:
    signed = {name: f"-{value}" for name, value in BESIDE.items()}
    given = {**signed, "quantity": "-2", "net_amount": "-110", "transaction_type": RETURN}
    (row,) = normalize(given)
    assert {name: row[name] for name in TOTALS} == {name: -value for name, value in TOTALS.items()}


def test_what_cannot_be_read_does_not_contradict() -> None:
    rows = normalize(
        {"transaction_type": RETURN, "quantity": "x"},
        {"transaction_type": RETURN, "net_amount": "x"},
        {"transaction_type": RETURN, "quantity": "-2", "net_amount": "x", "gross_amount": "-100"},
    )
    assert [(row["quantity"], row["net_amount"]) for row in rows] == [
        (None, -110),
        (-2, None),
        (-2, None),
    ]
    assert [row["gross_amount"] for row in rows] == [-100] * 3
    assert [row["quantity_unreadable"] for row in rows] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        *((text, "SALE") for text in ("فروش", " فروش ", "فروش\u200c", "\u200fفروش", "فـروش")),
        *(
            (text, "RETURN")
            for text in ("برگشت از فروش", "برگشت", "فاکتور برگشتی", "برگشت\u200cاز‌فروش")
        ),
        *((text, "UNKNOWN") for text in ("حواله", "پیش فروش", "فروش ویژه", "SALE", "0", "--")),
        *((text, None) for text in ("", " ", "-", "\u200c")),
    ],
)
def test_the_type_text(text: str, declared: str | None) -> None:
    (row,) = normalize({"transaction_type": text})
    assert row["declared_type"] == declared
    expected = {"SALE": "SALE", "RETURN": "RETURN", None: "SALE", "UNKNOWN": None}[declared]
    assert row["transaction_type"] == expected


CELLS = {"first": "1403/05/12", "second": "1403/05/15", "empty": "-", "bad": "1403/13/01"}
# First choice, second choice → the day and which of the two it is from.
CHOICES = [
    ("first", "second", FIRST, 1),
    ("first", "empty", FIRST, 1),
    ("first", "bad", FIRST, 1),
    ("empty", "second", SECOND, 2),
    ("empty", "empty", None, None),
    ("empty", "bad", None, 2),
    ("bad", "second", None, 1),
    ("bad", "empty", None, 1),
    ("bad", "bad", None, 1),
]


@pytest.mark.parametrize("text", [SALE, RETURN, "حواله"])
@pytest.mark.parametrize(("one", "two", "day", "which"), CHOICES)
def test_the_choice_of_the_date(
    one: str, two: str, day: date | None, which: int | None, text: str
) -> None:
    order = ("reference", "system") if text != RETURN else ("system", "reference")
    cells = {f"{order[0]}_date": CELLS[one], f"{order[1]}_date": CELLS[two]}
    (row,) = normalize({**cells, "transaction_type": text})
    assert row["event_date"] == day
    if which is not None:
        assert row["event_date_source"] == order[which - 1]
    if day is not None:
        assert row["event_date_jalali"] == f"1403-05-{12 if day == FIRST else 15}"
        assert row["jalali_month"] == "1403-05"


@pytest.mark.parametrize(
    "text",
    [
        *("1403/05/12 24:00", "1403/05/12 08:30", "1403/05/12T08:30:15", "1403/05/12 8:30:15.123"),
        *("۱۴۰۳/۰۵/۱۲ ۲۴:۰۰", "١٤٠٣/٠٥/١٢", "\u200f1403/05/12\u200e", "2024-08-02 00:00:00"),
        *("2024-08-02T08:30:00Z", "1403/05/12 08:30 AM", " 1403/5/12 ", "45506"),
    ],
)
def test_a_date_with_a_time_or_marks(text: str) -> None:
    (row,) = normalize({"reference_date": text})
    assert row["event_date"] == FIRST


def test_optional_measures_that_are_blank_count_as_zero_and_required_ones_do_not() -> None:
    blank = dict.fromkeys(MAPPING.measures, "")
    (row,) = normalize(blank)
    for name in MAPPING.measures:
        required = MAPPING.columns[name].required
        assert row[name] == (None if required else 0)
        assert row[f"{name}_unreadable"] == required


def test_blocks_of_one_file_are_read_alike() -> None:
    """Dates and types that were read before are remembered, not mixed up."""
    normalizer = Normalizer(MAPPING)
    lines: list[Cells] = [{}, {"transaction_type": RETURN}, {"reference_date": "1403/13/01"}, {}]
    rows = []
    for line in lines * 2:
        cells = {name: [{**SOUND, **line}.get(name, "")] for name in MAPPING.columns}
        rows += normalizer.normalize(pl.DataFrame(cells).with_row_index("line_no")).to_dicts()
    fields = ("event_date", "transaction_type", "sign", "event_date_jalali")
    read = [tuple(row[name] for name in fields) for row in rows]
    assert read[:4] == read[4:]
    assert [row[0] for row in read[:4]] == [FIRST, FIRST, None, FIRST]


odd_cells = st.sampled_from(
    ["", "-", "0", "5", "-5", "x", "1403/05/15", "1403/13/01", RETURN, SALE]
)
lines = st.lists(
    st.dictionaries(st.sampled_from(list(MAPPING.columns)), odd_cells, max_size=6), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_a_line_is_read_alike_alone_and_among_others(many: list[dict[str, str]]) -> None:
    together = normalize(*many)
    alone = [normalize(line)[0] for line in many]
    for row, other in zip(together, alone, strict=True):
        assert {**row, "line_no": 0} == {**other, "line_no": 0}


def retail(quantity: str, price: str) -> dict[str, Any]:
    mapping = read_mapping(ROOT / "config", "online_retail")
    given = {"quantity": quantity, "unit_price": price, "system_date": "2010-12-01 08:26:00"}
    cells = {name: [given.get(name, "1")] for name in mapping.columns}
    (row,) = Normalizer(mapping).normalize(pl.DataFrame(cells).with_row_index("line_no")).to_dicts()
    return row


@pytest.mark.parametrize(
    ("quantity", "price", "net"),
    [("6", "2.55", "15.30"), ("-3", "0.5", "-1.5"), ("0", "1", "0"), ("1.5", "0.0002", "0.0003")],
)
def test_a_derived_amount_is_exact(quantity: str, price: str, net: str) -> None:
    row = retail(quantity, price)
    assert row["net_amount"] == row["gross_amount"] == row["given_net_amount"] == Decimal(net)
    assert row["transaction_type"] == ("RETURN" if net.startswith("-") else "SALE")
    assert (row["event_date"], row["event_date_source"]) == (date(2010, 12, 1), "system")


def test_a_derived_amount_is_never_rounded() -> None:
    """What four decimals cannot hold is no amount, as it would be in a cell."""
    assert retail("0.5", "0.0001")["net_amount"] is None
