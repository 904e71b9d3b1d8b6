"""The ledger check's own reading agrees with the pipeline's, and with the standard library's."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.contracts import MEASURES, Mapping
from pipeline.errors import WrongContract
from pipeline.settings import ROOT
from pipeline.transform.normalize import Normalizer
from pipeline.transform.numbers import read_numbers
from pipeline.transform.text import fold_text
from pipeline.verification.cells import CellCutter
from pipeline.verification.formulas import evaluate, names_in, parse_formula
from pipeline.verification.net_amounts import NetReader, WrongWidthError, one_spelling
from pipeline.verification.numbers import clean, read_amount
from tests.import_rules import imports
from tests.karamad import HEADERS, MAPPING, SOUND
from tests.karamad import NAMES as KNOWN

ODD = "0019۰۱۹٠٩,،٬.٫'’-−–+()eE \t\u00a0\u200c\u200f\u202bxK_٪"


def amount(cell: str) -> Decimal | None:
    """What the check reads in a cell; nothing where it is empty."""
    text = clean(cell)
    return read_amount(text) if text else None


@given(st.lists(st.text(ODD, max_size=9), min_size=30, max_size=60))
@example(
    ["(1,200)", "1,20", "1200-", "- 5", "5 -", "(-5)", "1.5E3", "1E-3", "1e-5", "۱٬۲۰۰٫۵", "٣"]
)
@example(["999999999999999", "1000000000000000", "0.00010", "0.00001", "1e15", "1E14", ".", "-.5"])
@example(["NaN", "Infinity", "1_000", "0x1F", "1 200", "12 34", "1.", "+7", "--7", "١٢٣", "०१"])
def test_amounts_are_read_as_the_pipeline_reads_them(cells: list[str]) -> None:
    amounts, _ = read_numbers(pl.DataFrame({"cells": cells}))
    assert [amount(cell) for cell in cells] == amounts["cells"].to_list()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1234", "1234"), ("۱۲۳۴", "1234"), ("٬۱", None), ("1,234,567.5", "1234567.5"),
        ("۱٬۲۳۴٫۵۶", "1234.56"), ("(1,200)", "-1200"), ("1,200-", "-1200"), ("−15", "-15"),
        ("\u200f-15\u200e", "-15"), ("1.5E3", "1500"), ("1.23456", None), ("1.23450000", "1.2345"),
        ("1000000000000000", None), ("999999999999999.9999", "999999999999999.9999"), ("abc", None),
        ("-", None), ("", None), ("1,2,3", None), ("NaN", None), ("1e99", None),
    ],
)  # fmt: skip
def test_an_amount_is_exact_or_none(cell: str, expected: str | None) -> None:
    assert amount(cell) == (None if expected is None else Decimal(expected))


CELLS = st.lists(st.text("ab\",;\n\r \\'", max_size=6), min_size=2, max_size=6)


@given(CELLS, st.sampled_from(",;|"), st.booleans())
def test_quoted_cells_are_cut_as_they_were_written(
    cells: list[str], delimiter: str, quote_all: bool
) -> None:
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="").writerow(cells)
    assert CellCutter(delimiter, '"', None).cut(out.getvalue()) == cells


@pytest.mark.parametrize(
    ("line", "cutter", "cells"),
    [
        ('a, "b, c", d', CellCutter(", ", '"', None), ["a", "b, c", "d"]),
        ('"a\\", b",c\\', CellCutter(",", '"', "\\"), ['a", b', "c\\"]),
        ('"C:\\\\","b"', CellCutter(",", '"', "\\"), ["C:\\\\", "b"]),
        ('"said "no", twice",b', CellCutter(",", '"', ""), ['said "no', ' twice"', "b"]),
        ('"24" pipe",b', CellCutter(",", '"', ""), ['24" pipe', "b"]),
        ('24" pipe,b', CellCutter(",", '"', None), ['24" pipe', "b"]),
        ('  "a,b"  ,c', CellCutter(",", '"', None), ["a,b", "c"]),
        ('"a,b', CellCutter(",", '"', None), ['"a,b']),
        ('"a,b"', CellCutter(",", None, None), ['"a', 'b"']),
        ("'a;b';c", CellCutter(";", "'", None), ["a;b", "c"]),
    ],
)
def test_other_dialects_are_cut(line: str, cutter: CellCutter, cells: list[str]) -> None:
    assert cutter.cut(line) == cells


@given(st.text("یيىکكهةآأا ـًّ\u200cفروش۱1١", max_size=8), st.text("یيکك فروش۱1", max_size=8))
def test_spellings_are_equal_where_the_pipeline_says_so(one: str, other: str) -> None:
    assert (one_spelling(one) == one_spelling(other)) == (fold_text(one) == fold_text(other))


TYPES = ["فروش", "برگشت از فروش", "بــرگشت", "", "-", "حواله", "فروش ", "برگشت‌ازفروش"]
FIGURES = ["5", "-5", "0", "", "x", "(7)", "۳٫۵"]


def karamad_reader(width: int) -> NetReader:
    dialect = {"delimiter": ",", "quote": '"', "escape": None}
    inspection = {"header": list(HEADERS.values()), "dialect": dialect, "width": width}
    return NetReader.of(MAPPING, inspection, {"matches": []})


@given(
    st.lists(
        st.tuples(st.sampled_from(TYPES), st.sampled_from(FIGURES), st.sampled_from(FIGURES)),
        min_size=1,
        max_size=20,
    )
)
def test_signs_are_as_the_pipeline_makes_them(lines: list[tuple[str, str, str]]) -> None:
    names = [KNOWN[header] for header in HEADERS.values()]
    rows = [
        [{**SOUND, "transaction_type": t, "quantity": q, "net_amount": n}.get(c, "") for c in names]
        for t, q, n in lines
    ]
    reader = karamad_reader(len(names))
    columns = {n: [row[i] for row in rows] for i, n in enumerate(names) if n in MAPPING.columns}
    cells = pl.DataFrame({"line_no": range(len(rows)), **columns})
    expected = Normalizer(MAPPING).normalize(cells)["net_amount"].to_list()
    assert [reader.net_amount(written(row)) for row in rows] == expected


def written(row: Sequence[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue()


def test_a_line_of_another_width_is_no_record() -> None:
    with pytest.raises(WrongWidthError) as caught:
        karamad_reader(61).net_amount("1,2,3")
    assert caught.value.cells == 3


def test_a_column_is_found_under_its_own_header_before_the_match() -> None:
    header = ["قابل پرداخت", "مجموع تعداد", "مبلغ"]
    dialect = {"delimiter": ",", "quote": '"', "escape": None}
    inspection = {"header": header, "dialect": dialect, "width": 3}
    matches = {"matches": [{"column": "net_amount", "position": 2}]}
    reader = NetReader.of(MAPPING, inspection, matches)
    assert reader.net_amount("10,1,99") == 10
    inspection["header"] = ["مبلغ کل", "مجموع تعداد", "مبلغ"]
    assert NetReader.of(MAPPING, inspection, matches).net_amount("10,1,99") == 99


def derived(**formulas: str) -> Mapping:
    """A contract that derives measures, from a type column and any given ones."""
    columns = {name: item.model_dump() for name, item in MAPPING.columns.items()}
    kept = {name: item for name, item in columns.items() if name not in formulas}
    facts = MAPPING.model_dump() | {"columns": kept, "derived": formulas}
    return Mapping.model_validate(facts)


def test_derived_amounts_are_exact_and_signed() -> None:
    mapping = derived(
        gross_amount="quantity * unit_price", net_amount="gross_amount - discount_cash"
    )
    assert names_in(mapping.derived, "net_amount") == {"quantity", "unit_price", "discount_cash"}
    names = ["transaction_type", "quantity", "unit_price", "discount_cash"]
    header = [mapping.columns[name].header for name in names]
    dialect = {"delimiter": ";", "quote": None, "escape": None}
    reader = NetReader.of(
        mapping, {"header": header, "dialect": dialect, "width": 4}, {"matches": []}
    )
    assert reader.net_amount("فروش;2;50;10") == 90
    assert reader.net_amount("برگشت;2;50;10") == -90
    assert reader.net_amount("برگشت;-2;50;10") == -90
    assert reader.net_amount("برگشت;-2;50;-10") == -90
    assert reader.net_amount("فروش;0.3334;1.3333;") == Decimal("0.44452222")
    assert reader.net_amount("فروش;2;x;10") is None


def test_formulas_know_names_numbers_and_three_signs() -> None:
    amounts = {"quantity": Decimal(3), "unit_price": Decimal("0.1"), "tax_amount": None}
    formulas = {"net_amount": "-(quantity - 1) * unit_price + 2"}
    assert evaluate(formulas, amounts, "net_amount") == Decimal("1.8")
    assert evaluate({"net_amount": "tax_amount + 1"}, amounts, "net_amount") is None
    assert set(MEASURES) >= names_in(formulas, "net_amount")
    for formula in ("quantity / 2", "abs(quantity)", "quantity ** 2"):
        with pytest.raises(WrongContract, match=r"\+, - and \*"):
            parse_formula(formula)


def test_the_check_shares_no_code_with_what_it_checks() -> None:
    # Workbooks alone have no second reading: their rendering is the pipeline's.
    # `scratch` gives files to write to and `db` sessions: they read nothing.
    allowed = ("verification", "db", "scratch", "settings", "errors", "contracts")
    shared = ["pipeline.ingestion.tables.render"]
    for path in [ROOT / "pipeline/verify.py", *(ROOT / "pipeline/verification").glob("*.py")]:
        names = [name for name, _ in imports(path, ROOT) if name.startswith("pipeline.")]
        assert [name for name in names if name.split(".")[1] not in allowed] in ([], shared), path
