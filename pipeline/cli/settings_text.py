"""What the verbs of settings show."""

from __future__ import annotations

import typer

from pipeline.cli.output import shown
from pipeline.cli.session import Session
from pipeline.house_settings import read_settings
from pipeline.texts import read_texts


def show_settings(session: Session) -> None:
    """Each setting: its name, how it stands, what it means, and its last change."""
    t = read_texts(session.settings.config_dir, session.settings.language, "house_settings")
    for one in read_settings(session.database()):
        typer.echo(f"{one.name}: {t('on' if one.is_on else 'off')} · {t(one.name)}")
        if one.at is not None:
            facts = {"author": shown(one.author), "when": f"{one.at:%Y-%m-%d %H:%M}"}
            typer.echo("  " + t("changed", reason=shown(one.reason), **facts))
