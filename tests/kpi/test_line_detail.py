"""From a fact down to its line: text, cells by header, canonical reading, issues, receipt."""

from __future__ import annotations

import pytest

from pipeline.db import Connection
from pipeline.errors import RefusedAction
from pipeline.kpi.choices import filter_values
from pipeline.kpi.facts import Figure, facts_behind
from pipeline.kpi.filters import Filters
from pipeline.kpi.line_detail import line_detail
from pipeline.kpi.personal import MASK, customer_details
from tests.karamad import HEADERS, SOUND, SOURCE, Desk, line_text
from tests.kpi.shop import ALL, FIRST, SECOND, THIRD

PUBLISHED = {"1402-06": FIRST, "1403-05": SECOND, "1403-06": THIRD}


def test_every_fact_leads_to_its_line_and_reading(shop: Desk, reader: Connection) -> None:
    facts = facts_behind(reader, Figure(ALL)).facts
    assert len(facts) == len(FIRST) + len(SECOND) + len(THIRD) - 2
    for fact in facts:
        detail = line_detail(reader, fact.load_id, fact.line_no, may_see=True)
        cells = PUBLISHED[str(detail.period)][fact.line_no - 2]
        assert detail.text == line_text(cells)
        shown = {cell.column: cell.value for cell in detail.cells}
        assert shown == {name: {**SOUND, **cells}.get(name, "") for name in HEADERS}
        assert {cell.column: cell.header for cell in detail.cells} == HEADERS
        assert detail.fact is not None
        for name in ("invoice_id", "customer_id", "event_date", "net_amount", "unit_price"):
            assert detail.fact[name] == getattr(fact, name)
        assert (detail.place, detail.state) == ("canonical", "published")
        assert detail.received_by in ("cli", "uploader")
        assert detail.file_name.startswith("file_")


def test_a_refused_line_shows_its_issues_and_no_reading(shop: Desk, reader: Connection) -> None:
    load_id = shop.value("select load_id from app.load_states where period = '1403-06'")
    detail = line_detail(reader, load_id, 9, may_see=True)
    assert (detail.place, detail.fact) == ("rejected", None)
    issues = [(issue.rule_code, issue.column_name, issue.raw_value) for issue in detail.issues]
    assert ("INVALID_NUMERIC", HEADERS["quantity"], "x") in issues
    header = line_detail(reader, load_id, 1, may_see=True)
    assert (header.place, header.fact, header.issues) == ("header", None, ())


def test_personal_cells_are_masked_for_those_who_may_not_see_them(reader: Connection) -> None:
    detail = line_detail(reader, 1, 2, may_see=False)
    personal = {cell.column: cell.value for cell in detail.cells if cell.is_personal}
    assert personal == {"customer_name": MASK, "national_id": "", "phone": "", "address": ""}
    others = {cell.column: cell.value for cell in detail.cells if not cell.is_personal}
    assert (others["customer_id"], others["city"]) == ("C1", "تهران")
    cells = line_text({**FIRST[0], "customer_name": MASK})
    assert detail.text == cells
    assert "فروشگاه بهار" not in repr(detail)


def test_a_damaged_line_hides_every_cell_from_those_who_may_not_see(desk: Desk) -> None:
    """With a cell too many nobody can tell which of them holds a name."""
    from pipeline.db import transaction

    line = "extra," + line_text({"customer_name": "نام محرمانه"})
    result = desk.load([{}, line, {"invoice_id": "2"}])
    with transaction(desk.url) as connection:
        hidden = line_detail(connection, result.load_id, 3, may_see=False)
        shown = line_detail(connection, result.load_id, 3, may_see=True)
    assert (shown.place, len(shown.cells), shown.text) == ("rejected", len(HEADERS) + 1, line)
    assert "نام محرمانه" in {cell.value for cell in shown.cells}
    assert "نام محرمانه" not in repr(hidden)
    assert hidden.text is None


def test_a_line_that_is_not_there_is_said_so(reader: Connection) -> None:
    with pytest.raises(RefusedAction) as caught:
        line_detail(reader, 1, 4_711, may_see=True)
    assert caught.value.code == "UNKNOWN_LINE"


def test_details_of_customers_come_masked_or_in_full(reader: Connection) -> None:
    full = customer_details(reader, SOURCE, ["C1", "C2", "nobody"], may_see=True)
    assert full.keys() == {"C1", "C2"}
    assert full["C1"].customer_name == SOUND["customer_name"]
    masked = customer_details(reader, SOURCE, ["C1"], may_see=False)
    assert (masked["C1"].customer_name, masked["C1"].phone) == (MASK, None)


def test_values_to_choose_from_are_found_as_one_types(reader: Connection) -> None:
    def keys(kind: str, text: str = "") -> list[str]:
        return [value.key for value in filter_values(reader, kind, SOURCE, text)]  # type: ignore[arg-type]

    assert keys("brands") == sorted(["گلستان", "گلها", "پونک"])
    assert keys("brands", "گل") == sorted(["گلستان", "گلها"])
    assert keys("cities", "ه") == ["تهران"]
    assert keys("branches", "b") == ["B1", "B2"]
    assert keys("branches", "مرکز") == ["B1", "B2"]
    assert keys("salespeople", "S3") == ["S3"]
    assert keys("products", "%") == keys("products", "_") == keys("brands", "\\") == []
    assert filter_values(reader, "brands", "mabna") == []
    assert len(filter_values(reader, "brands", SOURCE, limit=2)) == 2


def test_values_found_are_values_that_filters_take(reader: Connection) -> None:
    for value in filter_values(reader, "cities", SOURCE):
        filters = Filters(SOURCE, "1402-06", "1403-06", cities=(value.key,))
        assert facts_behind(reader, Figure(filters), limit=1).facts
