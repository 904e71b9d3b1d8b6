"""Who and what the events are about, as it was on the day; personal data lives there alone."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import psycopg
from psycopg import sql

from pipeline.contracts import read_mapping
from pipeline.publications import void
from pipeline.settings import ROOT
from tests.karamad import RETURN, Cells, Desk

TEHRAN, QOM = {"city": "تهران"}, {"city": "قم"}


def on(day: str, **cells: str) -> Cells:
    """A sale on a Jalali day, an invoice of its own."""
    return {"invoice_id": day.replace("/", ""), "reference_date": day, **cells}


def spans(desk: Desk, dimension: str = "customers", attribute: str = "city") -> list[Any]:
    columns = f"{attribute} as value, valid_from, valid_to"
    rows = desk.rows(f"select {columns} from dim.{dimension} order by valid_from")
    return [(row["value"], row["valid_from"], row["valid_to"]) for row in rows]


def net_by_city(desk: Desk) -> dict[str, int]:
    """Net by the city that was valid on the event's day."""
    rows = desk.rows(
        "select city, sum(net_amount) as net from canonical.sales as sales"
        " join app.load_states as states using (load_id)"
        " join dim.customers as customers on customers.customer_id = sales.customer_id"
        " and sales.event_date >= valid_from and (sales.event_date < valid_to or valid_to is null)"
        " where states.state = 'published' group by city"
    )
    return {row["city"]: int(row["net"]) for row in rows}


def test_an_attribute_that_changes_within_a_month(desk: Desk) -> None:
    lines = [on("1403/05/02", **TEHRAN), on("1403/05/09", **TEHRAN), on("1403/05/20", **QOM)]
    desk.publish([*lines, on("1403/05/30", **QOM), on("1403/05/31", **QOM)])
    first, change = date(2024, 7, 23), date(2024, 8, 10)
    assert spans(desk) == [("تهران", first, change), ("قم", change, None)]
    assert net_by_city(desk) == {"تهران": 220, "قم": 330}


def test_an_attribute_that_changes_between_months(desk: Desk) -> None:
    desk.publish([on("1403/06/03", **QOM), on("1403/06/04", **QOM)], "1403-06")
    desk.publish([on("1403/05/12", **TEHRAN)])
    desk.publish([on("1403/07/01", **TEHRAN)], "1403-07")
    days = date(2024, 8, 2), date(2024, 8, 24), date(2024, 9, 22)
    assert spans(desk) == [
        ("تهران", days[0], days[1]),
        ("قم", days[1], days[2]),
        ("تهران", days[2], None),
    ]
    assert net_by_city(desk) == {"تهران": 220, "قم": 220}
    void(desk.url, 1, "آزمایش")
    assert spans(desk) == [("تهران", days[0], None)]


def test_a_slip_among_many_lines_is_no_version(desk: Desk) -> None:
    """One line that says otherwise in the midst of others is a conflict, not a change."""
    lines = [on(f"1403/05/{day:02d}", **TEHRAN) for day in (1, 8, 20, 31)]
    desk.publish([*lines, on("1403/05/15", **QOM)])
    assert spans(desk) == [("تهران", date(2024, 7, 22), None)]
    assert net_by_city(desk) == {"تهران": 550}


def test_every_dimension_has_its_versions(desk: Desk) -> None:
    desk.publish([{}, on("1403/05/20", brand="احمد", salesperson_name="رضایی", branch_id="B2")])
    before, change = date(2024, 8, 2), date(2024, 8, 10)
    assert spans(desk, "products", "brand") == [
        ("گلستان", before, change),
        ("احمد", change, None),
    ]
    assert spans(desk, "salespeople", "salesperson_name || branch_id") == [
        ("کمالیB1", before, change),
        ("رضاییB2", change, None),
    ]
    assert spans(desk, "branches", "branch_id") == [("B1", before, None), ("B2", change, None)]


def test_rejected_lines_tell_nothing_of_anybody(desk: Desk) -> None:
    desk.publish([{}, {"customer_id": "C2", "quantity": "x"}])
    assert [row["customer_id"] for row in desk.table("dim.customers")] == ["C1"]


def test_spans_of_an_entity_join_without_gap_or_overlap(desk: Desk) -> None:
    for number, month in enumerate(("04", "05", "06")):
        lines = [
            on(f"1403/{month}/{day:02d}", city=city, customer_id=customer, invoice_line_no=line)
            for day in (1, 10, 11, 25)
            for line, customer in (("1", "C1"), ("2", "C2"))
            for city in ("الف", "ب", "ج")[(day + number) % 3 :][:2]
        ]
        desk.publish(lines, f"1403-{month}")
    for dimension, key in (("customers", "customer_id"), ("products", "product_id")):
        rows = desk.rows(
            f"select *, {key} as entity from dim.{dimension} order by entity, valid_from"
        )
        assert rows
        for one, next_one in pairwise(rows):
            same = one["entity"] == next_one["entity"]
            assert one["valid_to"] == (next_one["valid_from"] if same else None)
            assert one["valid_to"] is None or one["valid_from"] < one["valid_to"]
    # Every fact meets exactly one version of its customer.
    facts = desk.value("select count(*) from canonical.sales")
    assert sum(net_by_city(desk).values()) == 110 * facts


MARKED = {
    "customer_name": "نشان نام مشتری",
    "national_id": "9990000018",
    "phone": "02199887766",
    "address": "نشان خیابان آزادی",
}


def test_personal_data_is_in_dimensions_and_raw_alone(desk: Desk) -> None:
    lines: list[Cells] = [
        dict(MARKED),
        {**MARKED, **RETURN, "invoice_id": "2"},
        {**MARKED, "invoice_id": "3", "quantity": "x"},
        {**MARKED, "invoice_id": "4", "reference_date": "", "gross_amount": "7"},
        dict(MARKED),
    ]
    desk.publish(lines)
    assert set(MARKED) == set(read_mapping(ROOT / "config", "karamad").personal)
    assert places_of(desk, MARKED["phone"], but=()) >= {"raw.lines.line", "dim.customers.phone"}
    for value in MARKED.values():
        assert places_of(desk, value) == set()


def test_of_a_name_in_conflict_the_raw_value_alone_is_told(desk: Desk) -> None:
    other = {"customer_name": "نشان نام دیگر"}
    desk.publish([MARKED, {**MARKED, "invoice_id": "2"}, {**MARKED, "invoice_id": "3", **other}])
    assert places_of(desk, other["customer_name"]) == {"dq.dq_issues.raw_value"}


def places_of(desk: Desk, text: str, but: tuple[str, ...] = ("dim", "raw")) -> set[str]:
    """Columns of tables and partitions in which the text stands somewhere."""
    columns = desk.rows(
        "select table_schema, table_name, column_name from information_schema.columns"
        " join information_schema.tables using (table_schema, table_name)"
        " where table_schema in ('app', 'raw', 'canonical', 'dq', 'dim', 'kpi')"
        " and table_type = 'BASE TABLE' and data_type in ('text', 'jsonb', 'json', 'ARRAY')"
    )
    assert len(columns) > 50
    found = set()
    with psycopg.connect(desk.url) as connection:
        for row in columns:
            schema, table, column = row.values()
            if schema in but:
                continue
            statement = sql.SQL("select count(*) from {} where {}::text like %s").format(
                sql.Identifier(schema, table), sql.Identifier(column)
            )
            hits = connection.execute(statement, (f"%{text}%",)).fetchone()
            if hits and hits[0]:
                found.add(".".join(row.values()))
    return found
