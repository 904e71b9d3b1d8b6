"""Loads as pages show them: every file ever received, and one load with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.db import Row, fetch_all, fetch_one, reading
from pipeline.digests import hash_file
from pipeline.ingestion.store import Receipt, find_receipt
from pipeline.months.reads import MonthState, Step, history, list_months
from pipeline.quality.run_figures import RunFigures, run_figures
from pipeline.results import read_load

STATES = ("received", "draft", "published", "superseded", "voided", "failed")
PAGE = 20
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class LoadFilter:
    """Which loads are asked for; empty and None leave it open. `text` is part of the file's name
    or of the sender's, in any case of letters."""

    states: tuple[str, ...] = ()
    source: str | None = None
    period: str | None = None
    text: str | None = None

    def parameters(self) -> Row:
        """What its queries are given."""
        return {
            "states": list(self.states) or None,
            "source": self.source,
            "period": self.period,
            "text": (self.text or "").replace("\0", "").strip() or None,
        }


@dataclass(frozen=True, slots=True)
class LoadPage:
    """Loads of one page, newest first, how many fit in all, and after which the next page begins.

    A row: `load_id, source_system, file_name, file_size` (bytes), `received_at, received_by, state,
    period, run_id, currency, lines_read, canonical_lines, rejected_lines, issues, net_amount`, and
    `job_id` of the job at work on it. Counts are None where no run is through.
    """

    rows: list[Row]
    count: int
    next_before: int | None


@dataclass(frozen=True, slots=True)
class LoadDetail:
    """One load: its receipt and state, what its run found, its balance and how its month stands.

    `load` is a row of `read_load`; `figures` and `balance` (`raw_lines, canonical_lines,
    rejected_lines, set_aside_lines, lines_gap, file_net_amount, canonical_net_amount,
    rejected_net_amount, amount_gap, balanced`) are None while no run is through, `month` and
    `steps` (newest first) empty while its month is not known. `others` are the month's other loads.
    `beside` is what its sums need beside them, with a month alone: `stray_lines, stray_net_amount`
    (accepted, dated in other months) and `unread_lines` (no net amount could be read).
    """

    load: Row
    figures: RunFigures | None
    balance: Row | None
    month: MonthState | None
    steps: list[Step]
    others: list[Row]
    beside: Row | None = None

    @property
    def currency(self) -> str:
        """Currency of its amounts, as its mapping says."""
        return str((self.load["mapping"] or {}).get("currency", "IRR"))


def list_received(
    url: str, wanted: LoadFilter, *, before: int | None = None, limit: int = PAGE
) -> LoadPage:
    """A page of the loads that fit; `before` is the `next_before` of the page before."""
    asked = {**wanted.parameters(), "before": _known_number(before), "limit": limit + 1}
    with reading(url) as connection:
        counted = fetch_one(connection, "count_received_loads", asked)
        rows = fetch_all(connection, "list_received_loads", asked)
    assert counted is not None
    page = rows[:limit]
    more = len(rows) > limit
    return LoadPage(page, counted["loads"], page[-1]["load_id"] if more else None)


def load_choices(url: str) -> tuple[list[str], list[str]]:
    """Source systems and periods that loads have; the newest period first."""
    with reading(url) as connection:
        rows = fetch_all(connection, "list_load_choices")
    periods = {row["period"] for row in rows if row["period"]}
    return sorted({row["source_system"] for row in rows}), sorted(periods, reverse=True)


def read_detail(url: str, load_id: int) -> LoadDetail:
    """All that is known of one load, at one moment; RefusedAction UNKNOWN_LOAD without one."""
    with reading(url) as connection:
        load = read_load(connection, min(load_id, _LARGEST_ID))
        balance = fetch_one(connection, "read_balance_sheet", {"run_id": load["run_id"]})
        figures = None if balance is None else run_figures(url, load["run_id"])
        if load["period"] is None:
            return LoadDetail(load, figures, balance, None, [], [])
        source, period = load["source_system"], load["period"]
        month = next(m for m in list_months(url) if (m.source, m.period) == (source, period))
        same = list_received(url, LoadFilter(source=source, period=period), limit=200).rows
        others = [row for row in same if row["load_id"] != load_id]
        asked = {"load_id": load["load_id"], "period": period}
        beside = fetch_one(connection, "read_beside_balance", asked)
        steps = history(url, source, period)
        return LoadDetail(load, figures, balance, month, steps, others, beside)


def known_receipt(url: str, source: str, path: Path) -> Receipt | None:
    """The receipt of a file whose bytes came before from the same source; the file is read once."""
    sha256 = hash_file(path)
    with reading(url) as connection:
        return find_receipt(connection, source, sha256)


def figures_mark(url: str) -> tuple[int, int]:
    """A mark that is another one whenever figures may have changed: what was worked out under the
    same mark still holds."""
    with reading(url) as connection:
        row = fetch_one(connection, "read_figures_mark")
    assert row is not None
    return row["last_step"], row["last_run"]


def _known_number(number: int | None) -> int | None:
    return None if number is None else min(number, _LARGEST_ID)
