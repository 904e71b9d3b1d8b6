"""The audit chain: every deed is in it, none that did not happen, and nothing breaks it unseen."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from pipeline.audit import Head, list_events, parse_head, read_head, record
from pipeline.db import connect, transaction
from pipeline.errors import RefusedFile
from pipeline.publications import publish, void
from pipeline.verification.chain import read_chain
from pipeline.verification.sealed_rows import Audited, _faults, _rows
from pipeline.verify import verify
from tests.karamad import Desk
from tests.tampering import codes, tamper


def deeds(url: str) -> list[tuple[str, str, str, str | None]]:
    with transaction(url) as connection:
        return [
            (event["actor"], event["action"], event["subject_kind"], event["subject_id"])
            for event in list_events(connection)
        ]


def head_of(url: str) -> Head:
    with transaction(url) as connection:
        head = read_head(connection)
    assert head is not None
    return head


def test_the_life_of_a_load_is_in_the_chain(desk: Desk) -> None:
    first = desk.publish([{}], user="sara").load_id
    second = desk.load([{"invoice_id": "2"}], user="omid").load_id
    publish(desk.url, second, actor="omid")
    void(desk.url, second, "a trial", actor="sara")
    assert deeds(desk.url) == [
        ("sara", "receive", "load", str(first)),
        ("cli", "publish", "publication", "1"),
        ("omid", "receive", "load", str(second)),
        ("omid", "supersede", "publication", "2"),
        ("omid", "publish", "publication", "3"),
        ("sara", "void", "publication", "4"),
    ]
    detail = desk.value("select detail from app.audit_events where event_id = 1")
    assert detail["file_size"] == desk.value("select file_size from raw.loads where load_id = 1")
    assert len(detail["sha256"]) == len("\\x") + 64
    assert verify(desk.url) == []


def test_what_was_taught_and_set_is_in_the_chain(desk: Desk) -> None:
    with psycopg.connect(desk.url) as connection:
        connection.execute(
            "insert into app.mappings (source_system, version, mapping, author, reason)"
            " values ('s', 7, '{\"b\": 1, \"a\": null}', 'sara', 'new header')"
        )
        connection.execute(
            "insert into app.reading_settings (source_system, overrides, author)"
            " values ('s', '{}', 'omid')"
        )
        connection.execute("insert into dq.rule_settings (rule_code, author) values ('X', 'nima')")
    assert [deed[:3] for deed in deeds(desk.url)] == [
        ("sara", "teach", "mapping"),
        ("omid", "teach", "reading"),
        ("nima", "set", "rule"),
    ]
    assert verify(desk.url) == []


def test_a_deed_that_was_rolled_back_leaves_no_event(desk: Desk) -> None:
    with psycopg.connect(desk.url) as connection:
        record(connection, "sara", "backup", ("file", "x"))
        connection.rollback()
        assert record(connection, "sara", "backup", ("file", "y"), {"why": "«آزمون»"}) == 1
    assert deeds(desk.url) == [("sara", "backup", "file", "y")]
    assert verify(desk.url) == []


def test_deeds_at_once_leave_no_gap_and_no_fork(db_url: str) -> None:
    def act(number: int) -> None:
        for _ in range(5):
            with transaction(db_url) as connection:
                record(connection, f"user {number}", "look", ("page", number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(8)))
    assert head_of(db_url).event_id == 40
    assert verify(db_url) == []


def test_nobody_chooses_number_time_or_hash(db_url: str) -> None:
    with transaction(db_url) as connection:
        connection.execute(
            "insert into app.audit_events"
            " (event_id, at, actor, action, subject_kind, origin, previous_hash, hash)"
            " values (99, '2001-01-01', 'x', 'x', 'x', 'nowhere', 'x', 'x')"
        )
    head = head_of(db_url)
    assert head.event_id == 1
    assert head.at.year > 2020
    assert verify(db_url) == []


BULK = (
    "create table app.notes (note_id bigint primary key, actor text, words text)",
    "insert into app.notes values (1, 'sara', 'before the chain')",
    "select app.make_audited('app.notes', 'note', 'note_id', 'actor', 'write', in_bulk => true)",
    "insert into app.notes select n, 'omid', 'note ' || n from generate_series(2, 900) as n"
    " where n % 3 > 0",
    "insert into app.notes select n, 'nima', null from generate_series(3, 900, 3) as n",
    "insert into app.notes select n, 'nima', null from generate_series(1, 0) as n",
)
BULK_TAMPERINGS = {
    "nothing": ("select 1", None),
    "one row gone": ("delete from app.notes where note_id = 602", (602, "gone", 2)),
    "one row changed": ("update app.notes set words = '?' where note_id = 5", (2, "changed", 2)),
    "a row added": ("insert into app.notes values (5000, 'x', 'y')", (5000, "added", 0)),
    "an adopted row changed": ("update app.notes set words = '?' where note_id = 1",
                               (1, "changed", 1)),
    "two rows exchanged": (
        "update app.notes set words = case note_id when 4 then 'note 5' else 'note 4' end"
        " where note_id in (4, 5)", (2, "changed", 2)),
    "all rows of an event gone": ("delete from app.notes where actor = 'nima'", (3, "gone", 3)),
}  # fmt: skip


@pytest.mark.parametrize("case", BULK_TAMPERINGS)
def test_rows_that_came_at_once_have_one_event(db_url: str, case: str) -> None:
    statement, expected = BULK_TAMPERINGS[case]
    with psycopg.connect(db_url) as connection:
        for bulk in BULK:
            connection.execute(bulk)  # type: ignore[call-overload]
    assert [deed[:2] for deed in deeds(db_url)] == [
        ("postgres", "adopt"),
        ("omid", "write"),
        ("nima", "write"),
    ]
    tamper(db_url, statement)
    with connect(db_url, as_owner=True) as connection:
        seals = read_chain(connection, None)[0].seals["note"]
        rows = _rows(connection, Audited("note", "app", "notes", "note_id"))
        faults = sorted(_faults(rows, seals))
    assert (faults[0] if faults else None) == expected


# --- Behind the triggers' back --------------------------------------------------------------------

CHAIN_TAMPERINGS = {
    "an actor": (
        "update app.audit_events set actor = 'nobody' where event_id = 3", "Event 3 "),
    "a moment": (
        "update app.audit_events set at = at - interval '1 microsecond' where event_id = 2",
        "Event 2 "),
    "a detail": (
        "update app.audit_events set detail = detail || '{\"x\": 1}' where event_id = 1",
        "Event 1 "),
    "an origin": (
        "update app.audit_events set origin = '' where event_id = 2", "Event 2 "),
    "a hash": (
        "update app.audit_events set hash = sha256(hash) where event_id = 2", "Event 2 "),
    "an event": ("delete from app.audit_events where event_id = 2", "Event 2 is gone"),
    "the first event": ("delete from app.audit_events where event_id = 1", "Event 1 is gone"),
    "a forged event": (
        "insert into app.audit_events select event_id + 1, at, actor, action, subject_kind,"
        " subject_id, detail, origin, null, hash, sha256(hash) from app.audit_events"
        " order by event_id desc limit 1", "Event 5 "),
}  # fmt: skip


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A desk with four events: received, published, superseded, published."""
    desk.publish([{}])
    second = desk.load([{"invoice_id": "2"}])
    with transaction(desk.url) as connection:
        record(connection, "sara", "look", ("load", second.load_id))
    return desk


