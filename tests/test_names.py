"""Names are compared folded and shown as they are written, in the spelling on most lines."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from pipeline.contracts import CODE_ATTRIBUTES, DIMENSION_ATTRIBUTES
from pipeline.db import Connection, connect, query, sql_text, table
from pipeline.kpi.choices import as_shown, filter_values
from pipeline.kpi.filters import Filters
from pipeline.publications import publish, undo, void
from pipeline.retention import purge
from pipeline.runs import recheck
from pipeline.samples import generate
from pipeline.verify import verify
from tests.karamad import SOURCE, Cells, Desk
from tests.months.test_versions import read, rebuilt
from tests.samples.label_oracle import NAMES, PRODUCT, Checked, check, fold
from tests.test_retention import voids_seem

HALF, JOINER, LEFT, RIGHT, MARK = "\u200c", "\u200d", "\u200e", "\u200f", "\ufeff"
WITH, WITHOUT = f"شیر ۱ میلی{HALF}لیتر", "شیر ۱ میلیلیتر"
# A name on two lines, one that is the same on one line, and what is shown.
SAME = {
    "half-space": (f"میلی{HALF}لیتر", "میلیلیتر", f"میلی{HALF}لیتر"),
    "none": ("میلیگرم", f"میلی{HALF}گرم", "میلیگرم"),
    "doubled": (f"نیم{HALF}{HALF}کیلو", "نیمکیلو", f"نیم{HALF}کیلو"),
    "beside a space": (f"آب{HALF} معدنی", "آب معدنی", "آب معدنی"),
    "at the ends": (f"{HALF}آب{HALF}", "آب", "آب"),
    "joiner": (f"ه{JOINER}.ش", "ه.ش", f"ه{JOINER}.ش"),
    "direction marks": (f"{RIGHT}چای{LEFT}", "چای", "چای"),
    "byte order mark": (f"{MARK}قند", "قند", "قند"),
    "Arabic letters": ("كيك", "کیک", "كيك"),
    "Persian letters": ("کشک", "كشك", "کشک"),
    "digits": ("روغن ۹۰۰", "روغن 900", "روغن ۹۰۰"),
    "spaces": ("پنیر  سفید ", "پنیر سفید", "پنیر سفید"),
    "no-break space": ("پنیر\u00a0تازه", "پنیر تازه", "پنیر تازه"),
}

NAMED = set(DIMENSION_ATTRIBUTES["customers"]) - CODE_ATTRIBUTES


def line(number: int, month: int = 5, **cells: str) -> Cells:
    day = f"1403/{month:02d}/{number:02d}"
    return {"invoice_id": f"{month}-{number}", "reference_date": day, "system_date": day, **cells}


def names(desk: Desk, table: str = "products", column: str = "product_name") -> list[str]:
    rows = desk.rows(f"select distinct {column} as name from dim.{table}")
    return sorted(row["name"] for row in rows)


def require_sound(desk: Desk) -> None:
    """Versions are those of a rebuild, and an independent check finds no fault."""
    with connect(desk.url) as connection:
        assert read(connection) == rebuilt(connection)
        connection.rollback()
    assert verify(desk.url) == []


def test_observations_are_the_same_whatever_is_made_at_once(
    new_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entity's spellings and sets of attributes come together in one part."""
    written = [WITH, WITHOUT, WITH, "چای", "چاي"]
    lines = [
        line(n + 1, product_id=f"P{n % 3}", product_name=name, customer_id=f"C{n % 2}")
        for n, name in enumerate(written * 2)
    ]
    asked = [
        "select dimension, entity_id, attributes, lines, first_date, last_date, is_noise"
        " from dim.observations order by 1, 2, 3",
        "select attribute, folded, written, lines, last_date from dim.observed_spellings"
        " order by 1, 2, 3",
    ]
    whole, parts = new_desk(), new_desk()
    whole.publish(lines)
    monkeypatch.setattr("pipeline.transform.dimensions.ROWS_AT_ONCE", 1)
    parts.publish(lines)
    for question in asked:
        assert whole.rows(question) == parts.rows(question) != []


def test_an_address_of_before_asks_for_the_name_as_it_is_spelt_now(desk: Desk) -> None:
    desk.publish([line(1, brand=WITH, city="كرج")])
    asked = Filters(SOURCE, "1403-05", "1403-05", brands=(WITHOUT, None, "?"), cities=("کرج",))
    with connect(desk.url) as connection:
        shown = as_shown(connection, asked)
    assert (shown.brands, shown.cities) == ((WITH, None, "?"), ("كرج",))


