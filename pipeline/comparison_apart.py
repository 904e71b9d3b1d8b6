"""A comparison with the last load in a process of its own: what it takes of memory comes back.

The console compares as soon as a file is there. Reading 20 MB leaves some 100 MB with the process
that did it, and the console is one process for everybody.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import BoundedSemaphore
from typing import IO

from pipeline import errors
from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.comparison import Progress, compare_with_last, rules_in_force
from pipeline.errors import PipelineError
from pipeline.quality.differences import Drift
from pipeline.recognition import Recognition
from pipeline.settings import ROOT, Settings

# What differs, and the drift rules whose threshold is passed; None where there is no load to
# compare with.
Compared = tuple[Drift | None, tuple[str, ...]]
_READ, _COMPARED, _REFUSED = "read", "compared", "refused"
_LAST_WORDS = 4000
# So many at once: what all of them take of memory stays bounded.
_TURN = BoundedSemaphore(2)


@acting_as_engine(Action.UPLOAD_FILE)
def compare_apart(
    url: str, settings: Settings, recognition: Recognition, progress: Progress
) -> Compared:
    """As `compare_with_last` and `notable` say, without reading the file in this process.

    `progress` is told here of each block's bytes; what it raises ends the other process. Raises
    what `compare_with_last` raises, RuntimeError when the other process dies.
    """
    with _TURN, tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(
            [sys.executable, "-m", "pipeline.comparison_apart"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, cwd=ROOT,
        )  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        try:
            _ask(child.stdin, (url, settings, _by_path(recognition)))
            return _answer(child.stdout, progress)
        except EOFError:
            status = child.wait()
            complaints.seek(0)
            words = complaints.read().decode(errors="replace")[-_LAST_WORDS:]
            raise RuntimeError(f"The comparing process ended with {status}: {words}") from None
        finally:
            child.kill()
            child.wait()
            child.stdout.close()


def _by_path(recognition: Recognition) -> Recognition:
    """The same without its open file: of a sheet's rendering the path leads to this process."""
    table = replace(recognition.table, _rendering=None)
    return replace(recognition, look=replace(recognition.look, table=table))


def _ask(pipe: IO[bytes], question: object) -> None:
    """Hand the question over; a process that died already is noticed by its silence."""
    with suppress(BrokenPipeError):
        pickle.dump(question, pipe)
    with suppress(BrokenPipeError):
        pipe.close()


def _answer(pipe: IO[bytes], progress: Progress) -> Compared:
    while True:
        kind, said = pickle.load(pipe)  # noqa: S301 - from our own process alone
        if kind == _READ:
            progress(_READ, said)
        elif kind == _REFUSED:
            raise _refusal(*said)
        else:
            compared: Compared = said
            return compared


def _refusal(kind: str, code: str, fa: str, en: str, where: str | None) -> PipelineError:
    error: PipelineError = getattr(errors, kind)(code, fa=fa, en=en, where=where)
    return error


def main(question: IO[bytes], out: IO[bytes]) -> None:
    """Answer one question: how far the reading is, then what differs, or why it cannot be said."""

    def say(kind: str, said: object) -> None:
        pickle.dump((kind, said), out)
        out.flush()

    url, settings, recognition = pickle.load(question)  # noqa: S301 - from our own process alone
    try:
        say(_COMPARED, _compared(url, settings, recognition, lambda count: say(_READ, count)))
    except PipelineError as error:
        kind = type(error).__name__
        say(_REFUSED, (kind, error.code, error.fa, error.en, error.where))


def _compared(
    url: str, settings: Settings, recognition: Recognition, tell: Callable[[int], None]
) -> Compared:
    drift = compare_with_last(url, settings, recognition, lambda _, count: tell(count))
    return drift, drift.notable(rules_in_force(url, settings)) if drift else ()


if __name__ == "__main__":
    # Whatever prints, prints beside the answer.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    main(sys.stdin.buffer, answer)
