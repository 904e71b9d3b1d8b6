"""Who may read what: every path × four roles and nobody is what the one table says, and no more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import psycopg
import pytest
from starlette.testclient import TestClient

from api import build
from pipeline.access.allowed import ALLOWED, Action
from pipeline.access.people import ROLES, Role, Scope
from pipeline.access.rates import Allowance
from pipeline.access.tokens import SCOPES
from pipeline.feeds.feed import feeds
from tests.api.conftest import Caller, add_person, settings_of, token_of
from tests.karamad import Desk

Calling = Callable[..., Caller]
OPEN = {"/health", "/ready", "/openapi.json"}
# What needs no right of its own but a token.
LIMITED = Scope(salespeople=("S2",))
ANY_TOKEN = {"/v1/me"}


def paths(client: TestClient) -> dict[str, Action | None]:
    """Every path that the API answers, with a number in it, and the action that it needs."""
    found: dict[str, Action | None] = {}
    for route in client.app.routes:  # type: ignore[attr-defined]
        for path in _leaves(route):
            name = path.split("/")[3] if path.startswith("/v1/kpi/") else path.split("/")[-1]
            name = path.split("/")[2] if "{" in path else name
            action = feeds()[name].action if name in feeds() else None
            action = Action.SEE_FIGURES if path == "/v1/kpi" else action
            found[path.split("{")[0] + "1" * ("{" in path)] = action
    return found


def _leaves(route: object) -> list[str]:
    """Paths of a route, or of the router that stands in its place."""
    inner = getattr(route, "original_router", None)
    if inner is not None:
        return [path for sub in inner.routes for path in _leaves(sub)]
    return [route.path]  # type: ignore[attr-defined]


def test_every_path_is_known(client: TestClient) -> None:
    found = paths(client)
    assert len(found) == len(feeds()) + 2 + 1 + len(OPEN) + len(ANY_TOKEN)
    assert {path for path, action in found.items() if action is None} == OPEN | ANY_TOKEN
    assert {action for action in found.values() if action} == set(SCOPES)


@pytest.mark.parametrize("role", [*ROLES, None])
@pytest.mark.attack("beyond a role")
def test_every_path_answers_whom_the_table_allows(
    client: TestClient, calling: Calling, role: Role | None
) -> None:
    caller = calling(role) if role else None
    for path, action in paths(client).items():
        answer = caller.get(path) if caller else client.get(path)
        if path in OPEN:
            wanted = 200
        elif role is None:
            wanted = 401
        else:
            wanted = 200 if action is None or role in ALLOWED[action] else 403
        assert answer.status_code == wanted, (path, role)
        if wanted > 200:
            assert "rows" not in answer.json() and answer.headers.get("etag") is None


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.attack("beyond a role")
def test_a_token_reads_what_it_is_for_and_no_more(
    client: TestClient, calling: Calling, scope: Action
) -> None:
    caller = calling("admin", scopes=[scope])
    for path, action in paths(client).items():
        wanted = 200 if action in (None, scope) else 403
        assert caller.get(path).status_code == wanted, path
    assert caller.get("/v1/me").json()["scopes"] == [scope.value]


@pytest.mark.parametrize(
    "sent",
    [None, "", "Bearer", "Bearer ", "Bearer nonsense", "Basic YWRtaW46YWRtaW4=",
     "Bearer sce_" + "A" * 43, "bearer ' or 1=1 --"],
)  # fmt: skip
@pytest.mark.attack("a way around the gate")
def test_without_a_token_that_holds_nothing_is_read(
    client: TestClient, calling: Calling, sent: str | None
) -> None:
    headers = {} if sent is None else {"authorization": sent}
    answer = client.get("/v1/loads", headers=headers)
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "NOT_SIGNED_IN"
    secret = calling("admin").issued.secret
    assert client.get(f"/v1/loads?token={secret}").status_code == 401  # addresses are logged
    client.cookies.set("sales_session", secret)
    assert client.get("/v1/loads").status_code == 401
    client.cookies.clear()


@pytest.mark.attack("another's limits", "another's id")
def test_somebody_with_a_scope_reads_the_figures_of_it_alone(
    client: TestClient, stocked: Desk
) -> None:
    """The formula over the facts that they may see: not all of it, and not nothing."""
    person = add_person(stocked.url, "manager")
    with psycopg.connect(stocked.url) as connection:
        connection.execute(
            "insert into app.user_scopes values (%s, 'salesperson', 'S2')", (person.user_id,)
        )
    caller = Caller(client, person, token_of(stocked.url, replace(person, scope=LIMITED)))
    assert caller.get("/v1/me").json()["limited_to"]["salespeople"] == ["S2"]
    for path, action in paths(client).items():
        wanted = 200 if action in (None, Action.SEE_FIGURES) else 403
        assert caller.get(path).status_code == wanted, path
    (month,) = caller.get("/v1/kpi/kpi_net_sales_month").json()["rows"]
    assert (month["jalali_month"], month["net_amount"]) == ("1403-05", "110")
    people = caller.get("/v1/kpi/kpi_salesperson_performance_month").json()["rows"]
    assert {row["salesperson_id"] for row in people} == {"S2"}
    other = caller.get("/v1/kpi/kpi_salesperson_performance_month?salesperson_id=S1")
    missing = caller.get("/v1/kpi/kpi_salesperson_performance_month?salesperson_id=nobody")
    assert other.json() == missing.json() == {"rows": [], "next": None}


@pytest.mark.attack("another's page from a cache")
def test_many_at_once_see_their_own_alone(client: TestClient, stocked: Desk) -> None:
    """Twenty-five people with scopes of their own, over connections that they share."""
    callers = []
    for number in range(25):
        person = add_person(stocked.url, "manager")
        mine = f"S{number % 3}"  # S0 sold nothing
        with psycopg.connect(stocked.url) as connection:
            connection.execute(
                "insert into app.user_scopes values (%s, 'salesperson', %s)", (person.user_id, mine)
            )
        limited = replace(person, scope=Scope(salespeople=(mine,)))
        callers.append((mine, Caller(client, person, token_of(stocked.url, limited))))

    def ask(mine: str, caller: Caller) -> tuple[set[str], str, str]:
        rows = caller.get("/v1/kpi/kpi_salesperson_performance_month").json()["rows"]
        me = caller.get("/v1/me").json()
        return {row["salesperson_id"] for row in rows}, me["name"], mine

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: ask(*pair), callers * 2))
    for (seen, name, mine), (_, caller) in zip(answers, callers * 2, strict=True):
        assert name == caller.person.name
        assert seen == ({mine} if mine != "S0" else set())


def test_what_forgets_to_say_who_acts_reads_nothing(
    client: TestClient, calling: Calling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("endpoints.rows.acting_as", lambda person: nullcontext())
    answer = calling("admin").get("/v1/kpi/kpi_net_sales_month")
    assert answer.status_code == 403 and "rows" not in answer.json()


# --- On a database of the test's own --------------------------------------------------------------


@pytest.fixture
def steward(desk: Desk) -> Caller:
    person = add_person(desk.url, "steward", "نرگس")
    client = TestClient(build(settings_of(desk)))
    return Caller(client, person, token_of(desk.url, person))


@pytest.mark.attack("a role that was taken")
def test_a_right_that_is_taken_ends_with_the_next_request(steward: Caller, desk: Desk) -> None:
    tag = steward.get("/v1/issues").headers["etag"]
    with psycopg.connect(desk.url) as connection:
        connection.execute("update app.users set role = 'manager'")
    answer = steward.get("/v1/issues", if_none_match=tag)
    assert answer.status_code == 403 and "see_issues" in answer.json()["detail"]
    assert steward.get("/v1/me").json()["role"] == "manager"
    with psycopg.connect(desk.url) as connection:
        connection.execute("update app.users set active = false")
    assert steward.get("/v1/me").status_code == 401


@pytest.mark.attack("an attempt in silence")
def test_refusals_stand_in_the_audit_chain_and_a_flood_does_not_fill_it(
    steward: Caller, desk: Desk
) -> None:
    with psycopg.connect(desk.url) as connection:
        connection.execute("update app.users set role = 'manager'")
    for _ in range(5):
        steward.get("/v1/issues")
        steward.get("/v1/issues", authorization="Bearer nonsense")
    events = desk.rows(
        "select actor, subject_kind, subject_id, detail ->> 'code' as code, origin"
        " from app.audit_events where action = 'refuse' order by event_id"
    )
    assert all(event.pop("origin").startswith("from testclient ") for event in events)
    assert [tuple(event.values()) for event in events] == [
        ("نرگس", "route", "/v1/issues", "NOT_ALLOWED"),
        ("-", "route", "/v1/issues", "WRONG_TOKEN"),
    ]


def test_who_was_given_rows_stands_in_the_chain_once_an_hour(steward: Caller, desk: Desk) -> None:
    desk.publish([{}])
    tag = steward.get("/v1/loads").headers["etag"]
    for path in ("/v1/loads", "/v1/kpi/kpi_net_sales_month", "/v1/issues?load_id=99"):
        steward.get(path)
    steward.get("/v1/loads", if_none_match=tag)
    events = desk.rows(
        "select actor, subject_id, detail ->> 'name' as name from app.audit_events"
        " where action = 'read' order by event_id"
    )
    assert [tuple(event.values()) for event in events] == [
        ("نرگس", "loads", "test"),
        ("نرگس", "kpi_net_sales_month", "test"),
    ]


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time goes by: on a slow machine an allowance would fill up again meanwhile."""
    monkeypatch.setattr("endpoints.service.Allowance", partial(Allowance, clock=lambda: 0.0))


