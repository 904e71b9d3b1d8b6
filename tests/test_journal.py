"""The journal: one JSON record per event, whatever a name holds and however many write at once."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import journal
from pipeline.faults import unexpected
from pipeline.journal import ToJournal, note


def records(var: Path, name: str = journal.NAME) -> list[dict[str, object]]:
    return [json.loads(line) for line in (var / "log" / name).read_text("ascii").splitlines()]


def test_a_record_says_when_what_who_and_nothing_empty(tmp_path: Path) -> None:
    assert note(tmp_path, "refused", level="warning", person="سارا", status=403, path=None)
    (record,) = records(tmp_path)
    assert list(record)[:3] == ["time", "level", "event"] and str(record["time"]).endswith("Z")
    assert record["person"] == "سارا" and record["status"] == 403 and "path" not in record
    assert (tmp_path / "log" / journal.NAME).stat().st_mode & 0o077 == 0


def test_no_name_ends_a_line_or_turns_a_terminal(tmp_path: Path) -> None:
    evil = 'a.csv\r\n{"event": "sign_in", "person": "admin"}\x1b[2J\u202e\u2028\0'
    note(tmp_path, "upload", file=evil)
    text = (tmp_path / "log" / journal.NAME).read_bytes()
    assert text.count(b"\n") == 1 and b"\r" not in text and b"\x1b" not in text
    assert records(tmp_path)[0]["file"] == evil


def test_a_long_text_is_cut_and_an_unknown_field_refused(tmp_path: Path) -> None:
    note(tmp_path, "upload", file="x" * 5000)
    assert len(str(records(tmp_path)[0]["file"])) == journal.LONGEST + 1
    with pytest.raises(ValueError, match="password"):
        note(tmp_path, "sign_in", password="secret")


def test_it_is_rotated_by_size_and_keeps_so_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_BYTES", 2000)
    for number in range(200):
        note(tmp_path, "upload", job=number)
    files = sorted((tmp_path / "log").glob("events.log*"))
    assert [path.name for path in files] == [
        "events.log", *(f"events.log.{n}" for n in range(1, journal.MOST_FILES + 1))
    ]  # fmt: skip
    assert all(path.stat().st_size <= 2000 for path in files)
    kept = [
        r["job"] for path in (*reversed(files[1:]), files[0]) for r in records(tmp_path, path.name)
    ]
    assert kept == list(range(200 - len(kept), 200)) and len(kept) > 50


def test_many_writers_lose_nothing_while_it_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_BYTES", 20_000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: note(tmp_path, "upload", job=n), range(400)))
    files = (tmp_path / "log").glob("events.log*")
    found = {r["job"] for path in files for r in records(tmp_path, path.name)}
    assert found == set(range(400))


def test_a_folder_that_takes_nothing_is_said_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text("in the way")
    assert not note(tmp_path, "upload")
    assert "events.log" in capsys.readouterr().err


def test_a_fault_of_ours_has_its_reference_in_both_logs(tmp_path: Path) -> None:
    said = unexpected(KeyError("سارا کمالی"), "page home", tmp_path)
    (record,) = records(tmp_path)
    assert record["reference"] == said.values["reference"] and record["fault"] == "KeyError"
    assert "سارا" not in json.dumps(record, ensure_ascii=False)  # an error's text may hold a value


def test_a_workers_warnings_come_too(tmp_path: Path) -> None:
    log = logging.getLogger("tests.journal")
    log.addHandler(handler := ToJournal(tmp_path))
    try:
        log.warning("The database is away, trying again: %s", "x\ny")
        log.info("nothing of note")
    finally:
        log.removeHandler(handler)
    (record,) = records(tmp_path)
    assert record["what"] == "The database is away, trying again: x\ny"
