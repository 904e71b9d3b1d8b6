"""The API over a database of published months, and people with tokens."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import psycopg
import pytest
from starlette.testclient import TestClient

from api import build
from pipeline.access.allowed import Action, may
from pipeline.access.people import Person, Role
from pipeline.access.tokens import SCOPES, Issued, issue
from pipeline.settings import Settings
from tests.conftest import new_database
from tests.karamad import RETURN, Desk

BIG = "900719925474099.3125"  # no float is equal to it
# One month in which every feed has something: a return, rejected lines, attributes that nobody
# knows, an amount that no float holds, a code that a spreadsheet would calculate.
LINES = [
    {},
    {"invoice_id": "1002", "customer_id": "C2", "product_id": "=P2", "city": "", "brand": ""},
    {"invoice_id": "1003", "salesperson_id": "S2", "branch_id": "", "system_date": "1403/05/13",
     "reference_date": "1403/05/13"},
    {"invoice_id": "1004", **RETURN},
    {"invoice_id": "1005", "gross_amount": BIG, "tax_amount": "0",
     "net_amount": BIG, "quantity": "1", "unit_price": BIG},
    {"invoice_id": "1006", "net_amount": "lots"},
    {"invoice_id": "1007", "customer_name": "فروشگاه دیگر"},
]  # fmt: skip

_numbers = itertools.count(1)


def add_person(url: str, role: str, name: str | None = None, sees_personal: bool = False) -> Person:
    """A person with an account."""
    name = name or f"{role}-{next(_numbers)}"
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "insert into app.users (name, name_key, role, sees_personal, created_by)"
            " values (%s, lower(%s), %s, %s, 'test') returning user_id",
            (name, name, role, sees_personal),
        ).fetchone()
    assert row is not None
    return Person(row[0], name, Role(role), sees_personal)


def token_of(url: str, person: Person, scopes: Sequence[Action] | None = None) -> Issued:
    """A token of a person, for everything that they may read."""
    mine = [scope for scope in SCOPES if may(person, scope)]
    return issue(url, person, "test", mine if scopes is None else scopes, actor=person.name)


@dataclass
class Caller:
    """A program with the token of one person."""

    client: TestClient
    person: Person
    issued: Issued

    def get(self, path: str, **headers: str):  # type: ignore[no-untyped-def]
        mine = {"authorization": f"Bearer {self.issued.secret}", "accept-language": "en"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers={**mine, **given})


def settings_of(desk: Desk, **more: object) -> Settings:
    """Settings of an API over the desk's database."""
    facts = {"database_url": desk.url, "var_dir": desk.folder, "api_requests_per_minute": 100_000}
    return Settings(_env_file=None, **{**facts, **more})  # type: ignore[call-arg, arg-type]


@pytest.fixture(scope="module")
def stocked(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two published months and a draft, read by every test of a file and changed by none."""
    with new_database(server_url) as url:
        settings = Settings(_env_file=None, database_url="")  # type: ignore[call-arg]
        desk = Desk(url, settings, tmp_path_factory.mktemp("api"))
        desk.publish(LINES)
        later = {"system_date": "1403/06/02", "reference_date": "1403/06/02"}
        desk.publish([{**later, "invoice_id": str(2000 + n), "customer_id": f"C{n}"}
                      for n in range(7)], "1403-06")  # fmt: skip
        desk.load([{"invoice_id": "3001", "customer_id": ""}], "1403-07")
        yield desk


@pytest.fixture(scope="module")
def client(stocked: Desk) -> Iterator[TestClient]:
    """The API over it."""
    with TestClient(build(settings_of(stocked))) as found:
        yield found


@pytest.fixture(scope="module")
def calling(stocked: Desk, client: TestClient) -> Callable[..., Caller]:
    """A program of a new person: `calling("manager", scopes=[…])`."""

    def made(role: str, scopes: Sequence[Action] | None = None, **of: bool) -> Caller:
        person = add_person(stocked.url, role, **of)
        return Caller(client, person, token_of(stocked.url, person, scopes))

    return made
