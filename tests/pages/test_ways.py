"""Messages that name a verb of the terminal say on a page what to click instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pages.frame.language import page_texts
from pages.frame.ways import WAYS, clickable, on_screen
from pipeline.__main__ import app
from pipeline.errors import RefusedAction
from pipeline.settings import ROOT
from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words

MARKED = re.compile(r"[«`]([a-z][a-z -]*[a-z])(?: \{\w+\})?(?: --[a-z]+)?[»`]")
# Said at the start of a server or by verbs that have no page: nobody reads them on one.
TERMINAL_ALONE = {"audit", "migrate --citus"}


def messages() -> Iterator[tuple[Path, str]]:
    """Every `fa` and `en` of an error of the pipeline, but for what its verbs alone say."""
    for path in (ROOT / "pipeline").rglob("*.py"):
        if "cli" in path.parts or path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("fa", "en"):
                found = [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant)]
                yield path, "".join(text for text in found if isinstance(text, str))


def verbs() -> set[str]:
    """First words of what the terminal knows."""
    names = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    return {name.replace("_", "-") for name in names} | {
        group.name for group in app.registered_groups if group.name
    }


def test_every_verb_in_a_message_has_its_way_on_a_page() -> None:
    known, seen = verbs(), set()
    for path, text in messages():
        for said in MARKED.findall(text):
            verb = said.removeprefix("python -m pipeline ")
            if verb.split()[0] not in known or {verb, verb.split()[0]} & TERMINAL_ALONE:
                continue
            seen.add(verb)
            assert verb in WAYS, (path, said)
    assert seen == set(WAYS)


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("said", [*WAYS, "recheck 5", "recheck 5 --period", "cancel 12"])
def test_a_way_names_what_stands_on_the_page(language: str, said: str) -> None:
    mark = f"«{said}»" if language == "fa" else f"`{said}`"
    shown = clickable(f"… {mark} …", language)
    assert shown != f"… {mark} …" and "{" not in shown
    if said.startswith("recheck") and "--" not in said:
        assert page_texts("load", language)("run_again") in shown
    if said == "recheck 5 --period":
        assert " 5" in shown and "--" not in shown


def test_what_is_no_verb_stays_as_it_is() -> None:
    error = RefusedAction(
        "NONE", fa="«{header}» و «day»", en="`{header}`, `day`", header="rechecks"
    )
    assert on_screen(error, "fa") == "«rechecks» و «day»"
    assert on_screen(error, "en") == "`rechecks`, `day`"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_load_that_is_not_there_is_said_without_verbs(
    open_page: OpenPage, desk: Desk, language: str
) -> None:
    page = open_page("load", language=language, address={"load": "77"})
    said = words(page)
    assert page_texts("loads", language)("title") in said
    assert "status" not in said
