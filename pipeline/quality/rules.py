"""The rule catalogue: what may be wrong with a line or a load, as data from `dq_rules.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.contracts import Model, Words, read_contract
from pipeline.errors import RefusedAction

Severity = Literal["ERROR", "WARNING"]
Scope = Literal["line", "load", "history", "run"]


class Example(Model):
    """Lines that a rule must find, or must leave alone; see the head of `dq_rules.yml`."""

    lines: tuple[dict[str, str], ...] = ()
    text: str | None = None
    history: tuple[dict[str, str], ...] = ()
    earlier: tuple[dict[str, str], ...] = ()
    flags: tuple[int, ...] = ()
    repeat: int = 1
    lost: int = 0
    without: tuple[str, ...] = ()
    with_: tuple[str, ...] = Field(default=(), alias="with")
    renamed: dict[str, str] = Field(default={})


class Examples(Model):
    """At least one example that fails and one that passes."""

    fails: tuple[Example, ...] = Field(min_length=1)
    passes: tuple[Example, ...] = Field(min_length=1)


class Rule(Model):
    """One thing that may be wrong."""

    code: str = Field(pattern=r"^[A-Z][A-Z_]+$")
    severity: Severity
    scope: Scope
    fixed: bool = False
    columns: tuple[str, ...]
    expression: str | None = None
    impact: str | None = None
    thresholds: dict[str, Decimal] = Field(default={})
    limits: dict[str, tuple[Decimal, Decimal]] = Field(default={})
    whole: tuple[str, ...] = ()
    title: Words
    advice: Words
    examples: Examples

    @model_validator(mode="after")
    def _line_rules_have_an_expression(self) -> Self:
        if self.scope == "line" and self.columns and not self.expression:
            raise ValueError("a rule of scope line needs an expression, or no columns")
        return self

    @model_validator(mode="after")
    def _thresholds_keep_their_limits(self) -> Self:
        if self.limits.keys() != self.thresholds.keys() or not set(self.whole) <= set(self.limits):
            raise ValueError("limits are given for every threshold and for nothing else")
        for name, (low, high) in self.limits.items():
            if not low <= self.thresholds[name] <= high:
                raise ValueError(f"the threshold {name} is outside its limits")
        return self


class Catalogue(Model):
    """Every rule, in the order in which they are shown."""

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        codes = [rule.code for rule in self.rules]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"codes given twice: {', '.join(twice)}")
        return self


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a run: the catalogue with the settings of stewards applied."""

    rules: Mapping[str, Rule]
    today: date = field(default_factory=date.today)

    def __getitem__(self, code: str) -> Rule:
        return self.rules[code]

    def of_scope(self, *scopes: Scope) -> Iterable[Rule]:
        return (rule for rule in self.rules.values() if rule.scope in scopes)

    def threshold(self, code: str, name: str) -> Decimal:
        return self.rules[code].thresholds[name]

    def as_used(self) -> dict[str, Any]:
        """Severity and thresholds of each rule, to be recorded with the run."""
        return {
            rule.code: {
                "severity": rule.severity,
                "thresholds": {name: str(value) for name, value in rule.thresholds.items()},
            }
            for rule in self.rules.values()
        }


@lru_cache(maxsize=8)
def read_catalogue(config_dir: Path) -> Catalogue:
    """The catalogue of `dq_rules.yml`; WrongContract names every fault in it."""
    return read_contract(config_dir / "dq_rules.yml", Catalogue)


def rule_set(
    catalogue: Catalogue, settings: Iterable[Mapping[str, Any]] = (), today: date | None = None
) -> RuleSet:
    """Apply the stewards' settings (`rule_code, severity, thresholds`), oldest first."""
    rules = {rule.code: rule for rule in catalogue.rules}
    for setting in settings:
        rule = rules.get(setting["rule_code"])
        if rule is not None:
            rules[rule.code] = _changed(rule, setting["severity"], setting["thresholds"])
    chosen = RuleSet(rules)
    return replace(chosen, today=today) if today else chosen


def check_setting(rule: Rule, severity: str | None, thresholds: Mapping[str, Any]) -> None:
    """Raise RefusedAction when a steward's setting is not one that the rule can take."""
    unknown = sorted(set(thresholds) - set(rule.thresholds))
    movable = rule.scope == "line" and not rule.fixed
    if unknown or (severity not in (None, rule.severity) and not movable):
        raise RefusedAction(
            "SETTING_NOT_POSSIBLE",
            fa="این تنظیم برای قانون {rule} شدنی نیست؛ شدت آن {state} و آستانه‌های آن: {allowed}.",
            en="Rule {rule} cannot take this setting; its severity is {state}, "
            "its thresholds: {allowed}.",
            rule=rule.code,
            state="movable" if movable else "fixed",
            allowed=", ".join(rule.thresholds) or "-",
        )


def _changed(rule: Rule, severity: Severity | None, thresholds: Mapping[str, Any]) -> Rule:
    numbers = {name: Decimal(str(value)) for name, value in thresholds.items()}
    return rule.model_copy(
        update={"severity": severity or rule.severity, "thresholds": {**rule.thresholds, **numbers}}
    )