def test_each_mark_makes_no_second_name(desk: Desk) -> None:
    lines = []
    for product, (often, seldom, _) in enumerate(SAME.values()):
        for number, name in enumerate((often, seldom, often)):
            at = {"product_id": f"P{product}", "invoice_line_no": str(product)}
            lines.append(line(number + 1, product_name=name, **at))
    load = desk.publish(lines)
    assert "ATTRIBUTE_CONFLICT" not in {code for _, code, _ in desk.issues(load.load_id)}
    versions = desk.rows("select product_id, product_name from dim.products")
    shown = {row["product_id"]: row["product_name"] for row in versions}
    assert len(versions) == len(shown)
    assert shown == {f"P{at}": expected for at, (*_, expected) in enumerate(SAME.values())}
    require_sound(desk)


def test_other_names_stay_others(desk: Desk) -> None:
    desk.publish([line(1, brand="گلستان"), line(9, brand="گل ستان"), line(20, brand="گلستان ۲")])
    assert len(desk.table("dim.products")) == 3


def test_figures_group_by_a_name_however_it_is_written(desk: Desk) -> None:
    """Brand and city of different products and customers are one, in figures and in choices."""
    half = f"زرین{HALF}خوشه"
    lines = [
        line(1, product_id="P1", brand=half, customer_id="C1", city="كرج"),
        line(2, product_id="P2", brand="زرینخوشه", customer_id="C2", city="کرج"),
        line(3, product_id="P3", brand=half, customer_id="C3", city="کرج"),
    ]
    desk.publish(lines)
    for kind, shown in (("brand", half), ("city", "کرج")):
        (row,) = desk.rows(f"select {kind}, net_amount from kpi_net_sales_by_{kind}_month")
        assert row == {kind: shown, "net_amount": 330}
    with connect(desk.url) as connection:
        assert [value.key for value in filter_values(connection, "brands", SOURCE)] == [half]


def test_the_spelling_on_most_published_lines_is_shown_wherever_it_stands(desk: Desk) -> None:
    first = desk.publish([line(1, 5, brand=WITHOUT), line(2, 5, brand=WITHOUT)])
    assert names(desk, column="brand") == [WITHOUT]
    draft = desk.load([line(day, 6, brand=WITH) for day in (1, 2, 3)], "1403-06")
    assert names(desk, column="brand") == [WITHOUT]
    publish(desk.url, draft.load_id)
    assert names(desk, column="brand") == [WITH]
    require_sound(desk)
    assert len(desk.table("dim.products")) == 1, "a spelling begins no version"
    recheck(desk.url, desk.settings, draft.load_id)
    assert names(desk, column="brand") == [WITH]
    undo(desk.url, SOURCE, "1403-06", actor="steward", reason="دلیل")
    assert names(desk, column="brand") == [WITHOUT]
    require_sound(desk)
    publish(desk.url, draft.load_id)
    void(desk.url, first.load_id, "دلیل")
    assert names(desk, column="brand") == [WITH]
    require_sound(desk)


def test_of_equals_the_one_seen_last_is_shown(desk: Desk) -> None:
    desk.publish([line(3, brand=WITH), line(20, brand=WITHOUT)])
    assert names(desk, column="brand") == [WITHOUT]
    desk.publish([line(1, 6, brand=WITHOUT), line(9, 6, brand=WITH)], "1403-06")
    assert names(desk, column="brand") == [WITH]


def test_the_order_of_files_does_not_matter(new_desk: Callable[[], Desk]) -> None:
    months = {
        "1403-05": [line(1, 5, brand=WITH), line(2, 5, brand=WITHOUT, city="قم")],
        "1403-06": [line(1, 6, brand=WITHOUT, product_name="كيك"), line(5, 6, brand=WITHOUT)],
        "1403-07": [line(1, 7, brand=WITH, product_name="کیک"), line(9, 7, brand=WITH)],
    }
    seen = []
    for order in permutations(months):
        desk = new_desk()
        for month in order:
            desk.publish(months[month], month)
        seen.append(desk.dimensions())
    assert all(found == seen[0] for found in seen)
    assert {row["brand"] for row in seen[0]["products"]} == {WITH}


def test_a_cell_of_marks_alone_is_no_name_and_a_long_one_is_kept(desk: Desk) -> None:
    long = f"می{HALF}شود " * 4000
    desk.publish([line(1, city=f"{HALF}\u0640", address=long), line(2, city="", address=long)])
    (row,) = desk.table("dim.customers")
    assert (row["city"], row["address"]) == (None, long.strip())
    require_sound(desk)


def test_names_that_only_a_purged_load_wrote_go_with_it(desk: Desk) -> None:
    desk.publish([line(1, brand=WITH)])
    gone = desk.publish([line(1, 6, brand=WITH, city="نشان")], "1403-06")
    voids_seem(desk.url, 400)
    void(desk.url, gone.load_id, "a trial")
    purge(desk.url, gone.load_id, "kept long enough", days=365)
    for place in ("dim.spellings", "dim.observed_spellings"):
        assert desk.value(f"select count(*) from {place} where written = 'نشان'") == 0
        assert desk.value(f"select count(*) from {place} where written = %s", WITH) == 1
    require_sound(desk)


