"""The verb that brings a database to the present schema: `migrate`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to the terminal."""
    app.command()(migrate)


def migrate(
    citus: Annotated[
        bool,
        typer.Option("--citus", help="Then spread the large tables over the machines of Citus."),
    ] = False,
) -> None:
    """Bring the database to the present schema; the embedded one is started first."""
    from pipeline.cli.session import open_session
    from pipeline.db import fetch_all, transaction
    from pipeline.distribution import distribute
    from pipeline.migrate import prepare_database

    session = open_session()
    url = prepare_database(session.settings)
    with transaction(url) as connection:
        last = max(fetch_all(connection, "list_migrations"), key=lambda row: row["number"])
    typer.echo(session.texts("migrated", name=last["name"]))
    if citus:
        typer.echo(session.texts("distributed", count=len(distribute(url))))
