"""Tokens: shown once, kept as a hash, never more than their person may do; and how often."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from pipeline.access import tokens
from pipeline.access.allowed import Action
from pipeline.access.rates import MOST_KEYS, Allowance
from pipeline.access.tokens import (
    MOST_TOKENS,
    SCOPES,
    find_person,
    issue,
    list_tokens,
    note_use,
    read_bearer,
    revoke,
)
from pipeline.db import connect
from pipeline.errors import RefusedAction
from pipeline.verify import verify
from tests.api.conftest import add_person, token_of
from tests.karamad import Desk

FIGURES = (Action.SEE_FIGURES,)


def change(desk: Desk, statement: str) -> None:
    with psycopg.connect(desk.url) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def test_a_token_stands_for_its_person_and_is_kept_nowhere(desk: Desk) -> None:
    sara = add_person(desk.url, "steward", "سارا")
    issued = issue(desk.url, sara, "  monthly   report ", FIGURES, days=30, actor="سارا")
    assert issued.token.name == "monthly report" and issued.token.state == "live"
    assert (issued.token.expires_at - issued.token.created_at).days in (29, 30)
    bearer = read_bearer(desk.url, issued.secret)
    assert bearer is not None and bearer.person == sara and bearer.token == issued.token
    assert bearer.may(Action.SEE_FIGURES) and not bearer.may(Action.SEE_ISSUES)
    with psycopg.connect(desk.url) as connection:
        kept = connection.execute("select tokens::text from app.tokens").fetchall()
        chain = connection.execute("select detail::text from app.audit_events").fetchall()
    assert issued.secret not in f"{kept} {chain}" and "token_hash" not in str(chain)
    assert issued.secret not in repr(list_tokens(desk.url))


@pytest.mark.parametrize(
    "sent",
    ["", "sce_", "nonsense", "sce_" + "A" * 43, "sce_" + "A" * 44, "sce_\0", "sce_" + "ا" * 43],
)
def test_what_is_no_token_stands_for_nobody(desk: Desk, sent: str) -> None:
    token_of(desk.url, add_person(desk.url, "manager"))
    assert read_bearer(desk.url, sent) is None


def test_it_ends_with_time_with_its_person_and_when_it_is_revoked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sara = add_person(desk.url, "steward", "sara")
    first, second, third = (token_of(desk.url, sara) for _ in range(3))
    revoke(desk.url, first.token.token_id, actor="sara", of=sara.user_id)
    assert read_bearer(desk.url, first.secret) is None
    again = revoke(desk.url, first.token.token_id, actor="sara")
    assert again.state == "revoked" and again == list_tokens(desk.url)[2]

    change(desk, "update app.users set role = 'manager'")
    found = read_bearer(desk.url, second.secret)
    assert found is not None and not found.may(Action.SEE_ISSUES)  # though the token is for it
    assert Action.SEE_ISSUES in found.token.scopes

    change(desk, "update app.users set active = false")
    assert read_bearer(desk.url, second.secret) is None
    change(desk, "update app.users set active = true")

    change(desk, "alter table app.tokens disable trigger keep_token")
    change(desk, "update app.tokens set created_at = now() - interval '2 days',"
                 " expires_at = now() - interval '1 second'")  # fmt: skip
    assert read_bearer(desk.url, third.secret) is None
    assert [token.state for token in list_tokens(desk.url)] == ["expired", "expired", "revoked"]


def test_a_persons_limits_come_with_it(desk: Desk) -> None:
    sara = add_person(desk.url, "manager")
    for kind, entity in (("branch", "B2"), ("branch", "B1"), ("salesperson", "S1")):
        change(desk, f"insert into app.user_scopes values ({sara.user_id}, '{kind}', '{entity}')")
    bearer = read_bearer(desk.url, token_of(desk.url, sara).secret)
    assert bearer is not None
    assert bearer.person.scope.branches == ("B1", "B2") and bearer.person.scope.salespeople == (
        "S1",
    )


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [
        ("", FIGURES, 90, "WRONG_TOKEN"), (" \0 ", FIGURES, 90, "WRONG_TOKEN"),
        ("x" * 61, FIGURES, 90, "WRONG_TOKEN"), ("x", (), 90, "WRONG_TOKEN"),
        ("x", FIGURES, 0, "WRONG_TOKEN"), ("x", FIGURES, 367, "WRONG_TOKEN"),
        ("x", (Action.SEE_ISSUES,), 90, "NOT_ALLOWED"),   # not a manager's
        ("x", (Action.SEE_OVERVIEW,), 90, "NOT_ALLOWED"),  # not the API's
    ],
)  # fmt: skip
def test_what_cannot_be_a_token_is_refused(
    desk: Desk, name: str, scopes: tuple[Action, ...], days: int, code: str
) -> None:
    with pytest.raises(RefusedAction) as refused:
        issue(desk.url, add_person(desk.url, "manager"), name, scopes, days=days, actor="x")
    assert refused.value.code == code and list_tokens(desk.url) == []


def test_nobody_holds_too_many_not_even_by_asking_at_once(desk: Desk) -> None:
    sara = add_person(desk.url, "manager")
    for _ in range(MOST_TOKENS - 2):
        token_of(desk.url, sara)

    def ask(_: int) -> str:
        try:
            token_of(desk.url, sara)
        except RefusedAction as error:
            return error.code
        return "issued"

    with ThreadPoolExecutor(6) as pool:
        said = sorted(pool.map(ask, range(6)))
    assert said == ["TOO_MANY_TOKENS"] * 4 + ["issued"] * 2
    revoke(desk.url, list_tokens(desk.url)[0].token_id, actor="sara")
    assert ask(0) == "issued"


@pytest.mark.attack("another's id")
def test_foreign_tokens_are_answered_like_missing_ones(desk: Desk) -> None:
    sara, omid = (add_person(desk.url, "manager", name) for name in ("sara", "omid"))
    foreign = token_of(desk.url, omid)
    said = []
    for token_id in (foreign.token.token_id, 99, 2**70):
        with pytest.raises(RefusedAction) as refused:
            revoke(desk.url, token_id, actor="sara", of=sara.user_id)
        said.append(refused.value.en.replace(str(token_id), "N"))
    assert len(set(said)) == 1
    assert read_bearer(desk.url, foreign.secret) is not None
    assert [token.user_name for token in list_tokens(desk.url, sara.user_id)] == []


def test_issuing_and_revoking_stand_in_the_chain(desk: Desk) -> None:
    issued = token_of(desk.url, add_person(desk.url, "manager", "sara"))
    revoke(desk.url, issued.token.token_id, actor="admin")
    events = desk.rows(
        "select actor, action, subject_id, detail ->> 'name' as name from app.audit_events"
        " where subject_kind = 'token' order by event_id"
    )
    assert [(e["actor"], e["action"], e["name"]) for e in events] == [
        ("sara", "add_token", "test"),
        ("admin", "revoke_token", "test"),
    ]
    assert verify(desk.url, config_dir=desk.settings.config_dir) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update app.tokens set expires_at = expires_at + interval '1 day'",
        "update app.tokens set scopes = array['see_issues']",
        "update app.tokens set user_id = 2",
        "update app.tokens set token_hash = sha256('mine')",
        "update app.tokens set revoked_at = null where revoked_at is not null",
        "delete from app.tokens",
        "truncate app.tokens",
    ],
)
@pytest.mark.attack("a change of what was kept")
def test_a_token_is_not_changed_whoever_tries(desk: Desk, statement: str) -> None:
    sara = add_person(desk.url, "manager")
    add_person(desk.url, "admin")
    revoke(desk.url, token_of(desk.url, sara).token.token_id, actor="x")
    for as_owner in (False, True):
        with (
            connect(desk.url, as_owner=as_owner) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)  # type: ignore[call-overload]


def test_the_last_use_is_kept_to_the_minute(desk: Desk) -> None:
    issued = token_of(desk.url, add_person(desk.url, "manager"))
    for _ in range(2):
        bearer = read_bearer(desk.url, issued.secret)
        assert bearer is not None
        note_use(desk.url, bearer)
    used = desk.value("select last_used_at from app.tokens")
    assert used is not None and used == list_tokens(desk.url)[0].last_used_at
    note_use(desk.url, tokens.Bearer(issued.token, bearer.person))  # another process saw none yet
    assert desk.value("select last_used_at from app.tokens") == used


def test_the_verbs(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pipeline.__main__ import app
    from pipeline.settings import get_settings

    monkeypatch.setenv("DATABASE_URL", desk.url)
    monkeypatch.setenv("SALES_LANGUAGE", "en")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    get_settings.cache_clear()
    runner = CliRunner()
    try:
        add_person(desk.url, "manager", "Sara")
        assert "There is no token" in runner.invoke(app, ["tokens"]).output
        done = runner.invoke(app, ["tokens", "issue", "sara", "--name", "report"])
        assert "shown this once" in done.stderr
        bearer = read_bearer(desk.url, done.stdout.strip())
        assert bearer is not None and bearer.token.scopes == SCOPES[:2]
        shown = runner.invoke(app, ["tokens", "--user", "Sara"]).output
        assert "report" in shown and "see_figures, see_run_stats" in shown and "live" in shown
        assert done.stdout.strip() not in shown
        assert "is revoked" in runner.invoke(app, ["tokens", "revoke", "1"]).output
        (facts,) = runner.invoke(app, ["tokens", "--json"]).output.splitlines()
        assert json.loads(facts)["state"] == "revoked"
        for words, code in ((["issue", "nobody", "--name", "x"], 1), (["revoke", "9"], 1),
                            (["issue", "Sara", "--name", "x", "--scope", "all"], 2)):  # fmt: skip
            assert runner.invoke(app, ["tokens", *words]).exit_code == code
    finally:
        get_settings.cache_clear()


def test_a_person_is_found_in_any_case_of_letters(desk: Desk) -> None:
    sara = add_person(desk.url, "manager", "Sara")
    assert find_person(desk.url, " sARA ") == sara
    with pytest.raises(RefusedAction):
        find_person(desk.url, "%")


# --- How often ------------------------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_fills_up_again() -> None:
    clock = Clock()
    allowance = Allowance(60, clock)
    assert [allowance.take("a") for _ in range(60)] == [0.0] * 60
    assert allowance.take("a") == pytest.approx(1.0)
    assert allowance.take("b") == 0.0  # another's is its own
    clock.now = 0.5
    assert allowance.take("a") == pytest.approx(0.5)  # what is refused takes nothing
    clock.now = 1.0
    assert allowance.take("a") == 0.0 and allowance.take("a") > 0
    clock.now = 1_000.0
    assert [allowance.take("a") for _ in range(61)].count(0.0) == 60  # never more than a minute's
    allowance.fine("c", 1_000)
    assert allowance.take("c") == pytest.approx(1.0)


def test_a_flood_of_keys_costs_no_memory_and_frees_nobody() -> None:
    clock = Clock()
    allowance = Allowance(60, clock)
    for number in range(MOST_KEYS * 2):
        clock.now += 0.001
        allowance.take(number)
        allowance.fine("guilty", 60)
    assert len(allowance._left) <= MOST_KEYS
    assert allowance.take("guilty") > 0
