"""What the verbs on months show: what was done, how months stand, and what a step would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from pipeline.cli.output import amount, columns, progress, shown
from pipeline.cli.session import Session
from pipeline.months.changes import MonthDifference
from pipeline.months.reads import MonthState, Step, history, list_months
from pipeline.publications import Expected, Undone, publish
from pipeline.results import read_result
from pipeline.texts import Texts, read_texts

_MEASURES = (
    "net_amount", "gross_amount", "returns_amount", "invoices", "customers", "lines",
)  # fmt: skip
_VIEW_COLUMNS = (
    "view", "rows_before", "rows_after", "appearing", "vanishing", "changing",
)  # fmt: skip


def words_of(session: Session) -> Texts:
    """The texts of this module in the session's language."""
    settings = session.settings
    return read_texts(settings.config_dir, settings.language, "months")


def publish_load(session: Session, load_id: int, expected: int | Expected | None) -> None:
    """Publish a load and say what it superseded."""
    url = session.database()
    was_published = read_result(url, load_id).status == "published"
    with progress(True, 0, session.stage) as tell:
        tell("publish", 0)
        before = publish(url, load_id, expected=expected)
    done = "published_before" if was_published else "published"
    typer.echo(session.texts(done, load_id=load_id))
    if before is not None:
        typer.echo(session.texts("load_supersedes", before=before))


def undone_text(session: Session, source: str, period: str, undone: Undone) -> str:
    """What an undo took back, and what each load is now."""
    words = words_of(session)
    loads = [
        words("undone_load", load_id=load_id, state=session.state(state))
        for load_id, state in sorted(undone.states.items())
    ]
    head = words("undone", source=source, period=period, step=undone.undid_step)
    return "\n".join([head, *(f"  {line}" for line in loads)])


def months_text(session: Session, url: str) -> str:
    """Each month: its state and published load, drafts that wait, since when, and its lock."""
    found = list_months(url)
    if not found:
        return session.texts("no_loads")
    words = words_of(session)
    names = ("source", "period", "state", "load", "drafts", "since", "lock")
    return columns([words(f"head_{name}") for name in names], [_month(session, m) for m in found])


def history_text(session: Session, url: str, source: str, period: str | None) -> str:
    """Who did what to a month, or to the months of a source; the newest first."""
    words = words_of(session)
    steps = history(url, source, period)
    if not steps:
        return words("no_steps")
    names = ("period", "step", "at", "actor", "action", "load", "came_to", "reason")
    return columns([words(f"head_{name}") for name in names], [_step(session, s) for s in steps])


def difference_text(session: Session, found: MonthDifference) -> str:
    """The difference for readers: months, rows of views, largest changes, lines, issues."""
    words = words_of(session)
    head = words(
        f"would_{found.action}",
        source=found.source,
        period=found.period,
        leaving=_loads(found.leaving),
        entering=_loads(found.entering),
    )
    parts = [head, "", _figures(words, found), "", _table(words, _VIEW_COLUMNS, found.views)]
    for dimension, largest in found.largest.items():
        if largest:
            names = ("entity_id", "net_before", "net_after", "change")
            parts += ["", words(f"largest_{dimension}"), _table(words, names, largest)]
    lines = {name: amount(getattr(found.lines, name)) for name in found.lines.__slots__}
    parts += ["", words("lines", **lines)]
    if found.issues:
        names = ("rule_code", "fixed", "new", "staying")
        parts += ["", words("issues"), _table(words, names, found.issues)]
    return "\n".join(parts)


def _month(session: Session, month: MonthState) -> list[object]:
    words = words_of(session)
    lock = "-"
    if month.locked:
        lock = words("locked_by", actor=month.locked_by, reason=month.lock_reason)
    return [
        month.source,
        month.period,
        session.state(month.state),
        str(month.load_id or "-"),
        _loads(month.drafts),
        f"{month.since:%Y-%m-%d %H:%M}",
        lock,
    ]


def _step(session: Session, step: Step) -> list[object]:
    states = (f"{load_id} {session.state(state)}" for load_id, state in sorted(step.states.items()))
    return [
        step.period,
        str(step.step_no),
        f"{step.at:%Y-%m-%d %H:%M}",
        step.actor,
        words_of(session)(f"action_{step.action}"),
        str(step.load_id or "-"),
        "، ".join(states) or "-",
        step.reason or "-",
    ]


def _figures(words: Texts, found: MonthDifference) -> str:
    """A row per month and measure: before, after, change."""
    rows = [
        [
            month.month,
            words(f"measure_{name}"),
            *(getattr(side, name) for side in (month.before, month.after, month.change)),
        ]
        for month in found.months
        for name in _MEASURES
    ]
    names = ("month", "measure", "before", "after", "change")
    return columns([words(f"head_{name}") for name in names], rows)


def _table(words: Texts, names: Sequence[str], rows: Sequence[Any]) -> str:
    headings = [words(f"head_{name}") for name in names]
    return columns(headings, [[getattr(row, name) for name in names] for row in rows])


def _loads(load_ids: Sequence[int]) -> str:
    return shown("، ".join(map(str, load_ids))) if load_ids else "-"
