"""What goes wrong at the terminal: a message and an exit code."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from pipeline.errors import PipelineError
from pipeline.faults import known_fault, unexpected

GOOD, REFUSED, WRONG_USE = 0, 1, 2
_WRONG_USE_CODES = {
    "WRONG_USE", "WRONG_PERIOD", "UNKNOWN_SOURCE", "UNKNOWN_RULE", "REASON_MISSING",
    "UNKNOWN_ENCODING", "BAD_DIALECT", "UNKNOWN_HEADER", "UNKNOWN_COLUMN",
}  # fmt: skip


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
    known = known_fault(error) or unexpected(error, verb, _var_dir())
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


def _language() -> str:
    """The settings' language; Persian where the settings themselves are at fault."""
    try:
        return str(_settings().language)
    except ValueError:
        return "fa"


def _var_dir() -> Path:
    """Where the log is; beside the code where the settings themselves are at fault."""
    try:
        return Path(_settings().var_dir)
    except ValueError:
        from pipeline.settings import ROOT

        return ROOT / "var"


def _settings() -> Any:
    from pipeline.settings import get_settings

    return get_settings()
