"""A backup restored elsewhere passes the ledger check, to the head that it was written with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.audit import read_head
from pipeline.backup import back_up, head_file, restore, target_url
from pipeline.db import connect, transaction
from pipeline.errors import PipelineError, RefusedAction
from pipeline.publications import void
from pipeline.verify import verify
from tests.karamad import Desk


@pytest.fixture
def elsewhere(server_url: str, desk: Desk) -> Callable[[str], str]:
    """Makes the URL of an empty database by its name."""

    def make(name: str) -> str:
        made = f"{psycopg.conninfo.conninfo_to_dict(desk.url)['dbname']}_{name}"
        settings = desk.settings.model_copy(update={"database_url": server_url})
        whole = make_conninfo(server_url, dbname=made)
        assert target_url(settings, whole) == whole
        return target_url(settings, made)

    return make


def drop(server_url: str, url: str) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


def test_a_backup_restored_elsewhere_is_the_same_ledger(
    desk: Desk, tmp_path: Path, server_url: str, elsewhere: Callable[[str], str]
) -> None:
    first = desk.publish([{}, {"invoice_id": "", "invoice_line_no": "2"}]).load_id
    other = desk.publish([{"invoice_id": "7"}], "1403-06").load_id
    void(desk.url, other, "a trial")
    out, told = tmp_path / "ledger.dump", list[tuple[int, int]]()
    head = back_up(desk.url, out, actor="sara", progress=lambda done, of: told.append((done, of)))
    assert json.loads(head_file(out).read_text("utf-8")) == head.as_facts()
    assert sorted(path.name for path in tmp_path.glob("ledger*")) == [
        "ledger.dump",
        "ledger.dump.head.json",
    ]
    assert len(told) > 20
    assert told[-1][0] <= told[-1][1]
    desk.load([{"invoice_id": "8"}])  # after the backup, so it is not in it

    url = elsewhere("there")
    try:
        assert restore(out, url) == head
        there = Desk(url, desk.settings, tmp_path)
        with transaction(url) as connection:
            assert read_head(connection) == head
        assert verify(url, head=head.hash) == []
        assert there.kpis() == desk.kpis()
        assert there.state(first) == desk.state(first)
        # It is a ledger to go on with: same rights, same bare names.
        assert there.publish([{"invoice_id": "9"}], "1403-07").canonical == 1
        with connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from raw.loads")
        mine = f"select count(*) from dq_issues where load_id = {first}"
        assert there.value(mine) == desk.value(mine) > 0
        assert verify(url, head=head.hash) == []
        with pytest.raises(RefusedAction) as caught:
            restore(out, url)
        assert caught.value.code == "TARGET_NOT_EMPTY"
    finally:
        drop(server_url, url)


def test_a_backup_that_fails_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(PipelineError) as caught:
        back_up(desk.url, tmp_path / "no folder" / "ledger.dump")
    assert caught.value.code == "BACKUP_FAILED"
    assert "\n" not in caught.value.en
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_backup_is_refused_and_the_target_stays_empty(
    tmp_path: Path, server_url: str, elsewhere: Callable[[str], str]
) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader,\n", "utf-8")
    url = elsewhere("nothing")
    try:
        with pytest.raises(PipelineError) as caught:
            restore(file, url)
        assert caught.value.code == "RESTORE_FAILED"
        assert "archive" in caught.value.en
        with psycopg.connect(url) as connection:
            assert connection.execute("select to_regclass('raw.loads')").fetchone() == (None,)
    finally:
        drop(server_url, url)


def test_a_dump_with_its_tail_cut_off_is_not_believed(
    desk: Desk, tmp_path: Path, server_url: str, elsewhere: Callable[[str], str]
) -> None:
    """Somebody who changes the backup's origin cannot make it pass with the head that was kept."""
    desk.publish([{}])
    head = back_up(desk.url, tmp_path / "good.dump")
    with psycopg.connect(desk.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from app.audit_events where action = 'backup'")
    back_up(desk.url, tmp_path / "bad.dump")
    url = elsewhere("cut")
    try:
        restore(tmp_path / "bad.dump", url)
        assert [gap.code for gap in verify(url, head=head.hash)] == ["I8"]
    finally:
        drop(server_url, url)
