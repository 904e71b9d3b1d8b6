"""What is known of a load, read back from the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from psycopg import sql

from pipeline.db import Connection, Row, fetch_all, fetch_one, table, transaction
from pipeline.errors import RefusedAction
from pipeline.ingestion.raw_lines import lines_table
from pipeline.ingestion.store import Receipt


@dataclass(slots=True)
class LoadResult:
    """What is said of one file after it was loaded, or recognised as known."""

    load_id: int
    run_id: int | None
    source: str
    period: str | None
    status: str
    lines: int = 0
    canonical: int = 0
    rejected: int = 0
    blank: int = 0
    net_amount: Decimal = Decimal(0)
    rejected_net_amount: Decimal = Decimal(0)
    issues: dict[str, int] = field(default_factory=dict)
    duplicate_of: int | None = None
    seconds: float = 0.0
    balanced: bool = True
    receipt: Receipt | None = None
    remarks: tuple[str, ...] = ()


def read_load(connection: Connection, load_id: int) -> Row:
    """A load with its state and last run; RefusedAction when there is none."""
    row = fetch_one(connection, "read_load", {"load_id": load_id})
    if row is None:
        raise RefusedAction(
            "UNKNOWN_LOAD",
            fa="بار {load_id} وجود ندارد. فهرست بارها را با «status» ببینید.",
            en="There is no load {load_id}. See the loads with `status`.",
            load_id=load_id,
        )
    return row


def require_kept(load: Row) -> Row:
    """The load itself; RefusedAction when its bytes were purged."""
    if load["purged_at"] is None:
        return load
    raise RefusedAction(
        "PURGED",
        fa="فایل و سطرهای بار {load_id} در {at:%Y-%m-%d} برای همیشه پاک شده است؛ رسید و تاریخچهٔ آن "
        "هست.",
        en="The file and lines of load {load_id} were removed for good on {at:%Y-%m-%d}; its "
        "receipt and history are there.",
        load_id=load["load_id"],
        at=load["purged_at"],
    )


def read_result(url: str, load_id: int) -> LoadResult:
    """The result of a load's last run."""
    with transaction(url) as connection:
        load = read_load(connection, load_id)
        result = LoadResult(
            load_id, load["run_id"], load["source_system"], load["period"], load["state"]
        )
        stats = fetch_one(connection, "read_run_totals", {"run_id": load["run_id"]})
        if stats is not None:
            result.lines, result.canonical = stats["lines_read"], stats["canonical_lines"]
            result.rejected, result.blank = stats["rejected_lines"], stats["blank_lines"]
            result.net_amount = stats["net_amount"]
            result.rejected_net_amount = stats["rejected_net_amount"]
            result.balanced = stats["balanced"]
        issues = fetch_all(connection, "count_issues", {"load_id": load_id})
        result.issues = {row["rule_code"]: row["issues"] for row in issues}
    return result


def run_tables(load_id: int, run_id: int, source_system: str) -> dict[str, Any]:
    """Names that the statements on one run's own tables are filled with."""
    return {
        **lines_table(load_id),
        "sales": table("canonical", f"sales_{run_id}"),
        "rollup": table("kpi", f"rollup_invoices_{run_id}"),
        "check": sql.Identifier(f"load_id_is_{load_id}"),
        "rollup_check": sql.Identifier(f"load_id_is_{load_id}"),
        "source_system": sql.Literal(source_system),
    }
