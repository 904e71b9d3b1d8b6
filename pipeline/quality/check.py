"""Checking lines: every line rule asked of a block at once; what is found comes out as columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from pipeline.contracts import DATES, KEYS, MEASURES, TEXTS, Mapping
from pipeline.quality.rules import Rule, RuleSet
from pipeline.transform.numbers import AMOUNT

ISSUE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line_no": pl.Int32,
    "rule_code": pl.String,
    "severity": pl.String,
    "column_name": pl.String,
    "raw_value": pl.String,
    "impact_amount": AMOUNT,
}
# What a line without an amount of its own touches is unknown, not zero.
_DEFAULT_IMPACT = "abs(net_amount)"
# What an impact may be computed from.
_AMOUNTS = (*MEASURES, "discount_amount")
_WORD = re.compile(r"[a-z_]+")
_THRESHOLD = re.compile(r":([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Question:
    """One rule asked of one column: its condition and the money it touches."""

    rule: Rule
    column: str
    condition: pl.Expr
    impact: pl.Expr


class LineChecker:
    """Asks every line rule that the source can answer."""

    def __init__(self, rules: RuleSet, mapping: Mapping, headers: dict[str, str]) -> None:
        self._headers = headers
        self._questions = [
            question
            for rule in rules.of_scope("line")
            for question in questions(rule, rules, mapping)
        ]

    def check(self, frame: pl.DataFrame, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """Issues of a block, and which of its lines are rejected.

        `frame` is the canonical reading of `cells`, line by line. Issues have `ISSUE_SCHEMA`; the
        Boolean column has one value per line.
        """
        answers = frame.select(
            q.condition.fill_null(False).alias(str(i)) for i, q in enumerate(self._questions)
        )
        rejected = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
        found = []
        for question, answer in zip(self._questions, answers.get_columns(), strict=True):
            if not answer.any():
                continue
            if question.rule.severity == "ERROR":
                rejected |= answer
            found.append(self._issues(question, answer.arg_true(), frame, cells))
        issues = pl.concat(found) if found else pl.DataFrame(schema=ISSUE_SCHEMA)
        return issues, rejected

    def _issues(
        self, question: Question, at: pl.Series, frame: pl.DataFrame, cells: pl.DataFrame
    ) -> pl.DataFrame:
        column = question.column
        raw = cells[column].gather(at) if column in cells.columns else None
        return frame.select("line_no", *_AMOUNTS)[at].select(
            line_no="line_no",
            rule_code=pl.lit(question.rule.code),
            severity=pl.lit(question.rule.severity),
            column_name=pl.lit(self._headers.get(column), dtype=pl.String),
            raw_value=pl.lit(None, dtype=pl.String) if raw is None else raw,
            impact_amount=question.impact.cast(AMOUNT),
        )


def questions(rule: Rule, rules: RuleSet, mapping: Mapping) -> list[Question]:
    """The rule asked of each of its columns that the source gives; empty where it gives none."""
    if not rule.columns:
        return []
    given = {*mapping.columns, *mapping.attributes}
    columns = [column for column in rule.columns if column in given]
    if "{column}" not in (rule.expression or ""):
        columns = columns[:1] or list(rule.columns[:1])
        if not _can_answer(rule, mapping):
            return []
    return [_question(rule, column, rules) for column in columns]


def _can_answer(rule: Rule, mapping: Mapping) -> bool:
    """Whether every column that the condition names is given, derived or counted as zero."""
    # Every line has a canonical type, also where the source has no column for it.
    optional = {"salesperson_id", *TEXTS}
    named = set(_WORD.findall(rule.expression or "")) & {*KEYS, *MEASURES, *DATES, *optional}
    return not (named & optional - set(mapping.columns))


def _question(rule: Rule, column: str, rules: RuleSet) -> Question:
    def fill(text: str) -> str:
        text = text.replace("{column}", column)
        return _THRESHOLD.sub(lambda match: _literal(rule, rules, match[1]), text)

    return Question(
        rule,
        column,
        pl.sql_expr(fill(rule.expression or "false")),
        pl.sql_expr(fill(rule.impact or _DEFAULT_IMPACT)),
    )


def _literal(rule: Rule, rules: RuleSet, name: str) -> str:
    if name == "today":
        return f"date '{rules.today.isoformat()}'"
    return str(rule.thresholds[name])
