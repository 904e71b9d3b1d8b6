"""The verbs `mapping …`, and the options that say how a file is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.settings import get_settings
from tests.karamad import HEADERS, SOURCE, Desk, Layout

Cli = Callable[..., Result]
NOTE = "یادداشت شعبه"


@pytest.fixture
def cli(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cli]:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SALES_LANGUAGE", "en")
    monkeypatch.setenv("DATABASE_URL", desk.url)
    get_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words])
    get_settings.cache_clear()


def odd_file(desk: Desk, first: int = 1) -> Path:
    """Three lines whose city stands under a header that nobody knows."""
    records = [{"invoice_id": str(first + number)} for number in range(3)]
    return desk.file(records, Layout(renamed={HEADERS["city"]: NOTE}))


def with_tabs(desk: Desk, first: int = 1) -> Path:
    path = odd_file(desk, first)
    path.write_bytes(path.read_bytes().replace(b",", b"\t"))
    return path


def columns_of(result: Result) -> dict[str, str | None]:
    (facts,) = [json.loads(line) for line in result.stdout.splitlines()]
    return {header["header"]: header["column"] for header in facts["headers"]}


def test_a_header_is_confirmed_and_seen_everywhere(cli: Cli, desk: Desk) -> None:
    path = odd_file(desk)
    assert columns_of(cli("preview", path, "--json"))[NOTE] is None
    done = cli("mapping", "confirm", SOURCE, path, f"{NOTE}=city")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "mapping of karamad is now version 2" in done.stdout
    assert columns_of(cli("preview", path, "--json"))[NOTE] == "city"
    again = cli("mapping", "confirm", SOURCE, path, f"{NOTE}=city")
    assert "stays version 2" in again.stdout
    shown = cli("mapping", "show", SOURCE).stdout
    assert "Source karamad, mapping version 2" in shown
    assert f"{NOTE} = city" in shown


def test_a_header_of_no_column(cli: Cli, desk: Desk) -> None:
    path = odd_file(desk)
    assert cli("mapping", "confirm", SOURCE, path, f"{NOTE}=").exit_code == 0
    assert columns_of(cli("preview", path, "--json"))[NOTE] == "ignored_1"


def test_export_and_import(cli: Cli, desk: Desk) -> None:
    out = desk.folder / "karamad.yml"
    assert cli("mapping", "export", SOURCE, out).exit_code == 0
    refused = cli("mapping", "import", SOURCE, out)
    assert refused.exit_code == 1
    assert "write `version: 2` in the file" in refused.stderr
    out.write_text(out.read_text("utf-8").replace("version: 1\n", "version: 2\n"), "utf-8")
    assert cli("mapping", "import", SOURCE, out, "--reason", "new export").exit_code == 0
    assert "new export" in cli("mapping", "show", SOURCE).stdout


def test_a_wrong_import_lists_every_fault(cli: Cli, desk: Desk) -> None:
    out = desk.folder / "karamad.yml"
    cli("mapping", "export", SOURCE, out)
    text = out.read_text("utf-8").replace("jalali", "lunar").replace("currency", "money")
    out.write_text(text, "utf-8")
    refused = cli("mapping", "import", SOURCE, out)
    assert refused.exit_code == 1
    assert refused.stderr.count("\n- line ") == 3  # calendar, currency missing, money unknown


def test_a_tab_is_said_by_its_name_and_remembered_until_forgotten(cli: Cli, desk: Desk) -> None:
    said = cli("load", with_tabs(desk), "--source", SOURCE, "--delimiter", "tab")
    assert said.exit_code == 0, said.output
    assert "delimiter '\\t'" in cli("mapping", "show", SOURCE).stdout
    other = odd_file(desk, 10)
    remark = "The remembered delimiter does not fit this file and was left aside."
    assert json.loads(cli("preview", other, "--json").stdout)["remarks"] == [remark]
    assert remark in cli("preview", other).stdout
    assert remark in cli("load", other).stdout
    assert cli("mapping", "forget", SOURCE).exit_code == 0
    assert json.loads(cli("preview", other, "--json").stdout)["remarks"] == []


def test_preview_takes_the_same_words_and_remembers_nothing(cli: Cli, desk: Desk) -> None:
    path = with_tabs(desk)
    words = ("--delimiter", "\\t", "--quote", "none", "--header-line", 1, "--encoding", "UTF8")
    got = json.loads(cli("preview", path, "--json", *words).stdout)
    found = [got[name] for name in ("delimiter", "quote", "header_line", "encoding")]
    assert found == ["\t", None, 1, "utf-8"]
    assert desk.value("select count(*) from app.reading_settings") == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--encoding", "klingon"], 2, "'klingon' is not known"),
        (["--encoding", "base64"], 2, "'base64' is not known"),
        (["--delimiter", ""], 2, "delimiter cannot be empty"),
        (["--quote", "ab"], 2, "quote is one character"),
        (["--header-line", "-1"], 2, "--header-line"),
        (["--header-line", "900"], 1, "Line 900 is not among the first lines"),
    ],
)
def test_overrides_that_make_no_sense(
    cli: Cli, desk: Desk, words: list[str], code: int, said: str
) -> None:
    for verb in ("preview", "load"):
        result = cli(verb, odd_file(desk), *words)
        assert (result.exit_code, result.stdout) == (code, "")
        assert said in result.stderr


@pytest.mark.parametrize(
    ("match", "code", "said"),
    [
        ("city", 2, "HEADER=COLUMN"),
        ("=city", 2, "HEADER=COLUMN"),
        ("nothing=city", 2, "no header 'nothing'"),
        (f"{NOTE}=colour", 2, "no column 'colour'"),
        (f"{NOTE}=quantity", 1, "cannot go to 'quantity'"),
    ],
)
def test_what_cannot_be_confirmed(cli: Cli, desk: Desk, match: str, code: int, said: str) -> None:
    result = cli("mapping", "confirm", SOURCE, odd_file(desk), match)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


@pytest.mark.parametrize("verb", ["show", "forget"])
def test_an_unknown_source_is_wrong_use(cli: Cli, verb: str) -> None:
    result = cli("mapping", verb, "nobody")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'nobody' is not known" in result.stderr


def test_the_group_alone_is_wrong_use(cli: Cli) -> None:
    result = cli("mapping")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 2
    assert "mapping --help" in result.stderr


def test_preview_without_a_database_says_so_and_goes_on(
    cli: Cli, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    get_settings.cache_clear()
    result = cli("preview", odd_file(desk))
    assert result.exit_code == 0
    assert "what is remembered of the source is not used" in result.stderr
