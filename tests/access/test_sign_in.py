"""Coming in: one answer and one time for all that is wrong, waits after failures, the audit."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import psycopg
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from pipeline.access import passwords
from pipeline.access.accounts import changing, set_active
from pipeline.access.failures import OF_NAME, OF_ORIGIN, Limit
from pipeline.access.names import fold_name
from pipeline.access.passwords import reset_password
from pipeline.access.sessions import Place, read_session
from pipeline.access.sign_in import change_own, sign_in
from pipeline.db import run
from pipeline.errors import RefusedAction
from pipeline.verify import verify
from tests import people
from tests.karamad import Desk
from tests.people import HOME, PASSWORD, SETTINGS, make_person, make_session

AWAY = Place("192.0.2.7", "another")
WRONG = "نادرست و باز نادرست"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that cost next to nothing, for tests that ask for hundreds of them."""
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    monkeypatch.setattr(people, "password_hash", lambda: hasher.hash(PASSWORD))
    passwords._nobodys_hash.cache_clear()
    yield
    passwords._nobodys_hash.cache_clear()


def reasons(desk: Desk) -> list[str]:
    rows = desk.rows("select reason from app.sign_in_failures order by failure_id")
    return [row["reason"] for row in rows]


def forgive(desk: Desk, seconds: int, but: str = "") -> None:
    """Let so many seconds pass for the failures that are there, but for those of one name."""
    with psycopg.connect(desk.url) as connection:
        connection.execute(
            "update app.sign_in_failures set at = at - make_interval(secs => %s)"
            " where name_key <> %s",
            [seconds, fold_name(but)],
        )


def test_the_right_password_brings_a_session_and_nothing_else_does(desk: Desk) -> None:
    sara = make_person(desk.url, "steward")
    token = sign_in(desk.url, " سارا  كمالي ", PASSWORD, HOME)  # another keyboard
    session = read_session(desk.url, SETTINGS, token)
    assert session is not None and session.person == sara and not session.must_change
    for name, password in (("", PASSWORD), (people.NAME, ""), (people.NAME, PASSWORD + " ")):
        assert sign_in(desk.url, name, password, HOME) is None
    assert sign_in(desk.url, "x\x00'; drop table app.users; --", "\x00\ud800" * 300, HOME) is None
    assert desk.value("select count(*) from app.sessions") == 1


def test_who_is_not_active_any_more_stays_out(desk: Desk) -> None:
    make_person(desk.url, "admin", "مدیر")
    sara = make_person(desk.url, "steward")
    set_active(desk.url, sara.user_id, False, actor="مدیر")
    assert sign_in(desk.url, people.NAME, PASSWORD, HOME) is None
    assert reasons(desk) == ["inactive"]


@pytest.mark.attack("guessed passwords", "an attempt in silence")
def test_a_hundred_wrong_passwords_are_slowed_down_and_each_is_in_the_audit(
    desk: Desk, cheap: None
) -> None:
    make_person(desk.url, "admin")
    for number in range(100):
        assert sign_in(desk.url, people.NAME, f"{WRONG}{number}", HOME) is None
    tried = reasons(desk)
    assert tried.count("password") < 12 and tried[:5] == ["password"] * 5
    forgive(desk, -30)  # however slow this machine is, the last failure was just now
    assert sign_in(desk.url, people.NAME, PASSWORD, HOME) is None, "the right one waits too"
    events = desk.rows("select * from app.audit_events where action = 'fail_sign_in'")
    assert len(events) == 101 and {event["actor"] for event in events} == {"nobody"}
    assert "name_key" not in str(events) and verify(desk.url) == []
    forgive(desk, 930)
    assert sign_in(desk.url, people.NAME, PASSWORD, HOME) is not None
    assert reasons(desk) == []


@pytest.mark.attack("guessed passwords")
def test_many_at_once_count_as_many(desk: Desk, cheap: None) -> None:
    make_person(desk.url, "admin")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: sign_in(desk.url, people.NAME, f"{n}", HOME), range(40)))
    assert reasons(desk).count("password") <= 8


@pytest.mark.attack("guessed passwords")
def test_two_consoles_slow_down_together(desk: Desk) -> None:
    """What was tried is counted in the database: another process gives no other allowance."""
    make_person(desk.url, "admin")
    facts = {"name_key": fold_name(people.NAME), "origin": "x", "user_id": None}
    with changing(desk.url, "t") as connection:
        for _ in range(20):  # as the first console wrote them down: a quarter of an hour to wait
            run(connection, "access/add_failure", facts | {"reason": "password"})
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as console:
        assert console.submit(sign_in, desk.url, people.NAME, PASSWORD, HOME).result() is None
    assert reasons(desk)[20:] == ["waiting"]


@pytest.mark.attack("guessed passwords")
def test_one_address_that_tries_many_names_waits(desk: Desk, cheap: None) -> None:
    make_person(desk.url, "admin")
    for number in range(60):
        assert sign_in(desk.url, f"name {number}", WRONG, AWAY) is None
    assert reasons(desk).count("unknown") < 40
    assert sign_in(desk.url, people.NAME, PASSWORD, AWAY) is None
    assert sign_in(desk.url, people.NAME, PASSWORD, HOME) is not None, "elsewhere nobody waits"


