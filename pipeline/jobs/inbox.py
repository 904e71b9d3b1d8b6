"""The watch folder: complete files are taken in and moved away, with the reason where refused."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path
from time import time

import psycopg

from pipeline.access.names import INBOX
from pipeline.errors import DatabaseAway, PipelineError, RefusedAction
from pipeline.faults import known_fault, unexpected
from pipeline.jobs.claiming import cancel_job
from pipeline.jobs.submit import submit_file
from pipeline.settings import Settings

USER = INBOX
TAKEN, REFUSED = "taken", "refused"
# A file is complete when nobody has written to it for so long, in seconds.
STILL_SECONDS = 3.0
_NOTES = ("README.md",)


def take_in(url: str, settings: Settings) -> list[Path]:
    """Take in every complete file of the inbox; returns where they are now.

    The receipt comes before the move: killed between the two, the same bytes are found to be known
    and only moved. Raises DatabaseAway, the files untouched, when nothing can be kept; and, after
    all others, PipelineError for a file that cannot be moved, which lies there for the next time.
    """
    folder = settings.inbox_dir
    if not folder.is_dir():
        return []
    taken, faults = [], []
    for path in filter(_is_complete, sorted(folder.iterdir())):
        try:
            if (moved := _take(url, settings, path)) is not None:
                taken.append(moved)
        except OSError as fault:
            faults.append(fault)
    if faults:
        raise known_fault(faults[0]) or faults[0]
    return taken


def _is_complete(path: Path) -> bool:
    """A plain file that nobody has touched for a while; its name does not say "not yet"."""
    if path.name in _NOTES or path.name.startswith(".") or path.suffix in (".part", ".tmp"):
        return False
    try:
        return path.is_file() and time() - path.stat().st_mtime > STILL_SECONDS
    except OSError:
        return False


def _take(url: str, settings: Settings, path: Path) -> Path | None:
    """Hand one file in and move it; None when another worker has it or it was not complete."""
    try:
        before = path.stat()
        submitted = submit_file(url, settings, path, user=USER)
        after = path.stat()
    except FileNotFoundError:
        return None
    except (DatabaseAway, psycopg.Error):
        raise
    except Exception as error:
        return _refuse(path, known_fault(error) or unexpected(error, USER, settings.var_dir))
    if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
        return _move(path, path.parent / TAKEN)
    if submitted.is_new and submitted.job_id is not None:
        # It grew after all: what was kept so far is not the file.
        with suppress(RefusedAction):
            cancel_job(url, submitted.job_id, USER)
    return None


def _refuse(path: Path, reason: PipelineError) -> Path | None:
    """Move a file that cannot be taken in; the reason stands beside it."""
    note = f"{reason.text('fa')}\n\n{reason.text('en')}\n"
    return _move(path, path.parent / REFUSED, note)


def _move(path: Path, folder: Path, note: str | None = None) -> Path | None:
    """Move a file without writing over another; None when it is gone.

    Raises OSError, with the file where it was, when the disk has no room for the note.
    """
    folder.mkdir(exist_ok=True)
    target = _free_name(folder, path)
    beside = target.with_name(f"{target.name}.txt")
    try:
        if note is not None:
            beside.write_text(note, encoding="utf-8")
        return path.replace(target)
    except OSError as fault:
        target.unlink()
        beside.unlink(missing_ok=True)
        if isinstance(fault, FileNotFoundError):
            return None
        # A full disk does not say which file it was.
        fault.filename = fault.filename or str(path)
        raise


def _free_name(folder: Path, path: Path) -> Path:
    """A name that nobody else has, held by an empty file."""
    for number in count():
        target = folder / (f"{path.stem}-{number}{path.suffix}" if number else path.name)
        with suppress(FileExistsError):
            target.touch(exist_ok=False)
            return target
    raise AssertionError("numbers do not end")
