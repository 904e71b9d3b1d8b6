"""The balance of a run: lines and money of the file against what the database holds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from pipeline.db import Connection, fetch_one, run


class Read(Protocol):
    """What was counted while the file was read: records, and the sum of readable net amounts."""

    lines: int
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """Counts and sums of one run; money in the load's currency, signed."""

    raw_lines: int
    canonical_lines: int
    rejected_lines: int
    set_aside_lines: int
    blank_lines: int
    file_lines: int
    file_net_amount: Decimal
    canonical_net_amount: Decimal
    rejected_net_amount: Decimal

    @property
    def lines_gap(self) -> int:
        """RAW lines, or records read, that are in none of canonical, rejected, set aside."""
        kept = self.canonical_lines + self.rejected_lines
        gap = self.raw_lines - kept - self.set_aside_lines
        return gap or self.file_lines - kept - self.blank_lines

    @property
    def amount_gap(self) -> Decimal:
        return self.file_net_amount - self.canonical_net_amount - self.rejected_net_amount

    @property
    def balanced(self) -> bool:
        return self.lines_gap == 0 and self.amount_gap == 0

    def gap_text(self) -> str:
        return f"lines {self.lines_gap:+d}, amount {self.amount_gap:+f}"

    def as_facts(self) -> dict[str, Any]:
        """Parameters of the statements that keep statistics."""
        return {
            "canonical_lines": self.canonical_lines,
            "rejected_lines": self.rejected_lines,
            "blank_lines": self.blank_lines,
            "canonical_net_amount": self.canonical_net_amount,
            "rejected_net_amount": self.rejected_net_amount,
        }


def reconcile(
    connection: Connection,
    names: dict[str, Any],
    run_id: int,
    load_id: int,
    raw_lines: int | None,
    read: Read,
) -> Balance:
    """Count and sum what a run wrote, compare it with what was `read`, and keep both.

    `raw_lines` is what the server counted while it took RAW in; None counts what is there.
    """
    row = fetch_one(connection, "read_totals", {"raw_lines": raw_lines}, **names)
    assert row is not None
    balance = Balance(file_lines=read.lines, file_net_amount=read.net_amount, **row)
    facts = {
        **row,
        "run_id": run_id,
        "load_id": load_id,
        "file_net_amount": read.net_amount,
        "lines_gap": balance.lines_gap,
        "amount_gap": balance.amount_gap,
    }
    run(connection, "add_reconciliation", facts)
    return balance
