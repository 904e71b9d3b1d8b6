"""Every object of the database and every caller: what the table of rights says, no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline.access.acting import acting_as, actor
from pipeline.access.allowed import ALLOWED, Action, may
from pipeline.access.people import Person, Role
from pipeline.access.rights import PEOPLES_ROLES, RIGHTS, Right
from pipeline.db import Connection, Row, connect, reading
from pipeline.settings import Settings
from tests.access.people import CALLERS
from tests.conftest import new_database
from tests.karamad import Desk
from tests.test_rights import APPEND_ONLY, OTHERS, STATEMENTS, plain_column

every_caller = pytest.mark.parametrize("caller", CALLERS)
PRIVILEGES = (
    "select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain",
)  # fmt: skip
OBJECTS = """
    select nspname || '.' || relname as name, relkind = 'S' as is_sequence
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = any(%s) and relkind in ('r', 'p', 'v', 'S')
    order by 1"""
HELD = """
    select nspname || '.' || relname as name,
        array_remove(array_agg(case
            when relkind = 'S' and privilege = any('{select,usage,update}')
                and has_sequence_privilege(%s, pg_class.oid, privilege)
            or relkind <> 'S' and privilege <> 'usage'
                and has_table_privilege(%s, pg_class.oid, privilege) then privilege
        end), null) as held
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    cross join unnest(%s::text[]) as privilege
    where nspname = any(%s) and relkind in ('r', 'p', 'v', 'S')
    group by 1"""
SCHEMAS = ["app", "raw", "canonical", "dq", "dim", "kpi", "jobs"]


@pytest.fixture(scope="module")
def stocked(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One database with a published load; what is tried on it is refused."""
    with new_database(server_url) as url:
        settings = Settings(_env_file=None, database_url="")  # type: ignore[call-arg]
        desk = Desk(url, settings, tmp_path_factory.mktemp("rights"))
        desk.publish([{}, {"invoice_id": "1002", "branch_id": "B2", "salesperson_id": "S2"}])
        yield desk


def role_of(person: Person | None) -> str:
    with acting_as(person):
        return actor().role


def rights_of(person: Person | None) -> dict[str, dict[str, set[str]]]:
    """Object → privilege → the columns it is limited to (none: the whole)."""
    found: dict[str, dict[str, set[str]]] = {}
    for action, rights in RIGHTS.items():
        for right in rights if may(person, action) else ():
            for privilege in right.privileges:
                found.setdefault(right.name, {}).setdefault(privilege, set()).update(right.columns)
    return found


def test_every_action_has_its_roles_and_its_rights() -> None:
    assert set(ALLOWED) == set(RIGHTS) == set(Action)
    assert len(PEOPLES_ROLES) == len(set(PEOPLES_ROLES)) == len(Role) + 1


@every_caller
@pytest.mark.attack("beyond a role")
def test_a_role_has_the_rights_of_the_table_on_every_object(stocked: Desk, caller: str) -> None:
    """Also on the tables of each run, and on those of a migration that nobody thought of here."""
    person = CALLERS[caller]
    role, rights = role_of(person), rights_of(person)
    seen = set()
    for thing in stocked.rows(HELD, role, role, [*PRIVILEGES, "usage"], SCHEMAS):
        seen.add(thing["name"])
        wanted = rights.get(thing["name"], {})
        whole = {privilege for privilege, columns in wanted.items() if not columns}
        assert set(thing["held"]) == whole, thing["name"]
    assert rights.keys() <= seen


@every_caller
@pytest.mark.attack("beyond a role")
def test_a_role_reads_the_columns_of_the_table_and_no_other(stocked: Desk, caller: str) -> None:
    person = CALLERS[caller]
    rights = rights_of(person)
    cells = stocked.rows(
        "select nspname || '.' || relname as name, attname as column,"
        " has_column_privilege(%s, attrelid, attnum, 'select') as reads,"
        " has_column_privilege(%s, attrelid, attnum, 'insert')"
        " or has_column_privilege(%s, attrelid, attnum, 'update') as writes"
        " from pg_attribute join pg_class on pg_class.oid = attrelid"
        " join pg_namespace on pg_namespace.oid = relnamespace"
        " where nspname = any(%s) and attnum > 0 and not attisdropped"
        " and relkind in ('r', 'p', 'v')",
        role_of(person), role_of(person), role_of(person), SCHEMAS,
    )  # fmt: skip
    for cell in cells:
        wanted = rights.get(cell["name"], {})
        named = wanted.get("select")
        readable = named is not None and (not named or cell["column"] in named)
        assert cell["reads"] == readable, cell
        assert cell["writes"] == ("insert" in wanted), cell


