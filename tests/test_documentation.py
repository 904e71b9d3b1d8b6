"""What is written is true: commands exist, folders exist, settings are explained.

A document or a part that is not there yet makes no claim; every claim that is made is checked.
"""

import importlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import readme_claims

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
ENV_EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
_ENGLISH = (ROOT / "config" / "texts.en.yml").read_text("utf-8")
# Read by docker-compose.yml, not by the product.
COMPOSE_SETTINGS = {"POSTGRES_PASSWORD"}


def _readme(kind: str) -> str:
    return "\n".join(readme_claims.blocks(README.read_text("utf-8"), kind))


def _drawn_trees() -> list[str]:
    return readme_claims.blocks(README.read_text("utf-8"), "tree")


def _known_verbs() -> set[str]:
    """Verbs of `python -m pipeline`, those of groups as `group verb`."""
    typer_main = importlib.import_module("typer.main")
    command = typer_main.get_command(importlib.import_module("pipeline.__main__").app)
    verbs = set()
    for name, sub in getattr(command, "commands", {}).items():
        verbs |= {name} | {f"{name} {inner}" for inner in getattr(sub, "commands", {})}
    return verbs


needs_readme = pytest.mark.skipif(not README.exists(), reason="README.md is not written yet")
needs_cli = pytest.mark.skipif(
    not (ROOT / "pipeline/__main__.py").exists(), reason="pipeline/__main__.py is not written yet"
)
needs_settings = pytest.mark.skipif(
    not (ROOT / "pipeline/settings.py").exists(), reason="pipeline/settings.py is not written yet"
)


@needs_readme
def test_readme_names_make_targets_that_exist() -> None:
    targets = readme_claims.make_targets(_readme("sh"))
    assert targets - set(readme_claims.declared_targets(MAKEFILE)) == set()


@needs_readme
@needs_cli
def test_readme_names_verbs_that_exist() -> None:
    verbs = _known_verbs()
    assert [w for w in readme_claims.cli_words(_readme("sh")) if not _is_known(w, verbs)] == []


@needs_cli
def test_the_makefile_uses_verbs_that_exist() -> None:
    verbs = _known_verbs()
    shell = MAKEFILE.replace("$(PY)", "python")
    used = readme_claims.cli_words(shell)
    assert len(used) >= 5
    assert [words for words in used if not _is_known(words, verbs)] == []


def _is_known(words: list[str], verbs: set[str]) -> bool:
    """The first word is a verb; a group is followed by one of its own."""
    groups = {verb.split()[0] for verb in verbs if " " in verb}
    return words[0] in verbs and (words[0] not in groups or " ".join(words[:2]) in verbs)


@needs_readme
def test_the_first_steps_are_short_and_name_what_stands_on_the_screen() -> None:
    """Read by whoever has a file and five minutes; commands in blocks are not counted."""
    text = README.read_text("utf-8")
    (steps,) = re.findall(r"^## Your month.*?(?=^## )", text, re.DOTALL | re.MULTILINE)
    assert len(re.sub(r"```.*?```", "", steps, flags=re.DOTALL).split()) <= 110
    named = re.findall(r"\*([^*]+)\*", steps)
    assert len(named) >= 6
    assert [name for name in named if not re.search(_label(name), _ENGLISH, re.MULTILINE)] == []
    assert text.index(steps) < text.index("## The picture"), "first of all"


def _label(words: str) -> str:
    """The words as a text of the console; a name may follow where the console puts one in."""
    return rf'^ +\w+: "?{re.escape(words)}( \{{\w+\}})?"?$'


@needs_readme
def test_readme_draws_the_tree_as_it_is() -> None:
    missing = [readme_claims.missing_paths(tree, ROOT) for tree in _drawn_trees()]
    assert [path for paths in missing for path in paths] == []


@needs_readme
def test_readme_leaves_out_no_folder() -> None:
    paths = [path for tree in _drawn_trees() for path in readme_claims.tree_paths(tree)]
    drawn = {path.split("/")[0] for path in paths}
    if not drawn:
        pytest.skip("README.md draws no tree yet")
    kept = {path.split("/")[0] for path in _tracked_files() if "/" in path}
    assert {folder for folder in kept if not folder.startswith(".")} - drawn == set()


def _tracked_files() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    return subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_make_help_lists_every_target_with_a_sentence() -> None:
    declared = readme_claims.declared_targets(MAKEFILE)
    assert {"run", "test", "bench", "lint", "types", "sample", "stop", "clean", "psql"} <= set(
        declared
    )
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target, sentence in declared.items():
        assert sentence.endswith("."), f"make {target}: a sentence behind ##"
        assert re.search(rf"^  make {target} +{re.escape(sentence)}$", shown, re.MULTILINE)


