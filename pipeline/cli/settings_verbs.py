"""The verbs of what an administrator settles: `settings`, `settings set`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

ACTOR = "cli"
app = typer.Typer(help="What is settled while the product runs.", rich_markup_mode=None)


class Switch(StrEnum):
    """How a setting stands."""

    ON = "on"
    OFF = "off"


def register(main: typer.Typer) -> None:
    """Add the verbs to the terminal."""
    main.add_typer(app, name="settings")


@app.callback(invoke_without_command=True)
def show(ctx: typer.Context) -> None:
    """Show each setting, and who settled it when and why."""
    if ctx.invoked_subcommand is not None:
        return
    from pipeline.cli.session import open_session
    from pipeline.cli.settings_text import show_settings

    show_settings(open_session())


@app.command("set")
def set_to(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as two_persons.")],
    switch: Annotated[Switch, typer.Argument(metavar="on|off")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the change.")],
) -> None:
    """Settle something from now on."""
    from pipeline.cli.session import open_session
    from pipeline.cli.settings_text import show_settings
    from pipeline.house_settings import change_setting

    session = open_session()
    on = switch is Switch.ON
    change_setting(session.database(), name, on=on, author=ACTOR, reason=reason)
    show_settings(session)
