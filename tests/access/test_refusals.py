"""What was refused is told, and nobody floods the chain with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.access.origin import coming_from
from pipeline.access.refusals import (
    ALL_PER_MINUTE,
    MOST_REMEMBERED,
    PER_MINUTE,
    SAME_SECONDS,
    Allowance,
    Refusal,
    tell_refusal,
)
from pipeline.audit_trail import EventFilter, list_page
from pipeline.errors import DatabaseAway
from pipeline.settings import Settings
from pipeline.verify import verify


class Clock:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def refusal(what: str = "/uploads", person: str = "sara") -> Refusal:
    return Refusal(person, "route", what, "manager", "POST", 403)


def in_var(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, var_dir=tmp_path)  # type: ignore[call-arg]


@pytest.mark.attack("an attempt in silence")
def test_a_refusal_stands_in_chain_and_journal(db_url: str, tmp_path: Path) -> None:
    settings = in_var(tmp_path)
    with coming_from("203.0.113.9"):
        assert tell_refusal(lambda: db_url, settings, refusal(), allowance=Allowance())
    (event,) = list_page(db_url, EventFilter()).rows
    assert (event["actor"], event["action"], event["subject_kind"], event["subject_id"]) == (
        "sara", "refuse", "route", "/uploads",
    )  # fmt: skip
    assert event["detail"] == {"method": "POST", "status": 403, "role": "manager"}
    assert event["origin"].startswith("from 203.0.113.9 ")
    (record,) = map(json.loads, (tmp_path / "log" / "events.log").read_text().splitlines())
    assert (record["event"], record["origin"], record["path"]) == (
        "refused", "203.0.113.9", "/uploads",
    )  # fmt: skip


@pytest.mark.attack("SQL in a text", "lines for a log")
def test_what_a_path_holds_is_text(db_url: str, tmp_path: Path) -> None:
    evil = "/a\r\n\x1b[2J\0'; drop table app.audit_events; --" + "x" * 9000
    assert tell_refusal(lambda: db_url, in_var(tmp_path), refusal(evil), allowance=Allowance())
    (event,) = list_page(db_url, EventFilter()).rows
    assert event["subject_id"].startswith("/a\r\n\x1b[2J\u2400'; drop") and verify(db_url) == []
    assert len(event["subject_id"]) == 200


def test_the_same_again_is_counted_and_told_with_the_next() -> None:
    clock = Clock()
    allowance = Allowance(clock)
    assert allowance.take(refusal(), "1.1.1.1") == 0
    assert [allowance.take(refusal(), "1.1.1.1") for _ in range(50)] == [None] * 50
    clock.now = SAME_SECONDS
    assert allowance.take(refusal(), "1.1.1.1") == 50


def test_one_person_gets_so_many_a_minute_and_others_theirs() -> None:
    clock = Clock()
    allowance = Allowance(clock)

    def told(person: str, count: int) -> int:
        asked = (allowance.take(refusal(f"/x{n}", person), "1.1.1.1") for n in range(count))
        return sum(answer is not None for answer in asked)

    assert told("sara", 1000) == PER_MINUTE
    assert told("omid", 2) == 2
    clock.now = 61.0
    assert allowance.take(refusal("/new"), "1.1.1.1") == 1000 - PER_MINUTE


@pytest.mark.attack("floods")
def test_made_up_addresses_flood_neither_chain_nor_memory() -> None:
    clock = Clock()
    allowance = Allowance(clock)
    taken = 0
    for number in range(5 * MOST_REMEMBERED):
        clock.now = number / 1000
        taken += allowance.take(refusal(f"/{number}", "nobody"), f"10.{number}") is not None
    assert taken == ALL_PER_MINUTE
    kept = (allowance._same, allowance._times, allowance._unrecorded)
    assert max(map(len, kept)) <= 2 * MOST_REMEMBERED + 1


def test_without_a_database_the_journal_has_it(tmp_path: Path) -> None:
    def away() -> str:
        raise DatabaseAway("DATABASE_AWAY", fa="", en="")

    url: Callable[[], str] = away
    assert not tell_refusal(url, in_var(tmp_path), refusal(), allowance=Allowance())
    assert "/uploads" in (tmp_path / "log" / "events.log").read_text()
