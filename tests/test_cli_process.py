"""The terminal as a process of its own: exit codes, what reaches the screen, what it imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipeline.settings import ROOT


def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_psql_gets_its_arguments_and_the_database(db_url: str) -> None:
    asked = run("psql", "-At", "-c", "select count(*) from dq_issues", DATABASE_URL=db_url)
    assert (asked.returncode, asked.stdout) == (0, "0\n")
    failed = run("psql", "-v", "ON_ERROR_STOP=1", "-c", "select nothing", DATABASE_URL=db_url)
    assert failed.returncode == 1
    assert "PostgreSQL interactive terminal" in run("psql", "--help", DATABASE_URL=db_url).stdout


def test_a_process_ends_with_its_code_and_no_traceback(db_url: str, tmp_path: Path) -> None:
    document = tmp_path / "month.csv"
    document.write_bytes(b"%PDF-1.7\n")
    refused = run("load", document, DATABASE_URL=db_url, SALES_LANGUAGE="fa")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("month.csv: این فایل PDF است")
    assert run("lode", SALES_LANGUAGE="en").returncode == 2
    away = run("status", DATABASE_URL="postgresql://nobody@127.0.0.1:1/x", SALES_LANGUAGE="en")
    assert (away.returncode, "cannot be reached" in away.stderr) == (1, True)
    wrong = run("status", SALES_LANGUAGE="klingon")
    assert (wrong.returncode, "SALES_LANGUAGE" in wrong.stderr) == (1, True)
    assert "Traceback" not in refused.stderr + away.stderr + wrong.stderr


def test_help_comes_without_heavy_modules() -> None:
    code = (
        "import sys, typer.main, pipeline.__main__ as m; typer.main.get_command(m.app);"
        "print([n for n in ('polars', 'psycopg', 'pydantic', 'yaml', 'numpy') if n in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout == "[]\n"