@pytest.mark.parametrize("case", CHAIN_TAMPERINGS)
@pytest.mark.attack("a change behind our back")
def test_an_event_that_was_tampered_with_is_named(told: Desk, case: str) -> None:
    statement, words = CHAIN_TAMPERINGS[case]
    tamper(told.url, statement)
    gap = next(gap for gap in verify(told.url) if gap.code == "I8")
    assert gap.en.startswith(words)
    assert "رویداد" in gap.fa


ROWS = {
    "raw.loads": ("load_id", "file_name = 'other.csv'"),
    "app.publications": ("publication_id", "actor = 'nobody'"),
    "app.mappings": ("mapping_id", "mapping = '{\"b\": 1}'"),
    "app.reading_settings": ("setting_id", "at = at + interval '1 microsecond'"),
    "dq.rule_settings": ("setting_id", "severity = 'WARNING'"),
    "app.purges": ("purge_id", "reason = 'another'"),
}
SETTINGS_OF_TWO = (
    "insert into app.mappings (source_system, version, mapping, author, reason)"
    " select 's', n, '{\"a\": 1}', 'sara', 'r' from generate_series(1, 3) as n",
    "insert into app.reading_settings (source_system, overrides, author)"
    " select 's', '{}', 'sara' from generate_series(1, 3)",
    "insert into dq.rule_settings (rule_code, author)"
    " select 'X', 'sara' from generate_series(1, 3)",
    "insert into app.purges"
    " (load_id, actor, reason, voided_at, file_chunks, raw_lines, sales, issues)"
    " select n, 'sara', 'r', now(), 0, 0, 0, 0 from generate_series(91, 93) as n",
    "insert into app.publications (load_id, action, source_system, period, actor, step_no)"
    " select 1, 'publish', 'karamad', '1403-05', 'sara', n from generate_series(1, 3) as n",
    "insert into raw.loads (source_system, file_name, file_size, sha256, received_by)"
    " select 's', 'f', 1, n::text::bytea, 'sara' from generate_series(1, 3) as n",
)


