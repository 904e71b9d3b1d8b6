"""The first administrator, without whom nobody could let anybody in."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.access import passwords
from pipeline.access.accounts import changing, has_administrator, insert_user
from pipeline.access.people import Role
from pipeline.settings import Settings

NAME = "admin"


@dataclass(frozen=True, slots=True)
class First:
    """The administrator who was made: `password` is None when the environment gave it."""

    name: str
    password: str | None


def make_first_administrator(url: str, settings: Settings, *, actor: str) -> First | None:
    """An administrator where there is none; None where there is one.

    The name and the password come from the settings, else the password is made here and returned,
    and kept nowhere. Either is to be changed at the first sign-in.
    """
    if has_administrator(url):
        return None
    name = settings.admin_name or NAME
    given = settings.admin_password.get_secret_value()
    if given:
        passwords.check_new(given, name)
    password = given or passwords.make_one_time()
    with changing(url, actor) as connection:
        user_id = insert_user(connection, name, Role.ADMIN, actor=actor)
        passwords.set_password(connection, user_id, password, must_change=True)
    return First(name, None if given else password)
