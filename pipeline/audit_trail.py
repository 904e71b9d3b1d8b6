"""The audit chain as it is read: looked through, counted, one event at a time, as a sheet."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from psycopg import sql

from pipeline.db import Row, fetch_all, fetch_one, query, reading
from pipeline.errors import RefusedAction
from pipeline.sheets import SheetColumn, whole_or_not_at_all, write_csv, write_xlsx

PAGE = 50
ROWS_AT_A_TIME = 2_000
FORMATS = (".csv", ".xlsx")
COLUMNS = (
    "event_id", "at", "actor", "action", "subject_kind", "subject_id", "detail", "origin", "hash",
)  # fmt: skip
_WIDTHS = {"at": 22, "subject_id": 24, "detail": 60, "origin": 40, "hash": 66}
_LARGEST_ID = 2**63 - 1
_ZWNJ = "\u200c"  # belongs to Persian words, and moves nothing


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Events that fit everything that is said here; what is left out asks for nothing.

    `since` and `until` are moments with a zone, `until` itself not in it. `text` is looked for in
    everything that an event says, in small or capital letters.
    """

    actors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None

    def parameters(self) -> Row:
        """Values for the statements that stand on `audit/matching_events`."""
        return {
            "actors": [*map(_storable, self.actors)] or None,
            "actions": [*map(_storable, self.actions)] or None,
            "kinds": [*map(_storable, self.kinds)] or None,
            "subject_id": _storable(self.subject_id) if self.subject_id else None,
            "since": self.since,
            "until": self.until,
            "text": _pattern(self.text) if self.text else None,
        }


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events of one page, the newest first (`event_id, at, actor, action, subject_kind,
    subject_id, detail, origin`), how many fit, how many there are, and where the next page begins.
    """

    rows: list[Row]
    count: int
    all_events: int
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ChainState:
    """The end of the chain, and the last proof of it: when, by whom, up to which event, gaps."""

    event_id: int
    at: datetime
    hash: str  # hexadecimal
    proven_at: datetime | None
    proven_by: str | None
    proven_to: int | None
    gaps: int | None


def list_page(
    url: str, wanted: EventFilter, *, before: int | None = None, limit: int = PAGE
) -> EventPage:
    """A page of the events that fit; `before` is the `next_before` of the page before."""
    asked = {
        **wanted.parameters(),
        "before": None if before is None else min(before, _LARGEST_ID),
        "limit": limit + 1,
    }
    with reading(url) as connection:
        counted = fetch_one(connection, "audit/count_events", asked, **_matching())
        rows = fetch_all(connection, "audit/list_events", asked, **_matching())
    assert counted is not None
    following = rows[limit - 1]["event_id"] if len(rows) > limit else None
    return EventPage(rows[:limit], counted["events"], counted["all_events"], following)


def read_event(url: str, event_id: int) -> Row:
    """One event with its `hash` and `previous_hash` (hexadecimal); RefusedAction UNKNOWN_EVENT."""
    with reading(url) as connection:
        row = fetch_one(connection, "audit/read_event", {"event_id": min(event_id, _LARGEST_ID)})
    if row is None:
        raise RefusedAction(
            "UNKNOWN_EVENT",
            fa="رویداد {event_id} وجود ندارد.",
            en="There is no event {event_id}.",
            event_id=event_id,
        )
    return row


def choices(url: str) -> dict[str, list[str]]:
    """Values that the chain knows of `actor`, `action` and `kind`, each in order."""
    found: dict[str, list[str]] = {"actor": [], "action": [], "kind": []}
    with reading(url) as connection:
        for row in fetch_all(connection, "audit/list_choices"):
            found[row["name"]].append(row["value"])
    return found


def chain_state(url: str) -> ChainState | None:
    """How the chain stands; None where nothing was ever done."""
    with reading(url) as connection:
        row = fetch_one(connection, "audit/read_chain_state")
    return None if row is None else ChainState(**row)


def export_events(
    url: str,
    out: Path,
    wanted: EventFilter,
    *,
    headings: Callable[[str], str] = str,
    sheet: str = "Audit",
) -> int:
    """Write the events that fit to `out`, .csv or .xlsx, streamed and in order; returns how many.

    Times are in UTC; what would break or turn a line shows as a sign. ValueError for another kind
    of file.
    """
    if out.suffix not in FORMATS:
        raise ValueError(f"Wanted: a .csv or .xlsx file; not {out.name}.")
    write = write_csv if out.suffix == ".csv" else write_xlsx
    columns = [SheetColumn(headings(n), _WIDTHS.get(n, SheetColumn(n).width)) for n in COLUMNS]
    with reading(url) as connection, connection.cursor(name="audit_sheet") as cursor:
        cursor.itersize = ROWS_AT_A_TIME
        cursor.execute(query("audit/export_events", **_matching()), wanted.parameters())
        with whole_or_not_at_all(out) as unfinished:
            return write(unfinished, columns, _cells(cursor), sheet)


def visible(text: str) -> str:
    """A text in one line that shows all it holds: line ends, escapes, turns of direction as signs.

    Of a control character its picture (␍, ␊, ␛), of an invisible one its number.
    """
    return "".join(_sign(character) for character in text)


def _sign(character: str) -> str:
    if character == _ZWNJ or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return character
    number = ord(character)
    return chr(0x2400 + number) if number < 0x20 else f"<U+{number:04X}>"


def _cells(rows: Any) -> Iterator[list[Any]]:
    for row in rows:
        yield [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "milliseconds")
    return visible(value) if isinstance(value, str) else value


def _matching() -> dict[str, sql.Composable]:
    return {"matching": cast(sql.Composable, query("audit/matching_events"))}


def _pattern(text: str) -> str:
    """A text to be found anywhere, its own wildcards taken literally."""
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return f"%{_storable(text)}%"


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd")
