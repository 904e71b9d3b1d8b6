"""What is known of a source system, in words: columns, versions, remembered reading settings."""

from __future__ import annotations

from pipeline.cli.output import columns, shown
from pipeline.cli.session import Session
from pipeline.ingestion.inspection import Overrides
from pipeline.ingestion.looks import given_names
from pipeline.mappings import list_versions
from pipeline.source_memory import read_remembered

_VERSION_COLUMNS = ("version", "author", "at", "reason_given")


def mapping_text(session: Session, url: str, source: str) -> str:
    """The mapping in force with its history; RefusedAction for an unknown source."""
    remembered = read_remembered(url, source)
    mapping = remembered.mapping(session.settings.config_dir, source)
    rows = [[name, field.header, "، ".join(field.aliases)] for name, field in mapping.fields()]
    head = [session.heading(name) for name in ("column", "header", "aliases")]
    said = remembered.overrides.get(source, Overrides())
    parts = [
        session.texts("mapping_head", source=source, version=mapping.version),
        columns(head, rows),
        "",
        session.texts("mapping_versions"),
        _versions(session, url, source),
        session.texts("settings_remembered", settings=settings_text(said)),
    ]
    return "\n".join(parts)


def settings_text(overrides: Overrides) -> str:
    """What is not left to detection, as `name value`; `-` for nothing."""
    given = [f"{name} {shown(repr(getattr(overrides, name)))}" for name in given_names(overrides)]
    return ", ".join(given) or "-"


def _versions(session: Session, url: str, source: str) -> str:
    kept = list_versions(url, source)
    rows = [
        [str(one["version"]), one["author"], f"{one['at']:%Y-%m-%d %H:%M}", one["reason"]]
        for one in kept
    ]
    headings = [session.heading(name) for name in _VERSION_COLUMNS]
    return columns(headings, rows) if rows else session.texts("mapping_shipped_only")
