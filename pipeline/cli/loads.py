"""Loading files and running loads again: one after the other, each with its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from pipeline.access.names import SAMPLE, TERMINAL
from pipeline.cli.faults import GOOD, report
from pipeline.cli.output import amount, progress, shown, to_json
from pipeline.cli.session import Session
from pipeline.db import fetch_all, transaction
from pipeline.errors import PipelineError
from pipeline.ingestion.inspection import Overrides
from pipeline.ingestion.looks import remark_text
from pipeline.jobs.direct import load_now, recheck_now
from pipeline.jobs.records import Job, list_jobs
from pipeline.plans import check_period
from pipeline.quality.rules import read_catalogue
from pipeline.results import LoadResult
from pipeline.source_memory import read_remembered

JSON_FIELDS = (
    "load_id", "run_id", "source", "period", "status", "lines", "canonical", "rejected", "blank",
    "net_amount", "rejected_net_amount", "issues", "duplicate_of", "seconds",
)  # fmt: skip
TOP_ISSUES = 5
NONE_GIVEN = Overrides()
_UNFINISHED = ("received", "failed")


@dataclass(frozen=True)
class Wish:
    """What is to be done with each file, besides loading it."""

    source: str | None
    period: str | None
    publish: bool
    as_json: bool
    verb: str = "load"
    overrides: Overrides = NONE_GIVEN
    user: str = TERMINAL  # who hands them in


def load_files(session: Session, files: Iterable[Path], wish: Wish) -> int:
    """Load each file and say what became of it; returns the exit code of all together.

    A file that is refused stops no other. PipelineError when source or period make no sense.
    """
    url = session.database()
    if wish.source:
        remembered = read_remembered(url, wish.source)
        check_period(remembered.mapping(session.settings.config_dir, wish.source), wish.period)
    codes = [
        _one(session, url, wish, path.name, _loading(session, url, wish, path)) for path in files
    ]
    return max(codes, default=GOOD)


def holds_loads(session: Session) -> bool:
    """Whether the database holds any load, whatever became of it; says so if it does."""
    with transaction(session.database()) as connection:
        loads = fetch_all(connection, "list_loads")
    if loads:
        typer.echo(session.texts("loads_there", count=amount(len(loads))))
    return bool(loads)


def recheck_loads(
    session: Session, load_id: int | None, period: str | None, *, as_json: bool
) -> int:
    """Run a load again with the rules of today, or every one that is not voided (`load_id` None).

    `period` settles the month of a load that has none yet. Returns the exit code of all together.
    """
    url = session.database()
    load_ids = [load_id] if load_id is not None else _standing_loads(url)
    wish = Wish(None, period, publish=False, as_json=as_json, verb="recheck")
    codes = [
        _one(session, url, wish, f"#{number}", _checking(session, url, wish, number))
        for number in load_ids
    ]
    return max(codes, default=GOOD)


def _standing_loads(url: str) -> list[int]:
    with transaction(url) as connection:
        loads = fetch_all(connection, "list_loads")
    return [load["load_id"] for load in loads if load["state"] != "voided"]


def _loading(session: Session, url: str, wish: Wish, path: Path) -> Callable[[], LoadResult]:
    def work() -> LoadResult:
        with progress(not wish.as_json, path.stat().st_size, session.stage) as tell:
            return load_now(
                url,
                session.settings,
                path,
                source=wish.source,
                period=wish.period,
                overrides=wish.overrides,
                user=wish.user,
                publish=wish.publish,
                progress=tell,
            )

    return work


def _checking(session: Session, url: str, wish: Wish, load_id: int) -> Callable[[], LoadResult]:
    def work() -> LoadResult:
        with progress(not wish.as_json, 0, session.stage) as tell:
            return recheck_now(url, session.settings, load_id, period=wish.period, progress=tell)

    return work


def _one(session: Session, url: str, wish: Wish, name: str, work: Callable[[], LoadResult]) -> int:
    """Do the work of one file, show its outcome, and give its exit code."""
    try:
        result = work()
    except Exception as error:
        code = report(about(name, error), wish.verb)
        if wish.as_json:
            typer.echo(to_json(_refused(error)))
        return code
    job = _job_at_work(url, result)
    if wish.as_json:
        typer.echo(to_json(_facts(result)))
    elif wish.user == SAMPLE:  # defects are in it by design; they would look like the reader's own
        typer.echo(_head(session, name, result))
    else:
        typer.echo(_summary(session, name, result, job))
    return GOOD if job is not None else _verdict(result)


def _job_at_work(url: str, result: LoadResult) -> Job | None:
    """The job that will bring an unfinished load to its end, if there is one."""
    if result.status not in _UNFINISHED:
        return None
    return next((job for job in list_jobs(url, load_id=result.load_id) if job.is_active), None)


def _verdict(result: LoadResult) -> int:
    """The exit code of a load; what is wrong with it is said on standard error."""
    if result.status in _UNFINISHED:
        return report(_unfinished(result))
    return GOOD if result.balanced else report(_out_of_balance(result))


def about(name: str, error: Exception) -> Exception:
    """The error with the name of the file that it is about."""
    if isinstance(error, PipelineError) and error.where is None:
        error.where = shown(name)
    return error


def _facts(result: LoadResult) -> dict[str, Any]:
    return {name: getattr(result, name) for name in JSON_FIELDS}


def _refused(error: Exception) -> dict[str, Any]:
    """The object of a file that did not get in: the same fields, empty, and the reason's code."""
    code = error.code if isinstance(error, PipelineError) else "UNEXPECTED"
    return {**dict.fromkeys(JSON_FIELDS), "status": "refused", "error": code}