@needs_settings
def test_env_example_explains_every_setting_and_no_other() -> None:
    """Settings is one pydantic-settings class; the environment's name is prefix + field."""
    settings = importlib.import_module("pipeline.settings").Settings
    prefix = settings.model_config.get("env_prefix", "")
    names = {_environment_name(n, field, prefix) for n, field in settings.model_fields.items()}
    assert set(_env_example_names()) == names | COMPOSE_SETTINGS


def _environment_name(name: str, field: object, prefix: str) -> str:
    alias = getattr(field, "validation_alias", None)
    return (alias if isinstance(alias, str) else prefix + name).upper()


def _env_example_names() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]*)=", ENV_EXAMPLE, re.MULTILINE)


def test_env_example_gives_each_setting_a_comment_and_no_secret() -> None:
    lines = ENV_EXAMPLE.splitlines()
    names = _env_example_names()
    assert len(names) == len(set(names))
    for number, line in enumerate(lines):
        if re.match(r"#?[A-Z][A-Z0-9_]*=", line):
            assert lines[number - 1].startswith("# "), f"{line}: say above it what it does"
        if re.match(r"#?\w*(PASSWORD|SECRET|KEY|TOKEN)\w*=", line):
            assert line.endswith("="), f"{line}: no value for a secret"


# --- The reader of claims sees what it is meant to see --------------------------------------------

SAMPLE = """
Text `make nothing`.

```sh
make run
PYTHON=python3.12 make test ARGS="-k hook" && make lint   # make coffee
.venv/bin/python -m pipeline load file.csv --source karamad
python -m pipeline users add sara
```

```tree
README.md  Makefile           words
app/          all of it. And more
  a.py b.py     two modules
  inner/        deeper
    mapping_<source>.yml
plain words, not a name
```

```tree
├── other/
│   └── NNN_x.sql
└── .env.example
```
"""


def test_commands_are_read_from_shell_blocks_only() -> None:
    shell = "\n".join(readme_claims.blocks(SAMPLE, "sh"))
    assert readme_claims.make_targets(shell) == {"run", "test", "lint"}
    assert readme_claims.cli_words(shell) == [["load"], ["users", "add", "sara"]]
    verbs = {"load", "users", "users add"}
    assert _is_known(["load"], verbs)
    assert _is_known(["users", "add", "sara"], verbs)
    assert not _is_known(["users", "drop"], verbs)
    assert not _is_known(["lode"], verbs)


def test_a_tree_is_read_with_its_folders(tmp_path: Path) -> None:
    trees = readme_claims.blocks(SAMPLE, "tree")
    assert [path for tree in trees for path in readme_claims.tree_paths(tree)] == [
        "README.md",
        "Makefile",
        "app/",
        "app/a.py",
        "app/b.py",
        "app/inner/",
        "app/inner/mapping_*.yml",
        "other/",
        "other/*_x.sql",
        ".env.example",
    ]
    (tmp_path / "app/inner").mkdir(parents=True)
    (tmp_path / "app/inner/mapping_karamad.yml").touch()
    missing = readme_claims.missing_paths(trees[0], tmp_path)
    assert "app/inner/mapping_*.yml" not in missing
    assert "app/a.py" in missing


@pytest.mark.parametrize(
    ("language", "said"), [("en", "A worker runs already."), ("fa", "کارگری از پیش روشن است.")]
)
def test_make_speaks_the_language_of_the_product(language: str, said: str) -> None:
    """Of the environment; `-n` says what would be done, and does nothing."""
    environment = {**os.environ, "SALES_LANGUAGE": language}
    told = subprocess.run(
        ["make", "-n", "worker"], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    assert said in told


def _dry_run(*words: str) -> list[str]:
    # Below `make test`, a make says its directory too.
    told = subprocess.run(
        ["make", "--no-print-directory", "-n", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in told.stdout.splitlines() if line.strip()]


def test_make_run_says_last_how_to_come_in() -> None:
    *_, before, last = _dry_run("run", "PORT=8600")
    assert before.endswith("-m pipeline users first --console http://127.0.0.1:8600")
    assert "streamlit run app.py --server.port 8600" in last
    # Said by another command before, its one-time password would be far up by then.
    assert not any("users first" in line for line in _dry_run("samples"))


def test_make_run_brings_sample_months_unless_told_not_to() -> None:
    (loads,) = [line for line in _dry_run("run") if "pipeline load " in line]
    assert "--sample " in loads and "--when-empty" in loads
    without = _dry_run("run", "SAMPLES=no")
    assert not any("pipeline load " in line for line in without)
    assert any("pipeline migrate" in line for line in without)
