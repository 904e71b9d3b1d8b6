"""What a verb works with: settings, words, and a database that is ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from pipeline.settings import Settings, get_settings
from pipeline.texts import Texts, read_texts

if TYPE_CHECKING:
    from pipeline.source_memory import Remembered


@dataclass(frozen=True)
class Session:
    """Settings and words of one command."""

    settings: Settings
    texts: Texts

    def database(self) -> str:
        """URL of the database; the embedded one is started and brought to the present schema.

        A server named by DATABASE_URL is changed by `migrate` alone.
        """
        if self.settings.database_url:
            return self.settings.database_url
        from pipeline.migrate import prepare_database

        return prepare_database(self.settings)

    def remembered(self, source: str | None) -> Remembered:
        """What is remembered of one source or all; nothing where no database runs.

        It is for looking alone: neither a server is begun for it nor a schema, and none is needed.
        """
        import psycopg

        from pipeline.db import running_database_url
        from pipeline.errors import DatabaseAway, SchemaMissing
        from pipeline.source_memory import NOTHING, read_remembered

        url = running_database_url(self.settings)
        if url is None:
            return NOTHING
        try:
            return read_remembered(url, source)
        except (DatabaseAway, SchemaMissing, psycopg.errors.UndefinedTable):
            typer.echo(self.texts("nothing_remembered"), err=True)
            return NOTHING

    def stage(self, name: str) -> str:
        """What a stage of the work is called."""
        return self.texts(f"stage_{name}")

    def heading(self, column: str) -> str:
        """What a column is called above a table."""
        return self.texts(f"head_{column}")

    def state(self, name: str) -> str:
        """What the state of a load is called."""
        return self.texts(f"state_{name}")


def open_session() -> Session:
    """The session of this process."""
    settings = get_settings()
    return Session(settings, read_texts(settings.config_dir, settings.language, "cli"))
