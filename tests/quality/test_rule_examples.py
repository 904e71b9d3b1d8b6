"""Every rule finds the lines that its examples say, in a real load, and leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from pipeline.quality.rules import Example, Rule, read_catalogue
from pipeline.results import LoadResult
from pipeline.settings import ROOT, Settings
from pipeline.transform.facts import FactWriter
from tests.conftest import new_database
from tests.karamad import Cells, Desk, Layout

RULES = read_catalogue(ROOT / "config").rules
MONTH_BEFORE = "1403-04"
BEFORE: Cells = {"system_date": "1403/04/12", "reference_date": "1403/04/12"}
FIRST_LINE = 2  # under the header

ERRORS = {
    *("MISSING_INVOICE_ID", "MISSING_CUSTOMER_ID", "MISSING_PRODUCT_ID", "MISSING_SALESPERSON_ID"),
    *("INVALID_NUMERIC", "INVALID_DATE", "MISSING_DATE", "UNKNOWN_TRANSACTION_TYPE"),
    *("RAGGED_LINE", "UNDECODABLE_TEXT", "RECONCILIATION_GAP"),
}
WARNINGS = {
    *("FALLBACK_EVENT_DATE", "INVALID_SECONDARY_DATE", "SIGN_MISMATCH_QTY_AMOUNT"),
    *("NEGATIVE_QTY_ON_SALE", "POSITIVE_QTY_ON_RETURN", "GROSS_MISMATCH", "NET_MISMATCH"),
    *("DISCOUNT_EXCEEDS_GROSS", "ZERO_QUANTITY", "DUPLICATE_LINE", "DUPLICATE_ACROSS_LOADS"),
    *("DATE_OUT_OF_PERIOD", "FUTURE_DATE", "ORPHAN_RETURN", "RETURN_EXCEEDS_SALE"),
    *("PRICE_OUTLIER", "ATTRIBUTE_CONFLICT", "MISSING_COLUMN", "NEW_COLUMN", "RENAMED_COLUMN"),
    *("ROW_COUNT_DRIFT", "TOTAL_DRIFT", "NULL_RATE_DRIFT", "MISSING_DAYS"),
}

EXAMPLES = [
    pytest.param(rule, example, fails, id=f"{rule.code}-{'fails' if fails else 'passes'}-{number}")
    for rule in RULES
    for fails, examples in ((True, rule.examples.fails), (False, rule.examples.passes))
    for number, example in enumerate(examples, 1)
]


def test_the_catalogue_holds_every_rule_of_the_design() -> None:
    assert {rule.code for rule in RULES} >= ERRORS | WARNINGS
    errors = {rule.code for rule in RULES if rule.severity == "ERROR"}
    assert errors >= ERRORS
    assert {rule.code for rule in RULES if rule.fixed} >= ERRORS


@pytest.fixture(scope="module")
def shared_desk(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for examples without history: there nothing is ever published."""
    settings = Settings(_env_file=None, database_url="", language="fa")  # type: ignore[call-arg]
    with new_database(server_url) as url:
        yield Desk(url, settings, tmp_path_factory.mktemp("examples"))


@pytest.mark.parametrize(("rule", "example", "fails"), EXAMPLES)
def test_example(
    shared_desk: Desk,
    new_desk: Callable[[], Desk],
    monkeypatch: pytest.MonkeyPatch,
    rule: Rule,
    example: Example,
    fails: bool,
) -> None:
    alone = example.history or example.earlier or example.lost
    desk = new_desk() if alone else shared_desk
    if example.history:
        desk.publish([{**BEFORE, **cells} for cells in example.history], MONTH_BEFORE)
    if example.earlier:
        desk.load(example.earlier)
    if example.lost:
        lose_lines(monkeypatch, example.lost)
    lines = lines_of(example)
    result = desk.load(desk.file(lines, layout_of(example)))
    expected = expected_lines(rule, example, len(lines)) if fails else set()
    assert found_lines(desk, result, rule) == expected


def lines_of(example: Example) -> list[Cells | str]:
    lines: list[Cells | str] = [with_bytes(cells) for cells in example.lines] * example.repeat
    lines = lines or [{}]
    return lines if example.text is None else [*lines, example.text]


def with_bytes(cells: Cells) -> Cells:
    """YAML holds text alone, so U+FFFD stands for a byte that is none."""
    return {name: cell.replace("\ufffd", "\udcff") for name, cell in cells.items()}


def layout_of(example: Example) -> Layout:
    return Layout(example.without, example.with_, example.renamed)


def expected_lines(rule: Rule, example: Example, count: int) -> set[int | None]:
    if rule.scope == "run":
        return {None}
    return {flag - 1 + FIRST_LINE for flag in example.flags or (count,)}


def found_lines(desk: Desk, result: LoadResult, rule: Rule) -> set[int | None]:
    rows = desk.rows(
        "select line_no, severity from dq.dq_issues where load_id = %s and rule_code = %s",
        *(result.load_id, rule.code),
    )
    assert {row["severity"] for row in rows} <= {rule.severity}
    return {row["line_no"] for row in rows}


def lose_lines(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Some lines never reach the facts, as if a bug had swallowed them."""
    write = FactWriter.write

    def write_fewer(self: FactWriter, frame: pl.DataFrame) -> None:
        write(self, frame.slice(count))

    monkeypatch.setattr(FactWriter, "write", write_fewer)


def test_the_sound_line_breaks_no_rule(new_desk: Callable[[], Desk], tmp_path: Path) -> None:
    desk = new_desk()
    desk.publish([{**BEFORE, "invoice_id": "900"}], MONTH_BEFORE)
    assert desk.load([{}]).issues == {}
