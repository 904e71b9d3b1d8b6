"""What went wrong, for whoever must act: a message in our words, a traceback in the log alone."""

from __future__ import annotations

import json
import secrets
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import DatabaseAway, PipelineError
from pipeline.journal import note

_LOG_NAME = "errors.log"
# SQLSTATE class 53, insufficient resources, but for too many connections: they come and go.
_OUT_OF_SPACE = ("53000", "53100", "53200", "53400")


def is_out_of_space(error: BaseException) -> bool:
    """Whether the database says that its disk or memory is full."""
    return getattr(error, "sqlstate", None) in _OUT_OF_SPACE


def known_fault(error: BaseException) -> PipelineError | None:
    """The errors that a user can do something about, those of others in our words; else None."""
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
    return _translated_settings(error) or _translated_database(error)


def _translated_settings(error: BaseException) -> PipelineError | None:
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


def _translated_database(error: BaseException) -> PipelineError | None:
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
    if is_out_of_space(error):
        return PipelineError(
            "NO_SPACE",
            fa="دیسک یا حافظهٔ پایگاه داده پر است؛ این کار ثبت نشد و چیز نیمه‌کاره‌ای نمانده است. "
            "جا باز کنید و دوباره تلاش کنید.",
            en="The database is out of disk space or memory; this was not stored and nothing half "
            "done is left. Make room and try again.",
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


def database_away(error: Exception) -> DatabaseAway:
    """What to say when PostgreSQL cannot be reached."""
    return DatabaseAway(
        "DATABASE_AWAY",
        fa="پایگاه داده در دسترس نیست ({reason}). چیزی ثبت نشد؛ "
        "پس از برقراری ارتباط دوباره تلاش کنید.",
        en="The database cannot be reached ({reason}). Nothing was stored; "
        "try again once it is up.",
        reason=(str(error).strip() or type(error).__name__).splitlines()[-1],
    )


def unexpected(error: BaseException, verb: str | None, var_dir: Path) -> PipelineError:
    """A fault of ours: a reference for the user, the traceback for whoever mends it."""
    now = datetime.now(UTC)
    entry = {
        "reference": f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        "at": now.isoformat(),
        "verb": verb,
        "traceback": "".join(traceback.format_exception(error)),
    }
    note(
        var_dir, "fault", level="error", reference=entry["reference"], what=verb,
        fault=type(error).__name__,
    )  # fmt: skip
    return PipelineError(
        "UNEXPECTED",
        # Isolated, or the Latin words change places on a screen that runs from right to left.
        fa="خطایی پیش‌بینی‌نشده رخ داد. این ارجاع را به پشتیبانی بدهید: "
        "\u2068{reference}\u2069 (\u2068{place}\u2069)",
        en="Something unexpected went wrong. Give support this reference: {reference} ({place})",
        reference=entry["reference"],
        place="var/log" if _is_logged(entry, var_dir) else "var/log: -",
    )


def _is_logged(entry: dict[str, str | None], var_dir: Path) -> bool:
    """Whether the log took the entry; on a full disk the message must still come out."""
    try:
        _log(entry, var_dir)
    except OSError:
        return False
    return True


def _log(entry: dict[str, str | None], var_dir: Path) -> None:
    """One entry, one line: what came from a file cannot look like another entry."""
    folder = var_dir / "log"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _LOG_NAME
    path.touch(mode=0o600, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=True) + "\n")
