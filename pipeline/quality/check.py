"""Checking lines: every line rule asked of a block at once; what is found comes out as columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipeline.contracts import DATES, KEYS, MEASURES, TEXTS, Mapping
from pipeline.quality.rules import Rule, RuleSet
from pipeline.transform.cells import clean_keys
from pipeline.transform.numbers import AMOUNT
from pipeline.transform.packed import pack, unpack

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
# What names a line to the business, whatever file it comes in.
BUSINESS_KEY = ("invoice_id", "invoice_line_no", "customer_id", "product_id")
# Whose a line is, for those who look after its issues.
SALESPERSON, BRANCH = "salesperson_id", "branch_id"
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
    """Asks every line rule that the source can answer; remembers the lines that break one.

    A block is only asked which of its lines break what. The issues are written out for many blocks
    at once: there are few lines to say something about, and many rules.
    """

    def __init__(self, rules: RuleSet, mapping: Mapping, headers: dict[str, str]) -> None:
        self._headers = headers
        self._questions = [
            question
            for rule in rules.of_scope("line")
            for question in questions(rule, rules, mapping)
        ]
        numbers = range(len(self._questions))
        self._answers = [
            question.condition.fill_null(False).alias(f"answer_{number}")
            for number, question in zip(numbers, self._questions, strict=True)
        ]
        self._flagged = pl.any_horizontal(f"answer_{number}" for number in numbers)
        self._rejected = pl.any_horizontal(
            pl.lit(False),
            *(
                f"answer_{number}"
                for number, question in zip(numbers, self._questions, strict=True)
                if question.rule.severity == "ERROR"
            ),
        )
        self._asked = sorted({question.column for question in self._questions})
        self._lines: list[bytes] = []

    def check(self, frame: pl.DataFrame, cells: pl.DataFrame) -> pl.Series:
        """Which lines of a block are rejected, one Boolean each.

        `frame` is the canonical reading of `cells`, line by line.
        """
        answers = frame.select_seq(self._answers)
        verdict = answers.select_seq(flagged=self._flagged, rejected=self._rejected)
        at = verdict["flagged"].arg_true()
        if len(at):
            raw = [
                cells[name].alias(f"raw_{name}") for name in self._asked if name in cells.columns
            ]
            said = frame.select_seq(
                "line_no", *BUSINESS_KEY, SALESPERSON, *_AMOUNTS
            ).with_columns_seq(
                *answers.get_columns(), *raw, cells.get_column(BRANCH, default=_no_text(cells))
            )
            self._lines.append(pack(said[at]))
        return verdict["rejected"]

    def issues(self) -> Iterator[pl.DataFrame]:
        """Issues of all lines so far, rule by rule.

        `ISSUE_SCHEMA`, `business_key`, and whose the line is: `salesperson_id`, `branch_id`.
        """
        if not self._lines:
            return
        lines = pl.concat(map(unpack, self._lines))
        lines = lines.with_columns_seq(clean_keys(lines.select_seq(BRANCH)))
        key = pl.concat_str(BUSINESS_KEY, separator="|", ignore_nulls=True)
        for number, question in enumerate(self._questions):
            found = lines.filter(f"answer_{number}")
            raw = f"raw_{question.column}"
            if found.height:
                yield found.select_seq(
                    line_no="line_no",
                    rule_code=pl.lit(question.rule.code),
                    severity=pl.lit(question.rule.severity),
                    column_name=pl.lit(self._headers.get(question.column), dtype=pl.String),
                    raw_value=raw if raw in lines.columns else pl.lit(None, dtype=pl.String),
                    impact_amount=question.impact.cast(AMOUNT),
                    business_key=key,
                    salesperson_id=SALESPERSON,
                    branch_id=BRANCH,
                )


def _no_text(cells: pl.DataFrame) -> pl.Series:
    return pl.Series(BRANCH, [None], dtype=pl.String).new_from_index(0, cells.height)


def questions(rule: Rule, rules: RuleSet, mapping: Mapping) -> list[Question]:
    """The rule asked of each of its columns that the source gives; empty where it gives none."""
    if not rule.columns:
        return []
    given = {*mapping.columns, *mapping.derived, *mapping.attributes}
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
