"""A console of its own for tests and screenshots: free port, database and folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from pipeline.settings import ROOT
from tests.people import NAME, PASSWORD, make_person

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# No sandbox as root in a container; the rest keeps the browser itself from asking hosts outside.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# The script has run and every part of the page is there: Streamlit fetches the code of each kind of
# part at its first use, and what lies below it moves when it comes.
READY = (
    "[data-testid=stApp][data-test-script-state=notRunning]"
    ":not(:has([data-testid=stSkeleton], [data-stale=true]))"
)
START_SECONDS = 60
PROCESS = "console.pid"
# Address of a running console → the database behind it.
DATABASES: dict[str, str] = {}


def browser_path() -> str | None:
    """The browser of this machine, if it has one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def running_console(url: str, var_dir: Path, app: str = "app.py") -> Iterator[str]:
    """Address of a console over the database at `url`; it is ended afterwards."""
    command = [sys.executable, "-m", "streamlit", "run", app]
    with launched(command, {"DATABASE_URL": url, "VAR_DIR": str(var_dir)}, var_dir) as address:
        DATABASES[address] = url
        yield address


def sign_in_at(page: Page, role: str, name: str = NAME) -> None:
    """Fill in the sign-in of a console that `running_console` started, as a person of this role."""
    address = urlsplit(page.url)
    make_person(DATABASES[f"{address.scheme}://{address.netloc}"], role, name)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("button.main")


@contextmanager
def launched(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[str]:
    """Address of a console started by `command`; its output and id: `folder`/console.log and .pid.

    `{port}` in the command is a free port, which Streamlit finds in its environment too.
    """
    port = str(_free_port())
    ours = {"SALES_LANGUAGE": "fa", "PYTHONPATH": str(ROOT), "STREAMLIT_SERVER_PORT": port}
    process = subprocess.Popen(
        [word.replace("{port}", port) for word in command],
        cwd=ROOT,
        env={**os.environ, **ours, **environment},
        stdout=(folder / "console.log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    (folder / PROCESS).write_text(str(process.pid))
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_up(address, process, folder / "console.log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The console did not start:\n{log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
