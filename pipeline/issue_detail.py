"""Everything about one issue: the line as it stands, how it was read, the rule, what was said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipeline.access.allowed import Action
from pipeline.access.personal import MASK, PERSONAL, masking, may_see_file
from pipeline.contracts import Mapping
from pipeline.db import Connection, Row, fetch_all, fetch_all_for, fetch_one, reading
from pipeline.errors import RefusedAction
from pipeline.ingestion.cells import spans_of
from pipeline.quality.issue_filter import shown_raw_value
from pipeline.quality.issue_names import Names, names_of
from pipeline.quality.line_cells import Cell, Reading
from pipeline.quality.rules import Rule, read_catalogue
from pipeline.settings import Settings
from pipeline.source_memory import remembered_of
from pipeline.transform.normalize import Normalizer

RELATED = 100
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class IssueDetail:
    """One issue.

    `issue`: its columns with status, assignee and file. `line`: the RAW text, None for an issue of
    the load as a whole; `cells` are cut from it, the blamed one is marked. `canonical`: the line as
    facts have it, or, of a rejected line, what can be read of it (`is_rejected`); None where it
    cannot be cut. `headers`: canonical column → header of the file, as that run read it. `rule`:
    title and advice in both languages, None for a rule that is no more. `same_line`: other issues
    of the line; `twins`: issues with its fingerprint, in this load or another. `history`: what was
    said of it, oldest first. Personal cells are masked for who may not see those of this file.
    `names`: of its salesperson and branch in the period of its load. `spans`: where each of the
    cells stands in the line, empty where nobody can tell.
    """

    issue: Row
    rule: Rule | None
    line: str | None
    cells: list[Cell]
    canonical: dict[str, Any] | None
    headers: dict[str, str]
    is_rejected: bool
    same_line: list[Row]
    twins: list[Row]
    history: list[Row]
    names: Names
    spans: tuple[tuple[int, int], ...] = ()


def issue_detail(url: str, settings: Settings, issue_id: int) -> IssueDetail:
    """Everything about one issue; RefusedAction UNKNOWN_ISSUE where there is none."""
    wanted = {"issue_id": min(issue_id, _LARGEST_ID), "limit": RELATED}
    with reading(url) as connection:
        shown = shown_raw_value()
        issue = fetch_one(connection, "read_issue", wanted | masking(), raw_value=shown)
        if issue is None:
            raise _unknown(issue_id)
        layout, used = Reading.of(issue.pop("inspection")), issue.pop("mapping")
        line = _line_text(connection, issue)
        cells = layout.cells(line, {issue["column_name"]}) if line is not None else []
        sale = fetch_one(connection, "read_sale", issue)
        mapping = remembered_of(connection, issue["source_system"]).mapping(
            settings.config_dir, issue["source_system"]
        )
        related = fetch_all(connection, "list_related_issues", wanted | masking(), raw_value=shown)
        history = fetch_all(connection, "list_issue_events", wanted)
        names = names_of(
            connection, [issue["salesperson_id"]], [issue["branch_id"]],
            source=issue["source_system"], period=issue["period"],
        )  # fmt: skip
    rules = {rule.code: rule for rule in read_catalogue(settings.config_dir).rules}
    is_whole = len(cells) == len(layout.headers)
    canonical = sale or (_as_read(cells, mapping, used["columns"]) if is_whole else None)
    is_rejected = line is not None and sale is None
    if line is not None and not may_see_file(issue["received_by"]):
        hidden = {header for name, header in used["columns"].items() if name in PERSONAL}
        line = layout.covered(line, hidden, MASK)
        cells = [_covered(cell, is_whole=is_whole, hidden=hidden) for cell in cells]
    return IssueDetail(
        issue=issue,
        rule=rules.get(issue["rule_code"]),
        line=line,
        cells=cells,
        canonical=canonical,
        headers=used["columns"],
        is_rejected=is_rejected,
        same_line=[row for row in related if not row["is_twin"]],
        twins=[row for row in related if row["is_twin"]],
        history=history,
        names=names,
        spans=spans_of(line.rstrip("\r\n"), layout.dialect, len(cells)) if line else (),
    )


def _covered(cell: Cell, *, is_whole: bool, hidden: set[str]) -> Cell:
    """The cell masked where it is personal; of a line of another width nobody knows which is."""
    is_open = is_whole and cell.header not in hidden
    return cell if is_open or not cell.text else replace(cell, text=MASK)


def _line_text(connection: Connection, issue: Row) -> str | None:
    if issue["line_no"] is None:
        return None
    rows = fetch_all_for(Action.SEE_ISSUES, connection, "read_line_text", issue)
    return str(rows[0]["line"]) if rows else None


def _as_read(cells: list[Cell], mapping: Mapping, columns: dict[str, str]) -> dict[str, Any]:
    """What can be read of a rejected line: canonical columns, null where a cell is unreadable."""
    texts = {cell.header: cell.text for cell in reversed(cells)}
    given = {
        name: [texts[header]]
        for name, header in columns.items()
        if header in texts and name in mapping.columns
    }
    schema = dict.fromkeys(given, pl.String)
    frame = pl.DataFrame(given, schema=schema).with_columns(line_no=pl.lit(0, dtype=pl.Int32))
    read = Normalizer(mapping).normalize(frame).row(0, named=True)
    return {name: value for name, value in read.items() if name in _SHOWN}


_SHOWN = (
    "invoice_id", "invoice_line_no", "customer_id", "product_id", "salesperson_id",
    "transaction_type", "event_date", "event_date_jalali", "quantity", "free_quantity",
    "unit_price", "gross_amount", "discount_volume", "discount_cash", "discount_amount",
    "tax_amount", "net_amount", "return_reason", "reference_invoice_id",
)  # fmt: skip


def _unknown(issue_id: int) -> RefusedAction:
    return RefusedAction(
        "UNKNOWN_ISSUE",
        fa="ایراد {issue_id} وجود ندارد؛ شاید بازبینی تازه‌ای جای آن را گرفته است. فهرست را "
        "دوباره ببینید.",
        en="There is no issue {issue_id}; a newer run may have taken its place. Look at the list "
        "again.",
        issue_id=issue_id,
    )
