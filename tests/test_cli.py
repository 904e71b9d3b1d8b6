"""Every verb of `python -m pipeline`: what it prints, what it writes, and its exit code."""

from __future__ import annotations

import csv
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.cli.loads import JSON_FIELDS
from pipeline.samples import generate, read_labels
from pipeline.settings import ROOT, get_settings

Cli = Callable[..., Result]


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cli") / "karamad_1403-05.csv"
    return generate(out, lines=300, dirty=0.2, seed=7, period="1403-05").path


@pytest.fixture
def settings_of_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SALES_LANGUAGE", "en")
    # What other programs on this machine leave behind is no matter of these tests.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def bare(settings_of_test: None, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The verbs without a database; one that asks for it fails."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def cli(bare: Cli, db_url: str, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("DATABASE_URL", db_url)
    return bare


def objects(result: Result) -> list[dict[str, Any]]:
    """The JSON objects of an output, decimals exact."""
    return [json.loads(line, parse_float=Decimal) for line in result.stdout.splitlines()]


def changed(path: Path, out: Path, edit: Callable[[list[str], int], None]) -> Path:
    """A copy of an export with the cells of each row changed by `edit(cells, row number)`."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = list(csv.reader(file))
    for number, row in enumerate(rows):
        edit(row, number)
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return out


def set_cell(path: Path, out: Path, header: str, text: str, row: int = 1) -> Path:
    with path.open(encoding="utf-8-sig", newline="") as file:
        position = next(csv.reader(file)).index(header)

    def edit(cells: list[str], number: int) -> None:
        if number == row:
            cells[position] = text

    return changed(path, out, edit)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clean") / "clean.csv"
    return generate(out, lines=60, dirty=0, seed=9, period="1403-06", structural=False).path


# --- load -----------------------------------------------------------------------------------------


def test_load_prints_one_object_per_file_with_the_very_issues(cli: Cli, month: Path) -> None:
    result = cli("load", month, "--source", "karamad", "--json")
    assert result.exit_code == 0, result.output
    (got,) = objects(result)
    assert tuple(got) == JSON_FIELDS
    assert (got["load_id"], got["source"], got["period"]) == (1, "karamad", "1403-05")
    assert (got["status"], got["lines"], got["duplicate_of"]) == ("draft", 300, None)
    assert got["canonical"] + got["rejected"] + got["blank"] == 300
    assert got["rejected"] > 0
    assert got["issues"] == Counter(label.code for label in read_labels(month))


def test_a_load_is_summed_up_for_readers(cli: Cli, month: Path) -> None:
    result = cli("load", month)
    assert result.exit_code == 0
    assert "karamad_1403-05.csv: load 1 · source karamad · period 1403-05 · draft" in result.stdout
    assert "lines: 300 (accepted " in result.stdout
    assert "python -m pipeline publish 1" in result.stdout
    assert "python -m pipeline issues --load 1 --out issues-1.xlsx" in result.stdout
    assert len(re.findall(r"^ +\d+  [A-Z_]+  \w", result.stdout, re.MULTILINE)) == 5
    assert result.stderr == ""


def test_persian_is_the_language_unless_settings_say_otherwise(
    cli: Cli, month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SALES_LANGUAGE")
    get_settings.cache_clear()
    assert "بار 1 · سامانه karamad" in cli("load", month).stdout
    assert "وجود ندارد" in cli("publish", 9).stderr


def test_the_same_file_again_is_good_and_changes_nothing(
    cli: Cli, month: Path, tmp_path: Path
) -> None:
    renamed = tmp_path / "again.csv"
    renamed.write_bytes(month.read_bytes())
    cli("load", month)
    (again,) = objects(second := cli("load", renamed, "--json"))
    assert second.exit_code == 0
    assert (again["duplicate_of"], again["load_id"], again["status"]) == (1, 1, "draft")
    assert "came before (load 1, " in cli("load", renamed).stdout


def test_publish_is_done_after_each_load_and_for_a_draft_that_was_known(
    cli: Cli, month: Path, clean: Path
) -> None:
    cli("load", month)
    got = objects(cli("load", month, clean, "--publish", "--json"))
    assert [(one["load_id"], one["status"]) for one in got] == [(1, "published"), (2, "published")]
    assert "1403-06" in cli("status").stdout


def test_samples_come_into_an_empty_database_alone(cli: Cli, month: Path, clean: Path) -> None:
    first = cli("load", month, "--publish", "--when-empty", "--json")
    assert [one["status"] for one in objects(first)] == ["published"]
    cli("void", 1, "--reason", "wrong export")
    again = cli("load", month, clean, "--publish", "--when-empty")
    assert (again.exit_code, again.stderr) == (0, "")
    assert "not empty (loads: 1); nothing was loaded" in again.stdout
    assert "1403-06" not in cli("status").stdout


def test_sample_data_says_what_it_is(cli: Cli, db_url: str, month: Path, clean: Path) -> None:
    cli("load", month, "--publish", "--when-empty", "--sample")
    cli("load", clean)
    with psycopg.connect(db_url) as connection:
        rows = connection.execute("select received_by from raw.loads order by load_id").fetchall()
    assert rows == [("sample",), ("cli",)]
    assert "--sample" in cli("load", "--help").stdout


def test_what_was_voided_is_not_published_by_loading_it_again(cli: Cli, month: Path) -> None:
    cli("load", month, "--publish")
    cli("void", 1, "--reason", "wrong export")
    (again,) = objects(result := cli("load", month, "--publish", "--json"))
    assert (again["status"], result.exit_code) == ("voided", 0)


def test_a_refused_file_stops_no_other(cli: Cli, clean: Path, tmp_path: Path) -> None:
    document = tmp_path / "month.csv"
    document.write_bytes(b"%PDF-1.7\n" + bytes(range(256)))
    result = cli("load", document, clean, "--json")
    assert result.exit_code == 1
    refused, loaded = objects(result)
    assert (refused["status"], refused["error"]) == ("refused", "FILE_IS_PDF")
    assert set(JSON_FIELDS) <= set(refused)
    assert (loaded["status"], loaded["load_id"]) == ("draft", 1)
    assert result.stderr.startswith("month.csv: This is a PDF document")


def test_a_missing_column_is_named(cli: Cli, clean: Path, tmp_path: Path) -> None:
    without = set_cell(clean, tmp_path / "w.csv", "قابل پرداخت", "یادداشت ویژه", row=0)
    result = cli("load", without, "--source", "karamad")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "قابل پرداخت" in result.stderr
    assert "یادداشت ویژه" in result.stderr


def test_a_run_out_of_balance_fails_and_is_not_published(
    cli: Cli, clean: Path, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("load", clean)
    with psycopg.connect(db_url) as connection:
        connection.execute("update dq.reconciliations set lines_gap = 1")
    result = cli("load", clean, "--publish")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "Load 1 does not balance" in result.stderr
    assert cli("publish", 1).exit_code == 1


def test_a_file_that_is_at_work_is_said_to_be_whose_and_since_when(
    cli: Cli, db_url: str, month: Path
) -> None:
    first = cli("load", "--queue", month)
    assert first.exit_code == 0, first.output
    again = cli("load", month)
    assert again.exit_code == 0, again.output
    with psycopg.connect(db_url) as connection:
        rows = connection.execute(
            "select load_id, received_by, to_char(received_at, 'YYYY-MM-DD') from raw.loads"
        ).fetchall()
        jobs = connection.execute("select job_id from app.jobs").fetchall()
    ((load_id, who, day),), ((job_id,),) = rows, jobs
    for line, words in (
        ("came before", (f"load {load_id}", day, who, month.name)),
        ("is at work on it", (f"Job {job_id} ({who}, {day}", "`jobs`")),
    ):
        (found,) = [each for each in again.stdout.splitlines() if line in each]
        assert all(word in found for word in words), found


def test_a_load_whose_run_died_is_said_to_be_unfinished(
    cli: Cli, clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as fault:
        fault.setattr("pipeline.whole_load._make_visible", die)
        assert cli("load", clean).exit_code == 1
    assert "failed" in cli("status").stdout
    result = cli("load", clean, "--publish", "--json")
    assert (result.exit_code, objects(result)[0]["status"]) == (1, "failed")
    assert "run `recheck 1`" in result.stderr
    assert cli("recheck", 1).exit_code == 0
    assert cli("publish", 1).exit_code == 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [("12.5", "12.5"), ("12.0", "12"), ("999999999999999.1234", "999999999999999.1234")],
)
def test_amounts_keep_every_digit(
    cli: Cli, clean: Path, tmp_path: Path, written: str, expected: str
) -> None:
    def edit(cells: list[str], number: int) -> None:
        if number == 1:
            cells[position] = written
        elif number:
            cells[position] = "0"

    with clean.open(encoding="utf-8-sig", newline="") as file:
        position = next(csv.reader(file)).index("قابل پرداخت")
    out = cli("load", changed(clean, tmp_path / "d.csv", edit), "--source", "karamad", "--json")
    assert f'"net_amount": {expected}, ' in out.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--period", "1403-13"], "The period '1403-13' is no month"),
        (["--source", "nobody"], "'nobody' is not known"),
        (["--bogus"], "No such option"),
    ],
)
def test_wrong_use_of_load(cli: Cli, clean: Path, words: list[str], said: str) -> None:
    result = cli("load", clean, "--source", "karamad", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


# --- preview --------------------------------------------------------------------------------------


def test_preview_shows_all_and_needs_no_database(bare: Cli, month: Path) -> None:
    result = bare("preview", month, "--json")
    assert result.exit_code == 0, result.output
    (got,) = objects(result)
    assert (got["encoding"], got["delimiter"], got["header_line"]) == ("utf-8", ",", 1)
    assert (got["source"], got["period"], got["missing"]) == ("karamad", "1403-05", [])
    assert len(got["headers"]) == got["width"] == len(got["first_lines"][0]) == 61
    net = next(one for one in got["headers"] if one["column"] == "net_amount")
    assert (net["header"], net["confidence"]) == ("قابل پرداخت", 1)
    assert net["reason"].startswith("The header is exactly")


def test_preview_for_readers_names_what_is_missing(bare: Cli, clean: Path, tmp_path: Path) -> None:
    without = set_cell(clean, tmp_path / "w.csv", "قابل پرداخت", "یادداشت ویژه", row=0)
    result = bare("preview", without, "--source", "karamad")
    assert result.exit_code == 1
    assert "Required columns that were not found: قابل پرداخت" in result.stdout
    assert "یادداشت ویژه" in result.stdout
    assert "Nothing was stored" in result.stderr


def test_control_characters_of_a_file_do_not_reach_the_terminal(
    bare: Cli, clean: Path, tmp_path: Path
) -> None:
    sly = set_cell(clean, tmp_path / "sly.csv", "توضیحات", "\x1b[2Jcleared\u202e", row=1)
    out = bare("preview", sly).stdout
    assert "\\x1b[2Jcleared" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


# --- recheck, publish, void, status ---------------------------------------------------------------


def test_recheck_makes_a_new_run_with_the_same_result(cli: Cli, month: Path, clean: Path) -> None:
    first = objects(cli("load", month, clean, "--json"))
    again = objects(result := cli("recheck", "--all", "--json"))
    assert result.exit_code == 0
    assert [one["run_id"] for one in again] == [3, 4]
    for before, after in zip(first, again, strict=True):
        assert {k: after[k] for k in JSON_FIELDS if k not in ("run_id", "seconds")} == {
            k: before[k] for k in JSON_FIELDS if k not in ("run_id", "seconds")
        }
    (one,) = objects(cli("recheck", 2, "--json"))
    assert (one["load_id"], one["run_id"]) == (2, 5)


@pytest.mark.parametrize("words", [[], ["1", "--all"]])
def test_recheck_wants_one_load_or_all(cli: Cli, words: list[str]) -> None:
    result = cli("recheck", *words)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_the_life_of_a_load(cli: Cli, month: Path, db_url: str) -> None:
    assert "There is no load yet" in cli("status").stdout
    cli("load", month)
    assert "draft" in cli("status").stdout
    assert "No month is published yet" in cli("status").stdout
    assert cli("publish", 1).stdout == "Load 1 is published.\n"
    assert cli("publish", 1).stdout == "Load 1 was published already.\n"
    shown = cli("status").stdout
    with psycopg.connect(db_url) as connection:
        (net,) = connection.execute("select sum(net_amount) from kpi_net_sales_daily").fetchone()
    assert f"{int(net):,}" in shown
    assert "python -m pipeline psql -c" in shown
    assert cli("void", 1, "--reason", "wrong export").exit_code == 0
    assert "voided" in cli("status").stdout
    assert "is voided; publish is not possible" in cli("publish", 1).stderr


def test_a_newer_load_supersedes(cli: Cli, clean: Path, tmp_path: Path) -> None:
    newer = set_cell(clean, tmp_path / "newer.csv", "توضیحات", "اصلاح")
    cli("load", clean, "--publish")
    cli("load", newer)
    assert "Load 1 was superseded" in cli("publish", 2).stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["publish", "77"], 1, "There is no load 77"),
        (["void", "77", "--reason", "x"], 1, "There is no load 77"),
        (["void", "77", "--reason", " "], 2, "Give a reason"),
        (["void", "77"], 2, "--reason"),
        (["recheck", "77"], 1, "There is no load 77"),
        (["issues", "--load", "77"], 1, "There is no load 77"),
        (["issues", "--code", "NONSENSE"], 2, "There is no rule 'NONSENSE'"),
        (["issues", "--out", "x.pdf"], 2, ".csv or .xlsx"),
        (["export-raw", "77", "out.csv"], 1, "There is no load 77"),
        (["publish", "one"], 2, "valid integer"),
        (["load"], 2, "Missing argument"),
        (["load", "no-such-file.csv"], 2, "does not exist"),
        (["lode"], 2, "No such command 'lode'"),
    ],
)
def test_wrong_use_and_refusals(cli: Cli, words: list[str], code: int, said: str) -> None:
    result = cli(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


# --- migrate, stop, verify, sample, sanitize ------------------------------------------------


def test_migrate_names_the_last_migration(cli: Cli) -> None:
    last = max((ROOT / "sql" / "migrations").glob("*.sql")).stem
    assert last in cli("migrate").stdout


def test_an_empty_database_is_told_apart_from_a_fault(cli: Cli, db_url: str) -> None:
    with psycopg.connect(db_url, autocommit=True) as connection:
        connection.execute("drop schema app cascade")
    result = cli("status")
    assert result.exit_code == 1
    assert "Run `python -m pipeline migrate` first" in result.stderr


def test_stop_without_a_server_is_good(bare: Cli, tmp_path: Path) -> None:
    assert (bare("stop").exit_code, bare("stop").stdout) == (
        0,
        "The embedded database was not running.\n",
    )


@pytest.mark.parametrize(("gaps", "code"), [([], 0), ([("I3", "line 7 is nowhere")], 1)])
def test_verify_names_the_gaps(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, gaps: list[tuple[str, str]], code: int
) -> None:
    module = ModuleType("pipeline.verify")
    found = [SimpleNamespace(code=c, text=lambda lang, t=t: f"{lang}: {t}") for c, t in gaps]
    module.verify = lambda url, **_: found  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pipeline.verify", module)
    result = cli("verify")
    assert result.exit_code == code
    assert all(f"{c}: en: {t}" in result.stderr for c, t in gaps)
    assert ("The ledger is sound" in result.stdout) == (code == 0)


def test_sample_writes_the_wanted_lines(bare: Cli, tmp_path: Path) -> None:
    out = tmp_path / "new" / "month.csv"
    words = ["sample", "--lines", 80, "--dirty", 0.1, "--seed", 3, "--period", "1403-05"]
    result = bare(*words, "--out", out, "--no-structural")
    assert result.exit_code == 0, result.output
    assert out.read_bytes().count(b"\r\n") == 81
    assert out.with_name("month.labels.csv").exists()
    assert "80 invented lines, 8 of them dirty" in result.stdout
    assert bare(*words[:-1], "1403-15", "--out", out).exit_code == 2
    assert bare(*words, "--dirty", 0.9, "--out", out).exit_code == 2


def test_sanitize_with_a_key_of_mine_or_a_new_one(
    bare: Cli, month: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = (tmp_path / f"{name}.csv" for name in "abc")
    assert bare("sanitize", month, one, "--key", "secret").exit_code == 0
    monkeypatch.setenv("SANITIZE_KEY", "secret")
    assert "secret" not in bare("sanitize", month, two).output
    monkeypatch.delenv("SANITIZE_KEY")
    made = bare("sanitize", month, three)
    assert one.read_bytes() == two.read_bytes() != three.read_bytes()
    key = re.search(r"pseudonyms\): (\S+)$", made.stdout, re.MULTILINE)
    assert key
    bare("sanitize", month, one, "--key", key[1])
    assert one.read_bytes() == three.read_bytes()
    assert bare("sanitize", one, one).exit_code == 2


# --- the unexpected -------------------------------------------------------------------------------


def test_the_unexpected_has_a_reference_and_its_traceback_is_logged(
    cli: Cli, month: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret inside")

    monkeypatch.setattr("pipeline.cli.loads.load_now", fail)
    result = cli("load", month, "--json")
    assert (result.exit_code, objects(result)[0]["error"]) == (1, "UNEXPECTED")
    assert "secret inside" not in result.output
    reference = re.search(r"reference: (\S+) ", result.stderr)
    assert reference
    log = tmp_path / "var" / "log" / "errors.log"
    (entry,) = [json.loads(line) for line in log.read_text().splitlines()]
    assert (entry["reference"], entry["verb"]) == (reference[1], "load")
    assert "ZeroDivisionError: secret inside" in entry["traceback"]
    assert log.stat().st_mode & 0o077 == 0
