"""The verbs `triage`, `refused` and `rules`: working through issues, and what finds them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.faults import wrong_use

rules_app = typer.Typer(help="The rules in words; change one from the next run on.")
ACTOR = "cli"

Loads = Annotated[list[int] | None, typer.Option("--load", min=1, help="Of this load.")]
Issues = Annotated[list[int] | None, typer.Option("--issue", min=1, help="This issue.")]
Months = Annotated[list[str] | None, typer.Option("--month", help="Of this month.")]
Rules = Annotated[list[str] | None, typer.Option("--rule", help="Of this rule.")]
Severities = Annotated[list[str] | None, typer.Option("--severity", help="ERROR or WARNING.")]
Columns = Annotated[list[str] | None, typer.Option("--column", help="Header of the file.")]
People = Annotated[list[str] | None, typer.Option("--salesperson", help="Code of a salesperson.")]
Branches = Annotated[list[str] | None, typer.Option("--branch", help="Code of a branch.")]
Having = Annotated[list[str] | None, typer.Option("--having", help="With this status now.")]
Amount = Annotated[str | None, typer.Option(help="Impact, in the currency of the load.")]
Reason = Annotated[str | None, typer.Option(help="Why; a status that closes an issue wants one.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the terminal's."""
    app.command()(triage)
    app.command()(refused)
    app.add_typer(rules_app, name="rules")


def triage(
    load: Loads = None,
    issue: Issues = None,
    source: Annotated[str | None, typer.Option(help="Of this source system.")] = None,
    month: Months = None,
    rule: Rules = None,
    severity: Severities = None,
    column: Columns = None,
    salesperson: People = None,
    branch: Branches = None,
    having: Having = None,
    assignee: Annotated[str | None, typer.Option(help="Of this person; `-`: nobody's.")] = None,
    text: Annotated[str | None, typer.Option(help="In the raw value or the message.")] = None,
    min_amount: Amount = None,
    max_amount: Amount = None,
    came_back: Annotated[bool, typer.Option(help="Said to be fixed, and here again.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write them to a .csv or .xlsx file.")] = None,
    status: Annotated[str | None, typer.Option(help="Say this status of all of them.")] = None,
    assign: Annotated[str | None, typer.Option(help="Give them to this person; `-`: take.")] = None,
    comment: Annotated[str | None, typer.Option(help="Say this of all of them.")] = None,
    reason: Reason = None,
    count: Annotated[int | None, typer.Option(help="Only if it is as many as this.")] = None,
) -> None:
    """Show the issues that fit; write them to a sheet; or say something of all of them."""
    from pipeline.cli.session import open_session
    from pipeline.cli.triage_text import say_of_issues, show_matching, write_matching
    from pipeline.quality.issue_filter import IssueFilter
    from pipeline.quality.triage import Change

    wanted = IssueFilter(
        loads=tuple(load or ()),
        issue_ids=tuple(issue or ()),
        source=source,
        months=tuple(month or ()),
        rules=tuple(rule or ()),
        severities=tuple(severity or ()),
        columns=tuple(column or ()),
        salespeople=tuple(salesperson or ()),
        branches=tuple(branch or ()),
        statuses=tuple(having or ()),
        assignee=_nobody(assignee),
        text=text,
        min_amount=_money(min_amount),
        max_amount=_money(max_amount),
        came_back=came_back,
    )
    session = open_session()
    if any(value is not None for value in (status, assign, comment, reason)):
        change = Change(status, _nobody(assign), comment, reason)
        say_of_issues(session, wanted, change, count, ACTOR)
    elif out is not None:
        write_matching(session, wanted, out)
    else:
        show_matching(session, wanted)


def refused(
    load_id: Annotated[int, typer.Argument(metavar="LOAD", min=1, help="Number of the load.")],
    out: Annotated[Path, typer.Option(help="The .xlsx file to write.")],
) -> None:
    """Write the rejected lines of a load as they came, with their reasons, to send back."""
    from pipeline.cli.session import open_session
    from pipeline.cli.triage_text import write_refused

    if out.suffix.lower() != ".xlsx":
        raise wrong_use(
            fa="نام فایل باید با ‎.xlsx پایان یابد، نه «{name}».",
            en="The file's name must end in .xlsx, not '{name}'.",
            name=out.name,
        )
    write_refused(open_session(), load_id, out)


@rules_app.callback(invoke_without_command=True)
def rules(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show the rules in words, with thresholds, what was changed, and issues now."""
    if context.invoked_subcommand is not None:
        return
    from pipeline.cli.session import open_session
    from pipeline.cli.triage_text import show_rules

    show_rules(open_session(), as_json=as_json)


@rules_app.command("set")
def set_rule(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Such as GROSS_MISMATCH.")],
    reason: Annotated[str, typer.Option(help="Why; kept for ever.")],
    severity: Annotated[str | None, typer.Option(help="ERROR or WARNING.")] = None,
    threshold: Annotated[
        list[str] | None, typer.Option(metavar="NAME=NUMBER", help="A threshold of the rule.")
    ] = None,
) -> None:
    """Change the severity or a threshold of a rule from the next run on."""
    from pipeline.cli.session import open_session
    from pipeline.cli.triage_text import thresholds_text
    from pipeline.quality.rule_settings import change_rule

    session = open_session()
    thresholds = dict(_threshold(said) for said in threshold or ())
    rule = change_rule(
        session.database(),
        session.settings,
        code,
        severity=severity,
        thresholds=thresholds,
        author=ACTOR,
        reason=reason,
    )
    said = thresholds_text(rule.thresholds)
    typer.echo(session.texts("rule_kept", code=rule.code, severity=rule.severity, thresholds=said))


def _nobody(name: str | None) -> str | None:
    return "" if name == "-" else name


def _money(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        number = Decimal(text.replace(",", ""))
        if number.is_finite():
            return number
    except InvalidOperation:
        pass
    raise wrong_use(
        fa="«{text}» مبلغ نیست؛ عددی مانند 1500000 بدهید.",
        en="'{text}' is no amount; give a number such as 1500000.",
        text=text,
    )


def _threshold(said: str) -> tuple[str, str]:
    name, equals, number = said.partition("=")
    if not equals:
        raise wrong_use(
            fa="«{said}» را به شکل «نام=عدد» بنویسید.",
            en="Write '{said}' as NAME=NUMBER.",
            said=said,
        )
    return name.strip(), number.strip()