@every_caller
@pytest.mark.attack("beyond a role")
def test_no_role_may_call_what_runs_with_its_owners_rights(stocked: Desk, caller: str) -> None:
    callable_ = stocked.rows(
        "select oid::regprocedure::text as name from pg_proc where prosecdef"
        " and pronamespace::regnamespace::text = any(%s)"
        " and has_function_privilege(%s, oid, 'execute')",
        SCHEMAS, role_of(CALLERS[caller]),
    )  # fmt: skip
    assert callable_ == []


@every_caller
@pytest.mark.attack("beyond a role")
def test_a_caller_reads_what_the_table_says_and_is_refused_the_rest(
    stocked: Desk, caller: str
) -> None:
    """By statements, through both ways into the database."""
    with acting_as(CALLERS[caller]):
        rights = rights_of(CALLERS[caller])
        with connect(stocked.url, autocommit=True) as connection:
            for thing in stocked.rows(OBJECTS, SCHEMAS):
                _read(connection, thing, rights)
        for name in ("kpi.rollup_days", "dq.dq_issues", "raw.lines", "app.audit_events"):
            with reading(stocked.url) as connection:
                _read(connection, {"name": name, "is_sequence": False}, rights)


def _read(connection: Connection, thing: Row, rights: dict[str, dict[str, set[str]]]) -> None:
    if thing["is_sequence"]:
        return
    named = rights.get(thing["name"], {}).get("select")
    statement = f"select {', '.join(named) if named else '*'} from {thing['name']} limit 1"
    if named is not None:
        connection.execute(statement)  # type: ignore[call-overload]
        return
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)  # type: ignore[call-overload]


@every_caller
@pytest.mark.attack("a change of what was kept")
def test_a_caller_cannot_change_what_was_kept(stocked: Desk, caller: str) -> None:
    with acting_as(CALLERS[caller]), connect(stocked.url, autocommit=True) as connection:
        for table in APPEND_ONLY:
            column = plain_column(stocked, table)
            for statement in STATEMENTS:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.format(table=table, column=column))  # type: ignore[call-overload]
        for statement in OTHERS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)  # type: ignore[call-overload]


@every_caller
def test_a_session_is_that_of_its_caller_to_its_end(stocked: Desk, caller: str) -> None:
    """Also after a rollback, a commit, `reset role`; and it knows for whom it works."""
    person = CALLERS[caller]
    with acting_as(person), connect(stocked.url) as connection:
        for end in (connection.commit, connection.rollback):
            connection.execute("reset role")
            row = connection.execute(
                "select current_user, nullif(current_setting('sales.person', true), '')::jsonb"
            ).fetchone()
            assert row is not None and row[0] == role_of(person)
            assert (row[1] or {}).get("user_id") == (person.user_id if person else None)
            end()


def test_a_reader_that_goes_on_after_its_transaction_is_nobody(stocked: Desk) -> None:
    with acting_as(CALLERS["admin"]), reading(stocked.url) as connection:
        assert connection.execute("select count(*) from kpi.kpi_net_sales_daily").fetchone()
        connection.rollback()
        assert connection.execute("select current_user").fetchone() == ("sales_engine_nobody",)


@pytest.mark.attack("another's page from a cache")
def test_readers_of_one_pool_do_not_take_each_others_role(stocked: Desk) -> None:
    ask = "select current_user, current_setting('sales.person')"
    for person in [*CALLERS.values(), *reversed(CALLERS.values())]:
        with acting_as(person), reading(stocked.url) as connection:
            assert connection.execute(ask).fetchone() == (actor().role, actor().facts)
    with reading(stocked.url) as connection:
        assert connection.execute(ask).fetchone() == ("sales_engine_app", "")


def test_a_new_table_is_nobodys(desk: Desk) -> None:
    from pipeline.migrate import share_rights

    with connect(desk.url, as_owner=True) as connection:
        connection.execute("create table kpi.later (x int); create table app.later (x int)")
        connection.execute("grant select on kpi.later to sales_engine_manager")
        connection.execute("grant select (phone) on dim.customers to sales_engine_manager")
        share_rights(connection)
    for caller in CALLERS.values():
        for name in ("kpi.later", "app.later", "raw.lines"):
            refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
            with acting_as(caller), connect(desk.url) as connection, refused:
                connection.execute(f"select * from {name}")  # type: ignore[call-overload]
    assert not desk.value(
        "select has_column_privilege('sales_engine_manager', 'dim.customers', 'phone', 'select')"
    )


def test_a_right_names_what_there_is(stocked: Desk, tmp_path: Path) -> None:
    names = {right.name for rights in RIGHTS.values() for right in rights}
    known = {thing["name"] for thing in stocked.rows(OBJECTS, SCHEMAS)}
    assert names <= known
    assert isinstance(next(iter(RIGHTS[Action.SEE_FIGURES])), Right)
