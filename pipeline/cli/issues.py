"""The verb `issues`: on the terminal, or as a sheet."""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline.cli.faults import wrong_use
from pipeline.cli.output import amount, progress, shown
from pipeline.cli.reports import issues_text
from pipeline.cli.session import Session
from pipeline.errors import RefusedAction
from pipeline.exports import FORMATS, export_issues
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.rules import read_catalogue


def check_code(session: Session, code: str | None) -> None:
    """Raise RefusedAction for a code that no rule has."""
    known = {rule.code for rule in read_catalogue(session.settings.config_dir).rules}
    if code is not None and code not in known:
        raise RefusedAction(
            "UNKNOWN_RULE",
            fa="قانونی با کد «{rule}» نیست. کدها: {known}",
            en="There is no rule '{rule}'. Codes: {known}",
            rule=code,
            known=", ".join(sorted(known)),
        )


def check_out(out: Path) -> None:
    """Raise PipelineError for a kind of file that is not written."""
    if out.suffix.lower() not in FORMATS:
        raise wrong_use(
            fa="نام فایل باید با ‎.csv یا ‎.xlsx پایان یابد، نه «{name}».",
            en="The file's name must end in .csv or .xlsx, not '{name}'.",
            name=out.name,
        )


def show_issues(session: Session, load_id: int | None, code: str | None) -> None:
    """Print issues by rule and the first of them one by one."""
    typer.echo(issues_text(session, session.database(), load_id, code))


def write_issues(session: Session, out: Path, load_id: int | None, code: str | None) -> None:
    """Write every issue to `out` and say how many."""
    url = session.database()
    with progress(True, 0, session.stage) as tell:
        tell("write", 0)
        count = export_issues(
            url,
            out,
            IssueFilter(loads=(load_id,) if load_id else (), rules=(code,) if code else ()),
            headings=session.heading,
            sheet=session.texts("sheet"),
        )
    typer.echo(session.texts("issues_written", count=amount(count), file=shown(out)))
