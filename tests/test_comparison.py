"""What `compare_with_last` tells of a file, reckoned by hand; and that it writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from pipeline.comparison import compare_with_last, rules_in_force
from pipeline.errors import DatabaseAway, RefusedFile
from pipeline.publications import void
from pipeline.quality.differences import ColumnChanges, Drift, EntityChanges, Moved, Renamed
from pipeline.quality.drift import NullRate
from pipeline.recognition import recognize
from pipeline.samples import generate
from tests.karamad import HEADERS, RETURN, SOURCE, Cells, Desk, Layout

NOTHING = EntityChanges(0, (), 0, ())
SAME_COLUMNS = ColumnChanges((), (), (), ())


def compare(
    desk: Desk, lines: Sequence[Cells | str] | Path, layout: Layout | None = None
) -> Drift | None:
    path = lines if isinstance(lines, Path) else desk.file(lines, layout)
    return compare_with_last(desk.url, desk.settings, recognize(path, desk.settings, SOURCE))


def found(desk: Desk, lines: Sequence[Cells | str] | Path, layout: Layout | None = None) -> Drift:
    drift = compare(desk, lines, layout)
    assert drift is not None
    return drift


def row_counts(desk: Desk) -> dict[str, int]:
    tables = desk.rows(
        "select schemaname || '.' || tablename as name from pg_tables"
        " where schemaname in ('raw', 'canonical', 'dq', 'dim', 'kpi', 'app')"
    )
    return {one["name"]: desk.value(f"select count(*) from {one['name']}") for one in tables}


def test_without_an_earlier_load_there_is_nothing_to_compare_with(desk: Desk) -> None:
    assert compare(desk, [{}]) is None


def test_a_load_of_another_source_is_no_earlier_load(desk: Desk) -> None:
    desk.publish([{}])
    recognition = recognize(desk.file([{}]), desk.settings, SOURCE)
    other = recognition.mapping.model_copy(update={"source_system": "mabna"})
    assert compare_with_last(desk.url, desk.settings, replace(recognition, mapping=other)) is None


def test_a_voided_load_is_no_earlier_load(desk: Desk) -> None:
    void(desk.url, desk.publish([{}]).load_id, "wrong file")
    assert compare(desk, [{}]) is None


def test_size_total_and_days_are_compared_with_signs(desk: Desk) -> None:
    desk.publish([{}, {"invoice_line_no": "2"}, {**RETURN, "invoice_id": "1002"}])
    drift = found(
        desk,
        [
            {"reference_date": "1403/06/01", "invoice_id": "2001"},
            {"reference_date": "1403/06/31", "invoice_id": "2002", "net_amount": "110.25"},
            {**RETURN, "system_date": "1403/05/30", "invoice_id": "2003"},
            {"invoice_id": "2004", "reference_date": "1403/06/02"},
            {"invoice_id": "2005", "reference_date": "1403/06/02"},
            {"invoice_id": "2006", "reference_date": "1403/06/02"},
        ],
    )
    # then 110 + 110 - 110; now 110 + 110.25 - 110 + 3 x 110
    assert (drift.load_id, drift.period, drift.state) == (1, "1403-05", "published")
    assert (drift.lines_then, drift.lines_now, drift.lines_percent) == (3, 6, 100)
    assert (drift.net_amount_then, drift.net_amount_now) == (110, Decimal("440.25"))
    assert drift.net_amount_percent == Decimal("330.25") * 100 / 110
    assert (drift.first_day_then, drift.last_day_then) == (date(2024, 8, 2), date(2024, 8, 2))
    assert (drift.first_day_now, drift.last_day_now) == (date(2024, 8, 22), date(2024, 9, 21))
    assert (drift.month_now, drift.strays_now) == ("1403-06", 1)
    assert drift.first_stray_now == drift.last_stray_now == date(2024, 8, 20)
    assert drift.columns == SAME_COLUMNS


def test_days_are_those_of_the_month_and_strays_stand_apart(desk: Desk) -> None:
    lines = [{}, {"reference_date": "1403/05/20", "invoice_id": "2"}]
    strays = [
        {"reference_date": "1450/06/31", "invoice_id": "3"},
        {"reference_date": "1403/03/01", "invoice_id": "4"},
    ]
    desk.publish([*lines, *strays])
    drift = found(desk, [*lines, *strays])
    days = (date(2024, 8, 2), date(2024, 8, 10))
    assert (drift.first_day_then, drift.last_day_then) == days
    assert (drift.first_day_now, drift.last_day_now) == days
    assert (drift.month_now, drift.strays_now) == ("1403-05", 2)
    assert (drift.first_stray_now, drift.last_stray_now) == (date(2024, 5, 21), date(2071, 9, 22))
    drift = found(desk, lines)
    assert (drift.strays_now, drift.first_stray_now, drift.last_stray_now) == (0, None, None)


def test_rejected_and_blank_lines_count_as_lines_of_both_files(desk: Desk) -> None:
    lines = [{}, {"customer_id": "", "net_amount": "40"}, {"quantity": "many"}, ""]
    result = desk.publish(lines)
    drift = found(desk, [*lines[:3], {"invoice_line_no": "2"}])
    assert (result.rejected, drift.lines_then, drift.lines_now) == (2, result.lines, 4)
    # The readable amounts of rejected lines count: 110 + 40 + 110, and another 110.
    assert (drift.net_amount_then, drift.net_amount_now) == (260, 370)
    assert drift.entities["customers"] == NOTHING


def test_only_accepted_lines_name_entities_and_days(desk: Desk) -> None:
    desk.publish([{}])
    unseen = {"customer_id": "C9", "reference_date": "1403/05/20"}
    drift = found(desk, [{}, {**unseen, "quantity": "many"}])
    assert drift.entities["customers"] == NOTHING
    assert drift.last_day_now == date(2024, 8, 2)
    drift = found(desk, [{"quantity": "many"}])
    assert (drift.first_day_now, drift.last_day_now) == (None, None)
    assert drift.entities["products"] == EntityChanges(0, (), 1, ("P1",))


def test_new_and_vanished_customers_products_and_salespeople(desk: Desk) -> None:
    desk.publish([{}, {"customer_id": "C2", "product_id": "P2", "salesperson_id": "S2"}])
    drift = found(
        desk,
        [
            {"customer_id": "C3", "product_id": "P2", "salesperson_id": "S1"},
            {"customer_id": "۰۰۴", "product_id": "P2", "salesperson_id": "S2"},
        ],
    )
    assert drift.entities == {
        "customers": EntityChanges(2, ("004", "C3"), 2, ("C1", "C2")),
        "products": EntityChanges(0, (), 1, ("P1",)),
        "salespeople": NOTHING,
    }


def test_columns_that_are_missing_new_renamed_and_moved(desk: Desk) -> None:
    desk.publish([{}])
    city, brand = HEADERS["city"], HEADERS["brand"]
    layout = Layout(without=(city,), added=("کد رهگیری ویژه",), renamed={brand: "نام برند کالا"})
    drift = found(desk, [{}], layout)
    assert drift.columns.missing == (city,)
    assert drift.columns.new == ("کد رهگیری ویژه",)
    assert drift.columns.renamed == (Renamed("brand", brand, "نام برند کالا"),)
    assert drift.columns.moved == ()


def test_a_column_that_was_moved(desk: Desk, tmp_path: Path) -> None:
    path = desk.file([{}])
    desk.publish(path)
    moved = tmp_path / "moved.csv"
    rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
    moved.write_text("".join(",".join([*row[1:], row[0]]) + "\r\n" for row in rows), "utf-8")
    drift = found(desk, moved)
    assert drift.columns == ColumnChanges((), (), (), (Moved(rows[0][0], 1, len(rows[0])),))
    assert (drift.lines_now, drift.net_amount_now) == (1, 110)


def test_empty_cells_are_told_from_five_points_on(desk: Desk) -> None:
    lines = [{"invoice_line_no": str(number)} for number in range(20)]
    desk.publish([{**line, "city": "", "brand": ""} for line in lines[:2]] + lines[2:])
    # city: 10% then, 20% now; brand: 10% then, 15% now, which is five points and no more
    now = [{**lines[0], "city": "", "brand": ""}, {**lines[1], "city": "", "brand": ""}]
    now += [{**lines[2], "city": "", "brand": ""}, {**lines[3], "city": ""}, *lines[4:]]
    drift = found(desk, now)
    assert drift.null_rates == (NullRate("city", HEADERS["city"], Decimal(10), Decimal(20)),)
    assert drift.notable(rules_in_force(desk.url, desk.settings)) == ("NULL_RATE_DRIFT",)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([{"invoice_line_no": str(n)} for n in range(13)], ()),
        ([{"invoice_line_no": str(n)} for n in range(14)], ("ROW_COUNT_DRIFT",)),
        ([{"invoice_line_no": str(n)} for n in range(15)], ("ROW_COUNT_DRIFT", "TOTAL_DRIFT")),
        ([{"invoice_line_no": str(n), "net_amount": "66"} for n in range(10)], ()),
        ([{"invoice_line_no": str(n), "net_amount": "65"} for n in range(10)], ("TOTAL_DRIFT",)),
    ],
)
def test_notable_is_what_passes_its_threshold(
    desk: Desk, lines: list[Cells], expected: tuple[str, ...]
) -> None:
    desk.publish([{"invoice_line_no": str(number)} for number in range(10)])
    assert found(desk, lines).notable(rules_in_force(desk.url, desk.settings)) == expected


def test_a_stewards_threshold_counts(desk: Desk) -> None:
    desk.publish([{}])
    with psycopg.connect(desk.url) as connection:
        connection.execute(
            "insert into dq.rule_settings (rule_code, thresholds, author)"
            " values ('ROW_COUNT_DRIFT', '{\"percent\": 100}', 'sara'),"
            " ('TOTAL_DRIFT', '{\"percent\": 99}', 'sara')"
        )
    drift = found(desk, [{}, {"invoice_line_no": "2"}])
    assert drift.notable(rules_in_force(desk.url, desk.settings)) == ("TOTAL_DRIFT",)


def test_the_latest_published_month_comes_first_and_else_the_newest_draft(desk: Desk) -> None:
    drafts = [desk.load([{"invoice_id": number}]).load_id for number in ("1", "2")]
    drift = found(desk, [{}])
    assert (drift.load_id, drift.state) == (drafts[1], "draft")
    june = {"system_date": "1403/06/01", "reference_date": "1403/06/01"}
    latest = desk.publish([june], "1403-06").load_id
    desk.publish([{"invoice_id": "3"}])
    desk.load([{"invoice_id": "4"}])
    drift = found(desk, [{}])
    assert (drift.load_id, drift.period, drift.state) == (latest, "1403-06", "published")


def test_nothing_is_written(desk: Desk) -> None:
    desk.publish([{}])
    before = row_counts(desk)
    assert len(before) > 15
    found(desk, [{"customer_id": "C2"}, {"quantity": "many"}, ""])
    assert row_counts(desk) == before


def test_a_file_beside_its_own_load_differs_in_nothing(desk: Desk, tmp_path: Path) -> None:
    """However dirty the file is, and however small the pieces it is read in."""
    path = generate(tmp_path / "dirty.csv", lines=300, dirty=0.3, seed=5, period="1403-05").path
    result = desk.load(path)
    assert result.rejected > 0
    small = desk.settings.model_copy(update={"block_bytes": 4096})
    for settings in (desk.settings, small):
        drift = compare_with_last(desk.url, settings, recognize(path, settings, SOURCE))
        assert drift is not None
        assert (drift.lines_now, drift.net_amount_now) == (drift.lines_then, drift.net_amount_then)
        assert drift.lines_now == result.lines
        assert (drift.first_day_now, drift.last_day_now) == (
            drift.first_day_then,
            drift.last_day_then,
        )
        assert (drift.columns, drift.null_rates) == (SAME_COLUMNS, ())
        assert set(map(repr, drift.entities.values())) == {repr(NOTHING)}


def test_progress_is_told_every_byte_of_the_file(desk: Desk) -> None:
    desk.publish([{}])
    path, told = desk.file([{}] * 50), []
    settings = desk.settings.model_copy(update={"block_bytes": 4096})
    compare_with_last(
        desk.url, settings, recognize(path, settings, SOURCE), lambda *step: told.append(step)
    )
    assert {stage for stage, _ in told} == {"read"}
    assert len(told) > 1
    assert sum(size for _, size in told) == path.stat().st_size


def test_a_file_without_required_columns_is_refused(desk: Desk) -> None:
    desk.publish([{}])
    with pytest.raises(RefusedFile, match="required columns"):
        compare(desk, [{}], Layout(without=(HEADERS["net_amount"],)))


def test_a_database_out_of_reach_is_said(desk: Desk) -> None:
    recognition = recognize(desk.file([{}]), desk.settings, SOURCE)
    with pytest.raises(DatabaseAway):
        compare_with_last("postgresql://nobody@127.0.0.1:1/none", desk.settings, recognition)
