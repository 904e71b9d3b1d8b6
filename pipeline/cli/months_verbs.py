"""The verbs on months: publish, void, undo, lock, unlock, and what such a step would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.faults import wrong_use

if TYPE_CHECKING:
    from pipeline.publications import Expected

Load = Annotated[
    int, typer.Argument(metavar="LOAD", min=1, help="Number of the load, see `status`.")
]
Source = Annotated[str, typer.Argument(metavar="SOURCE", help="Source system, such as karamad.")]
Period = Annotated[str, typer.Argument(metavar="PERIOD", help="Month, such as 1403-05.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object, money with all its digits.")]
ACTOR = "cli"


def register(app: typer.Typer) -> None:
    """Give the verbs of this module to the terminal."""
    for verb in (publish, void, undo, lock, unlock, difference, months):
        app.command()(verb)


def publish(
    load_id: Load,
    expected: Annotated[
        str | None,
        typer.Option(
            metavar="LOAD|none",
            help="The load you saw as published there; refused when it is another by now.",
        ),
    ] = None,
) -> None:
    """Make a load the one of its month; an earlier one is superseded."""
    from pipeline.cli.months_text import publish_load
    from pipeline.cli.session import open_session

    publish_load(open_session(), load_id, _expected(expected))


def void(load_id: Load, reason: Reason) -> None:
    """Withdraw a load: its figures leave every KPI, its file and history stay."""
    from pipeline import publications
    from pipeline.cli.session import open_session

    session = open_session()
    publications.void(session.database(), load_id, reason, actor=ACTOR)
    typer.echo(session.texts("voided", load_id=load_id))


def undo(source: Source, period: Period, reason: Reason) -> None:
    """Take back the last publish, void or undo of a month; a second undo takes the first back."""
    from pipeline import publications
    from pipeline.cli.months_text import undone_text
    from pipeline.cli.session import open_session

    session = open_session()
    undone = publications.undo(session.database(), source, period, actor=ACTOR, reason=reason)
    typer.echo(undone_text(session, source, period, undone))


def lock(source: Source, period: Period, reason: Reason) -> None:
    """Lock a month: publish, void, undo and a recheck of what it shows are refused."""
    from pipeline.cli.months_text import words_of
    from pipeline.cli.session import open_session
    from pipeline.months.locks import lock_month

    session = open_session()
    lock_month(session.database(), source, period, actor=ACTOR, reason=reason)
    typer.echo(words_of(session)("locked", source=source, period=period))


def unlock(source: Source, period: Period, reason: Reason) -> None:
    """Open a locked month again."""
    from pipeline.cli.months_text import words_of
    from pipeline.cli.session import open_session
    from pipeline.months.locks import unlock_month

    session = open_session()
    unlock_month(session.database(), source, period, actor=ACTOR, reason=reason)
    typer.echo(words_of(session)("unlocked", source=source, period=period))


def difference(
    load_id: Load,
    than: Annotated[
        int | None, typer.Option(min=1, help="Compare with this load of the same month.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what publishing a load would change (voiding it, if it is published); writes nothing."""
    from dataclasses import asdict

    from pipeline.cli.months_text import difference_text
    from pipeline.cli.output import to_json
    from pipeline.cli.session import open_session
    from pipeline.months.difference import compare
    from pipeline.months.difference import difference as told

    session = open_session()
    url = session.database()
    found = told(url, load_id) if than is None else compare(url, than, load_id)
    typer.echo(to_json(asdict(found)) if as_json else difference_text(session, found))


def months(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="With it and a period: its history.")
    ] = None,
    period: Annotated[str | None, typer.Argument(metavar="[PERIOD]")] = None,
) -> None:
    """Show how each month stands, or of one source or month who did what to it."""
    from pipeline.cli.months_text import history_text, months_text
    from pipeline.cli.session import open_session

    session = open_session()
    url = session.database()
    text = (
        months_text(session, url) if source is None else history_text(session, url, source, period)
    )
    typer.echo(text)


def _expected(word: str | None) -> int | Expected | None:
    """What `--expected` says: a load, none (None), or anything when it is not given."""
    from pipeline.publications import ANYTHING

    if word is None:
        return ANYTHING
    if word == "none":
        return None
    if not word.isdecimal():
        raise wrong_use(
            fa="برای «--expected» شمارهٔ بار یا none بنویسید؛ «{word}» هیچ‌کدام نیست.",
            en="Give --expected the number of a load or `none`; '{word}' is neither.",
            word=word,
        )
    return int(word)
