"""What people taught about source systems, read back: mapping versions and reading settings.

The mapping in `config/` is the one shipped. A version kept in the database stands in its place as
soon as its number is higher. Everything here works without a database too: nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import asdict, dataclass, field
from pathlib import Path

from psycopg.types.json import Jsonb

from pipeline.contracts import Mapping, list_sources, mapping_from, read_mapping
from pipeline.db import Connection, Row, fetch_all, run, transaction
from pipeline.ingestion.inspection import Overrides


@dataclass(frozen=True, slots=True)
class Remembered:
    """The newest kept mapping and the last reading settings, by source system."""

    mappings: Dictionary[str, Mapping] = field(default_factory=dict)
    overrides: Dictionary[str, Overrides] = field(default_factory=dict)

    def mapping(self, config_dir: Path, source: str) -> Mapping:
        """The mapping in force; RefusedAction for a source that config does not have."""
        shipped = read_mapping(config_dir, source)
        kept = self.mappings.get(source)
        return kept if kept is not None and kept.version > shipped.version else shipped

    def mappings_in_force(self, config_dir: Path, source: str | None = None) -> list[Mapping]:
        """The mapping of one source, or of every source."""
        sources = [source] if source else list_sources(config_dir)
        return [self.mapping(config_dir, name) for name in sources]


NOTHING = Remembered()


def read_remembered(url: str, source: str | None = None) -> Remembered:
    """What is remembered of one source, or of all. WrongContract for a mapping no longer valid."""
    with transaction(url) as connection:
        return remembered_of(connection, source)


def remembered_of(connection: Connection, source: str | None = None) -> Remembered:
    """As `read_remembered`, inside a transaction that is open."""
    wanted = {"source": source}
    mappings = [_mapping(row) for row in fetch_all(connection, "list_newest_mappings", wanted)]
    settings = fetch_all(connection, "list_reading_settings", wanted)
    overrides = {row["source_system"]: Overrides(**row["overrides"]) for row in settings}
    return Remembered(
        {mapping.source_system: mapping for mapping in mappings},
        {source: said for source, said in overrides.items() if said.says_something},
    )


def remember_overrides(url: str, source: str, overrides: Overrides, author: str) -> None:
    """Keep how files of a source are read from now on; the same again adds nothing."""
    with transaction(url) as connection:
        before = remembered_of(connection, source).overrides.get(source, Overrides())
        if before == overrides:
            return
        said = {name: value for name, value in asdict(overrides).items() if value is not None}
        facts = {"source": source, "overrides": Jsonb(said), "author": author}
        run(connection, "add_reading_setting", facts)


def _mapping(row: Row) -> Mapping:
    return mapping_from(row["mapping"], f"app.mappings {row['source_system']} {row['version']}")
