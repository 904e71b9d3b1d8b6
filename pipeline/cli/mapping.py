"""The verbs `mapping …`: what a source's headers mean, seen, taken out, given back, confirmed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.faults import wrong_use

app = typer.Typer(
    help="What the headers of a source system mean: see, export, import, confirm.",
    rich_markup_mode=None,
)

_FILE = {"exists": True, "dir_okay": False, "readable": True}
Source = Annotated[str, typer.Argument(metavar="SOURCE", help="Source system, such as karamad.")]
_NONE = ("", "-", "none")


@app.command()
def show(source: Source) -> None:
    """Show a source's columns with their headers, its versions, and what is remembered of it."""
    from pipeline.cli.mapping_text import mapping_text
    from pipeline.cli.session import open_session

    session = open_session()
    typer.echo(mapping_text(session, session.database(), source))


@app.command()
def export(
    source: Source, file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)]
) -> None:
    """Write the mapping in force to a YAML file."""
    from pipeline.cli.output import shown
    from pipeline.cli.session import open_session
    from pipeline.mappings import export_mapping
    from pipeline.source_memory import read_remembered

    session = open_session()
    remembered = read_remembered(session.database(), source)
    mapping = remembered.mapping(session.settings.config_dir, source)
    export_mapping(mapping, file)
    said = session.texts(
        "mapping_exported", source=source, version=mapping.version, file=shown(file)
    )
    typer.echo(said)


@app.command("import")
def import_(
    source: Source,
    file: Annotated[Path, typer.Argument(metavar="FILE", **_FILE)],
    reason: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
) -> None:
    """Take a YAML file as the new mapping of a source; its version must be higher."""
    from pipeline.cli.session import open_session
    from pipeline.mappings import import_mapping

    session = open_session()
    mapping = import_mapping(
        session.database(), session.settings, source, file, author="cli", reason=reason
    )
    typer.echo(session.texts("mapping_kept", source=source, version=mapping.version))


@app.command()
def confirm(
    source: Source,
    file: Annotated[Path, typer.Argument(metavar="FILE", **_FILE)],
    matches: Annotated[
        list[str],
        typer.Argument(metavar="HEADER=COLUMN...", help="`HEADER=` for one that is no column."),
    ],
) -> None:
    """Say which column headers of a file are; the source's later files are matched so."""
    from pipeline.cli.session import open_session
    from pipeline.mappings import confirm_matches
    from pipeline.recognition import recognize
    from pipeline.source_memory import read_remembered

    changes = dict(_change(text) for text in matches)
    session = open_session()
    url = session.database()
    remembered = read_remembered(url, source)
    found = recognize(file, session.settings, source, remembered=remembered)
    version = confirm_matches(url, session.settings, found, changes, "cli")
    said = "mapping_kept" if version > found.mapping.version else "mapping_known"
    typer.echo(session.texts(said, source=source, version=version))


@app.command()
def forget(source: Source) -> None:
    """Leave it to detection again how files of a source are read; mappings stay."""
    from pipeline.cli.session import open_session
    from pipeline.contracts import read_mapping
    from pipeline.ingestion.inspection import Overrides
    from pipeline.source_memory import remember_overrides

    session = open_session()
    read_mapping(session.settings.config_dir, source)  # RefusedAction for an unknown source
    remember_overrides(session.database(), source, Overrides(), "cli")
    typer.echo(session.texts("settings_forgotten", source=source))


def _change(text: str) -> tuple[str, str | None]:
    header, equals, column = text.rpartition("=")
    if not equals or not header.strip():
        raise wrong_use(
            fa="«{text}» را به شکل «سرستون=ستون» بنویسید، و «سرستون=» برای آنکه ستونی نیست.",
            en="Write '{text}' as HEADER=COLUMN, or HEADER= for a header that is no column.",
            text=text,
        )
    return header, None if column.strip().lower() in _NONE else column.strip()