@pytest.mark.parametrize("written", ["میلیلیتر", None])
def test_a_version_spelt_otherwise_is_named(desk: Desk, written: str | None) -> None:
    desk.publish([line(1, brand=WITH)])
    with connect(desk.url, as_owner=True) as connection:
        connection.execute("update dim.products set brand = %s", (written,))
        connection.commit()
    (gap,) = verify(desk.url)
    assert gap.code == "I7" and gap.en.endswith("brand.")


def test_codes_keep_ascii_digits(desk: Desk) -> None:
    """What other tables are joined by is read as they read it."""
    desk.publish([line(1, branch_id="B۱", phone="۰۲۱"), line(9, branch_id="B1", phone="021")])
    assert names(desk, "salespeople", "branch_id") == names(desk, "branches", "branch_id") == ["B1"]
    assert names(desk, "customers", "phone") == ["021"]


def test_names_are_looked_up_one_by_one_whatever_the_planner_knows(db_url: str) -> None:
    """Of names learnt a moment ago statistics know nothing; a publication once took minutes."""
    fill = {
        "dim.spellings": "select 'karamad', 'city', n::text, n::text, true",
        "dim.observed_spellings": "select 1, 'city', n::text, n::text, 1, date '2024-08-01'",
        "dim.observations": "select 1, 'customers', n::text, '{\"city\": \"1\"}', 1, d, d, false",
    }
    with connect(db_url, as_owner=True) as connection:
        for table_name, rows in fill.items():
            days = " cross join (select date '2024-08-01' as d) as days"
            text = f"insert into {table_name} {rows} from generate_series(1, 5000) as n {days}"
            connection.execute(text)  # type: ignore[call-overload]
        create = sql_text("dimensions/create_touched")
        connection.execute(create)  # type: ignore[call-overload]
        spelt = {name: query("dimensions/spelt", attribute=sql.Literal(name)) for name in NAMED}
        refresh = query(
            "dimensions/refresh_customers", versions=table("pg_temp", "touched_versions"), **spelt
        )
        nodes = [
            node
            for statement in (refresh, query("dimensions/choose_spellings"))
            for node in nodes_of(explained(connection, statement))
        ]
    assert "observed_spellings_by_load" not in {node.get("Index Name") for node in nodes}
    scans = [node for node in nodes if node["Node Type"] == "Seq Scan"]
    inner = {node["Relation Name"] for node in scans if node["Parent Relationship"] != "Outer"}
    assert not inner & {"spellings", "observed_spellings"}


def explained(connection: Connection, statement: sql.Composable) -> dict[str, Any]:
    facts = {"source": SOURCE, "published": [1]}
    asked = sql.SQL("explain (format json) ") + statement
    ((plan,),) = connection.execute(asked, facts).fetchall()
    found: dict[str, Any] = plan[0]["Plan"]
    return found


def spelling_of(cell: str) -> str:
    """A name as the eye has it, written apart from the pipeline's way of cleaning."""
    cell = "".join(char for char in cell if char not in "\u200b\u200e\u200f\ufeff\u202b\u202c")
    cell = re.sub(HALF + "+", HALF, cell)
    cell = re.sub(rf"(?<![^\W_]){HALF}|{HALF}(?![^\W_])", "", cell)
    return " ".join(cell.split())


def test_products_of_a_sample_are_called_what_its_lines_call_them_most(
    desk: Desk, tmp_path: Path
) -> None:
    """Counted by another reading of the file: `label_oracle`."""
    sample = generate(tmp_path / "s.csv", lines=3_000, dirty=0.3, seed=4, period="1403-05")
    desk.publish(sample.path)
    told = oracle_names(sample.path, check(sample.path, sample.period))
    shown = {row["name"] for row in desk.rows("select product_name as name from dim.products")}
    assert len(shown) > 50 and len([name for name in shown if HALF in name]) > 20
    assert shown <= told


def oracle_names(path: Path, checked: Checked) -> set[str]:
    """Of each folded name of a product the spelling on most lines, of equals the last seen."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        at = next(csv.reader(file)).index(NAMES[PRODUCT])
    counts: dict[str, dict[str, list[Any]]] = defaultdict(
        lambda: defaultdict(lambda: [0, date.min])
    )
    for item in checked.canonical:
        written = spelling_of(next(csv.reader([item.text]))[at])
        seen = counts[fold(written.replace(HALF, ""))][written]
        seen[0] += 1
        seen[1] = max(seen[1], item.event_date)
    return {
        max(sorted(spellings, reverse=True), key=lambda name: spellings[name])
        for spellings in map(dict, counts.values())
    }


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)
