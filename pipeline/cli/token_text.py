"""What the verbs of tokens show."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from pipeline.access.allowed import Action, may
from pipeline.access.tokens import (
    SCOPES,
    Token,
    find_person,
    issue,
    list_tokens,
    revoke,
)
from pipeline.cli.faults import wrong_use
from pipeline.cli.output import columns, shown, to_json
from pipeline.cli.session import Session
from pipeline.texts import Texts, read_texts

_HEADS = ("token", "user", "name", "state", "scopes", "expires", "used")


def show_tokens(session: Session, user: str | None, *, as_json: bool) -> None:
    """Tokens of one user or of everybody, newest first."""
    url, t = session.database(), _texts(session)
    tokens = list_tokens(url, None if user is None else find_person(url, user).user_id)
    if as_json:
        for token in tokens:
            typer.echo(to_json(_facts(token)))
    elif not tokens:
        typer.echo(t("none"))
    else:
        rows = [_cells(token, t) for token in tokens]
        typer.echo(columns([t(f"head_{name}") for name in _HEADS], rows))


def issue_token(
    session: Session, user: str, name: str, scopes: Sequence[str] | None, days: int, actor: str
) -> None:
    """The token alone goes to standard output, so that a script can take it; the rest to error."""
    url, t = session.database(), _texts(session)
    person = find_person(url, user)
    wanted = _scopes(scopes) or [scope for scope in SCOPES if may(person, scope)]
    issued = issue(url, person, name, wanted, days=days, actor=actor)
    until = issued.token.expires_at.isoformat(" ", "minutes")
    facts = {"token_id": issued.token.token_id, "user": shown(person.name), "until": until}
    typer.echo(t("issued", **facts), err=True)
    typer.echo(issued.secret)


def revoke_token(session: Session, token_id: int, actor: str) -> None:
    """End a token and say so."""
    token = revoke(session.database(), token_id, actor=actor)
    typer.echo(_texts(session)("revoked", token_id=token_id, user=shown(token.user_name)))


def _scopes(names: Sequence[str] | None) -> list[Action]:
    known = {scope.value: scope for scope in SCOPES}
    for name in names or ():
        if name not in known:
            raise wrong_use(
                fa="کاربرد «{name}» نیست. این‌ها هست: {known}.",
                en="There is no scope '{name}'. There are: {known}.",
                name=name,
                known=", ".join(known),
            )
    return [known[name] for name in names or ()]


def _facts(token: Token) -> dict[str, object]:
    moments = ("created_at", "expires_at", "revoked_at", "last_used_at")
    times = {name: getattr(token, name) for name in moments}
    return {
        "token_id": token.token_id,
        "user": token.user_name,
        "name": token.name,
        "state": token.state,
        "scopes": [scope.value for scope in token.scopes],
        **{name: at and at.isoformat() for name, at in times.items()},
    }


def _cells(token: Token, t: Texts) -> list[object]:
    used = token.last_used_at and token.last_used_at.isoformat(" ", "minutes")
    scopes = ", ".join(scope.value for scope in token.scopes)
    until = token.expires_at.isoformat(" ", "minutes")
    state = t(f"state_{token.state}")
    return [token.token_id, token.user_name, token.name, state, scopes, until, used]


def _texts(session: Session) -> Texts:
    return read_texts(session.settings.config_dir, session.settings.language, "tokens")
