"""What the looking verbs show: a file before it is loaded, loads and months, issues."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from pipeline.cli.output import amount, columns, shown
from pipeline.cli.session import Session
from pipeline.db import fetch_all, query, transaction
from pipeline.ingestion.looks import remark_text
from pipeline.quality.rules import read_catalogue
from pipeline.recognition import Recognition
from pipeline.results import read_load

FIRST_LINES = 5
FIRST_VALUES = 3
LONGEST_LINE = 160
FIRST_ISSUES = 20
_LOAD_COLUMNS = (
    "load_id", "source_system", "period", "state", "file_name", "lines", "canonical", "rejected",
    "net_amount",
)  # fmt: skip
_MONTH_COLUMNS = (
    "source_system", "month", "net_amount", "gross_amount", "returns_amount", "invoices",
    "customers",
)  # fmt: skip
_ISSUE_COLUMNS = ("load_id", "line_no", "rule_code", "severity", "column_name", "raw_value")
_LOOK = (
    'python -m pipeline psql -c "select * from kpi_net_sales_daily order by event_date limit 10"',
    'python -m pipeline psql -c "select * from kpi_top_customers_month where customer_rank <= 10"',
    'python -m pipeline psql -c "select * from kpi_return_rate_by_product_month limit 10"',
    'python -m pipeline psql -c "select * from kpi_salesperson_performance_month limit 10"',
    'python -m pipeline psql -c "select rule_code, count(*) from dq_current_issues group by 1"',
    "python -m pipeline issues --out issues.xlsx",
)


def preview_facts(found: Recognition, language: str) -> dict[str, Any]:
    """Everything that is known of a file before anything is written."""
    inspection, missing = found.inspection, found.missing_required()
    return {
        "file": found.path.name,
        "format": found.table.format,
        "sheet": found.table.sheet,
        "encoding": inspection.encoding,
        "delimiter": inspection.dialect.delimiter,
        "quote": inspection.dialect.quote,
        "escape": inspection.dialect.escape,
        "confidence": inspection.confidence,
        "header_line": inspection.header_line,
        "preamble_lines": inspection.preamble_lines,
        "width": inspection.width,
        "source": found.mapping.source_system,
        "mapping_version": found.mapping.version,
        "remarks": [remark_text(code, language) for code in found.remarks],
        "period": None if missing else found.period_guess(),
        "missing": missing,
        "headers": [
            {
                "position": match.position + 1,
                "header": match.header,
                "column": match.column,
                "confidence": match.confidence,
                "how": match.how,
                "reason": match.reason_fa if language == "fa" else match.reason_en,
            }
            for match in found.matches
        ],
        "first_lines": [list(cells) for cells in found.sample[:FIRST_LINES]],
        "evidence": list(inspection.evidence),
    }


def preview_text(session: Session, facts: dict[str, Any], drift: Sequence[str] = ()) -> str:
    """The same for readers: one row per column of the file, with its first values.

    `drift` are lines on what differs from the last load.
    """
    words = session.texts
    named = {
        key: shown(value)
        for key, value in facts.items()
        if key not in ("headers", "first_lines", "drift", "remarks")
    }
    names = ("position", "header", "column", "confidence", "reason", "first")
    headings = [session.heading(name) for name in names]
    rows = [
        [
            str(header["position"]), header["header"], header["column"] or "-",
            f"{header['confidence']:.2f}", header["reason"],
            _first_values(facts["first_lines"], header["position"] - 1),
        ]
        for header in facts["headers"]
    ]  # fmt: skip
    parts = [
        words("preview_file", **{**named, "delimiter": repr(facts["delimiter"])}),
        words("preview_header", header_line=facts["header_line"], width=facts["width"],
              preamble=facts["preamble_lines"]),
        words("preview_source", source=facts["source"], period=facts["period"] or "-"),
        words("preview_columns"),
        columns(headings, rows),
    ]  # fmt: skip
    first = [shown(" | ".join(cells), LONGEST_LINE) for cells in facts["first_lines"]]
    parts += [*map(shown, facts["remarks"])]
    parts += ["", words("preview_lines"), *(f"  {line}" for line in first), "", *drift]
    if facts["missing"]:
        parts.append(words("preview_missing", missing=shown("، ".join(facts["missing"]))))
    return "\n".join(
        [*parts, words("preview_nothing_written", file=named["file"], source=facts["source"])]
    )


def status_text(session: Session, url: str) -> str:
    """Loads, published months, and how to look around."""
    with transaction(url) as connection:
        loads = fetch_all(connection, "list_loads")
        months = fetch_all(connection, "summarize_months")
    words = session.texts
    if not loads:
        return words("no_loads")
    for load in loads:
        load["state"] = session.state(load["state"])
    parts = [words("status_loads"), _table(session, _LOAD_COLUMNS, loads), "", words("status_kpis")]
    parts.append(_table(session, _MONTH_COLUMNS, months) if months else words("status_no_kpis"))
    return "\n".join([*parts, "", words("status_look"), *(f"  {line}" for line in _LOOK)])


def issues_text(session: Session, url: str, load_id: int | None, code: str | None) -> str:
    """Issues by rule and the first of them one by one; of one load or of all in force."""
    wanted = {"load_id": load_id, "code": code}
    with transaction(url) as connection:
        if load_id is not None:
            read_load(connection, load_id)
        summary = fetch_all(connection, "summarize_issues", wanted)
        first = _first_issues(connection, wanted)
    if not summary:
        return session.texts("issues_none")
    rules = {rule.code: rule for rule in read_catalogue(session.settings.config_dir).rules}
    language = session.settings.language
    for row in summary:
        row["title"] = (
            rules[row["rule_code"]].title.of(language) if row["rule_code"] in rules else ""
        )
    names = ("load_id", "rule_code", "severity", "issues", "impact_amount", "title")
    parts = [_table(session, names, summary), ""]
    if code in rules:
        parts.append(session.texts("issues_advice", advice=rules[code].advice.of(language)))
    count = sum(row["issues"] for row in summary)
    parts.append(session.texts("issues_first", shown=amount(len(first)), count=amount(count)))
    return "\n".join([*parts, _table(session, _ISSUE_COLUMNS, first)])


def _first_issues(connection: Any, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(name="first_issues") as cursor:
        cursor.itersize = FIRST_ISSUES
        cursor.execute(query("list_issues"), wanted)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in islice(cursor, FIRST_ISSUES)]


def _table(session: Session, names: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    return columns(
        [session.heading(name) for name in names], [[row[name] for name in names] for row in rows]
    )


def _first_values(lines: Sequence[Sequence[str]], position: int) -> str:
    values = (line[position] for line in lines[:FIRST_VALUES] if position < len(line))
    return " | ".join(shown(value, 20) for value in values)
