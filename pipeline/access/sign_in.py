"""Coming in with a name and a password: one answer and one time for everything that is wrong."""

from __future__ import annotations

from pipeline.access import passwords
from pipeline.access.accounts import changing, end_sessions
from pipeline.access.failures import must_wait
from pipeline.access.names import fold_name
from pipeline.access.sessions import Place, Session, open_session
from pipeline.db import Connection, Row, fetch_one, run
from pipeline.errors import RefusedAction

# Who tries is not known before the password fits.
NOBODY = "nobody"
LONGEST_NAME = 200


def sign_in(
    url: str, name: str, password: str, place: Place, *, before: Session | None = None
) -> str | None:
    """The token of a new session; None for a wrong password, an unknown or locked name alike.

    `before` is the session that the browser came with: it ends, whoever's it was.
    """
    with changing(url, NOBODY) as connection:
        row = _proven(connection, name, password, place)
        if row is None:
            return None
        run(connection, "access/name_actor", {"actor": row["name"]})
        return come_in(connection, row["user_id"], place, before)


def come_in(
    connection: Connection, user_id: int, place: Place, before: Session | None = None
) -> str:
    """Open a session for somebody who has proven who they are; returns its token."""
    if before is not None:
        end_sessions(connection, session_hash=before.session_hash, reason="signed_out")
    return open_session(connection, user_id, place)


def change_own(url: str, session: Session, old: str, new: str, place: Place) -> None:
    """A person's own new password; every session of theirs ends but this one.

    RefusedAction when the old one is wrong (which counts as a failed sign-in), or the new one no
    good. A session that a one-time password opened, and in which nothing else can be done, is its
    proof: it is not asked for again.
    """
    name = session.person.name
    passwords.check_new(new, name)
    if not session.must_change:
        passwords.check_other(old, new)
    with changing(url, NOBODY) as connection:
        if session.must_change:
            row = _signed_in_once(connection, name, new)
        else:
            row = _proven(connection, name, old, place)
        if row is not None:
            run(connection, "access/name_actor", {"actor": name})
            passwords.set_password(connection, row["user_id"], new, must_change=False)
            end_sessions(
                connection,
                user_id=row["user_id"],
                kept_hash=session.session_hash,
                reason="password",
            )
    if row is None:
        raise RefusedAction(
            "PASSWORD_WRONG",
            fa="گذرواژهٔ کنونی درست نیست، یا پس از چند بار نادرست باید اندکی صبر کنید. گذرواژه عوض "
            "نشد.",
            en="The present password is not right, or you have to wait a little after several "
            "wrong ones. The password was not changed.",
        )


def _signed_in_once(connection: Connection, name: str, new: str) -> Row | None:
    """The person of a session that a one-time password opened; it must not be chosen again."""
    facts = {"name_key": fold_name(name[:LONGEST_NAME]), "origin": None}
    row = fetch_one(connection, "access/read_sign_in", facts)
    assert row is not None
    if passwords.fits(new, row["hash"])[0]:
        raise passwords.same_password()
    return row if row["active"] else None


def _proven(connection: Connection, name: str, password: str, place: Place) -> Row | None:
    """The person whose password this is; a failure is written down, and every one looks alike."""
    facts = {"name_key": fold_name(name[:LONGEST_NAME]), "origin": place.origin}
    run(connection, "access/lock_name", facts)
    row = fetch_one(connection, "access/read_sign_in", facts)
    assert row is not None  # one row whether or not the name is known
    good, renewed = passwords.fits(password, row["hash"])
    if (reason := _reason(row, good)) is not None:
        run(connection, "access/add_failure", facts | {"user_id": row["user_id"], "reason": reason})
        return None
    run(connection, "access/forget_failures", {"user_id": row["user_id"]})
    if renewed is not None:
        run(connection, "access/renew_hash", {"user_id": row["user_id"], "hash": renewed})
    return row


def _reason(row: Row, good: bool) -> str | None:
    """Why this attempt fails; None when it does not."""
    if must_wait(row):
        return "waiting"
    if row["user_id"] is None:
        return "unknown"
    if not good:
        return "password"
    return None if row["active"] else "inactive"
