"""What a steward may change of a rule, what not and why, and what the catalogue says of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.errors import RefusedAction
from pipeline.quality.rule_settings import RuleState, change_rule, rule_catalogue
from pipeline.quality.rules import read_catalogue
from pipeline.runs import recheck
from pipeline.settings import ROOT
from tests.karamad import SOUND, Cells, Desk

OFF_BY_TEN: Cells = {**SOUND, "invoice_id": "7", "gross_amount": "90", "net_amount": "100"}


def state(desk: Desk, code: str) -> RuleState:
    (found,) = [one for one in rule_catalogue(desk.url, desk.settings) if one.rule.code == code]
    return found


def change(desk: Desk, code: str, **options: object) -> None:
    said = {"author": "sara", "reason": "asked for", **options}
    change_rule(desk.url, desk.settings, code, **said)  # type: ignore[arg-type]


def test_a_change_holds_from_the_next_run_and_is_told(desk: Desk) -> None:
    load = desk.load([SOUND, OFF_BY_TEN])
    before = state(desk, "GROSS_MISMATCH")
    assert (before.issues, before.impact_amounts) == (1, {"karamad": 10})
    change(desk, "GROSS_MISMATCH", severity="ERROR", reason=" the till is mended ")
    assert recheck(desk.url, desk.settings, load.load_id).rejected == 1
    change(desk, "GROSS_MISMATCH", thresholds={"tolerance": "10"}, author="omid")
    again = recheck(desk.url, desk.settings, load.load_id)
    assert (again.rejected, again.issues.get("GROSS_MISMATCH")) == (0, None)
    now = state(desk, "GROSS_MISMATCH")
    assert (now.rule.severity, now.rule.thresholds) == ("ERROR", {"tolerance": Decimal(10)})
    assert (now.shipped.severity, now.shipped.thresholds) == ("WARNING", {"tolerance": 1})
    assert now.issues == 0
    said = ("severity", "thresholds", "author", "reason")
    assert [tuple(row[name] for name in said) for row in now.changes] == [
        ("ERROR", {}, "sara", "the till is mended"),
        (None, {"tolerance": "10"}, "omid", "asked for"),
    ]


@pytest.mark.parametrize(
    ("code", "options", "refusal", "words"),
    [
        ("NO_RULE", {}, "UNKNOWN_RULE", "GROSS_MISMATCH"),
        ("GROSS_MISMATCH", {"severity": "ERROR", "reason": " \0"}, "REASON_MISSING", "reason"),
        ("GROSS_MISMATCH", {"severity": "HIGH"}, "SEVERITY_UNKNOWN", "ERROR or WARNING"),
        ("GROSS_MISMATCH", {}, "NOTHING_CHANGED", "already"),
        ("GROSS_MISMATCH", {"severity": "WARNING"}, "NOTHING_CHANGED", "already"),
        ("INVALID_DATE", {"severity": "WARNING"}, "SEVERITY_FIXED", "fixed"),
        ("DUPLICATE_LINE", {"severity": "ERROR"}, "SEVERITY_FIXED", "scope load"),
        ("ORPHAN_RETURN", {"severity": "ERROR"}, "SEVERITY_FIXED", "scope history"),
        ("TOTAL_DRIFT", {"severity": "ERROR"}, "SEVERITY_FIXED", "cannot reject"),
        ("GROSS_MISMATCH", {"thresholds": {"limit": 1}}, "THRESHOLD_UNKNOWN", "tolerance"),
        ("ZERO_QUANTITY", {"thresholds": {"tolerance": 1}}, "THRESHOLD_UNKNOWN", "It has: -"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    desk: Desk, code: str, options: dict[str, object], refusal: str, words: str
) -> None:
    with pytest.raises(RefusedAction) as refused:
        change(desk, code, **options)
    assert refused.value.code == refusal
    assert words in refused.value.en
    assert desk.table("dq.rule_settings") == []


def test_a_threshold_is_a_number_within_its_limits(desk: Desk) -> None:
    for value in ("-1", "x", "", "NaN", "Infinity", "1e9", None):
        with pytest.raises(RefusedAction, match="from 0 to 1000000"):
            change(desk, "GROSS_MISMATCH", thresholds={"tolerance": value})
    with pytest.raises(RefusedAction, match="whole number from 1 to 1000000"):
        change(desk, "PRICE_OUTLIER", thresholds={"factor": "3", "min_lines": "2.5"})
    assert desk.table("dq.rule_settings") == []
    change(desk, "PRICE_OUTLIER", thresholds={"factor": "2.5", "min_lines": 7})
    assert state(desk, "PRICE_OUTLIER").rule.thresholds == {
        "factor": Decimal("2.5"),
        "min_lines": 7,
    }


def test_the_catalogue_is_told_whole_and_in_order(desk: Desk) -> None:
    shown = rule_catalogue(desk.url, desk.settings)
    rules = read_catalogue(ROOT / "config").rules
    assert [one.rule for one in shown] == list(rules) == [one.shipped for one in shown]
    assert {one.rule.code for one in shown if one.may_change_severity} == {
        rule.code for rule in rules if rule.scope == "line" and not rule.fixed
    }
    assert all(one.rule.title.fa and one.rule.advice.en for one in shown)
