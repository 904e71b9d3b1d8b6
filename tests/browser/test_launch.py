"""Ways to start the console besides `streamlit run`: each answers, gated, in Persian."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from pipeline.server import stop_embedded
from tests.browser.console import launched

PYTHON = [sys.executable, "app.py"]
UVICORN = [sys.executable, "-m", "uvicorn", "app:app", "--port", "{port}"]


def test_uvicorn_opens_the_same_console(db_url: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": db_url, "VAR_DIR": str(tmp_path)}
    with launched(UVICORN, environment, tmp_path) as address:
        _is_ours(address)
    assert "Traceback" not in (tmp_path / "console.log").read_text("utf-8")


def test_python_opens_it_on_a_fresh_checkout_with_a_database_that_is_ready(
    home: Path,
) -> None:
    environment = {"DATABASE_URL": "", "VAR_DIR": str(home)}
    try:
        with launched(PYTHON, environment, home) as address:
            _is_ours(address)
            assert _get(f"{address}/healthz") == '{"status":"ok"}'
    finally:
        stop_embedded(home / "postgres")


def _is_ours(address: str) -> None:
    page = _get(f"{address}/")
    assert '<html lang="fa" dir="rtl"' in page and 'name="password"' in page
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _get(f"{address}/_stcore/metrics")


def _get(url: str) -> str:
    request = urllib.request.Request(url, headers={"accept": "text/html"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()
