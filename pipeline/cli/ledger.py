"""What the verbs of the ledger show: gaps, audit events, backups, purges."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import typer

from pipeline.cli.output import amount, columns, progress, shown, to_json
from pipeline.cli.session import Session
from pipeline.texts import Texts, read_texts

_HEADINGS = ("event_id", "at", "actor", "action", "subject", "detail")
_AT_ONCE = 500
ACTOR = "cli"


def find_gaps(session: Session, url: str, head: str | None) -> int:
    """Run the ledger check and name every gap on standard error; returns how many there are.

    The audit chain is told afterwards, up to which of its events the ledger was checked.
    """
    from pipeline.audit import read_head, tell
    from pipeline.db import transaction
    from pipeline.uploads import KEPT_SECONDS
    from pipeline.verification.leftovers import OLD_SECONDS
    from pipeline.verify import verify

    settings = session.settings
    with transaction(url) as connection:
        before = read_head(connection)
    with progress(True, 0, session.stage) as show:
        show("verify", 0)
        gaps = verify(
            url,
            config_dir=settings.config_dir,
            head=head,
            scratch={
                settings.var_dir / "scratch": OLD_SECONDS,
                settings.var_dir / "uploads": KEPT_SECONDS,
            },
            shared_scratch=Path(tempfile.gettempdir()),
        )
    said = session.texts("verify_gaps", count=len(gaps)) if gaps else session.texts("verify_good")
    typer.echo(said, err=bool(gaps))
    for gap in gaps:
        typer.echo(f"{gap.code}: {shown(gap.text(settings.language))}", err=True)
    found = {"gaps": len(gaps), "event_id": before and before.event_id}
    tell(url, ACTOR, "verify", ("ledger", None), found)
    return len(gaps)


def write_events(session: Session, since: datetime | None, *, as_json: bool) -> None:
    """The audit events from a moment on: a table for readers, or a JSON object per line."""
    from pipeline.audit import list_events
    from pipeline.db import Row, transaction

    texts = _texts(session)
    headings = [texts(f"head_{name}") for name in _HEADINGS]

    def show(rows: list[Row]) -> None:
        typer.echo(columns(headings, [_cells(row) for row in rows]))

    with transaction(session.database()) as connection:
        waiting: list[Row] = []
        for event in list_events(connection, since):
            if as_json:
                typer.echo(to_json({**event, "at": event["at"].isoformat()}))
                continue
            waiting.append(event)
            if len(waiting) == _AT_ONCE:
                show(waiting)
                waiting = []
        if waiting:
            show(waiting)


def write_head(session: Session) -> None:
    """The head of the chain as one JSON object, or a sentence where there is none."""
    from pipeline.audit import read_head
    from pipeline.db import transaction

    with transaction(session.database()) as connection:
        found = read_head(connection)
    if found is None:
        typer.echo(_texts(session)("no_events"), err=True)
    else:
        typer.echo(to_json(found.as_facts()))


def back_up_database(session: Session, file: Path) -> None:
    """Write a backup and say what it is."""
    from pipeline.backup import back_up, head_file

    texts, url = _texts(session), session.database()
    with progress(True, 0, texts) as tell:
        tell("stage_backup", 0)
        head = back_up(url, file, progress=lambda done, total: tell("stage_backup", 0))
    size = amount(file.stat().st_size)
    names = {"file": shown(file), "head_file": shown(head_file(file))}
    typer.echo(texts("backed_up", size=size, event_id=head.event_id, **names))


def restore_database(session: Session, file: Path, into: str | None) -> int:
    """Restore a backup and run the ledger check on it; returns how many gaps there are."""
    from pipeline.backup import restore, target_url

    texts = _texts(session)
    url = target_url(session.settings, into)
    with progress(True, 0, texts) as tell:
        tell("stage_restore", 0)
        head = restore(file, url, progress=lambda done, total: tell("stage_restore", 0))
    typer.echo(texts("restored", file=shown(file)))
    if head is None:
        typer.echo(texts("no_head"), err=True)
    return find_gaps(session, url, None if head is None else head.hash)


def purge_load(session: Session, load_id: int, reason: str) -> None:
    """Purge a load and say what was removed."""
    from pipeline.retention import purge

    days = session.settings.purge_after_days
    done = purge(session.database(), load_id, reason, days=days)
    typer.echo(_texts(session)("purged", load_id=load_id, lines=amount(done["raw_lines"])))


def _cells(event: dict[str, object]) -> list[object]:
    subject = " ".join(str(event[name]) for name in ("subject_kind", "subject_id") if event[name])
    at = event["at"]
    assert isinstance(at, datetime)
    detail = to_json(event["detail"])
    moment = at.isoformat(" ", "seconds")
    return [event["event_id"], moment, event["actor"], event["action"], subject, detail]


def _texts(session: Session) -> Texts:
    return read_texts(session.settings.config_dir, session.settings.language, "ledger")
