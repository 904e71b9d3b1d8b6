"""The verbs on months: publish as expected, undo, lock, unlock, difference, and looking back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.settings import ROOT, get_settings
from pipeline.texts import read_texts
from tests.karamad import PERIOD, SOURCE, Desk

Cli = Callable[..., Result]


@pytest.fixture
def cli(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """The verbs in English, on a month with a published load and a draft."""
    monkeypatch.setenv("VAR_DIR", str(desk.folder / "var"))
    monkeypatch.setenv("SALES_LANGUAGE", "en")
    monkeypatch.setenv("DATABASE_URL", desk.url)
    get_settings.cache_clear()
    desk.publish([{}, {"invoice_id": "2", "customer_id": "C7"}])
    desk.load([{"net_amount": "120"}])
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words])
    get_settings.cache_clear()


def test_a_publication_that_expects_something_else_is_refused(cli: Cli) -> None:
    refused = cli("publish", 2, "--expected", "none")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "load 1 was published by cli at" in refused.stderr
    assert cli("publish", 2, "--expected", "some").exit_code == 2
    assert "Load 1 was superseded" in cli("publish", 2, "--expected", 1).stdout


def test_undo_says_what_each_load_is_now(cli: Cli) -> None:
    cli("publish", 2)
    said = cli("undo", SOURCE, PERIOD, "--reason", "too early")
    assert said.exit_code == 0
    assert said.stdout.splitlines() == [
        "Step 2 of month 1403-05 of karamad was taken back; now:",
        "  load 1: published",
        "  load 2: draft",
    ]
    assert (
        "There is no load of month 1403-09"
        in cli("undo", SOURCE, "1403-09", "--reason", "x").stderr
    )
    assert cli("undo", SOURCE, PERIOD).exit_code == 2


def test_a_locked_month_is_said_to_be_so(cli: Cli) -> None:
    assert "is locked" in cli("lock", SOURCE, PERIOD, "--reason", "audited").stdout
    refused = cli("publish", 2)
    assert refused.exit_code == 1
    assert "locked by cli" in refused.stderr
    assert "(audited)" in refused.stderr
    shown = cli("months").stdout
    assert "cli: audited" in shown
    assert "open again" in cli("unlock", SOURCE, PERIOD, "--reason", "correction").stdout
    assert "audited" not in cli("months").stdout
    told = cli("months", SOURCE, PERIOD).stdout.splitlines()
    assert [line.split()[1] for line in told[1:]] == ["3", "2", "1"]
    assert "correction" in told[1]
    assert "Nothing was done" in cli("months", SOURCE, "1403-09").stdout


def test_difference_tells_readers_and_programs_the_same(cli: Cli) -> None:
    told = json.loads(cli("difference", 2, "--json").stdout, parse_float=Decimal)
    assert (told["action"], told["leaving"], told["entering"]) == ("publish", [1], [2])
    (month,) = told["months"]
    assert (month["before"]["net_amount"], month["after"]["net_amount"]) == (220, 120)
    assert month["change"]["customers"] == -1
    text = cli("difference", 2).stdout
    assert "Publishing load 2 for month 1403-05 of karamad (in place of: 1)" in text
    assert "Largest changes of net, customers:" in text
    assert "C7" in text
    assert "Voiding load 1" in cli("difference", 1).stdout
    assert "with load 2, against the same with load 1" in cli("difference", 2, "--than", 1).stdout
    assert cli("difference", 77).exit_code == 1


def test_both_languages_have_every_word_of_months() -> None:
    fa, en = (read_texts(ROOT / "config", language, "months").words for language in ("fa", "en"))
    assert fa.keys() == en.keys()
    fields = re.compile(r"{(\w+)}")
    for name in fa:
        assert set(fields.findall(fa[name])) == set(fields.findall(en[name])), name
