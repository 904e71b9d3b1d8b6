"""The frame around pages: who may open what, both languages, errors with a reference."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages.frame import page as pages
from pages.frame.preferences import Preferences
from pipeline.access.allowed import ALLOWED, Action
from pipeline.access.people import ROLES
from pipeline.settings import ROOT, Settings, get_settings
from tests.pages.conftest import OpenPage, words

NAMES = [entry.name for entry in pages.entries()]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_page_opens_on_an_empty_database(
    open_page: OpenPage, name: str, language: str
) -> None:
    role = min(next(ALLOWED[e.page.action] for e in pages.entries() if e.name == name))
    page = open_page(name, role=role, language=language)
    assert not page.exception and not page.error
    assert page.title[0].value and page.caption[0].value


def test_a_page_of_another_role_says_so_and_draws_nothing(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_admin = pages.Entry("home", pages.Page("", 0, "", action=Action.SEE_AUDIT))
    monkeypatch.setattr(pages, "entries", lambda: (only_admin,))
    assert words(open_page("home", role="manager", language="en")).startswith("This page is not")
    assert "Today" in words(open_page("home", role="admin", language="en"))


@pytest.mark.parametrize("role", ROLES)
def test_the_sidebar_offers_what_the_role_may_open(open_console: OpenPage, role: str) -> None:
    console = open_console(role=role, language="en")
    assert not console.exception
    assert "Sales &amp; Customer Insight" in words(console)
    assert "Sign out" in words(console)


def test_nobody_sees_nothing(open_console: OpenPage) -> None:
    console = open_console(role=None, language="en")
    assert "You are not signed in" in words(console)
    assert "Today" not in words(console)


@pytest.mark.attack("an inner error")
def test_a_fault_of_ours_gets_a_reference_and_the_log_the_traceback(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, var_dir=tmp_path)  # type: ignore[call-arg]
    monkeypatch.setattr("pages.frame.errors.get_settings", lambda: settings)

    def broken(here: pages.Here) -> None:
        raise ZeroDivisionError("secret of the code")

    monkeypatch.setattr(pages.module("home"), "draw", broken)
    page = open_page("home", language="en")
    entry = json.loads((tmp_path / "log" / "errors.log").read_text())
    assert entry["reference"].replace("-", "\\-") in page.error[0].value
    assert "secret of the code" in entry["traceback"]
    assert "secret" not in page.error[0].value
    assert entry["verb"] == "page home"


def test_texts_of_every_page_are_there_and_used() -> None:
    from pipeline.texts import read_texts

    literal, composed = _keys_in_code()
    # An f-string such as "{name}_{choice}" says nothing to look for.
    of_choices = ("digits_", "theme_", "language_", "quote_")
    for section in ["frame", *(f"page_{name}" for name in NAMES)]:
        texts = read_texts(get_settings().config_dir, "en", section).words
        unused = [k for k in texts if not composed.fullmatch(k)]
        unused = [k for k in unused if k not in literal and not k.startswith(of_choices)]
        assert unused == []


def _keys_in_code() -> tuple[set[str], re.Pattern[str]]:
    """What pages may ask for: strings as they stand, and what f-strings can come to."""
    literal: set[str] = set()
    composed: set[str] = set()
    for path in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else None for p in node.values]
                if re.search("[a-z]{2}", "".join(str(p) for p in parts if p)):
                    composed.add("".join(".+" if p is None else re.escape(str(p)) for p in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                literal.add(node.value)
    return literal, re.compile("|".join(sorted(composed)))


def test_preferences_decide_direction_digits_and_locale() -> None:
    assert Preferences().direction == "rtl" and Preferences(language="en").direction == "ltr"
    assert Preferences().persian_digits and not Preferences(digits="latin").persian_digits
    assert not Preferences(language="en").persian_digits
    assert Preferences(digits="latin").locale == "fa-IR-u-nu-latn"


def test_a_page_waits_for_what_its_charts_look_for() -> None:
    """Somebody else has begun to import pandas: who looks at it now finds but a part of it."""
    script = """
import sys, threading, time
from pages.frame.warm_up import await_charts
threading.Thread(target=__import__, args=("pandas",)).start()
while "pandas" not in sys.modules:
    time.sleep(0)
assert not hasattr(sys.modules["pandas"], "Timestamp")
await_charts()
assert hasattr(sys.modules["pandas"], "Timestamp")
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_after_warming_up_no_page_imports_anything() -> None:
    """In a process of its own: here, other tests have imported most already."""
    script = """
import gc, sys
from pages.frame import page
from pages.frame.warm_up import warm_up
warm_up()
known = set(sys.modules)
for entry in page.entries():
    page.module(entry.name)
import pandas, pyarrow
assert set(sys.modules) == known, set(sys.modules) - known
assert gc.get_freeze_count() > 100_000
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