def test_others_elsewhere_keep_nobody_out_of_where_they_came_in_before(
    desk: Desk, cheap: None
) -> None:
    make_session(desk.url, "admin")
    for number in range(20):
        sign_in(desk.url, people.NAME, f"{WRONG}{number}", AWAY)
    assert sign_in(desk.url, people.NAME, PASSWORD, AWAY) is None
    assert sign_in(desk.url, people.NAME, PASSWORD, HOME) is not None


def test_waits_double_and_end() -> None:
    limit = Limit(free=3, longest=60)
    assert [limit.seconds_left(n, 0) for n in (0, 2, 3, 4, 5, 40)] == [0, 0, 1, 2, 4, 60]
    assert limit.seconds_left(4, 1.5) == 0.5 and limit.seconds_left(40, 60) == 0
    assert OF_NAME.free < OF_ORIGIN.free and OF_NAME.longest == 900


def test_a_waiting_attempt_does_the_same_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    make_person(desk.url, "admin")
    tried: list[str | None] = []
    fits = passwords.fits

    def counted(password: str, hashed: str | None) -> tuple[bool, str | None]:
        tried.append(hashed)
        return fits(password, hashed)

    monkeypatch.setattr(passwords, "fits", counted)
    for _ in range(7):
        sign_in(desk.url, people.NAME, WRONG, HOME)
    sign_in(desk.url, "هیچ‌کس", WRONG, HOME)
    assert len(tried) == 8 and reasons(desk)[6] == "waiting"


def test_ones_own_password_is_changed_by_who_knows_the_old_one(desk: Desk) -> None:
    here = read_session(desk.url, SETTINGS, make_session(desk.url, "steward"))
    there = make_session(desk.url, "steward")
    assert here is not None
    for old, new, code in (
        (WRONG, "گذرواژهٔ تازه ۱۲", "PASSWORD_WRONG"),
        (PASSWORD, PASSWORD, "PASSWORD_SAME"),
        (PASSWORD, "کوتاه", "PASSWORD_LENGTH"),
        (PASSWORD, "x" * 201, "PASSWORD_LENGTH"),
        (PASSWORD, "سارا كمالي 12", "PASSWORD_EASY"),
        (PASSWORD, "ababababab", "PASSWORD_EASY"),
        (PASSWORD, "1234567890", "PASSWORD_EASY"),
        (PASSWORD, "۹۸۷۶۵۴۳۲۱۰", "PASSWORD_EASY"),
        (PASSWORD, "qwertyuiop1", "PASSWORD_EASY"),
    ):
        with pytest.raises(RefusedAction) as caught:
            change_own(desk.url, here, old, new, HOME)
        assert caught.value.code == code
    assert reasons(desk) == ["password"], "a wrong one counts as a failed sign-in"
    change_own(desk.url, here, PASSWORD, "گذرواژهٔ تازه ۱۲", HOME)
    assert read_session(desk.url, SETTINGS, there) is None
    assert sign_in(desk.url, people.NAME, PASSWORD, HOME) is None
    assert sign_in(desk.url, people.NAME, "گذرواژهٔ تازه ۱۲", HOME) is not None


def test_a_one_time_password_is_to_be_changed(desk: Desk) -> None:
    token = make_session(desk.url, "admin")
    sara = make_person(desk.url, "admin")
    password = reset_password(desk.url, sara.user_id, actor="مدیر")
    assert read_session(desk.url, SETTINGS, token) is None, "sessions ended"
    again = read_session(desk.url, SETTINGS, sign_in(desk.url, people.NAME, password, HOME))
    assert again is not None and again.must_change
    with pytest.raises(RefusedAction) as caught:
        change_own(desk.url, again, "", password, HOME)
    assert caught.value.code == "PASSWORD_SAME"
    change_own(desk.url, again, "", "گذرواژهٔ تازه ۱۲", HOME)
    later = read_session(
        desk.url, SETTINGS, sign_in(desk.url, people.NAME, "گذرواژهٔ تازه ۱۲", HOME)
    )
    assert later is not None and not later.must_change


def test_an_older_hash_is_renewed_and_that_is_no_event(desk: Desk) -> None:
    sara = make_person(desk.url, "admin")
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    with psycopg.connect(desk.url) as connection:
        connection.execute("update app.passwords set hash = %s", [weak.hash(PASSWORD)])
    assert sign_in(desk.url, people.NAME, PASSWORD, HOME) is not None
    hashed = desk.value("select hash from app.passwords where user_id = %s", sara.user_id)
    assert hashed.startswith("$argon2id$") and "m=64," not in hashed
    actions = [row["action"] for row in desk.rows("select action from app.audit_events")]
    assert actions == ["add_user", "set_password", "sign_in"]
    assert "argon2" not in str(desk.rows("select detail from app.audit_events"))
