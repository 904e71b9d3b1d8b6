"""People who may come in: names, roles, limits; the last administrator; the database's own word."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from pydantic import SecretStr

from pipeline.access import accounts
from pipeline.access.acting import acting_as
from pipeline.access.first import make_first_administrator
from pipeline.access.names import clean_name, fold_name
from pipeline.access.passwords import invite, reset_password
from pipeline.access.people import Role, Scope
from pipeline.access.sessions import end_all, read_session
from pipeline.access.sign_in import sign_in
from pipeline.errors import PipelineError, RefusedAction
from pipeline.settings import Settings
from pipeline.verify import verify
from tests.karamad import Desk
from tests.people import HOME, PASSWORD, SETTINGS, make_person, make_session


@pytest.mark.parametrize(
    "other",
    [
        "سارا كمالي",
        "سارا  کمالی ",
        "سارا کمــالی",
        "سارا\u00a0کمالی",
        "سارا کَمالی",
    ],
)
def test_two_spellings_are_one_name(desk: Desk, other: str) -> None:
    accounts.add_user(desk.url, "سارا کمالی", Role.STEWARD, actor="t")
    with pytest.raises(RefusedAction) as caught:
        accounts.add_user(desk.url, other, Role.ADMIN, actor="t")
    assert caught.value.code == "NAME_TAKEN"


def test_names_are_text_and_short() -> None:
    assert clean_name("  می\u200cترا \r\n\x00 <b> ") == "می\u200cترا <b>"
    assert fold_name("Ömer  ALI") == "omer ali" and fold_name("کمالي‌") == "کمالی"
    for wrong in ("", " \u200c", "...", "x" * 61, "\u202e"):
        with pytest.raises(RefusedAction):
            clean_name(wrong)


@pytest.mark.parametrize("name", ["cli", "Inbox", " SAMPLE ", "openid", "sa\u200cmple"])
def test_a_name_of_the_house_is_nobody_elses(desk: Desk, name: str) -> None:
    with pytest.raises(RefusedAction) as caught:
        accounts.add_user(desk.url, name, Role.STEWARD, actor="t")
    assert caught.value.code == "NAME_RESERVED"
    assert clean_name("samples") == "samples"


def test_the_last_administrator_stays_one(desk: Desk) -> None:
    omid = make_person(desk.url, "admin", "امید").user_id
    for take in (
        lambda: accounts.change_role(desk.url, omid, Role.MANAGER, actor="t"),
        lambda: accounts.set_active(desk.url, omid, False, actor="t"),
    ):
        with pytest.raises(RefusedAction) as caught:
            take()
        assert caught.value.code == "LAST_ADMINISTRATOR"
    sara = make_person(desk.url, "admin", "سارا").user_id
    assert accounts.change_role(desk.url, omid, Role.MANAGER, actor="t")
    assert not accounts.change_role(desk.url, omid, Role.MANAGER, actor="t"), "nothing new"
    with pytest.raises(RefusedAction):
        accounts.set_active(desk.url, sara, False, actor="t")


def test_two_administrators_who_take_each_others_rights_at_once(desk: Desk) -> None:
    ids = [make_person(desk.url, "admin", name).user_id for name in ("امید", "سارا")]

    def take(user_id: int) -> bool:
        try:
            return accounts.set_active(desk.url, user_id, False, actor="t")
        except PipelineError:
            return False

    for _ in range(10):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(take, ids))
        left = "select count(*) from app.users where role = 'admin' and active"
        assert desk.value(left) == 1
        for user_id in ids:
            accounts.set_active(desk.url, user_id, True, actor="t")


def test_a_change_counts_from_the_next_look(desk: Desk) -> None:
    make_person(desk.url, "admin", "امید")
    token = make_session(desk.url, "manager")
    sara = accounts.find_user(desk.url, SETTINGS, "سارا کمالی").person
    accounts.change_role(desk.url, sara.user_id, Role.UPLOADER, actor="امید")
    accounts.grant_personal(desk.url, sara.user_id, True, actor="امید")
    accounts.set_scope(desk.url, sara.user_id, Scope(("B2", "B1"), ("S9",)), actor="امید")
    accounts.set_scope(desk.url, sara.user_id, Scope(("B1", "B3"), ()), actor="امید")
    session = read_session(desk.url, SETTINGS, token)
    assert session is not None
    assert (session.person.role, session.person.sees_personal) == (Role.UPLOADER, True)
    assert session.person.scope == Scope(("B1", "B3"), ())
    accounts.set_active(desk.url, sara.user_id, False, actor="امید")
    assert read_session(desk.url, SETTINGS, token) is None
    accounts.set_active(desk.url, sara.user_id, True, actor="امید")
    assert read_session(desk.url, SETTINGS, token) is None, "it ended, and stays so"


def test_everything_is_in_the_audit_under_its_actor(desk: Desk) -> None:
    make_person(desk.url, "admin", "امید")
    before = desk.value("select max(event_id) from app.audit_events")
    user_id, password = invite(desk.url, "سارا", Role.MANAGER, actor="امید")
    accounts.change_role(desk.url, user_id, Role.STEWARD, actor="امید")
    accounts.set_scope(desk.url, user_id, Scope(("B1",)), actor="امید")
    accounts.set_scope(desk.url, user_id, Scope(), actor="امید")
    assert sign_in(desk.url, "سارا", password, HOME) is not None
    accounts.set_active(desk.url, user_id, False, actor="امید")
    events = desk.rows(
        "select actor, action, detail, subject_id from app.audit_events where event_id > %s"
        " order by event_id",
        before,
    )
    assert [(event["actor"], event["action"]) for event in events] == [
        ("امید", "add_user"),
        ("امید", "set_password"),
        ("امید", "change_user"),
        ("امید", "limit_user"),
        ("امید", "unlimit_user"),
        ("سارا", "sign_in"),
        ("امید", "change_user"),
        ("امید", "sign_out"),
    ]
    assert {event["subject_id"] for event in events} == {str(user_id)}
    assert events[2]["detail"] == {"before": {"role": "manager"}, "after": {"role": "steward"}}
    assert events[5]["detail"]["origin"] == HOME.origin
    said = str(events)
    assert "argon2" not in said and "session_hash" not in said and password not in said
    assert verify(desk.url) == []


def test_a_change_behind_our_back_is_in_the_audit_too(desk: Desk) -> None:
    make_person(desk.url, "admin", "امید")
    with psycopg.connect(desk.url) as connection:
        connection.execute("update app.users set sees_personal = true")
    last = desk.row("select * from app.audit_events order by event_id desc limit 1")
    assert (last["actor"], last["action"]) == ("postgres", "change_user")
    with psycopg.connect(desk.url) as connection, pytest.raises(psycopg.Error):
        connection.execute("delete from app.users")


def test_the_first_administrator_is_made_once(desk: Desk) -> None:
    made = make_first_administrator(desk.url, SETTINGS, actor="cli")
    assert made is not None and made.name == "admin" and made.password is not None
    assert make_first_administrator(desk.url, SETTINGS, actor="cli") is None
    session = read_session(desk.url, SETTINGS, sign_in(desk.url, "Admin", made.password, HOME))
    assert session is not None and session.must_change and session.person.role is Role.ADMIN


def test_the_first_administrator_from_the_environment(desk: Desk) -> None:
    ours = Settings(  # type: ignore[call-arg]
        _env_file=None, admin_name="Omid", admin_password=SecretStr("short")
    )
    with pytest.raises(RefusedAction):
        make_first_administrator(desk.url, ours, actor="cli")
    assert accounts.list_users(desk.url, SETTINGS) == []
    ours = ours.model_copy(update={"admin_password": SecretStr("seven green bottles")})
    made = make_first_administrator(desk.url, ours, actor="cli")
    assert made is not None and made.password is None and "bottles" not in repr(ours)
    session = read_session(
        desk.url, SETTINGS, sign_in(desk.url, "omid", "seven green bottles", HOME)
    )
    assert session is not None and session.must_change


def test_who_may_not_manage_users_is_refused_below_the_pages_too(desk: Desk) -> None:
    make_person(desk.url, "admin", "امید")
    sara = make_person(desk.url, "steward")
    with acting_as(sara):
        for act in (
            lambda: accounts.change_role(desk.url, sara.user_id, Role.ADMIN, actor="سارا"),
            lambda: accounts.set_scope(desk.url, sara.user_id, Scope(), actor="سارا"),
            lambda: accounts.list_users(desk.url, SETTINGS),
            lambda: invite(desk.url, "من", Role.ADMIN, actor="سارا"),
            lambda: reset_password(desk.url, sara.user_id, actor="سارا"),
            lambda: end_all(desk.url, sara.user_id, actor="سارا"),
        ):
            with pytest.raises(RefusedAction) as caught:
                act()
            assert caught.value.code == "NOT_ALLOWED"
        # Coming in and one's own account ask for no role.
        token = sign_in(desk.url, sara.name, PASSWORD, HOME)
        assert read_session(desk.url, SETTINGS, token) is not None
