"""The audit chain as it is read: filters, pages, sheets, and words for all that can stand in it."""

from __future__ import annotations

import ast
import csv
import re
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from python_calamine import CalamineWorkbook

from pipeline.access.origin import coming_from, origin, said
from pipeline.audit import read_head, tell
from pipeline.audit_trail import (
    EventFilter,
    chain_state,
    choices,
    export_events,
    list_page,
    read_event,
    visible,
)
from pipeline.db import connect, transaction
from pipeline.errors import RefusedAction
from pipeline.settings import ROOT
from pipeline.texts import read_texts
from pipeline.verify import verify


@pytest.fixture
def told(db_url: str) -> str:
    """A database in which three people did seven things."""
    tell(db_url, "sara", "receive", ("load", 1), {"file_name": "مرداد.csv"})
    tell(db_url, "sara", "receive", ("load", 2), {"file_name": "100%_b.csv"})
    tell(db_url, "omid", "publish", ("publication", 1), {"period": "1403-05"})
    tell(db_url, "omid", "export", ("sheet", "issues.csv"), {"size": 12})
    tell(db_url, "nima", "refuse", ("page", "issues"))
    tell(db_url, "nima", "refuse", ("route", "/x\r\n\x1b[31m"))
    tell(db_url, "sara", "void", ("publication", 2), {"reason": "A trial"})
    return db_url


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (EventFilter(), [7, 6, 5, 4, 3, 2, 1]),
        (EventFilter(actors=("nima", "omid")), [6, 5, 4, 3]),
        (EventFilter(actions=("refuse",)), [6, 5]),
        (EventFilter(kinds=("publication",), subject_id="2"), [7]),
        (EventFilter(text="a TRIAL"), [7]),
        (EventFilter(text="100%_"), [2]),
        (EventFilter(text="مرداد"), [1]),
        (EventFilter(text="\0"), []),
        (EventFilter(actors=("'; drop table x --",)), []),
    ],
)
def test_a_filter_finds_what_fits_and_counts_it(
    told: str, wanted: EventFilter, found: list[int]
) -> None:
    page = list_page(told, wanted)
    assert [row["event_id"] for row in page.rows] == found
    assert (page.count, page.all_events, page.next_before) == (len(found), 7, None)


def test_days_begin_and_end_where_they_are_said_to(told: str) -> None:
    at = read_event(told, 4)["at"]
    assert [r["event_id"] for r in list_page(told, EventFilter(since=at)).rows] == [7, 6, 5, 4]
    assert [r["event_id"] for r in list_page(told, EventFilter(until=at)).rows] == [3, 2, 1]
    later = EventFilter(since=at, until=at + timedelta(microseconds=1))
    assert [r["event_id"] for r in list_page(told, later).rows] == [4]


def test_pages_follow_on_each_other_whatever_comes_meanwhile(told: str) -> None:
    first = list_page(told, EventFilter(), limit=3)
    assert [r["event_id"] for r in first.rows] == [7, 6, 5] and first.next_before == 5
    tell(told, "sara", "receive", ("load", 3))
    second = list_page(told, EventFilter(), before=first.next_before, limit=4)
    assert [r["event_id"] for r in second.rows] == [4, 3, 2, 1] and second.next_before is None
    assert list_page(told, EventFilter(), before=10**30).rows[0]["event_id"] == 8


def test_what_there_is_to_choose_from(told: str) -> None:
    found = choices(told)
    assert found["actor"] == ["nima", "omid", "sara"]
    assert found["kind"] == ["load", "page", "publication", "route", "sheet"]
    assert found["action"] == ["export", "publish", "receive", "refuse", "void"]


def test_one_event_is_read_with_its_place_in_the_chain(told: str) -> None:
    second, first = read_event(told, 2), read_event(told, 1)
    assert second["previous_hash"] == first["hash"] and len(first["hash"]) == 64
    with pytest.raises(RefusedAction):
        read_event(told, 8)
    with pytest.raises(RefusedAction):
        read_event(told, 10**30)


def test_the_state_tells_the_head_and_the_last_proof(told: str) -> None:
    state = chain_state(told)
    assert state is not None and state.event_id == 7 and state.proven_at is None
    tell(told, "cli", "verify", ("ledger", None), {"gaps": 0, "event_id": 7})
    state = chain_state(told)
    assert state is not None
    assert (state.proven_by, state.proven_to, state.gaps) == ("cli", 7, 0)
    with transaction(told) as connection:
        head = read_head(connection)
    assert head is not None and (state.event_id, state.hash) == (head.event_id, head.hash)


