"""The product's verbs in processes of their own, as people run them, only quicker to begin.

A server process imports the product once and forks for each verb; it never does any work itself, so
nothing of one verb is seen by the next.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType

from pipeline.settings import ROOT

PATIENCE = 90.0  # seconds; a verb that takes longer hangs
PRELOAD = [
    *("pipeline.__main__", "pipeline.cli.loads", "pipeline.cli.session", "pipeline.cli.reports"),
    *("pipeline.runs", "pipeline.publications", "pipeline.migrate", "pipeline.db"),
    *("pipeline.jobs.worker", "pipeline.jobs.direct"),
]
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(PRELOAD)


@dataclass(frozen=True, slots=True)
class Told:
    """How a verb ended: its exit code (negative: the signal that killed it) and what it said."""

    code: int | None
    out: str
    error: str

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL

    @property
    def hangs(self) -> bool:
        return self.code is None


class Verb:
    """One verb of the terminal, running."""

    def __init__(self, url: str, *words: object, **environment: str) -> None:
        self._folder = Path(mkdtemp(prefix="verb-", dir=os.environ["FAULTS_SCRATCH"]))
        self.words = [str(word) for word in words]
        chosen = {**_surroundings(url), **environment}
        self._process = _context.Process(target=_speak, args=(self.words, chosen, self._folder))
        with _bare_main():
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def end(self, patience: float = PATIENCE) -> Told:
        """Wait for the end; a verb that hangs is killed and has no code."""
        self._process.join(patience)
        code = self._process.exitcode
        if code is None:
            self.kill()
            self._process.join()
        return Told(code, self._said("out"), self._said("error"))

    def _said(self, name: str) -> str:
        path = self._folder / name
        return path.read_text("utf-8", "replace") if path.exists() else ""


def tell(url: str, *words: object, **environment: str) -> Told:
    """Run a verb to its end."""
    return Verb(url, *words, **environment).end()


def tell_at_once(url: str, *lines: tuple[object, ...]) -> list[Told]:
    """Run several verbs beside each other, begun at the same moment."""
    at = str(time.time() + 0.15)
    verbs = [Verb(url, *words, FAULTS_BEGIN_AT=at) for words in lines]
    return [verb.end() for verb in verbs]


@contextmanager
def _bare_main() -> Iterator[None]:
    """Begin a process without this one's main script: a test of a page leaves its own in there."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _surroundings(url: str) -> dict[str, str]:
    """Settings of every verb: folders of its own, so that it finds nothing of anybody else's."""
    scratch = os.environ["FAULTS_SCRATCH"]
    folders = {"VAR_DIR": scratch, "INBOX_DIR": f"{scratch}/inbox", "TMPDIR": scratch}
    return {"DATABASE_URL": url, "SALES_LANGUAGE": "en", **folders}


def _speak(words: list[str], environment: dict[str, str], folder: Path) -> None:
    """In the new process: the terminal's own entry, its words kept in files."""
    os.environ.update(environment)
    os.chdir(ROOT)
    for number, name in ((1, "out"), (2, "error")):
        target = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, number)
    from pipeline.__main__ import app
    from pipeline.settings import get_settings

    get_settings.cache_clear()
    if (at := environment.get("FAULTS_BEGIN_AT")) is not None:
        time.sleep(max(0.0, float(at) - time.time()))
    app(words, prog_name="python -m pipeline")