def tampered(table: str, how: str) -> str:
    """A statement that spoils one row of a table."""
    key, change = ROWS[table]
    if how == "changed":
        return f"update {table} set {change} where {key} = 2"
    if how == "gone":
        return f"delete from {table} where {key} = 2"
    own = {
        "app.purges": "load_id = 77",
        "raw.loads": "sha256 = 'x'",
        "app.mappings": "version = 7",
        "app.publications": "step_no = 77",
    }
    return (
        f"create temporary table row on commit drop as select * from {table} where {key} = 2;"
        f" update row set {key} = 9; update row set {own.get(table, f'{key} = 9')};"
        f" insert into {table} overriding system value table row; drop table row"
    )


@pytest.mark.parametrize("how", ["changed", "gone", "added"])
@pytest.mark.attack("a change behind our back")
def test_a_row_that_was_tampered_with_is_named(db_url: str, how: str) -> None:
    with psycopg.connect(db_url) as connection:
        for statement in SETTINGS_OF_TWO:
            connection.execute(statement)  # type: ignore[call-overload]
    assert [gap for gap in verify(db_url) if gap.code == "I8"] == []
    tamper(db_url, *(tampered(table, how) for table in ROWS))
    gaps = [gap for gap in verify(db_url) if gap.code == "I8"]
    row = 9 if how == "added" else 2
    words = {"changed": "is not what", "gone": "is gone", "added": "is not in"}[how]
    assert len(gaps) == len(ROWS)
    for table in ROWS:
        (gap,) = [gap for gap in gaps if gap.en.startswith(f"Row {row} of {table} {words}")]
        assert gap.load_id == (row if table == "raw.loads" else None)


@pytest.mark.attack("a change behind our back")
def test_a_cut_of_the_end_is_seen_by_whoever_kept_the_head(told: Desk, tmp_path: Path) -> None:
    head = head_of(told.url)
    kept = tmp_path / "head.json"
    kept.write_text(json.dumps(head.as_facts()), "utf-8")
    assert parse_head(str(kept)) == parse_head(head.hash.upper()) == head.hash
    assert verify(told.url, head=head.hash) == []
    tamper(told.url, f"delete from app.audit_events where event_id = {head.event_id}")
    assert verify(told.url) == []
    assert codes(verify(told.url, head=head.hash)) == "I8"


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "no/such/file.json"])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(RefusedFile) as caught:
        parse_head(text)
    assert caught.value.code == "WRONG_HEAD"
