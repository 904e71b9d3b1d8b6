"""The verbs of the ledger: `verify`, `audit`, `backup`, `restore`, `purge`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.faults import REFUSED

audit = typer.Typer(help="Who did what, when, to what.", rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the verbs to the terminal."""
    app.command()(verify)
    app.add_typer(audit, name="audit")
    app.command()(backup)
    app.command()(restore)
    app.command()(purge)


def verify(
    head: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|HASH", help="What `audit head` gave earlier; the chain must contain it."
        ),
    ] = None,
) -> None:
    """Prove the ledger: files, lines, amounts, KPIs and audit, checked by independent code."""
    from pipeline.audit import parse_head
    from pipeline.cli.ledger import find_gaps
    from pipeline.cli.session import open_session

    wanted = parse_head(head) if head is not None else None
    session = open_session()
    if find_gaps(session, session.database(), wanted):
        raise typer.Exit(REFUSED)


@audit.callback(invoke_without_command=True)
def show_events(
    ctx: typer.Context,
    since: Annotated[
        datetime | None, typer.Option(help="From this day or moment on, such as 2024-08-22.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show the audit events, oldest first."""
    if ctx.invoked_subcommand is not None:
        return
    from pipeline.cli.ledger import write_events
    from pipeline.cli.session import open_session

    write_events(open_session(), since, as_json=as_json)


@audit.command("head")
def head() -> None:
    """Write the last event's number and hash as JSON; kept elsewhere, it guards against cuts."""
    from pipeline.cli.ledger import write_head
    from pipeline.cli.session import open_session

    write_head(open_session())


def backup(file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)]) -> None:
    """Write the whole database to FILE, and the head of its audit chain to FILE.head.json."""
    from pipeline.cli.ledger import back_up_database
    from pipeline.cli.session import open_session

    back_up_database(open_session(), file)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    into: Annotated[
        str | None,
        typer.Option(metavar="DBNAME|URL", help="Another database; it is created where missing."),
    ] = None,
) -> None:
    """Bring a backup into an empty database and prove the ledger there."""
    from pipeline.cli.ledger import restore_database
    from pipeline.cli.session import open_session

    if restore_database(open_session(), file, into):
        raise typer.Exit(REFUSED)


def purge(
    load_id: Annotated[int, typer.Argument(metavar="LOAD", min=1)],
    reason: Annotated[str, typer.Option(help="Why; kept for ever.")],
) -> None:
    """Remove the bytes, lines and facts of a long voided load for good; its history stays."""
    from pipeline.cli.ledger import purge_load
    from pipeline.cli.session import open_session

    purge_load(open_session(), load_id, reason)
