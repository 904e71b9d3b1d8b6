"""Header matching over whole header rows: right where it is sure, silent where it is not."""

import csv
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts import read_mapping
from pipeline.ingestion.header_types import header_key
from pipeline.ingestion.headers import Match, Wanted, match_headers
from pipeline.recognition import wanted_columns

ROOT = Path(__file__).parents[2]
WANTED = {one.column: one for one in wanted_columns(read_mapping(ROOT / "config", "karamad"))}
# The columns of which the ERP's own headers are certain.
KNOWN = {
    "salesperson_id",
    "product_id",
    "transaction_type",
    "system_date",
    "invoice_id",
    "customer_id",
    "quantity",
    "unit_price",
    "gross_amount",
    "discount_volume",
    "discount_cash",
    "net_amount",
    "reference_date",
}


class Spelling(NamedTuple):
    """One header of one invented export; `column` is empty where no column may be matched."""

    export: str
    header: str
    column: str
    values: str
    held_out: str
    trap: str


def read_spellings() -> dict[str, list[Spelling]]:
    exports = defaultdict(list)
    with (Path(__file__).parent / "header_spellings.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            exports[row["export"]].append(Spelling(**row))
    return exports


def karamad(columns: Sequence[str] = tuple(WANTED)) -> list[Wanted]:
    return [WANTED[column] for column in columns]


EXPORTS = read_spellings()
ALL_COLUMNS = karamad()
KNOWN_COLUMNS = karamad([column for column in WANTED if column in KNOWN])
HEADERS = [one.header for one in ALL_COLUMNS]


def invent(kind: str, chance: random.Random) -> str:
    """Invent one cell of a kind named in header_spellings.csv or in `Wanted.kind`."""
    amount = f"{chance.randrange(10_000, 90_000_000):,}"
    makers = {
        "code": lambda: str(chance.randrange(1000, 99_999)),
        "name": lambda: chance.choice(["پخش نمونهٔ شرق", "کالای آزمایشی ۲", "علی نمونه", "مرکزی"]),
        "date": lambda: f"1403/{chance.randrange(1, 13):02}/{chance.randrange(1, 30):02}",
        "amount": lambda: amount,
        "int": lambda: str(chance.randrange(1, 400)),
        "seq": lambda: str(chance.randrange(1, 400)),
        "percent": lambda: str(chance.randrange(0, 12)),
        "type": lambda: chance.choice(["فروش", "فروش", "برگشت از فروش"]),
        "status": lambda: chance.choice(["نقدی", "چک", "اعتباری"]),
        "phone": lambda: f"0912{chance.randrange(1_000_000, 9_999_999)}",
    }
    return makers[kind]()


def sample_rows(kinds: Sequence[str], count: int = 40) -> list[list[str]]:
    chance = random.Random(1403)
    return [[invent(kind, chance) for kind in kinds] for _ in range(count)]


def found(matches: Sequence[Match]) -> dict[str, str | None]:
    return {match.header: match.column for match in matches}


def match_export(export: str, wanted: Sequence[Wanted], *, with_cells: bool) -> list[Match]:
    """Match an export's header row; the headers of `each_alone` are a row of one each."""
    spellings = EXPORTS[export]
    if export == "each_alone":
        cells = [sample_rows([one.values]) if with_cells else None for one in spellings]
        return [
            match_headers([one.header], wanted, rows)[0]
            for one, rows in zip(spellings, cells, strict=True)
        ]
    rows = sample_rows([one.values for one in spellings]) if with_cells else None
    return match_headers([one.header for one in spellings], wanted, rows)


# --- What the file of spellings promises -----------------------------------------------------


def test_a_third_of_the_spellings_is_really_held_out() -> None:
    listed = {
        header_key(name): column
        for column, entry in WANTED.items()
        for name in (entry.header, *entry.aliases)
    }
    known = [one for export in EXPORTS.values() for one in export if one.column in KNOWN]
    for one in known:
        assert (listed.get(header_key(one.header)) is None) == (one.held_out == "yes"), one
    assert len({one.header for one in known}) >= 60
    assert sum(one.held_out == "yes" for one in known) * 3 >= len(known)
    assert sum(one.trap == "yes" for export in EXPORTS.values() for one in export) >= 20


def test_no_synonym_stands_for_two_columns() -> None:
    owner: dict[str, str] = {}
    for column, entry in WANTED.items():
        for name in (entry.header, *entry.aliases):
            assert owner.setdefault(header_key(name), f"{column} {name}") == f"{column} {name}"
    assert len(WANTED) == 61


@pytest.mark.parametrize("wanted", [ALL_COLUMNS, KNOWN_COLUMNS], ids=["all 61", "the known 13"])
def test_known_columns_are_found_in_whole_rows(wanted: list[Wanted]) -> None:
    missed = []
    total = 0
    for export, spellings in EXPORTS.items():
        columns = found(match_export(export, wanted, with_cells=True))
        for one in spellings:
            if one.column in KNOWN:
                total += 1
                if columns[one.header] != one.column:
                    missed.append((export, one.header, one.column, columns[one.header]))
    assert total >= 60
    assert len(missed) <= 0.02 * total, missed


@pytest.mark.parametrize("with_cells", [True, False], ids=["with cells", "without cells"])
@pytest.mark.parametrize("wanted", [ALL_COLUMNS, KNOWN_COLUMNS], ids=["all 61", "the known 13"])
def test_no_header_gets_a_wrong_column(wanted: list[Wanted], with_cells: bool) -> None:
    wrong = [
        (export, one.header, one.column, column)
        for export, spellings in EXPORTS.items()
        for columns in [found(match_export(export, wanted, with_cells=with_cells))]
        for one in spellings
        if (column := columns[one.header]) not in (None, one.column)
    ]
    assert wrong == []


# --- The kinds of match ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "column", "how", "confidence"),
    [
        ("کد فروشنده", "salesperson_id", "exact", 1.0),
        ("كد  فروشنده", "salesperson_id", "folded", 0.99),
        ("کد ویزیتور", "salesperson_id", "alias", 0.97),
        ("شناسه ویزیتور", "salesperson_id", "similar", 0.9),
        ("کد ویزیتر", "salesperson_id", "similar", 0.846),
        ("", None, "none", 0.0),
        (" - ", None, "none", 0.0),
        ("رنگ آسمان", None, "none", 0.0),
        ("جمع فرش ثبت شمسی قابل پرداحت", None, "none", 0.0),  # misspelt, and too much besides
    ],
)
def test_how_a_header_is_matched_and_how_sure_it_is(
    header: str, column: str | None, how: str, confidence: float
) -> None:
    (match,) = match_headers([header], ALL_COLUMNS)
    assert (match.column, match.how, match.confidence) == (column, how, confidence)
    assert match.reason_fa
    assert match.reason_en


