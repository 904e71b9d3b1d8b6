"""The audit chain: who did what, when, to what; each event holds the hash of the one before.

Rows of append-only tables come into the chain by triggers of the database. What leaves no such row
(a backup, a refused attempt) is written down with `record`, in the transaction of the deed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pipeline.access.acting import acting_as_engine_itself
from pipeline.db import Connection, Row, fetch_one, query, transaction
from pipeline.errors import RefusedFile

Subject = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a chain at some moment. Kept elsewhere, it proves that nothing was cut."""

    event_id: int
    hash: str  # hexadecimal
    at: datetime

    def as_facts(self) -> dict[str, Any]:
        """The head as JSON values."""
        return {"event_id": self.event_id, "hash": self.hash, "at": self.at.isoformat()}


def record(
    connection: Connection,
    actor: str,
    action: str,
    subject: Subject,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write an event in the transaction of its deed; returns its number.

    `subject` is a kind and an id, such as `("load", 4)`. The end of the chain is ours alone until
    the transaction ends, so this comes as its last step.
    """
    kind, subject_id = subject
    facts = {
        "actor": actor,
        "action": action,
        "kind": kind,
        "subject_id": None if subject_id is None else str(subject_id),
        "detail": Jsonb(dict(detail or {})),
    }
    row = fetch_one(connection, "add_audit_event", facts)
    assert row is not None
    return int(row["event_id"])


def tell(
    url: str, actor: str, action: str, subject: Subject, detail: Mapping[str, Any] | None = None
) -> int:
    """Write an event that is its own transaction: a deed that changes nothing else, or one that was
    refused. Returns its number; DatabaseAway when it cannot be told."""
    # Nobody's own role may write here: a person who could would tell what never was.
    with acting_as_engine_itself(), transaction(url) as connection:
        return record(connection, actor, action, subject, detail)


def read_head(connection: Connection) -> Head | None:
    """The last event; None where nothing was ever done."""
    row = fetch_one(connection, "read_audit_head")
    return None if row is None else Head(row["event_id"], row["hash"].hex(), row["at"])


def list_events(connection: Connection, since: datetime | None = None) -> Iterator[Row]:
    """Events in order, from a moment on, streamed: `event_id, at, actor, action, subject_kind,
    subject_id, detail, origin, hash`."""
    with connection.cursor(name="audit_events", row_factory=dict_row) as cursor:
        cursor.execute(query("list_audit_events"), {"since": since})
        yield from cursor


def parse_head(text: str) -> str:
    """The hash (hexadecimal) that a user gave: itself, or a file that `audit head` wrote.

    Raises RefusedFile for what is neither.
    """
    found = text.strip().lower()
    path = Path(text)
    if path.is_file():
        try:
            found = str(json.loads(path.read_text("utf-8"))["hash"])
        except (ValueError, KeyError, TypeError):
            found = ""
    if len(found) == 64 and set(found) <= set("0123456789abcdef"):
        return found
    raise RefusedFile(
        "WRONG_HEAD",
        where=path.name,
        fa="این نه سر یک زنجیره است و نه فایلی که «audit head» نوشته باشد.",
        en="This is neither the head of a chain nor a file that `audit head` wrote.",
    )
