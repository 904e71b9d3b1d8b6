"""What goes wrong at the terminal: a message, an exit code, and a traceback in the log alone."""

from __future__ import annotations

import errno
import json
import secrets
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from pipeline.errors import DatabaseAway, PipelineError

GOOD, REFUSED, WRONG_USE = 0, 1, 2
_WRONG_USE_CODES = {
    "WRONG_USE", "WRONG_PERIOD", "UNKNOWN_SOURCE", "UNKNOWN_RULE", "REASON_MISSING",
    "UNKNOWN_ENCODING", "BAD_DIALECT", "UNKNOWN_HEADER", "UNKNOWN_COLUMN",
}  # fmt: skip
_LOG_NAME = "errors.log"


class Commands(TyperGroup):
    """The verbs; whatever one of them raises ends as a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except TyperException as error:
            raise typer.Exit(report(_as_wrong_use(error, ctx))) from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader of our output went away; typer knows what to do
            raise typer.Exit(report(error, ctx.invoked_subcommand)) from None


def wrong_use(fa: str, en: str, **values: str) -> PipelineError:
    """An error for words that make no command; it ends with exit code 2."""
    return PipelineError("WRONG_USE", fa=fa, en=en, where=None, **values)


def report(error: Exception, verb: str | None = None) -> int:
    """Say on standard error what went wrong, in the settings' language; returns the exit code."""
    known = error if isinstance(error, PipelineError) else _translated(error)
    known = known or _unexpected(error, verb)
    typer.echo(known.text(_language()), err=True)
    return WRONG_USE if known.code in _WRONG_USE_CODES else REFUSED


def _as_wrong_use(error: TyperException, ctx: Any) -> PipelineError:
    problem = error.format_message() if hasattr(error, "format_message") else str(error)
    where = getattr(error, "ctx", None) or ctx
    return wrong_use(
        fa="این دستور درست نیست: {problem}\nراهنما: {command} --help",
        en="This command makes no sense: {problem}\nHelp: {command} --help",
        problem=problem,
        command=where.command_path,
    )


def _translated(error: Exception) -> PipelineError | None:
    """The errors of others that a user can do something about, in our words."""
    if isinstance(error, OSError) and error.filename is not None:
        return PipelineError(
            "FILE_NOT_USABLE",
            where=Path(str(error.filename)).name.removesuffix(".part"),
            fa="با این فایل یا پوشه نمی‌توان کار کرد ({reason}). نشانی و دسترسی آن را ببینید.",
            en="This file or folder cannot be used ({reason}). Look at its path and permissions.",
            reason=error.strerror,
        )
    return _translated_settings(error) or _translated_database(error)


def _translated_settings(error: Exception) -> PipelineError | None:
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


def _translated_database(error: Exception) -> PipelineError | None:
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


def _unexpected(error: Exception, verb: str | None) -> PipelineError:
    """A fault of ours: a reference for the user, the traceback for whoever mends it."""
    now = datetime.now(UTC)
    entry = {
        "reference": f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        "at": now.isoformat(),
        "verb": verb,
        "traceback": "".join(traceback.format_exception(error)),
    }
    return PipelineError(
        "UNEXPECTED",
        fa="خطایی پیش‌بینی‌نشده رخ داد. این ارجاع را به پشتیبانی بدهید: {reference} ({place})",
        en="Something unexpected went wrong. Give support this reference: {reference} ({place})",
        reference=entry["reference"],
        place="var/log" if _is_logged(entry) else "var/log: -",
    )


def _is_logged(entry: dict[str, str | None]) -> bool:
    """Whether the log took the entry; on a full disk the message must still come out."""
    try:
        _log(entry)
    except OSError:
        return False
    return True


def _log(entry: dict[str, str | None]) -> None:
    """One entry, one line: what came from a file cannot look like another entry."""
    folder = _settings().var_dir / "log"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _LOG_NAME
    path.touch(mode=0o600, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=True) + "\n")


def _language() -> str:
    """The settings' language; Persian where the settings themselves are at fault."""
    try:
        return str(_settings().language)
    except ValueError:
        return "fa"


def _settings() -> Any:
    from pipeline.settings import get_settings

    return get_settings()