def test_all_karamad_headers_match_exactly_whatever_the_cells() -> None:
    matches = match_headers(HEADERS, ALL_COLUMNS, sample_rows(["date"] * 61))
    assert [match.column for match in matches] == list(WANTED)
    assert {match.how for match in matches} == {"exact"}
    assert "cells do not look like it" in matches[HEADERS.index("شماره")].reason_en


def test_of_repeated_headers_the_first_is_taken() -> None:
    matches = match_headers(["شماره", "تاریخ", "شماره"], ALL_COLUMNS)
    assert [match.column for match in matches] == ["invoice_id", "system_date", None]
    assert "header number 1" in matches[2].reason_en


def test_the_one_spelt_as_wanted_goes_before_an_equal_one() -> None:
    matches = match_headers(["كد كالا", "کد کالا"], ALL_COLUMNS)
    assert [match.column for match in matches] == [None, "product_id"]


def test_the_earlier_synonym_wins_and_the_other_header_says_so() -> None:
    matches = match_headers(["تعداد", "تعداد کل"], ALL_COLUMNS)
    assert [match.column for match in matches] == [None, "quantity"]
    assert "“تعداد کل” was chosen" in matches[0].reason_en


def test_two_headers_equally_near_to_one_column_stay_unmatched() -> None:
    matches = match_headers(["شناسه ویزیتور فروش", "فروش شناسه بازاریاب"], KNOWN_COLUMNS)
    assert [match.column for match in matches] == [None, None]
    assert all("Unclear" in match.reason_en for match in matches)


