"""Passwords: argon2id hashes, rules for a new one, and those that hold for one sign-in."""

from __future__ import annotations

import secrets
import unicodedata
from functools import lru_cache
from itertools import pairwise

from pwdlib import PasswordHash

from pipeline.access.accounts import changing, end_sessions, insert_user
from pipeline.access.allowed import Action
from pipeline.access.names import fold_name
from pipeline.access.people import Role
from pipeline.db import Connection, run
from pipeline.errors import RefusedAction

SHORTEST, LONGEST = 10, 200  # characters
# Nothing that looks like another sign on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5  # 99 bits


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """A hash that no password fits, as costly to try as any other."""
    return _hasher().hash(secrets.token_urlsafe(32))


def warm_up() -> None:
    """Make what the first unknown name would otherwise wait for, and be told by."""
    _nobodys_hash()


def hash_password(password: str) -> str:
    """The argon2id hash of a password, in its text form with salt and cost."""
    return _hasher().hash(_normal(password))


def fits(password: str, hashed: str | None) -> tuple[bool, str | None]:
    """Whether the password fits; and a new hash when today's cost is another.

    Without a hash, or with a password of any length, the work is the same.
    """
    known = hashed is not None and len(password) <= LONGEST
    good, renewed = _hasher().verify_and_update(
        _normal(password[:LONGEST]), hashed if hashed is not None and known else _nobodys_hash()
    )
    return good and known, renewed if good and known else None


def check_new(password: str, name: str) -> None:
    """RefusedAction for a password that is too short, too long, monotonous, or the name."""
    if len(password) < SHORTEST or len(password) > LONGEST:
        raise RefusedAction(
            "PASSWORD_LENGTH",
            fa="گذرواژه باید دست‌کم {shortest} و دست‌بالا {longest} نویسه داشته باشد.",
            en="A password has at least {shortest} and at most {longest} characters.",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    key, mine = fold_name(password), fold_name(name)
    rest = key.replace(mine, "") if mine else key
    # Of a name with a few signs around it little is left to guess.
    name_alone = mine and mine in key and len(rest.strip()) < 6
    if name_alone or len(set(password)) < 4 or _runs_on(key):
        raise RefusedAction(
            "PASSWORD_EASY",
            fa="این گذرواژه آسان حدس زده می‌شود: خود نام، تکرار چند نویسه یا ردیفی مانند ۱۲۳۴۵ است.",
            en="This password is easily guessed: it is the name itself, a few signs repeated, "
            "or a row such as 12345.",
        )


def _runs_on(text: str) -> bool:
    """Whether most signs follow the one before in a row, forwards or backwards: 12345, qwerty."""
    text = "".join(str(unicodedata.digit(c, c)) for c in text)
    rows = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
    pairs = {a + b for row in rows for a, b in pairwise(row)}
    pairs |= {pair[::-1] for pair in pairs}
    following = sum(a + b in pairs for a, b in pairwise(text))
    return following > 2 * len(text) // 3


def make_one_time() -> str:
    """A password that holds until the first sign-in, in groups that can be read out."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def set_password(connection: Connection, user_id: int, password: str, *, must_change: bool) -> None:
    """Keep the hash of a password, in a transaction of `changing`; no rule is asked."""
    facts = {"user_id": user_id, "hash": hash_password(password), "must_change": must_change}
    run(connection, "access/set_password", facts)


def invite(url: str, name: str, role: Role, *, actor: str) -> tuple[int, str]:
    """A new person with a one-time password: the `user_id`, and the password, kept nowhere.

    RefusedAction when somebody has that name already, also one who is not active any more.
    """
    password = make_one_time()
    with changing(url, actor, Action.MANAGE_USERS) as connection:
        user_id = insert_user(connection, name, role, actor=actor)
        set_password(connection, user_id, password, must_change=True)
    return user_id, password


def reset_password(url: str, user_id: int, *, actor: str) -> str:
    """A one-time password for a person, whose sessions end; it is returned and kept nowhere."""
    password = make_one_time()
    with changing(url, actor, Action.MANAGE_USERS) as connection:
        set_password(connection, user_id, password, must_change=True)
        run(connection, "access/forget_failures", {"user_id": user_id})
        end_sessions(connection, user_id=user_id, reason="password")
    return password


def check_other(old: str, new: str) -> None:
    """RefusedAction when the new password is the old one."""
    if _normal(new) == _normal(old):
        raise same_password()


def same_password() -> RefusedAction:
    """PASSWORD_SAME: nothing would change."""
    return RefusedAction(
        "PASSWORD_SAME",
        fa="گذرواژهٔ تازه همان گذرواژهٔ کنونی است؛ گذرواژه‌ای دیگر برگزینید.",
        en="The new password is the present one; choose another.",
    )


def _normal(password: str) -> str:
    """One text for one password, whichever keyboard put its letters together."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode("utf-8")
