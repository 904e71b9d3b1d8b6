"""The verb `verify`: what the ledger check finds, gap by gap."""

from __future__ import annotations

import typer

from pipeline.cli.output import progress, shown
from pipeline.cli.session import Session


def find_gaps(session: Session) -> int:
    """Run the ledger check and name every gap on standard error; returns how many there are."""
    from pipeline.verify import verify

    url = session.database()
    with progress(True, 0, session.stage) as tell:
        tell("verify", 0)
        gaps = verify(url, config_dir=session.settings.config_dir)
    if not gaps:
        typer.echo(session.texts("verify_good"))
        return 0
    typer.echo(session.texts("verify_gaps", count=len(gaps)), err=True)
    for gap in gaps:
        typer.echo(f"{gap.code}: {shown(gap.text(session.settings.language))}", err=True)
    return len(gaps)
