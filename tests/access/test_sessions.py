"""Sessions: kept as hashes, over after idle and absolute time, ended for good, one's own."""

from __future__ import annotations

import psycopg
import pytest

from pipeline.access import accounts, sessions
from pipeline.access.sessions import read_session
from pipeline.access.sign_in import sign_in
from tests.karamad import Desk
from tests.people import HOME, NAME, PASSWORD, SETTINGS, make_person, make_session


def let_pass(desk: Desk, column: str, seconds: float) -> None:
    """Let time pass for every session, behind the trigger that keeps when one began."""
    with psycopg.connect(desk.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            f"update app.sessions set {column} = {column} - make_interval(secs => {seconds})"  # type: ignore[arg-type]
        )


def test_the_token_is_kept_nowhere(desk: Desk) -> None:
    token = make_session(desk.url, "steward")
    kept = desk.row("select * from app.sessions")
    assert kept["session_hash"] == sessions.hash_of(token) and token not in str(kept)
    assert token not in str(desk.rows("select * from app.audit_events"))
    for wrong in (
        None,
        "",
        token[:-1],
        token + "x",
        token[:-1] + "!",
        "x" * 43,
        kept["session_hash"].hex(),
    ):
        assert read_session(desk.url, SETTINGS, wrong) is None


@pytest.mark.attack("a session left open")
def test_a_session_that_is_left_alone_ends(desk: Desk) -> None:
    token = make_session(desk.url, "steward")
    let_pass(desk, "seen_at", SETTINGS.session_idle_minutes * 60 - 5)
    session = read_session(desk.url, SETTINGS, token)
    assert session is not None and session.is_stale
    sessions.touch_session(desk.url, session)
    session = read_session(desk.url, SETTINGS, token)
    assert session is not None and not session.is_stale
    let_pass(desk, "seen_at", SETTINGS.session_idle_minutes * 60 + 1)
    assert read_session(desk.url, SETTINGS, token) is None


@pytest.mark.attack("a session left open")
def test_a_session_that_is_used_ends_too(desk: Desk) -> None:
    token = make_session(desk.url, "steward")
    let_pass(desk, "started_at", SETTINGS.session_hours * 3600 - 5)
    assert read_session(desk.url, SETTINGS, token) is not None
    let_pass(desk, "started_at", 5)
    assert read_session(desk.url, SETTINGS, token) is None


@pytest.mark.attack("a planted session")
def test_a_sign_in_never_takes_over_a_token_and_ends_the_one_before(desk: Desk) -> None:
    planted = make_session(desk.url, "uploader", "دیگری")
    before = read_session(desk.url, SETTINGS, planted)
    make_person(desk.url, "steward")
    token = sign_in(desk.url, NAME, PASSWORD, HOME, before=before)
    assert token is not None and token != planted
    assert read_session(desk.url, SETTINGS, planted) is None


def test_one_ends_ones_own_and_no_others(desk: Desk) -> None:
    mine, also = make_session(desk.url, "steward"), make_session(desk.url, "steward")
    theirs = make_session(desk.url, "admin", "امید")
    me = read_session(desk.url, SETTINGS, mine)
    omid = accounts.find_user(desk.url, SETTINGS, "امید").person
    assert me is not None
    (foreign,) = sessions.list_sessions(desk.url, SETTINGS, omid.user_id)
    assert not sessions.end_one(desk.url, me.person, foreign.session_id)
    listed = sessions.list_sessions(desk.url, SETTINGS, me.person.user_id, me.session_hash)
    assert sorted(row.is_this for row in listed) == [False, True]
    other = next(row for row in listed if not row.is_this)
    assert sessions.end_one(desk.url, me.person, other.session_id)
    assert not sessions.end_one(desk.url, me.person, other.session_id), "it has ended"
    assert read_session(desk.url, SETTINGS, also) is None
    assert sessions.end_all(desk.url, me.person.user_id, actor="t") == 1
    assert read_session(desk.url, SETTINGS, mine) is None
    assert read_session(desk.url, SETTINGS, theirs) is not None
    with pytest.raises(ValueError, match="Whose"), accounts.changing(desk.url, "t") as connection:
        accounts.end_sessions(connection, reason="everywhere")


@pytest.mark.parametrize(
    "change",
    [
        "ended_at = null, end_reason = null",
        "user_id = (select max(user_id) from app.users)",
        "session_hash = 'x'",
        "started_at = now()",
    ],
)
@pytest.mark.attack("a session after its end")
def test_an_ended_session_cannot_be_brought_back(desk: Desk, change: str) -> None:
    token = make_session(desk.url, "steward")
    make_person(desk.url, "admin", "امید")
    session = read_session(desk.url, SETTINGS, token)
    assert session is not None
    sessions.end_session(desk.url, session)
    assert read_session(desk.url, SETTINGS, token) is None
    with psycopg.connect(desk.url) as connection, pytest.raises(psycopg.Error):
        connection.execute(f"update app.sessions set {change}")  # type: ignore[arg-type]
