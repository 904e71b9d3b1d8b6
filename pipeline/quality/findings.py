"""Everything a run finds, gathered as columns and handed to the database in one piece."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.contracts import Mapping
from pipeline.db import Connection, copy_in, run
from pipeline.ingestion.damage import Damage
from pipeline.quality.check import ISSUE_SCHEMA
from pipeline.quality.rules import RuleSet
from pipeline.transform.facts import as_csv
from pipeline.transform.numbers import AMOUNT

FOUND_SCHEMA = {
    **ISSUE_SCHEMA,
    "business_key": pl.String,
    "message": pl.String,
    "salesperson_id": pl.String,
    "branch_id": pl.String,
}


@dataclass(slots=True)
class Findings:
    """Issues, rejected lines and set-aside lines of one run.

    `headers` are those of the file by canonical name; `personal` the names whose cells no message
    may repeat.
    """

    rules: RuleSet
    headers: dict[str, str]
    language: str
    personal: frozenset[str] = frozenset()
    _issues: list[pl.DataFrame] = field(default_factory=list)
    _rejected: list[pl.DataFrame] = field(default_factory=list)
    _set_aside: list[tuple[int, str]] = field(default_factory=list)

    def add_issues(self, issues: Iterable[pl.DataFrame]) -> None:
        """Issues of line rules: `ISSUE_SCHEMA`, `business_key`, `salesperson_id`, `branch_id`."""
        self._issues += [
            part.with_columns(message=pl.lit(None, dtype=pl.String)) for part in issues
        ]

    def reject(self, lines: pl.DataFrame) -> None:
        """Lines of a block that are rejected: `line_no, net_amount`."""
        if lines.height:
            self._rejected.append(lines.select("line_no", "net_amount"))

    def add_damages(self, damages: list[tuple[Damage, str]]) -> None:
        """Lines that could not be cut into cells; they are rejected, their amount is unknown."""
        if not damages:
            return
        numbers = [damage.line_no for damage, _ in damages]
        details = [d.detail_fa if self.language == "fa" else d.detail_en for d, _ in damages]
        columns = {
            "line_no": numbers,
            "rule_code": [damage.code for damage, _ in damages],
            "raw_value": [text for _, text in damages],
            "business_key": [str(number) for number in numbers],
            "message": details,
        }
        self._issues.append(self._found(pl.DataFrame(columns)))
        nothing = pl.lit(None, dtype=AMOUNT)
        self._rejected.append(
            pl.DataFrame({"line_no": pl.Series(numbers, dtype=pl.Int32)}).with_columns(
                net_amount=nothing
            )
        )

    def set_aside(self, lines: list[tuple[int, str]]) -> None:
        """Lines that are no records, with their kind."""
        self._set_aside += lines

    def add_found(self, code: str, found: pl.DataFrame) -> None:
        """Lines that a load or history rule found.

        `line_no, column, raw_value, impact_amount`, and `branch_id` where the file tells.
        """
        if found.height:
            named = found.with_columns(
                rule_code=pl.lit(code),
                column_name=pl.col("column").replace_strict(self.headers, default=None),
            )
            self._issues.append(self._found(named))

    def add_run_issue(
        self, code: str, value: str | None = None, impact: Decimal | None = None
    ) -> None:
        """Something about the load as a whole."""
        row = {"rule_code": [code], "raw_value": [value], "impact_amount": [impact]}
        self._issues.append(
            self._found(pl.DataFrame(row, schema_overrides={"impact_amount": AMOUNT}))
        )

    def _found(self, columns: pl.DataFrame) -> pl.DataFrame:
        severities = {code: rule.severity for code, rule in self.rules.rules.items()}
        columns = columns.with_columns(severity=pl.col("rule_code").replace_strict(severities))
        missing = [
            pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in FOUND_SCHEMA.items()
            if name not in columns.columns
        ]
        return columns.with_columns(missing).select(
            pl.col(name).cast(dtype) for name, dtype in FOUND_SCHEMA.items()
        )

    def write_lines(self, connection: Connection) -> None:
        """Hand rejected and set-aside lines to the database."""
        if self._rejected:
            copy_in(connection, "copy_new_rejected_lines", as_csv(pl.concat(self._rejected)))
        if self._set_aside:
            schema = {"line_no": pl.Int32, "kind": pl.String}
            frame = pl.DataFrame(self._set_aside, schema=schema, orient="row")
            copy_in(connection, "copy_new_set_aside_lines", as_csv(frame))

    def write_issues(self, connection: Connection) -> None:
        """Hand the issues to the database."""
        if self._issues:
            found = pl.concat([part.select(list(FOUND_SCHEMA)) for part in self._issues])
            copy_in(connection, "copy_found_issues", as_csv(_without_nul(found)))

    def keep(self, connection: Connection, facts: dict[str, Any], **names: Any) -> None:
        """Make what was handed over visible; an earlier run's findings were cleared before."""
        titles = {code: rule.title.of(self.language) for code, rule in self.rules.rules.items()}
        parameters = {
            **facts,
            "codes": list(titles),
            "titles": list(titles.values()),
            "personal": [self.headers[name] for name in self.personal],
        }
        run(connection, "keep_findings", parameters, **names)


def _without_nul(found: pl.DataFrame) -> pl.DataFrame:
    """The database's text cannot hold NUL; RAW keeps the bytes."""
    return found.with_columns(pl.col("raw_value").str.replace_all("\0", "\ufffd", literal=True))


def headers_of(
    mapping: Mapping, header: tuple[str, ...], positions: dict[str, int]
) -> dict[str, str]:
    """The header as the file has it, by canonical name; the mapping's own if it has none."""
    return {
        name: header[positions[name]] if name in positions else mapping.header_of(name)
        for name, _ in mapping.fields()
    }
