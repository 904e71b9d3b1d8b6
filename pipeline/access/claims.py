"""Who somebody is elsewhere (OpenID Connect), and what that makes them here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.access.accounts import changing, insert_user
from pipeline.access.names import LONGEST, OPENID
from pipeline.access.people import Role
from pipeline.access.sessions import Place, Session
from pipeline.access.sign_in import come_in
from pipeline.db import Connection, fetch_one, run
from pipeline.settings import Settings

ACTOR = OPENID
Claims = Mapping[str, Any]


def role_of(claims: Claims, settings: Settings) -> Role | None:
    """The role of the first entry of `oidc_roles` that the claims hold; None when they hold none.

    `oidc_role_claim` is the claim's name; a dot goes into a claim that holds others.
    """
    found: Any = claims
    for part in settings.oidc_role_claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    held = {found} if isinstance(found, str) else set()
    held |= {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()
    fitting = (Role(role) for value, role in settings.oidc_roles.items() if value in held)
    return next(fitting, None)


def admit(
    url: str, settings: Settings, claims: Claims, place: Place, before: Session | None = None
) -> str | None:
    """The token of a session for whom the verified claims are of; None when they may not come in.

    Somebody new becomes a person of this product. Their role is what the claims say each time: who
    has none there any more comes in no more. RefusedAction when the name is another's already.
    """
    role = role_of(claims, settings)
    with changing(url, ACTOR) as connection:
        person = fetch_one(connection, "access/read_external", {"external_id": external_id(claims)})
        if role is None or (person is not None and not person["active"]):
            _refuse(
                connection, person["user_id"] if person else None, place, known=role is not None
            )
            return None
        if person is None:
            user_id = insert_user(
                connection, name_of(claims, settings), role, actor=ACTOR,
                external_id=external_id(claims),
            )  # fmt: skip
        else:
            user_id = person["user_id"]
            change = {"user_id": user_id, "role": role, "active": None, "sees_personal": None}
            run(connection, "access/change_user", change)
        run(connection, "access/name_actor", {"actor": name_of(claims, settings)})
        return come_in(connection, user_id, place, before)


def external_id(claims: Claims) -> str:
    """What no two people of any issuer share: the issuer, and its own number for them."""
    return f"{claims['iss']} {claims['sub']}"


def name_of(claims: Claims, settings: Settings) -> str:
    """What the issuer calls somebody; their number there when it has no name for them."""
    name = claims.get(settings.oidc_name_claim)
    return str(name if isinstance(name, str) and name.strip() else claims["sub"])[:LONGEST]


def _refuse(connection: Connection, user_id: int | None, place: Place, *, known: bool) -> None:
    reason = "inactive" if known else "unknown"
    facts = {"name_key": "", "user_id": user_id, "origin": place.origin, "reason": reason}
    run(connection, "access/add_failure", facts)
