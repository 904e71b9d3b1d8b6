"""Karamad files of a few lines: a sound line each, with the cells of a test in place of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pipeline.contracts import read_mapping
from pipeline.publications import publish
from pipeline.results import LoadResult
from pipeline.runs import load_file
from pipeline.settings import ROOT, Settings

Cells = Mapping[str, str]
SOURCE, PERIOD = "karamad", "1403-05"
MAPPING = read_mapping(ROOT / "config", SOURCE)
HEADERS = {name: field.header for name, field in MAPPING.fields()}
NAMES = {header: name for name, header in HEADERS.items()}

SOUND: Cells = {
    "invoice_id": "1001",
    "invoice_line_no": "1",
    "customer_id": "C1",
    "product_id": "P1",
    "salesperson_id": "S1",
    "transaction_type": "فروش",
    "system_date": "1403/05/12",
    "reference_date": "1403/05/12",
    "quantity": "2",
    "free_quantity": "0",
    "unit_price": "50",
    "gross_amount": "100",
    "discount_volume": "0",
    "discount_cash": "0",
    "tax_amount": "10",
    "net_amount": "110",
    "customer_name": "فروشگاه بهار",
    "product_name": "چای کیسه‌ای",
    "salesperson_name": "کمالی",
    "brand": "گلستان",
    "city": "تهران",
    "branch_id": "B1",
    "branch_name": "مرکز",
    "warehouse": "انبار یک",
    "invoice_status": "قطعی",
}
RETURN: Cells = {
    "transaction_type": "برگشت از فروش",
    "quantity": "-2",
    "gross_amount": "-100",
    "tax_amount": "-10",
    "net_amount": "-110",
}
KPI_VIEWS = (
    "kpi_net_sales_daily",
    "kpi_return_rate_by_product_month",
    "kpi_top_customers_month",
    "kpi_salesperson_performance_month",
    "kpi_net_sales_month",
    "kpi_net_sales_by_branch_month",
    "kpi_net_sales_by_city_month",
    "kpi_net_sales_by_brand_month",
)
TIERS = (
    "rollup_days", "rollup_months", "rollup_customers", "rollup_salespeople", "rollup_visits",
)  # fmt: skip
DIMENSIONS = ("customers", "products", "salespeople", "branches")


@dataclass(frozen=True)
class Layout:
    """How the columns of a file differ from the 61 known ones."""

    without: Sequence[str] = ()
    added: Sequence[str] = ()
    renamed: Mapping[str, str] | None = None

    @property
    def headers(self) -> list[str]:
        known = [header for header in HEADERS.values() if header not in self.without]
        renamed = self.renamed or {}
        return [renamed.get(header, header) for header in known] + list(self.added)

    @property
    def names(self) -> list[str]:
        """Canonical name of each column; an added one stands for itself."""
        known = [name for name, header in HEADERS.items() if header not in self.without]
        return [*known, *self.added]


def line_text(cells: Cells, layout: Layout | None = None) -> str:
    """One record: the sound line with `cells` in place of its own, no terminator."""
    row = {**SOUND, **cells}
    return csv_text([row.get(name, "") for name in (layout or Layout()).names])


def csv_text(cells: Sequence[str]) -> str:
    """Cells as one record without its end; what holds a delimiter, quote or line end is quoted."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n")


def write_lines(
    path: Path, lines: Sequence[Cells | str], layout: Layout | None = None, end: str = "\r\n"
) -> Path:
    """Write a file of the lines (cells, or the text of a whole line) under the header."""
    layout = layout or Layout()
    texts = [csv_text(layout.headers)]
    texts += [line if isinstance(line, str) else line_text(line, layout) for line in lines]
    text = "".join(f"{line}{end}" for line in texts)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


