"""What the terminal says of jobs, and handing files in for a worker to run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import typer

from pipeline.cli.faults import GOOD, report
from pipeline.cli.loads import Wish, about
from pipeline.cli.output import columns, shown, to_json
from pipeline.cli.session import Session
from pipeline.errors import PipelineError
from pipeline.jobs.records import Job, list_jobs
from pipeline.jobs.submit import Submitted, submit_file
from pipeline.texts import Texts, read_texts

_COLUMNS = ("job", "load", "file", "state", "stage", "share", "left", "lines", "by", "at")


def job_words(session: Session) -> Texts:
    """The words about jobs."""
    return read_texts(session.settings.config_dir, session.settings.language, "jobs")


def submit_files(session: Session, files: Iterable[Path], wish: Wish) -> int:
    """Hand each file in and say which job it is; returns the exit code of all together."""
    url = session.database()
    return max((_submit(session, url, path, wish) for path in files), default=GOOD)


def jobs_text(session: Session, found: Sequence[Job]) -> str:
    """Jobs as a table, each failed one with its reason below."""
    words = job_words(session)
    if not found:
        return words("none")
    table = columns([words(f"head_{name}") for name in _COLUMNS], [_row(words, j) for j in found])
    return "\n".join([table, *_reasons(words, found)])


def active_text(session: Session, url: str) -> str:
    """The jobs that wait or run, with an empty line behind them; empty when there is none."""
    found = list_jobs(url, active=True)
    return f"{job_words(session)('active')}\n{jobs_text(session, found)}\n\n" if found else ""


def job_facts(job: Job) -> dict[str, Any]:
    """A job for programs: times in ISO form, time left in seconds."""
    facts = {name: getattr(job, name) for name in job.__slots__ if name not in ("key", "asked")}
    facts = {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in facts.items()}
    left = job.time_left
    return {**facts, "seconds_left": None if left is None else round(left.total_seconds(), 1)}


def _submit(session: Session, url: str, path: Path, wish: Wish) -> int:
    words, name = job_words(session), shown(path.name)
    try:
        done = submit_file(
            url,
            session.settings,
            path,
            source=wish.source,
            period=wish.period,
            overrides=wish.overrides,
            user=wish.user,
            publish=wish.publish,
        )
    except Exception as error:
        code = report(about(path.name, error), wish.verb)
        if wish.as_json:
            reason = error.code if isinstance(error, PipelineError) else "UNEXPECTED"
            typer.echo(to_json({"job_id": None, "load_id": None, "error": reason}))
        return code
    if wish.as_json:
        facts = {"job_id": done.job_id, "load_id": done.load_id, "is_new": done.is_new}
        typer.echo(to_json({**facts, "error": None}))
    else:
        typer.echo(words(_what_became(done), file=name, job_id=done.job_id, load_id=done.load_id))
    return GOOD


def _what_became(done: Submitted) -> str:
    if done.job_id is None:
        return "known"
    return "submitted" if done.is_new else "submitted_before"


def _row(words: Texts, job: Job) -> list[object]:
    left, running = job.time_left, job.state == "running"
    return [
        job.job_id,
        job.load_id,
        job.file_name,
        words(f"state_{job.state}"),
        words(f"stage_{job.stage}") if running and job.stage else None,
        f"{job.share_done:.0%}" if running else None,
        None if left is None else words("seconds", seconds=round(left.total_seconds())),
        job.lines_done,
        job.requested_by,
        f"{job.requested_at:%Y-%m-%d %H:%M}",
    ]


def _reasons(words: Texts, found: Sequence[Job]) -> list[str]:
    """Why jobs failed, or wait once more."""
    told = [job for job in found if job.error is not None and job.state != "done"]
    return [
        words("reason", job_id=job.job_id, reason=shown((job.error or {}).get(words.language, "")))
        for job in told
    ]