def _summary(session: Session, name: str, result: LoadResult, job: Job | None) -> str:
    """What came in, what was accepted and refused, the top issues, what to do next.

    Of a load that a job is at work on: whose job it is, and where to see how far.
    """
    words, head = session.texts, _head(session, name, result)
    if job is not None:
        lines = [*_history(session, result), _at_work(session, job)]
        return "\n".join([head, *(f"  {line}" for line in lines)])
    lines = [
        *_history(session, result),
        *_remarks(session, result),
        *_counts(session, result),
        *_issues(session, result),
    ]
    lines += [words("load_seconds", seconds=f"{result.seconds:.1f}"), *_next(session, result)]
    return "\n".join([head, *(f"  {line}" for line in lines)])


def _head(session: Session, name: str, result: LoadResult) -> str:
    return session.texts(
        "load_head",
        file=shown(name),
        load_id=result.load_id,
        source=result.source,
        period=result.period or "-",
        state=session.state(result.status),
    )


def _history(session: Session, result: LoadResult) -> list[str]:
    receipt = result.receipt
    if result.duplicate_of is None or receipt is None:
        return []
    when = f"{receipt.received_at:%Y-%m-%d %H:%M}" if receipt.received_at else "-"
    who, file = shown(receipt.received_by or "-"), shown(receipt.file_name or "-")
    words = session.texts
    return [words("load_duplicate", load_id=result.duplicate_of, when=when, who=who, file=file)]


def _at_work(session: Session, job: Job) -> str:
    since = f"{job.requested_at:%Y-%m-%d %H:%M}"
    return session.texts("load_at_work", job_id=job.job_id, who=shown(job.requested_by), when=since)


def _remarks(session: Session, result: LoadResult) -> list[str]:
    return [remark_text(code, session.settings.language) for code in result.remarks]


def _counts(session: Session, result: LoadResult) -> list[str]:
    counted = {
        name: amount(getattr(result, name)) for name in ("lines", "canonical", "rejected", "blank")
    }
    net, rejected_net = amount(result.net_amount), amount(result.rejected_net_amount)
    return [
        session.texts("load_lines", **counted),
        session.texts("load_net", net=net, rejected_net=rejected_net),
    ]


def _issues(session: Session, result: LoadResult) -> list[str]:
    if not result.issues:
        return [session.texts("load_no_issues")] if result.status not in _UNFINISHED else []
    titles = {
        rule.code: rule.title.of(session.settings.language)
        for rule in read_catalogue(session.settings.config_dir).rules
    }
    top = sorted(result.issues.items(), key=lambda item: (-item[1], item[0]))[:TOP_ISSUES]
    head = session.texts("load_issues", count=amount(sum(result.issues.values())))
    return [head, *(f"{amount(count):>9}  {code}  {titles.get(code, '')}" for code, count in top)]


def _next(session: Session, result: LoadResult) -> list[str]:
    after = {"received": "recheck", "failed": "recheck", "draft": "publish"}
    steps = ["issues"] if result.issues else []
    if result.balanced or result.status != "draft":
        steps.append(after.get(result.status, result.status))
    return [session.texts(f"next_{step}", load_id=result.load_id) for step in steps]


def _unfinished(result: LoadResult) -> PipelineError:
    return PipelineError(
        "RUN_UNFINISHED",
        fa="فایل نگه داشته شده، ولی اجرای بار {load_id} به پایان نرسیده است؛ "
        "«recheck {load_id}» را اجرا کنید.",
        en="The file is kept, but the run of load {load_id} did not finish; "
        "run `recheck {load_id}`.",
        load_id=result.load_id,
    )


def _out_of_balance(result: LoadResult) -> PipelineError:
    return PipelineError(
        "OUT_OF_BALANCE",
        fa="بار {load_id} تراز نیست و منتشر نمی‌شود؛ ایراد RECONCILIATION_GAP آن را ببینید و "
        "«recheck {load_id}» را اجرا کنید.",
        en="Load {load_id} does not balance and cannot be published; see its RECONCILIATION_GAP "
        "and run `recheck {load_id}`.",
        load_id=result.load_id,
    )