# --- The cells have a say --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cells", "column"),
    [
        ("مشتری", "code", "customer_id"),
        ("مشتری", "name", "customer_name"),
        ("کالا", "code", "product_id"),
        ("فاکتور", "code", "invoice_id"),
        ("فاکتور", "amount", None),
        ("نوع", "type", "transaction_type"),
        ("نوع", "status", None),
        ("فروش/برگشت", "type", "transaction_type"),
        ("برگشت", "int", None),
        ("شماره فاکتور", "date", None),
        ("شناسه ویزیتور", "name", None),
        ("تاریخ صدور", "date", "system_date"),
        ("تاریخ صدور", "name", None),
        ("مبلغ قبل از کسر تخفیف", "date", None),
        ("نام محصول", "code", None),
    ],
)
def test_cells_decide_and_refute(header: str, cells: str, column: str | None) -> None:
    (match,) = match_headers([header], ALL_COLUMNS, sample_rows([cells]))
    assert match.column == column, match.reason_en
    if match.how == "values":
        assert match.confidence <= 0.85


def test_a_text_too_long_for_a_header_is_no_match_and_takes_no_time() -> None:
    start = time.perf_counter()
    headers = ["کد" * 30_000, "کد مشتری " * 9_000, "فی" * 90 + "ژ"]
    rows = [["-" + " " * 60_000 + "x"] * 3] * 5
    assert [match.column for match in match_headers(headers, ALL_COLUMNS, rows)] == [None] * 3
    assert time.perf_counter() - start < 2


def test_a_few_cells_prove_nothing() -> None:
    (match,) = match_headers(["شماره فاکتور"], ALL_COLUMNS, [["1403/01/01"], ["", "x"], []])
    assert match.column == "invoice_id"


# --- Properties ------------------------------------------------------------------------------

ANY_HEADER = st.one_of(
    st.sampled_from([one.header for export in EXPORTS.values() for one in export]),
    st.sampled_from([name for one in WANTED.values() for name in one.aliases]),
    st.sampled_from(HEADERS),
    st.text(max_size=12),
)
KINDS = ["code", "name", "date", "amount", "int", "type", "status"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ANY_HEADER, st.sampled_from(KINDS)), max_size=25))
def test_matching_is_one_to_one_and_complete(columns: list[tuple[str, str]]) -> None:
    headers = [header for header, _ in columns]
    matches = match_headers(headers, ALL_COLUMNS, sample_rows([kind for _, kind in columns], 5))
    assert [(match.position, match.header) for match in matches] == list(enumerate(headers))
    taken = [match.column for match in matches if match.column is not None]
    assert len(taken) == len(set(taken))
    for match in matches:
        assert (match.column is None) == (match.how == "none") == (match.confidence == 0.0)
        assert header_key(match.header) or match.column is None
        assert match.how in ("exact", "folded", "alias") or match.confidence <= 0.95


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(ANY_HEADER, st.sampled_from(KINDS)),
        max_size=25,
        unique_by=lambda column: header_key(column[0]),
    ),
    st.randoms(use_true_random=False),
)
def test_another_order_of_columns_changes_only_the_order(
    columns: list[tuple[str, str]], chance: random.Random
) -> None:
    rows = sample_rows([kind for _, kind in columns], 5)
    order = list(range(len(columns)))
    chance.shuffle(order)
    straight = match_headers([header for header, _ in columns], ALL_COLUMNS, rows)
    shuffled = match_headers(
        [columns[at][0] for at in order], ALL_COLUMNS, [[row[at] for at in order] for row in rows]
    )
    for at, match in zip(order, shuffled, strict=True):
        before = straight[at]
        assert (match.column, match.confidence, match.how, match.reason_en) == (
            before.column,
            before.confidence,
            before.how,
            before.reason_en,
        )


@pytest.mark.parametrize("change", ["none", "all misspelt"])
def test_61_headers_with_cells_take_less_than_50_ms(change: str) -> None:
    headers = HEADERS if change == "none" else [f"{header[:-1]}ژ" for header in HEADERS]
    rows = sample_rows([KINDS[at % len(KINDS)] for at in range(61)], 200)
    best = min(_seconds(headers, rows) for _ in range(9))
    assert best < 0.05


def _seconds(headers: list[str], rows: list[list[str]]) -> float:
    """Of the processor: what else the machine does is not counted."""
    start = time.thread_time()
    match_headers(headers, ALL_COLUMNS, rows)
    return time.thread_time() - start
