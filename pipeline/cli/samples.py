"""The verbs `sample` and `sanitize`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import typer

from pipeline.cli.faults import wrong_use
from pipeline.cli.output import amount, progress, shown
from pipeline.cli.session import Session


def write_sample(session: Session, out: Path, wanted: dict[str, Any]) -> None:
    """Write an invented export with its labels; `wanted` are the arguments of `generate`."""
    from pipeline.samples import generate

    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with progress(True, 0, session.stage) as tell:
            tell("write", 0)
            done = generate(out, **wanted)
    except ValueError as error:
        problem = {"problem": str(error)}
        raise wrong_use(
            "این اندازه‌ها درست نیست: {problem}", "Wrong sizes: {problem}", **problem
        ) from error
    typer.echo(
        session.texts(
            "sample_written",
            file=shown(done.path),
            lines=amount(done.lines),
            dirty=amount(done.dirty_lines),
            labels=shown(done.labels_path),
        )
    )


def write_sanitized(session: Session, source: Path, out: Path, key: str | None) -> None:
    """Write a shareable copy; a key that was not given is made, and shown on standard error."""
    from pipeline.samples import sanitize

    if out.exists() and out.samefile(source):
        raise wrong_use(
            fa="رونوشت نمی‌تواند جای فایل اصلی را بگیرد؛ نام دیگری بدهید.",
            en="The copy cannot take the place of the original; give another name.",
        )
    secret = key or secrets.token_urlsafe(24)
    with progress(True, 0, session.stage) as tell:
        tell("write", 0)
        sanitize(source, out, secret.encode())
    if not key:
        typer.echo(session.texts("sanitize_key", key=secret))
    typer.echo(session.texts("sanitize_written", file=shown(out)))
