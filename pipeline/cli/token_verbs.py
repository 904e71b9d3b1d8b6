"""The verbs of tokens for the API: `tokens`, `tokens issue`, `tokens revoke`."""

from __future__ import annotations

from typing import Annotated

import typer

ACTOR = "cli"
app = typer.Typer(help="Tokens with which programs read the API.", rich_markup_mode=None)


def register(main: typer.Typer) -> None:
    """Add the verbs to the terminal."""
    main.add_typer(app, name="tokens")


@app.callback(invoke_without_command=True)
def show(
    ctx: typer.Context,
    user: Annotated[str | None, typer.Option(help="Of this user alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show tokens: whose, what for, until when; never the token itself."""
    if ctx.invoked_subcommand is not None:
        return
    from pipeline.cli.session import open_session
    from pipeline.cli.token_text import show_tokens

    show_tokens(open_session(), user, as_json=as_json)


@app.command()
def issue(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose token it is.")],
    name: Annotated[str, typer.Option(help="What it is for, in words.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="see_figures, see_run_stats, see_loads or see_issues; all by default."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days that it is good for.")] = 90,
) -> None:
    """Issue a token of a user and write it, this once, to standard output."""
    from pipeline.cli.session import open_session
    from pipeline.cli.token_text import issue_token

    issue_token(open_session(), user, name, scope, days, ACTOR)


@app.command()
def revoke(
    token_id: Annotated[int, typer.Argument(metavar="TOKEN", min=1, help="Its number.")],
) -> None:
    """End a token, for good and from the next request on."""
    from pipeline.cli.session import open_session
    from pipeline.cli.token_text import revoke_token

    revoke_token(open_session(), token_id, ACTOR)