@dataclass
class Desk:
    """Someone who loads and publishes months into one database."""

    url: str
    settings: Settings
    folder: Path
    files: int = 0

    def file(self, lines: Sequence[Cells | str], layout: Layout | None = None) -> Path:
        self.files += 1
        return write_lines(self.folder / f"file_{self.files}.csv", lines, layout)

    def load(
        self, lines: Sequence[Cells | str] | Path, period: str | None = PERIOD, **options: Any
    ) -> LoadResult:
        path = lines if isinstance(lines, Path) else self.file(lines)
        options = {"source": SOURCE, **options}
        return load_file(self.url, self.settings, path, period=period, **options)

    def publish(
        self, lines: Sequence[Cells | str] | Path, period: str | None = PERIOD, **options: Any
    ) -> LoadResult:
        result = self.load(lines, period, **options)
        publish(self.url, result.load_id)
        return result

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[call-overload]

    def row(self, statement: str, *values: Any) -> dict[str, Any]:
        (row,) = self.rows(statement, *values)
        return row

    def value(self, statement: str, *values: Any) -> Any:
        (value,) = self.row(statement, *values).values()
        return value

    def table(
        self, name: str, but: Sequence[str] = (), where: str = "true"
    ) -> list[dict[str, Any]]:
        """Every row of a table or view, sorted, without the columns that time alone decides."""
        rows = self.rows(f"select * from {name} where {where}")
        kept = [{key: value for key, value in row.items() if key not in but} for row in rows]
        return sorted(kept, key=repr)

    def kpis(self) -> dict[str, list[dict[str, Any]]]:
        return {view: self.table(view) for view in KPI_VIEWS}

    def dimensions(self) -> dict[str, list[dict[str, Any]]]:
        return {name: self.table(f"dim.{name}") for name in DIMENSIONS}

    def issues(self, load_id: int) -> list[tuple[int | None, str, str]]:
        """Line, code and column of each issue, as the label oracle and the samples write them."""
        rows = self.rows(
            "select line_no, rule_code, coalesce(column_name, '') as column_name"
            " from dq.dq_issues where load_id = %s",
            load_id,
        )
        found = [(row["line_no"], row["rule_code"], row["column_name"]) for row in rows]
        return sorted(found, key=lambda issue: (issue[0] or 0, issue[1], issue[2]))

    def state(self, load_id: int) -> dict[str, Any]:
        """All that a run of this load made visible, but for numbers and times of the run itself."""
        mine = f"load_id = {load_id}"
        run = ("run_id", "issue_id", "started_at", "finished_at", "changed_at")
        last = f"run_id = (select run_id from app.load_states where {mine})"
        return {
            "raw": self.table("raw.lines", where=mine),
            "sales": self.table("canonical.sales", where=mine),
            "rejected": self.table("canonical.rejected_lines", where=mine),
            "set aside": self.table("canonical.set_aside_lines", where=mine),
            "issues": self.table("dq.dq_issues", run, mine),
            "stats": self.table("dq.dq_run_stats", run, last),
            "balance": self.table("dq.reconciliations", run, last),
            "profiles": self.table("dq.column_profiles", run, last),
            "prices": self.table("dq.product_prices", where=mine),
            "observations": self.table("dim.observations", where=mine),
            "spellings": self.table("dim.observed_spellings", where=mine),
            "invoices": summed_invoices(self.table("kpi.rollup_invoices", where=mine)),
            "products": self.table("kpi.rollup_products", where=mine),
            **{name: self.table(f"kpi.{name}", where=mine) for name in TIERS},
            "load": self.table("app.load_states", run, mine),
        }


def summed_invoices(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Invoice rollups with their parts added up: how many parts depends on blocks alone."""
    sums: dict[tuple[Any, ...], list[Any]] = {}
    measures = ("net_amount", "gross_amount", "line_count")
    for part in parts:
        key = tuple((name, part[name]) for name in part if name not in measures)
        total = sums.setdefault(key, [0] * len(measures))
        total[:] = [a + part[name] for a, name in zip(total, measures, strict=True)]
    whole = [dict([*key, *zip(measures, total, strict=True)]) for key, total in sums.items()]
    return sorted(whole, key=repr)
