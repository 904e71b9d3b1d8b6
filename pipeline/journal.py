"""What an operator watches: one JSON record per event in var/log/events.log, rotated by size.

The audit chain tells people what people did; this tells programs what the product did: who was
refused, which job ended how, which fault has which reference. Only the named fields may stand in
it: no value of a file, nobody's personal data, no secret.
"""

from __future__ import annotations

import fcntl
import logging
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

NAME = "events.log"
MOST_BYTES = 10 * 1024**2
MOST_FILES = 5  # besides the one that is written
LONGEST = 300

FIELDS = frozenset({
    "event", "level", "time", "pid",
    "person", "origin", "reference",  # who, from where, and the number that the person was told
    "method", "path", "status", "what", "code", "unrecorded",
    "file", "size", "load", "job", "attempt", "kind", "state", "stage", "seconds", "worker",
    "fault",
})  # fmt: skip

_Record = MutableMapping[str, Any]


def note(var_dir: Path, event: str, *, level: str = "info", **facts: object) -> bool:
    """Write one record; whether it could be (a full disk must not keep the deed itself from being
    done: then standard error gets it).

    Facts are texts, numbers and None, under names of FIELDS; ValueError for another name.
    """
    if strange := facts.keys() - FIELDS:
        raise ValueError(f"Not a field of the journal: {', '.join(sorted(strange))}.")
    log = _logger(var_dir / "log" / NAME)
    try:
        log(event, level=level, **facts)
    except OSError as error:
        sys.stderr.write(f"{var_dir / 'log' / NAME}: {error.strerror}: {event}\n")
        return False
    return True


@lru_cache(maxsize=8)
def _logger(path: Path) -> Callable[..., Any]:
    import structlog

    log = structlog.wrap_logger(
        _File(path),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.CallsiteParameterAdder(
                {structlog.processors.CallsiteParameter.PROCESS}
            ),
            _tidy,
            # ASCII alone: what came from outside can neither end a line nor colour a terminal.
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.BoundLogger,
    )
    written: Callable[..., Any] = log.info
    return written


def _tidy(_: Any, __: str, record: _Record) -> _Record:
    """Event and time first; nothing that says nothing, and no text without an end."""
    facts = {name: _short(value) for name, value in record.items() if value is not None}
    facts["pid"] = facts.pop("process", None)
    first = {name: facts.pop(name) for name in ("time", "level", "event")}
    return {**first, **facts}


def _short(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


class _File:
    """A file that several processes write to, a whole line at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def info(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self._path.with_name(f".{self._path.name}.lock")):
            if self._path.exists() and self._path.stat().st_size + len(line) > MOST_BYTES:
                self._rotate()
            self._path.touch(mode=0o600, exist_ok=True)
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{line}\n")

    def _rotate(self) -> None:
        """events.log.1 is the newest of the old ones."""
        for number in range(MOST_FILES, 0, -1):
            older = self._numbered(number)
            newer = self._numbered(number - 1) if number > 1 else self._path
            if newer.exists():
                newer.replace(older)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class ToJournal(logging.Handler):
    """Brings warnings of the standard library's loggers (a worker's) into the journal."""

    def __init__(self, var_dir: Path) -> None:
        super().__init__(logging.WARNING)
        self._var_dir = var_dir

    def emit(self, record: logging.LogRecord) -> None:
        """Note the message, without a traceback."""
        level = record.levelname.lower()
        note(self._var_dir, "warning", level=level, what=record.getMessage(), kind=record.name)
