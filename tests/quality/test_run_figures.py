"""Figures of runs and months, each worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline.errors import RefusedAction
from pipeline.quality.run_figures import month_figures, run_figures
from pipeline.runs import recheck
from tests.karamad import SOUND, Cells, Desk

EARLIER: Cells = {"system_date": "1403/04/12", "reference_date": "1403/04/12"}
GROSS: Cells = {"gross_amount": "90", "net_amount": "100"}
ZERO: Cells = {"quantity": "0", "gross_amount": "0", "tax_amount": "0", "net_amount": "0"}


def lines(*cells: Cells, month: Cells | None = None) -> list[Cells]:
    """Lines of an invoice each, so that none is another's twin."""
    return [{**one, **(month or {}), "invoice_id": str(n)} for n, one in enumerate(cells)]


def rule_rows(desk: Desk, run_id: int, codes: set[str]) -> dict[str, dict[str, Any]]:
    return {
        row["rule_code"]: row
        for row in run_figures(desk.url, run_id).rules
        if row["rule_code"] in codes
    }


def test_a_run_beside_the_month_before(desk: Desk) -> None:
    desk.publish(lines(SOUND, SOUND, GROSS, ZERO, month=EARLIER), "1403-04")
    load = desk.load(lines(SOUND, GROSS, GROSS, GROSS, {"quantity": "x"}))
    figures = run_figures(desk.url, load.run_id or 0)
    run = figures.run
    named = ("lines_read", "canonical_lines", "rejected_lines", "before_lines", "before_period")
    assert [run[name] for name in named] == [5, 4, 1, 4, "1403-04"]
    assert (run["accepted_share"], run["before_accepted_share"]) == (Decimal("0.8"), 1)
    assert (run["net_amount"], run["before_net_amount"]) == (410, 320)
    assert run["seconds"] > 0
    seconds = (run["finished_at"] - run["started_at"]).total_seconds()
    assert run["lines_per_second"] == round(5 / seconds)
    rules = figures.rules
    assert sum(row["issues"] for row in rules) == run["issues"]
    assert [row["issues"] for row in rules] == sorted(
        (row["issues"] for row in rules), reverse=True
    )
    first = rules[0]
    assert (first["rule_code"], first["issues"], first["before_issues"]) == ("GROSS_MISMATCH", 3, 1)
    assert first["impact_amount"] == 30
    so_far = 0
    for row in rules:
        so_far += row["issues"]
        assert row["share"] == pytest.approx(Decimal(row["issues"]) / run["issues"])
        assert row["cumulative_share"] == pytest.approx(Decimal(so_far) / run["issues"])
    # What was found in the month before alone is there with nothing now.
    zero = rule_rows(desk, load.run_id or 0, {"ZERO_QUANTITY"})["ZERO_QUANTITY"]
    assert (zero["issues"], zero["before_issues"], zero["severity"]) == (0, 1, "WARNING")


def test_a_first_month_and_one_without_issues_have_nothing_to_compare(desk: Desk) -> None:
    load = desk.load(lines(SOUND))
    figures = run_figures(desk.url, load.run_id or 0)
    assert figures.rules == []
    assert (figures.run["before_period"], figures.run["accepted_share"]) == (None, 1)
    for missing in (0, 99, 10**30):
        with pytest.raises(RefusedAction, match="no run"):
            run_figures(desk.url, missing)


def test_months_show_the_load_in_force_and_what_changed(desk: Desk) -> None:
    desk.publish(lines(SOUND, SOUND, GROSS, SOUND, month=EARLIER), "1403-04")
    desk.load(lines(SOUND, GROSS, month=EARLIER), "1403-04")  # a draft beside the published one
    desk.publish(lines(SOUND))
    corrected = desk.publish(lines(SOUND, GROSS, {"quantity": "x"}, SOUND, SOUND))
    recheck(desk.url, desk.settings, corrected.load_id)
    months = month_figures(desk.url, "karamad")
    named = ("period", "load_id", "state", "lines_read", "rejected_lines", "net_amount")
    assert [tuple(row[name] for name in named) for row in months] == [
        ("1403-04", 1, "published", 4, 0, 430),
        ("1403-05", 4, "published", 5, 1, 430),
    ]
    first, second = months
    changes = ("lines_change", "net_amount_change", "accepted_share_change", "issues_change")
    assert [first[name] for name in changes] == [None] * 4
    assert [second[name] for name in changes[:3]] == [Decimal("0.25"), 0, Decimal("-0.2")]
    assert second["issues_change"] == Decimal(second["issues"] - first["issues"]) / first["issues"]
    assert month_figures(desk.url, "mabna") == []
    assert month_figures(desk.url) == months