@pytest.mark.usefixtures("still_clock")
@pytest.mark.attack("floods")
def test_who_asks_too_often_waits(desk: Desk) -> None:
    client = TestClient(build(settings_of(desk, api_requests_per_minute=30)))
    sara, omid = (add_person(desk.url, "manager", name) for name in ("sara", "omid"))
    first, second = (Caller(client, who, token_of(desk.url, who)) for who in (sara, omid))
    answers = [first.get("/v1/me") for _ in range(32)]
    codes = [answer.status_code for answer in answers]
    assert codes == [200] * 30 + [429] * 2
    said = answers[-1]
    assert 1 <= int(said.headers["retry-after"]) <= 2
    assert said.json()["code"] == "TOO_MANY_REQUESTS"
    assert second.get("/v1/me").status_code == 200  # the allowance is the token's …
    codes = [second.get("/v1/me").status_code for _ in range(40)]
    assert codes[-1] == 429
    elsewhere = TestClient(client.app, client=("10.0.0.9", 1))
    assert client.get("/health").status_code == 429  # … and the address has its own
    assert elsewhere.get("/health").status_code == 200


@pytest.mark.usefixtures("still_clock")
@pytest.mark.attack("floods")
def test_wrong_tokens_soon_cost_the_address_its_allowance(desk: Desk) -> None:
    client = TestClient(build(settings_of(desk, api_requests_per_minute=600)))
    headers = {"authorization": "Bearer sce_" + "A" * 43}
    codes = [client.get("/v1/me", headers=headers).status_code for _ in range(100)]
    assert codes == [401] * codes.count(401) + [429] * codes.count(429)
    assert 25 <= codes.count(401) <= 35
