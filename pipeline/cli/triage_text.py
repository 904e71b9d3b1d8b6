"""What the verbs `triage`, `refused` and `rules` do and say."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer

from pipeline.cli.issues import check_out
from pipeline.cli.output import amount, columns, exact, progress, shown, to_json
from pipeline.cli.session import Session
from pipeline.db import Row
from pipeline.exports import export_issues, export_refused
from pipeline.quality.issue_filter import STATUSES, IssueFilter
from pipeline.quality.issue_list import count_issues, issue_facets, list_issues
from pipeline.quality.rule_settings import RuleState, rule_catalogue
from pipeline.quality.triage import Change, triage

FIRST = 20
_COLUMNS = (
    "issue_id", "load_id", "line_no", "rule_code", "column_name", "raw_value", "impact_amount",
    "status", "assignee",
)  # fmt: skip


def show_matching(session: Session, wanted: IssueFilter) -> None:
    """Print how many issues fit, by rule and status, and the first of them."""
    url = session.database()
    page = list_issues(url, wanted, limit=FIRST)
    if not page.rows:
        typer.echo(session.texts("triage_none"))
        return
    facets = issue_facets(url, wanted)
    for name in ("rule", "status"):
        values = ", ".join(
            f"{_status(session, facet.value)} {amount(facet.issues)}" for facet in facets[name]
        )
        typer.echo(
            session.texts("triage_facet", facet=session.texts(f"facet_{name}"), values=values)
        )
    said = {"shown": amount(len(page.rows)), "count": amount(page.count.issues)}
    typer.echo(session.texts("triage_first", amount=_money(page.count.impact_amounts), **said))
    headings = [session.heading(name) for name in _COLUMNS]
    for row in page.rows:
        row["status"] = _status(session, row["status"])
    typer.echo(columns(headings, [[row[name] for name in _COLUMNS] for row in page.rows]))


def _money(amounts: Mapping[str, Decimal]) -> str:
    """The amount, or where several source systems have one, each by its name: never one sum."""
    if len(amounts) == 1:
        return amount(next(iter(amounts.values())))
    return ", ".join(f"{source} {amount(value)}" for source, value in amounts.items())


def write_matching(session: Session, wanted: IssueFilter, out: Path) -> None:
    """Write every issue that fits to `out` and say how many."""
    check_out(out)
    url, sheet = session.database(), session.texts("sheet")
    with progress(True, 0, session.stage) as tell:
        tell("write", 0)
        count = export_issues(url, out, wanted, headings=session.heading, sheet=sheet)
    typer.echo(session.texts("issues_written", count=amount(count), file=shown(out)))


def say_of_issues(
    session: Session, wanted: IssueFilter, change: Change, count: int | None, actor: str
) -> None:
    """Say something of every issue that fits; without a `count`, of as many as there are."""
    url = session.database()
    expected = count_issues(url, wanted).issues if count is None else count
    done = triage(url, wanted, change, expected=expected, actor=actor)
    said = {"issues": amount(done.issues), "events": amount(done.events)}
    typer.echo(session.texts("triage_done", batch=done.batch_id, **said))


def write_refused(session: Session, load_id: int, out: Path) -> None:
    """Write the rejected lines of a load and say how many."""
    with progress(True, 0, session.stage) as tell:
        tell("write", 0)
        count = export_refused(
            session.database(),
            session.settings,
            load_id,
            out,
            headings=session.heading,
            sheet=session.texts("refused_sheet"),
        )
    typer.echo(session.texts("refused_written", count=amount(count), file=shown(out)))


def show_rules(session: Session, *, as_json: bool) -> None:
    """Print every rule as it is today."""
    for state in rule_catalogue(session.database(), session.settings):
        typer.echo(to_json(_rule_facts(state)) if as_json else _rule_text(session, state))


def thresholds_text(thresholds: Mapping[str, Decimal]) -> str:
    """Thresholds as `name=number`."""
    return ", ".join(f"{name}={exact(number)}" for name, number in thresholds.items()) or "-"


def _rule_facts(state: RuleState) -> dict[str, Any]:
    rule = state.rule
    return {
        "code": rule.code,
        "severity": rule.severity,
        "shipped_severity": state.shipped.severity,
        "may_change_severity": state.may_change_severity,
        "scope": rule.scope,
        "columns": list(rule.columns),
        "thresholds": rule.thresholds,
        "shipped_thresholds": state.shipped.thresholds,
        "limits": {name: list(limits) for name, limits in rule.limits.items()},
        "title": {"fa": rule.title.fa, "en": rule.title.en},
        "advice": {"fa": rule.advice.fa, "en": rule.advice.en},
        "issues": state.issues,
        "impact_amounts": state.impact_amounts,
        "changes": [{**change, "at": change["at"].isoformat()} for change in state.changes],
    }


def _rule_text(session: Session, state: RuleState) -> str:
    rule, words, language = state.rule, session.texts, session.settings.language
    facts = {"code": rule.code, "severity": rule.severity, "scope": rule.scope}
    parts = [
        words("rule_line", **facts, issues=amount(state.issues), title=rule.title.of(language))
    ]
    parts.append(words("rule_advice", advice=rule.advice.of(language)))
    if rule.thresholds:
        parts.append(words("rule_thresholds", thresholds=thresholds_text(rule.thresholds)))
    return "\n".join([*parts, *(_change_text(session, change) for change in state.changes)])


def _change_text(session: Session, change: Row) -> str:
    said = [change["severity"]] if change["severity"] else []
    said += [f"{name}={value}" for name, value in change["thresholds"].items()]
    return session.texts(
        "rule_change",
        at=change["at"].strftime("%Y-%m-%d %H:%M"),
        author=shown(change["author"]),
        change=", ".join(said),
        reason=shown(change["reason"] or "-"),
    )


def _status(session: Session, value: str | None) -> str:
    return session.texts(f"status_{value}") if value in STATUSES else str(value)
