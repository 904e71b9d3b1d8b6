"""What stewards may change of a rule, and the catalogue as they see it: in words, with its past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from psycopg.types.json import Jsonb

from pipeline.access.acting import requiring
from pipeline.access.allowed import Action
from pipeline.db import Row, fetch_all, reading, run, transaction
from pipeline.errors import RefusedAction
from pipeline.quality.rules import Rule, read_catalogue, rule_set
from pipeline.settings import Settings

SEVERITIES = ("ERROR", "WARNING")


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule as it is today.

    `shipped` is that of the catalogue, `rule` the same with every change applied: words, examples,
    severity and thresholds. `changes`, oldest first: `severity, thresholds, author, at, reason`.
    `issues` and their money (by source system) count drafts and published loads, as their last run
    found them.
    """

    rule: Rule
    shipped: Rule
    may_change_severity: bool
    changes: tuple[Row, ...]
    issues: int
    impact_amounts: Mapping[str, Decimal]


def rule_catalogue(url: str, settings: Settings) -> list[RuleState]:
    """Every rule as it is today, in the order of the catalogue."""
    catalogue = read_catalogue(settings.config_dir)
    with reading(url) as connection:
        changes = fetch_all(connection, "list_rule_settings")
        counts = fetch_all(connection, "count_current_issues")
    now = rule_set(catalogue, changes).rules
    return [
        RuleState(
            rule=now[rule.code],
            shipped=rule,
            may_change_severity=_is_movable(rule),
            changes=tuple(row for row in changes if row["rule_code"] == rule.code),
            issues=sum(row["issues"] for row in counts if row["rule_code"] == rule.code),
            impact_amounts={
                row["source_system"]: row["impact_amount"]
                for row in counts
                if row["rule_code"] == rule.code
            },
        )
        for rule in catalogue.rules
    ]


@requiring(Action.CHANGE_RULES)
def change_rule(
    url: str,
    settings: Settings,
    code: str,
    *,
    severity: str | None = None,
    thresholds: Mapping[str, object] | None = None,
    author: str,
    reason: str,
) -> Rule:
    """Change severity or thresholds of a rule from the next run on; returns it as it is then.

    What is not named stays. Loads that are in learn of it by a recheck. RefusedAction:
    UNKNOWN_RULE, REASON_MISSING, SEVERITY_UNKNOWN, SEVERITY_FIXED (with why), THRESHOLD_UNKNOWN,
    THRESHOLD_NOT_POSSIBLE (with what is), NOTHING_CHANGED.
    """
    catalogue = read_catalogue(settings.config_dir)
    rule = next((rule for rule in catalogue.rules if rule.code == code), None)
    if rule is None:
        raise _unknown_rule(code, [rule.code for rule in catalogue.rules])
    if not reason.replace("\0", "").strip():
        raise _reason_missing(code)
    if severity is not None:
        _check_severity(rule, severity)
    numbers = {name: _number(rule, name, value) for name, value in (thresholds or {}).items()}
    with transaction(url) as connection:
        run(connection, "lock_rules")
        before = rule_set(catalogue, fetch_all(connection, "list_rule_settings"))[code]
        after = before.model_copy(
            update={
                "severity": severity or before.severity,
                "thresholds": {**before.thresholds, **numbers},
            }
        )
        if after == before:
            raise _nothing_changed(code)
        facts = {
            "code": code,
            "severity": severity,
            "thresholds": Jsonb({name: str(number) for name, number in numbers.items()}),
            "author": author,
            "reason": reason.replace("\0", "").strip(),
        }
        run(connection, "add_rule_setting", facts)
    return after


def _is_movable(rule: Rule) -> bool:
    return rule.scope == "line" and not rule.fixed


def _check_severity(rule: Rule, severity: str) -> None:
    if severity not in SEVERITIES:
        raise RefusedAction(
            "SEVERITY_UNKNOWN",
            fa="شدت «{severity}» نیست؛ ERROR یا WARNING بدهید.",
            en="There is no severity '{severity}'; give ERROR or WARNING.",
            severity=severity,
        )
    if severity == rule.severity or _is_movable(rule):
        return
    if rule.fixed:
        raise RefusedAction(
            "SEVERITY_FIXED",
            fa="شدت قانون {rule} عوض نمی‌شود: بی این مقدار سطر معنای درستی ندارد یا دفتر تراز نیست.",
            en="The severity of {rule} is fixed: without what it asks for a line has no sound "
            "meaning, or the ledger no balance.",
            rule=rule.code,
        )
    raise RefusedAction(
        "SEVERITY_FIXED",
        fa="قانون {rule} ({scope}) پس از نوشته‌شدن سطرها بررسی می‌شود و امروز نمی‌تواند سطری را رد "
        "کند؛ شدت آن WARNING می‌ماند.",
        en="Rule {rule} (scope {scope}) is asked after the lines were written, so it cannot reject "
        "one today; its severity stays WARNING.",
        rule=rule.code,
        scope=rule.scope,
    )


def _number(rule: Rule, name: str, value: object) -> Decimal:
    """A threshold as a number within its limits; RefusedAction where it is none."""
    if name not in rule.thresholds:
        raise RefusedAction(
            "THRESHOLD_UNKNOWN",
            fa="قانون {rule} آستانه‌ای به نام «{name}» ندارد. آستانه‌های آن: {known}.",
            en="Rule {rule} has no threshold '{name}'. It has: {known}.",
            rule=rule.code,
            name=name,
            known=", ".join(rule.thresholds) or "-",
        )
    low, high = rule.limits[name]
    is_whole = name in rule.whole
    try:
        number = Decimal(str(value).strip())
        if number.is_finite() and low <= number <= high and not (is_whole and number % 1):
            return number
    except InvalidOperation:
        pass
    raise RefusedAction(
        "THRESHOLD_NOT_POSSIBLE",
        fa="«{value}» برای آستانهٔ {name} قانون {rule} شدنی نیست؛ عددی{whole_fa} از {low} تا {high} "
        "بدهید.",
        en="'{value}' cannot be the threshold {name} of {rule}; give a {whole_en}number from {low} "
        "to {high}.",
        value=value,
        name=name,
        rule=rule.code,
        low=low,
        high=high,
        whole_fa=" بی اعشار" if is_whole else "",
        whole_en="whole " if is_whole else "",
    )


def _unknown_rule(code: str, known: list[str]) -> RefusedAction:
    return RefusedAction(
        "UNKNOWN_RULE",
        fa="قانونی با کد «{rule}» نیست. کدها: {known}",
        en="There is no rule '{rule}'. Codes: {known}",
        rule=code,
        known=", ".join(sorted(known)),
    )


def _reason_missing(code: str) -> RefusedAction:
    return RefusedAction(
        "REASON_MISSING",
        fa="برای تغییر قانون {rule} باید دلیل بنویسید؛ چیزی ثبت نشد.",
        en="Give a reason for changing rule {rule}; nothing was stored.",
        rule=code,
    )


def _nothing_changed(code: str) -> RefusedAction:
    return RefusedAction(
        "NOTHING_CHANGED",
        fa="قانون {rule} از پیش همین‌گونه است؛ چیزی ثبت نشد.",
        en="Rule {rule} is so already; nothing was stored.",
        rule=code,
    )
