"""What makes a string literal SQL, and what the header of an SQL file must say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.import_rules import Finding, python_files

_OBJECT = (
    r"(table|view|schema|index|role|user|database|sequence|type|domain|function|procedure|trigger"
    r"|policy|extension)"
)
_MODIFIER = r"(or\s+replace|unlogged|temp|temporary|unique|materialized|constraint)"
_STATEMENT = re.compile(
    r"select\s+(\S.*\bfrom\b|[\w.]+\s*\(|[\d'$%:*])"
    r"|with\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\b"
    r"|insert\s+into\b|update\s+\S+\s+(as\s+\w+\s+)?set\b|delete\s+from\b|merge\s+into\b"
    rf"|(create|alter|drop)\s+({_MODIFIER}\s+)*{_OBJECT}\b|truncate\s+\S"
    r"|copy\s+\S+\s*(\([^)]*\)\s*)?(from|to)\b|set\s+(local|session|role)\b"
    r"|(vacuum|analyze|explain|lock\s+table|refresh\s+materialized|listen|notify)\s+\S"
    r"|(grant|revoke)\s+\S.*\b(to|from)\b",
    re.DOTALL,
)
# A view is read without its author at hand: its header answers these (DESIGN, KPI views).
VIEW_HEADER = ("question", "grain", "formula", "edge case")
COMPOSER = "pipeline/db.py"


def is_sql(text: str) -> bool:
    """Whether a literal reads as the start of an SQL statement, in small or in capital letters.

    Sentences begin with one capital letter: `Select a month from the list` is a label.
    """
    text = re.sub(r"\A(\s|--[^\n]*\n)+", "", text)
    keyword = re.match(r"[A-Za-z]+", text)
    if keyword is None or not (keyword[0].islower() or keyword[0].isupper()):
        return False
    return _STATEMENT.match(text.lower()) is not None


def sql_literals(root: Path, *parts: str) -> list[Finding]:
    """String literals that hold SQL, docstrings aside; COMPOSER may hand them to `SQL(…)`."""
    found = []
    for path in python_files(root, *parts):
        name = str(path.relative_to(root))
        tree = ast.parse(path.read_text("utf-8"))
        skipped = _docstrings(tree) | (_composed(tree) if name == COMPOSER else set())
        found += [
            Finding(name, node.lineno, text.strip()[:60])
            for node, text in _literals(tree)
            if node not in skipped and is_sql(text)
        ]
    return found


def header_of(sql: str) -> str:
    """The comment lines at the very top of an SQL file as one text, without their dashes."""
    lines = []
    for line in sql.lstrip("\ufeff \r\n\t").splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.lstrip("- ").strip())
    return " ".join(lines).strip()


def header_gaps(path: Path) -> list[str]:
    """What the header of an SQL file lacks: a sentence (five words), and in a view VIEW_HEADER."""
    header = header_of(path.read_text("utf-8")).lower()
    gaps = [] if len(header.split()) >= 5 else ["a sentence on what it is"]
    if path.parent.name == "views":
        gaps += [word for word in VIEW_HEADER if word not in header]
    return gaps


def _literals(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Strings with their text; an f-string once and as a whole, its values shown as `x`."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):  # parents come before their children
        if isinstance(node, ast.JoinedStr):
            inside.update(node.values)
            yield node, "".join(_text(value) or "x" for value in node.values)
        elif isinstance(node, ast.Constant) and node not in inside:
            yield node, _text(node)


def _text(node: ast.expr) -> str:
    """The text of a string constant, and nothing for any other node."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _docstrings(tree: ast.Module) -> set[ast.AST]:
    """A bare string is a docstring or a comment; nothing sends it anywhere."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _composed(tree: ast.Module) -> set[ast.AST]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [c for c in calls if getattr(c.func, "attr", getattr(c.func, "id", "")) == "SQL"]
    return {argument for call in named for argument in call.args}
