"""How good a run was, and how months compare: lines, shares, issues by rule, money, time taken."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.db import Row, fetch_all, fetch_one, reading
from pipeline.errors import RefusedAction


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One run.

    `run`: `run_id, load_id, source_system, period, state, lines_read, canonical_lines,
    rejected_lines, blank_lines, accepted_share` (of lines that are records), `issues, errors,
    warnings, net_amount, rejected_net_amount, impact_amount, started_at, finished_at, seconds,
    lines_per_second`, and of the published month before `before_run_id, before_period,
    before_lines, before_accepted_share, before_issues, before_net_amount` (None without one).
    `rules`, the most frequent first: `rule_code, severity, issues, impact_amount, share,
    cumulative_share, before_issues`; a rule that found something the month before alone is there
    with 0. Shares are between 0 and 1.
    """

    run: Row
    rules: list[Row]


def run_figures(url: str, run_id: int) -> RunFigures:
    """Figures of one finished run; RefusedAction UNKNOWN_RUN where there is none."""
    with reading(url) as connection:
        run = fetch_one(connection, "read_run_figures", {"run_id": min(run_id, 2**63 - 1)})
        if run is None:
            raise RefusedAction(
                "UNKNOWN_RUN",
                fa="اجرای {run_id} نیست یا به پایان نرسیده است.",
                en="There is no run {run_id}, or it is not through.",
                run_id=run_id,
            )
        return RunFigures(run, fetch_all(connection, "list_rule_figures", run))


def month_figures(url: str, source: str | None = None) -> list[Row]:
    """Months of one source, or of all, in their order: the load in force and what changed.

    `source_system, period, state, load_id, run_id, lines_read, canonical_lines, rejected_lines,
    accepted_share, issues, errors, warnings, net_amount, impact_amount, seconds, lines_per_second,
    before_period, lines_change, net_amount_change, accepted_share_change, issues_change`; changes
    are shares of the month before (of the accepted share: the difference), None without one.
    """
    with reading(url) as connection:
        return fetch_all(connection, "list_month_figures", {"source": source})
