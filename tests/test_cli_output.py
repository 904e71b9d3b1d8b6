"""What the terminal shows is exact and harmless: JSON, amounts, columns, progress, words."""

from __future__ import annotations

import io
import json
import re
import sys
import time
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli import output
from pipeline.cli.output import amount, columns, exact, progress, shown, to_json
from pipeline.settings import ROOT


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_decimals_are_json_numbers_of_the_same_value(value: Decimal) -> None:
    text = to_json({"a": [value]})
    (read,) = json.loads(text, parse_float=Decimal, parse_int=Decimal)["a"]
    assert read == value
    assert "E" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [("12.5000", "12.5"), ("100", "100"), ("1E+3", "1000"), ("-0.00", "0"), ("0.0001", "0.0001")],
)
def test_digits_that_say_nothing_are_left_out(value: str, text: str) -> None:
    assert exact(Decimal(value)) == text


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan")])
def test_json_has_no_such_number(value: object) -> None:
    with pytest.raises(ValueError, match=r"finite|JSON"):
        to_json(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda part: st.lists(part) | st.dictionaries(st.text(), part),
    )
)
def test_everything_else_is_json_as_ever(value: object) -> None:
    text = to_json(value)
    assert json.loads(text) == value
    assert "\n" not in text


def test_amounts_keep_their_digits() -> None:
    assert amount(Decimal("-1234567.8900")) == "-1,234,567.89"
    assert amount(Decimal("12345678901234567890123456789012345")).count(",") == 11
    assert amount(None) == "-"


def test_only_characters_that_can_be_seen_are_shown() -> None:
    assert shown("نمی‌شود\x1b[2J\u202e\n") == "نمی‌شود\\x1b[2J\\u202e\\n"
    assert shown("abcdef", 4) == "abc…"


def test_columns_are_aligned_whatever_the_script() -> None:
    lines = columns(["نام", "n"], [["می‌رود", 1], ["ab", 1000], ["", None]]).splitlines()
    assert [line[-1] for line in lines] == ["n", "1", "0", "-"]
    assert columns(["a", "b"], []) == "a  b"


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_progress_shows_only_what_takes_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress(True, 100, str.upper) as tell:
        tell("read", 50)
    assert terminal.getvalue() == ""
    monkeypatch.setattr(output, "SHOW_AFTER_SECONDS", 0.01)
    with progress(True, 100, str.upper) as tell:
        tell("read", 50)
        time.sleep(0.3)
    assert "READ" in terminal.getvalue()
    monkeypatch.setattr(sys, "stderr", silent := Terminal())
    with progress(False, 100, str.upper) as tell:
        tell("read", 50)
        time.sleep(0.1)
    assert silent.getvalue() == ""


def test_both_languages_say_the_same_things() -> None:
    fa, en = (
        yaml.safe_load((ROOT / "config" / f"texts.{language}.yml").read_text("utf-8"))
        for language in ("fa", "en")
    )
    assert fa.keys() == en.keys()
    for section, words in en.items():
        assert list(words) == list(fa[section])
        for key, text in words.items():
            fields = sorted(set(re.findall(r"\{(\w+)\}", str(text))))
            assert fields == sorted(set(re.findall(r"\{(\w+)\}", str(fa[section][key])))), key


def test_every_text_is_said_somewhere() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "pipeline").rglob("*.py"))
    words = yaml.safe_load((ROOT / "config" / "texts.en.yml").read_text("utf-8"))["cli"]
    composed = ("state_", "stage_", "head_", "next_", "drift_", "status_", "facet_")
    unused = [key for key in words if not key.startswith(composed) and f'"{key}"' not in code]
    assert unused == []
