"""The verbs of work that waits or goes on: see it, call it off, be the one who does it."""

from __future__ import annotations

from typing import Annotated

import typer

JobNumber = Annotated[
    int, typer.Argument(metavar="JOB", min=1, help="Number of the job, see `jobs`.")
]
Active = Annotated[bool, typer.Option("--active", help="Those alone that wait or run.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
Concurrency = Annotated[int, typer.Option(min=1, max=64, help="Jobs side by side.")]
Once = Annotated[bool, typer.Option("--once", help="End when no job waits or runs any more.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the terminal's."""
    app.command()(jobs)
    app.command()(cancel)
    app.command()(worker)


def jobs(active: Active = False, as_json: Json = False) -> None:
    """Show jobs, the newest first: what was asked for, how far it is, how it ended."""
    from pipeline.cli.jobs import job_facts, jobs_text
    from pipeline.cli.output import to_json
    from pipeline.cli.session import open_session
    from pipeline.jobs.records import list_jobs

    session = open_session()
    found = list_jobs(session.database(), active=active)
    if as_json:
        for job in found:
            typer.echo(to_json(job_facts(job)))
    else:
        typer.echo(jobs_text(session, found))


def cancel(job_id: JobNumber) -> None:
    """Call a job off; nothing of it is shown, and its file stays kept."""
    from pipeline.cli.jobs import job_words
    from pipeline.cli.session import open_session
    from pipeline.jobs.claiming import cancel_job

    session = open_session()
    job = cancel_job(session.database(), job_id, "cli")
    typer.echo(job_words(session)("cancelled", job_id=job.job_id, load_id=job.load_id))


def worker(concurrency: Concurrency = 1, once: Once = False) -> None:
    """Run jobs as they come, and take in what lies in the inbox, until ended."""
    from pipeline.cli.jobs import job_words
    from pipeline.cli.session import open_session
    from pipeline.jobs.worker import run_worker

    session = open_session()
    session.database()
    if not once:
        typer.echo(job_words(session)("worker_ready", inbox=session.settings.inbox_dir), err=True)
    run_worker(session.settings, concurrency=concurrency, once=once)