def test_an_empty_chain_has_no_state(db_url: str) -> None:
    assert chain_state(db_url) is None
    assert list_page(db_url, EventFilter()).count == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_holds_every_event_in_order_and_no_formula(
    told: str, tmp_path: Path, kind: str
) -> None:
    tell(told, "=cmd()", "refuse", ("route", "@x"))
    out = tmp_path / f"audit.{kind}"
    assert export_events(told, out, EventFilter(actions=("refuse",))) == 3
    if kind == "csv":
        assert out.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
        assert rows[3][2] == "'=cmd()" and rows[3][5] == "'@x"
    else:
        rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
        assert rows[3][2] == "=cmd()"
    assert [int(row[0]) for row in rows[1:]] == [5, 6, 8]
    assert rows[2][5] == "/x␍␊␛[31m" and len(rows) == 4


def test_signs_that_would_turn_or_break_a_line_are_shown() -> None:
    assert visible("a\r\nb\x1b[0m\u202ec\u2028") == "a␍␊b␛[0m<U+202E>c<U+2028>"
    assert visible("می\u200cشود ۱۲") == "می\u200cشود ۱۲"


def test_the_chain_tells_from_where_a_deed_came(db_url: str) -> None:
    with coming_from("203.0.113.7", 12):
        tell(db_url, "sara", "export", ("sheet", "issues.csv"))
        with psycopg.connect(db_url) as connection:  # as the triggers of tables write it
            connection.execute("insert into dq.rule_settings (rule_code, author) values ('X', 'n')")
    tell(db_url, "cli", "export", ("sheet", "issues.csv"))
    told = [row["origin"] for row in reversed(list_page(db_url, EventFilter()).rows)]
    assert told[0].startswith("from 203.0.113.7 session 12 ")
    assert "from" not in told[1] and "from" not in told[2]
    assert verify(db_url) == []


def test_no_origin_reaches_further_than_its_setting(db_url: str) -> None:
    evil = "1.2.3.4 -c role=postgres\\' \r\n; drop table x -- " + "9" * 200
    assert said(evil).startswith("1.2.3.4 -c rolepostgres")
    with coming_from(evil):
        assert len(origin()) <= 90
        with connect(db_url) as connection:
            assert connection.execute("select current_user").fetchone() == ("sales_engine_app",)
            shown = connection.execute("select current_setting('sales.origin')").fetchone()
            assert shown == (origin(),)
    assert origin() == ""


def test_every_action_and_kind_has_words_in_both_languages(db_url: str) -> None:
    actions, kinds = codes_of_the_database(db_url)
    more_actions, more_kinds = codes_of_the_code()
    assert {"receive", "undo", "sign_out", "triage"} <= actions and "backup" in more_actions
    for language in ("fa", "en"):
        words = read_texts(ROOT / "config", language, "audit").words
        assert {f"action_{a}" for a in actions | more_actions} <= words.keys()
        assert {f"kind_{k}" for k in kinds | more_kinds} <= words.keys()


def codes_of_the_database(url: str) -> tuple[set[str], set[str]]:
    """Actions and kinds that triggers write: their arguments, values that a check allows, and
    literals in the functions behind them."""
    with psycopg.connect(url) as connection:
        triggers = connection.execute(
            "select distinct proname, encode(tgargs, 'escape') from pg_trigger"
            " join pg_proc on pg_proc.oid = tgfoid where tgnargs > 0 and not tgisinternal"
        ).fetchall()
        checks = connection.execute(
            "select pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid = 'app.publications'::regclass and contype = 'c'"
        ).fetchall()
    actions, kinds = {"adopt"}, set()
    for function, arguments in triggers:
        words = [word for word in arguments.split("\\000") if word]
        if function in ("record_row", "record_statement"):
            kinds.add(words[0])
            actions.add(words[3])
        elif function == "record_account":
            kinds.add("user")
            actions |= set(words)
    for (check,) in checks:
        if "action" in check:
            actions |= set(re.findall(r"'(\w+)'::text", check))
    return actions, kinds


def codes_of_the_code() -> tuple[set[str], set[str]]:
    """Actions and kinds in calls of `record`, `tell` and `Deed` anywhere in the product."""
    places = {"record": 2, "tell": 2, "Deed": 1}  # where the action stands; the subject follows
    actions, kinds = set(), set()
    folders = [ROOT / name for name in ("pipeline", "pages", "endpoints")]
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            place = places.get(getattr(getattr(node, "func", None), "id", ""))
            if not isinstance(node, ast.Call) or place is None or len(node.args) < place + 2:
                continue
            action, subject = node.args[place : place + 2]
            if isinstance(action, ast.Constant):
                actions.add(str(action.value))
            if isinstance(subject, ast.Tuple) and isinstance(subject.elts[0], ast.Constant):
                kinds.add(str(subject.elts[0].value))
    return actions, kinds
