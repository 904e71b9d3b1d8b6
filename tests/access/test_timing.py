"""What is wrong with a sign-in cannot be told by its time, whoever measures it however often.

Compared is the CPU time of the thread that does the work: a busy machine lengthens a wait, not the
work. Attempts go in rounds of one of each kind, and each is set against the wrong password of its
own round, so that what changes during the test changes both. Of these differences the median is
estimated with an interval that holds it but for one time in a million; an interval that lies
altogether beyond a part of what a hash costs tells the kinds apart.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from math import comb

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from pipeline.access import passwords
from pipeline.access.accounts import add_user, changing, set_active
from pipeline.access.names import fold_name
from pipeline.access.people import Role
from pipeline.access.sessions import Place
from pipeline.access.sign_in import sign_in
from pipeline.db import run
from tests import people
from tests.access.test_sign_in import forgive
from tests.karamad import Desk
from tests.people import NAME, PASSWORD, make_person

ROUNDS = 30
ERROR = 1e-6  # how often the interval misses the median, for each kind
# Of what a hash costs. What differs by less than this drowns in the way to the console and back.
TELLING = 0.15
GONE, INVITED, LOCKED, WRONG = "رفته", "بی‌گذرواژه", "بسته", "نادرست و باز نادرست"
# Name (`{}` is the round) and password.
KINDS = {
    "wrong password": (NAME, WRONG),
    "unknown": ("کسی که نیست {}", WRONG),
    "without a password": (INVITED, WRONG),
    "inactive, and right": (GONE, PASSWORD),
    "has to wait, and right": (LOCKED, PASSWORD),
}


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Iterator[PasswordHash]:
    """Hashes of a few milliseconds in one thread, instead of a tenth of a second in four."""
    cheap = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=4096, parallelism=1),))
    hashed = cheap.hash(PASSWORD)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
    monkeypatch.setattr(people, "password_hash", lambda: hashed)
    passwords._nobodys_hash.cache_clear()
    passwords.warm_up()
    yield cheap
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def everybody(desk: Desk, hasher: PasswordHash) -> Desk:
    """One of each kind."""
    make_person(desk.url, "admin")
    make_person(desk.url, "manager", LOCKED)
    set_active(desk.url, make_person(desk.url, "manager", GONE).user_id, False, actor="t")
    add_user(desk.url, INVITED, Role.MANAGER, actor="t")
    facts = {"name_key": fold_name(LOCKED), "origin": "x", "user_id": None, "reason": "password"}
    with changing(desk.url, "t") as connection:
        for _ in range(20):  # a quarter of an hour from here on
            run(connection, "access/add_failure", facts)
    return desk


def attempt(desk: Desk, name: str, password: str, number: int) -> float:
    """A sign-in from an address of its own; the seconds of CPU time that it took this thread."""
    place = Place(f"192.0.2.{number % 256} {number}", "a test")
    began = time.thread_time()
    assert sign_in(desk.url, name, password, place) is None
    return time.thread_time() - began


def measure(desk: Desk) -> dict[str, list[float]]:
    """Seconds of each kind, round by round, in another order each time."""
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    order = random.Random(1)
    for number in range(ROUNDS + 3):
        forgive(desk, 10_000, but=LOCKED)
        for kind in order.sample([*KINDS], len(KINDS)):
            name, password = KINDS[kind]
            took[kind].append(attempt(desk, name.format(number), password, number))
    return {kind: times[3:] for kind, times in took.items()}  # what is done once is done


def median_within(values: list[float]) -> tuple[float, float]:
    """An interval that misses the median of what the values come from with a chance of ERROR.

    Of independent values each lies below the median with a chance of one half (sign test).
    """
    below, count = 0.0, len(values)
    for rank in range(count // 2):
        below += comb(count, rank) / 2**count
        if 2 * below > ERROR:
            ordered = sorted(values)
            return ordered[rank - 1], ordered[count - rank]
    raise AssertionError("too few values for such an error")


def told_apart(desk: Desk, hasher: PasswordHash) -> set[str]:
    """The kinds that can be told from a wrong password by their time."""
    hashed, costs = hasher.hash("x"), []
    for _ in range(15):
        began = time.thread_time()
        hasher.verify("y", hashed)
        costs.append(time.thread_time() - began)
    limit = TELLING * statistics.median(costs)
    took = measure(desk)
    found = set()
    for kind, times in took.items():
        pairs = zip(times, took["wrong password"], strict=True)
        low, high = median_within([mine - other for mine, other in pairs])
        if low > limit or high < -limit:
            found.add(kind)
    return found


@pytest.mark.attack("names by their time")
def test_the_time_tells_nothing(everybody: Desk, hasher: PasswordHash) -> None:
    assert told_apart(everybody, hasher) == set()
    reasons = everybody.rows("select distinct reason from app.sign_in_failures order by reason")
    assert [row["reason"] for row in reasons] == ["inactive", "password", "unknown", "waiting"]


def test_it_would_tell_if_nobody_had_a_hash(
    everybody: Desk, hasher: PasswordHash, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above sees what it is for: without a hash nothing is worked out."""
    fits = passwords.fits
    monkeypatch.setattr(
        passwords, "fits",
        lambda password, hashed: fits(password, hashed) if hashed else (False, None),
    )  # fmt: skip
    assert told_apart(everybody, hasher) == {"unknown", "without a password"}
