"""The house keeps its shape: imports run one way, SQL lives in its own files, every file says why.

The rules themselves are in import_rules.py and sql_rules.py; here they meet the product, and
planted faults, so that a rule that has gone blind is noticed.
"""

import ast
import warnings
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests import import_rules, sql_rules
from tests.import_rules import FORBIDDEN, python_files

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("pipeline", "pages", "endpoints", "app", "api")
SQL_FILES = sorted((ROOT / "sql").rglob("*.sql"))

# Lines to aim at (a warning when passed), and twice as many fail: two files want to be born.
MODULE_AIM, FUNCTION_AIM, PAGE_AIM, SQL_AIM = 250, 40, 120, 80


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _plant(root: Path, files: dict[str, str]) -> Path:
    """Writes modules below a root: their paths without `.py`, and their text."""
    for name, text in files.items():
        path = root / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@pytest.mark.parametrize("part", sorted(FORBIDDEN))
def test_a_part_imports_nothing_that_it_must_not_know(part: str) -> None:
    assert import_rules.forbidden_imports(ROOT, part) == []


def test_imports_in_pipeline_go_down_the_layers() -> None:
    assert import_rules.unplaced_modules(ROOT) == [], "give it a layer in tests/import_rules.py"
    assert import_rules.upward_imports(ROOT) == []


def test_no_import_goes_in_a_circle() -> None:
    TopologicalSorter(import_rules.import_graph(ROOT)).prepare()  # raises CycleError, naming it


def test_no_sql_outside_its_files() -> None:
    assert sql_rules.sql_literals(ROOT, *PRODUCT) == []


@pytest.mark.parametrize("path", python_files(ROOT, *PRODUCT, "tests"), ids=_name)
def test_every_module_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    assert len(docstring.split()) >= 4, f"{_name(path)}: a sentence on what the module is for"


@pytest.mark.skipif(not SQL_FILES, reason="no SQL file yet")
@pytest.mark.parametrize("path", SQL_FILES, ids=_name)
def test_every_sql_file_has_a_header(path: Path) -> None:
    assert sql_rules.header_gaps(path) == []


def test_nothing_is_twice_as_long_as_we_aim_at() -> None:
    sizes = [*_file_sizes(), *_function_sizes()]
    for name, lines, aim in sizes:
        if lines > aim:
            warnings.warn(f"{name}: {lines} lines, we aim at {aim}", stacklevel=1)
    assert [size for size in sizes if size[1] > 2 * size[2]] == []


def _file_sizes() -> list[tuple[str, int, int]]:
    aims = [
        (path, MODULE_AIM)
        for path in python_files(ROOT, "pipeline", "endpoints", "app", "api", "tests")
    ]
    aims += [(path, PAGE_AIM) for path in python_files(ROOT, "pages")]
    # A migration is a step in time and is never split afterwards.
    aims += [(path, SQL_AIM) for path in SQL_FILES if path.parent.name != "migrations"]
    return [(_name(path), len(path.read_text("utf-8").splitlines()), aim) for path, aim in aims]


def _function_sizes() -> list[tuple[str, int, int]]:
    return [
        (f"{_name(path)}:{node.lineno} {node.name}", _length(node), FUNCTION_AIM)
        for path in python_files(ROOT, *PRODUCT)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


# --- The rules see what they are meant to see -----------------------------------------------------


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("pipeline/db", "import streamlit as st"),
        ("pipeline/kpi/reads", "def frame():\n    import pandas"),
        ("pipeline/db", "from pages.widgets import table"),
        ("pages/upload", "from psycopg import sql"),
        ("pages/upload", "import psycopg_pool"),
        ("api", "import streamlit"),
    ],
)
def test_a_forbidden_import_is_seen(tmp_path: Path, module: str, line: str) -> None:
    _plant(tmp_path, {module: line})
    assert len(import_rules.forbidden_imports(tmp_path, module.split("/")[0])) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("pipeline/db", "from pipeline import runs"),
        ("pipeline/db", "from . import runs"),
        ("pipeline/errors", "from pipeline.db import connect"),
        ("pipeline/kpi/reads", "from pipeline.quality import rules"),
        ("pipeline/transform/text", "from pipeline.quality.rules import Rule"),
        ("pipeline/transform/text", "from ..ingestion import lines"),
        ("pipeline/ingestion/header", "from pipeline.transform.dates import parse"),
        ("pipeline/ingestion/header", "from pipeline.transform import textual"),
        ("pipeline/quality/rules", "import pipeline.runs"),
        ("pipeline/__init__", "from pipeline import db"),
    ],
)
def test_an_import_that_climbs_is_seen(tmp_path: Path, module: str, line: str) -> None:
    assert len(import_rules.upward_imports(_plant(tmp_path, {module: line}))) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("pipeline/runs", "from pipeline.ingestion import lines"),
        ("pipeline/quality/rules", "from pipeline.transform.numbers import parse"),
        ("pipeline/ingestion/header", "from pipeline.transform.text import fold"),
        ("pipeline/ingestion/header", "from pipeline.transform import text"),
        ("pipeline/ingestion/header", "from . import lines"),
        ("pipeline/migrate", "from pipeline.db import connect"),
        ("pipeline/__main__", "from pipeline import verify, samples, runs, db"),
    ],
)
def test_an_import_that_goes_down_is_free(tmp_path: Path, module: str, line: str) -> None:
    assert import_rules.upward_imports(_plant(tmp_path, {module: line})) == []


