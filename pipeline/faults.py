"""What goes wrong unforeseen: errors of others in our words, tracebacks in the log alone."""

from __future__ import annotations

import json
import secrets
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import DatabaseAway, PipelineError

LOG_NAME = "errors.log"


def known_fault(error: Exception) -> PipelineError | None:
    """An error that its reader can do something about, in our words; None for a fault of ours."""
    if isinstance(error, PipelineError):
        return error
    if isinstance(error, OSError) and error.filename is not None:
        return PipelineError(
            "FILE_NOT_USABLE",
            where=Path(str(error.filename)).name.removesuffix(".part"),
            fa="با این فایل یا پوشه نمی‌توان کار کرد ({reason}). نشانی و دسترسی آن را ببینید.",
            en="This file or folder cannot be used ({reason}). Look at its path and permissions.",
            reason=error.strerror,
        )
    return _known_settings_fault(error) or _known_database_fault(error)


def log_fault(error: Exception, var_dir: Path, place: str | None) -> tuple[str, bool]:
    """Write the traceback to `var/log/errors.log`; returns its reference, and whether it is there.

    On a full disk there is no entry, and the message must still come out.
    """
    now = datetime.now(UTC)
    entry = {
        "reference": f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        "at": now.isoformat(),
        "verb": place,
        "traceback": "".join(traceback.format_exception(error)),
    }
    try:
        _append(var_dir / "log", entry)
    except OSError:
        return str(entry["reference"]), False
    return str(entry["reference"]), True


def unexpected(reference: str, logged: bool = True) -> PipelineError:
    """What is said of a fault of ours."""
    return PipelineError(
        "UNEXPECTED",
        fa="خطایی پیش‌بینی‌نشده رخ داد. این ارجاع را به پشتیبانی بدهید: {reference} ({place})",
        en="Something unexpected went wrong. Give support this reference: {reference} ({place})",
        reference=reference,
        place="var/log" if logged else "var/log: -",
    )


def _known_settings_fault(error: Exception) -> PipelineError | None:
    pydantic = sys.modules.get("pydantic")
    if pydantic is None or not isinstance(error, pydantic.ValidationError):
        return None
    # Names and reasons alone: a value may be a password.
    faults = (f"{'.'.join(map(str, f['loc'])).upper()}: {f['msg']}" for f in error.errors())
    return PipelineError(
        "WRONG_SETTINGS",
        fa="تنظیم‌های محیط یا فایل ‎.env درست نیست: {faults}",
        en="The settings in the environment or in .env are not valid: {faults}",
        faults="; ".join(faults),
    )


def _known_database_fault(error: Exception) -> PipelineError | None:
    psycopg = sys.modules.get("psycopg")
    if psycopg is None or not isinstance(error, psycopg.Error):
        return None
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
        return PipelineError(
            "SCHEMA_MISSING",
            fa="پایگاه داده آماده نیست یا نسخهٔ آن کهنه است. "
            "نخست «python -m pipeline migrate» را اجرا کنید.",
            en="The database is not prepared, or is of an older version. "
            "Run `python -m pipeline migrate` first.",
        )
    if isinstance(error, psycopg.OperationalError):
        return DatabaseAway(
            "DATABASE_AWAY",
            fa="ارتباط با پایگاه داده بریده شد؛ کاری که نیمه‌تمام ماند دیده نمی‌شود. "
            "وضعیت را با «status» ببینید.",
            en="The connection to the database was lost; nothing half done is visible. "
            "See `status`.",
        )
    return None


def _append(folder: Path, entry: dict[str, str | None]) -> None:
    """One entry, one line: what came from a file cannot look like another entry."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOG_NAME
    path.touch(mode=0o600, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=True) + "\n")
