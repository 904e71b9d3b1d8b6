"""What is tried against this house, each held by at least one test marked `attack("…")`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pipeline.settings import ROOT

# In words of our own: what somebody tries → what must come of it.
ATTACKS = {
    # Rights
    "beyond a role": "pages, routes, paths and database objects are what the table of rights says",
    "another's id": "it answers like one that is not there",
    "a role that was taken": "it ends with the next click or request",
    "another's limits": "figures, names and choices are of one's own branches and people alone",
    "another's page from a cache": "many at once see their own alone",
    # What was kept
    "a change of what was kept": "the database refuses it to every role of ours",
    "a change behind our back": "the ledger check names the first row",
    # Files that come
    "an upload before sign-in": "refused before its first byte",
    "an upload by who may not": "refused, and nothing is kept",
    "an upload from another site": "refused, and nothing is kept",
    "an upload over the limit": "refused, and nothing is kept",
    "an upload without its length": "refused, and nothing is kept",
    "uploads by the hundred": "a person has so many files waiting and no more",
    "an upload that never ends": "given up after a while, and nothing is kept",
    "a file name": "no path, sign or length of it harms disk, header or screen",
    # What texts say
    "a formula in a cell": "every sheet keeps text as text and numbers as numbers",
    "markup in a text": "every page shows it as it stands",
    "SQL in a text": "it is looked for or kept, and never obeyed",
    "lines for a log": "one record stays one record",
    # Signing in and sessions
    "guessed passwords": "slowed down, in every process together, and told",
    "names by their answer": "what is wrong with a sign-in is not told",
    "names by their time": "nor can it be measured",
    "a planted session": "a sign-in gives another one",
    "a session after its end": "worth nothing, wherever it is tried",
    "a session left open": "over after idle and absolute time",
    "a secret from a log": "no password and no token is in one",
    # Ways in
    "a way around the gate": "nobody gets more than the sign-in",
    "a path out of the house": "no file but ours is served",
    "a redirect to elsewhere": "every way back is a path of ours",
    "another site's request": "forms and WebSockets come from our own pages",
    "a frame, a script, a kept copy": "headers on every answer forbid them",
    "metrics for everybody": "closed, whoever asks",
    "floods": "size, count and time of what comes are limited",
    "an inner error": "a reference, and nothing of what is inside",
    "a vulnerable package": "asked for with every check of the code",
    # And all of it
    "an attempt in silence": "each stands in the audit chain",
}


def marked() -> Iterator[tuple[str, str]]:
    """Attack and test, for each mark in the folder of tests."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield from ((name, f"{_name(path)}::{node.name}") for name in _attacks(node))


def _attacks(node: ast.FunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.attack":
            yield from (ast.literal_eval(argument) for argument in decorator.args)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