def test_a_circle_and_a_module_without_a_layer_are_seen(tmp_path: Path) -> None:
    _plant(tmp_path, {"pipeline/db": "import pipeline.server", "pipeline/helpers": "import os"})
    _plant(tmp_path, {"pipeline/server": "from pipeline.db import connect"})
    assert import_rules.unplaced_modules(tmp_path) == ["helpers"]
    with pytest.raises(CycleError, match="cycle"):
        TopologicalSorter(import_rules.import_graph(tmp_path)).prepare()


SQL_SAMPLES = [
    "select 1",
    "SELECT a FROM t",
    "\n  -- why\n select a,\n b\n from t",
    "select count(*)",
    "with a as (select 1)",
    "insert into t values (1)",
    "update raw.loads set x = 1",
    "delete from t",
    "create unlogged table t ()",
    "create or replace view v as",
    "alter table t",
    "drop schema x cascade",
    "copy raw.lines (line) from stdin",
    "truncate t",
    "set local role reader",
    "vacuum t",
    "grant select on t to reader",
]
PLAIN_SAMPLES = [
    "Select a month from the list",
    "select",
    "update the settings of a source",
    "with 3 lines refused",
    "create an account",
    "copy of the file",
    "set aside",
    "",
    "از کدام ماه؟",
]


@pytest.mark.parametrize("text", SQL_SAMPLES)
def test_sql_in_a_literal_is_seen(tmp_path: Path, text: str) -> None:
    _plant(tmp_path, {"pages/upload": f"QUERY = {text!r}", "pipeline/runs": f"print({text!r})"})
    assert len(sql_rules.sql_literals(tmp_path, "pages", "pipeline")) == 2


@pytest.mark.parametrize("text", PLAIN_SAMPLES)
def test_plain_text_is_not_taken_for_sql(tmp_path: Path, text: str) -> None:
    assert sql_rules.sql_literals(_plant(tmp_path, {"app": f"LABEL = {text!r}"}), "app") == []


def test_sql_in_an_f_string_is_seen_and_composition_is_left_to_db(tmp_path: Path) -> None:
    composed = '"""select a from t"""\nfrom psycopg import sql\nsql.SQL("copy {} from stdin")\n'
    _plant(tmp_path, {"pipeline/db": composed, "pipeline/runs": composed})
    _plant(tmp_path, {"app": 'x = f"copy {t} from stdin"'})
    found = sql_rules.sql_literals(tmp_path, *PRODUCT)
    assert sorted(finding.path for finding in found) == ["app.py", "pipeline/runs.py"]


def test_a_header_that_says_too_little_is_seen(tmp_path: Path) -> None:
    view = tmp_path / "views" / "kpi_x.sql"
    view.parent.mkdir()
    view.write_text("-- Net sales by day, for a manager.\n-- Grain: one day.\nselect 1;\n", "utf-8")
    assert sql_rules.header_gaps(view) == ["question", "formula", "edge case"]
    query = tmp_path / "read_load.sql"
    query.write_text("select 1; -- a comment that comes much too late\n", "utf-8")
    assert sql_rules.header_gaps(query) == ["a sentence on what it is"]
