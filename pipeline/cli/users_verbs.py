"""The verbs `users …`: who may come into the console, as what, and how much they see.

Whoever has a shell on the server has its database, so no password is asked here.
"""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.access.people import Role

ACTOR = "cli"
users_app = typer.Typer(help="Who may come into the console; see and change it.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the person, see `users list`.")]
AsRole = Annotated[Role, typer.Argument(metavar="ROLE", help="uploader, steward, manager, admin.")]
Branches = Annotated[list[str] | None, typer.Option("--branch", help="Code of a branch.")]
People = Annotated[list[str] | None, typer.Option("--salesperson", help="Code of a salesperson.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the terminal's."""
    app.add_typer(users_app, name="users")


@users_app.command("list")
def list_them(as_json: Json = False) -> None:
    """Show everybody: role, limits, whether they may come in, when they were last here."""
    from pipeline.cli.output import to_json
    from pipeline.cli.users import desk, user_facts, users_text

    here = desk()
    found = here.users()
    if as_json:
        for account in found:
            typer.echo(to_json(user_facts(account)))
    else:
        typer.echo(users_text(here.words, found))


@users_app.command()
def first(
    console: Annotated[
        str, typer.Option(metavar="URL", help="Say how to come in there, in both languages.")
    ] = "",
) -> None:
    """Make the first administrator where there is none; the one-time password is said once."""
    from pipeline.access.first import make_first_administrator
    from pipeline.cli.users import desk
    from pipeline.cli.way_in import way_in

    here = desk()
    made = make_first_administrator(here.url, here.settings, actor=ACTOR)
    if console:
        typer.echo(way_in(here.settings, console, made))
        return
    if made is None:
        return
    said = "first_made" if made.password else "first_made_from_environment"
    typer.echo(here.words(said, name=made.name, password=made.password))


@users_app.command()
def add(name: Name, role: AsRole) -> None:
    """Let somebody in; the one-time password is said once, and changed at the first sign-in."""
    from pipeline.access.passwords import invite
    from pipeline.cli.users import desk

    here = desk()
    _, password = invite(here.url, name, role, actor=ACTOR)
    typer.echo(here.words("added", name=name, password=password))


@users_app.command("role")
def change_role(name: Name, role: AsRole) -> None:
    """Give somebody another role, from their next click on."""
    from pipeline.access import accounts
    from pipeline.cli.users import desk

    here = desk()
    accounts.change_role(here.url, here.user_id(name), role, actor=ACTOR)
    typer.echo(here.words("done", name=name))


@users_app.command()
def password(name: Name) -> None:
    """Give somebody a new one-time password; every session of theirs ends."""
    from pipeline.access.passwords import reset_password
    from pipeline.cli.users import desk

    here = desk()
    made = reset_password(here.url, here.user_id(name), actor=ACTOR)
    typer.echo(here.words("reset", name=name, password=made))


@users_app.command()
def deactivate(name: Name) -> None:
    """Let somebody in no more; what they did stays, under their name."""
    _set_active(name, active=False)


@users_app.command()
def activate(name: Name) -> None:
    """Let somebody in again."""
    _set_active(name, active=True)


@users_app.command()
def limit(name: Name, branch: Branches = None, salesperson: People = None) -> None:
    """Show somebody the figures of these branches and salespeople alone; of none: no limit."""
    from pipeline.access.accounts import set_scope
    from pipeline.access.people import Scope
    from pipeline.cli.users import desk

    here = desk()
    scope = Scope(tuple(branch or ()), tuple(salesperson or ()))
    set_scope(here.url, here.user_id(name), scope, actor=ACTOR)
    typer.echo(here.words("limited" if scope.is_limited else "unlimited", name=name))


@users_app.command()
def personal(
    name: Name,
    show: Annotated[bool, typer.Option("--show/--hide", help="Let them see it, or no more.")],
) -> None:
    """Show somebody names, phones, addresses and ids of people, beyond their role."""
    from pipeline.access.accounts import grant_personal
    from pipeline.cli.users import desk

    here = desk()
    grant_personal(here.url, here.user_id(name), show, actor=ACTOR)
    typer.echo(here.words("done", name=name))


@users_app.command("sign-out")
def sign_out(name: Name) -> None:
    """End every session of somebody."""
    from pipeline.access.sessions import end_all
    from pipeline.cli.users import desk

    here = desk()
    ended = end_all(here.url, here.user_id(name), actor=ACTOR)
    typer.echo(here.words("signed_out", name=name, count=ended))


def _set_active(name: str, *, active: bool) -> None:
    from pipeline.access.accounts import set_active
    from pipeline.cli.users import desk

    here = desk()
    set_active(here.url, here.user_id(name), active, actor=ACTOR)
    typer.echo(here.words("done", name=name))
