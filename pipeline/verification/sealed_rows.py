"""I8, second half: the rows of append-only tables are those that the audit chain knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from pipeline.contracts import Words
from pipeline.db import Connection, fetch_one, query, run, table
from pipeline.verification.chain import Seal, read_chain
from pipeline.verification.gaps import Gap, make_gap

_WORDS = {
    "gone": Words(
        fa="ردیف {row} از {name} برداشته شده است؛ رویداد {event} ممیزی آن را می‌شناسد.",
        en="Row {row} of {name} is gone; audit event {event} knows it.",
    ),
    "changed": Words(
        fa="ردیف {row} از {name} دیگر آنی نیست که رویداد {event} ممیزی می‌شناسد.",
        en="Row {row} of {name} is not what audit event {event} knows.",
    ),
    "added": Words(
        fa="ردیف {row} از {name} در زنجیرهٔ ممیزی نیست.",
        en="Row {row} of {name} is not in the audit chain.",
    ),
}


@dataclass(frozen=True, slots=True)
class Audited:
    """An append-only table whose rows have their events: kind of subject, schema, name, id."""

    kind: str
    schema: str
    name: str
    id_column: str


AUDITED = (
    Audited("load", "raw", "loads", "load_id"),
    Audited("publication", "app", "publications", "publication_id"),
    Audited("mapping", "app", "mappings", "mapping_id"),
    Audited("reading", "app", "reading_settings", "setting_id"),
    Audited("rule", "dq", "rule_settings", "setting_id"),
    Audited("purge", "app", "purges", "purge_id"),
    Audited("setting", "app", "settings", "setting_id"),
    Audited("issue", "dq", "issue_events", "event_id"),
)


@dataclass(slots=True)
class _Claim:
    """Rows of one event, in one or more ranges of ids, as they are met."""

    seal: Seal
    text: Any = field(default_factory=hashlib.sha256)
    met: int = 0
    missing: int | None = None  # the first id that did not come

    def take(self, line: str) -> None:
        self.text.update(("\n" if self.met else "").encode() + line.encode())
        self.met += 1

    def fault(self) -> tuple[int, str] | None:
        """The first row that is wrong, and how."""
        if self.missing is not None:
            return self.missing, "gone"
        if self.text.digest() != self.seal.digest:
            return self.seal.ranges[0][0] if self.seal.ranges else 0, "changed"
        return None


def check_audit(connection: Connection, head: str | None) -> list[Gap]:
    """I8: the chain to its head, and each append-only table; the first bad event or row of each.

    A bulk event has one digest for all its rows, so its first row stands for the one changed.
    """
    with connection.transaction(force_rollback=True):
        run(connection, "verify/distrust_indexes")
        run(connection, "verify/write_rows_alike")
        chain, gaps = read_chain(connection, head)
        for audited in AUDITED:
            gaps += _check_table(connection, audited, chain.seals[audited.kind])
    return gaps


def _check_table(connection: Connection, audited: Audited, seals: Iterable[Seal]) -> list[Gap]:
    faults = sorted(_faults(_rows(connection, audited), seals))
    if not faults:
        return []
    row, how, event = faults[0]
    load_id = row if audited.kind == "load" else None
    name = f"{audited.schema}.{audited.name}"
    return [
        make_gap(
            "I8", _WORDS[how], load_id=load_id, gaps=len(faults), row=row, name=name, event=event
        )
    ]


def _faults(
    rows: Iterator[tuple[int, str]], seals: Iterable[Seal]
) -> Iterator[tuple[int, str, int]]:
    """Id, fault and event of each wrong row. Rows come by id and are laid along the claims."""
    claims = [_Claim(seal) for seal in seals]
    ranges = sorted((*ids, n) for n, claim in enumerate(claims) for ids in claim.seal.ranges)
    place, expected = 0, ranges[0][0] if ranges else 0

    def pass_over(row_id: int | None) -> None:
        """Go on to the range that `row_id` may stand in; what was left open is missing."""
        nonlocal place, expected
        while place < len(ranges) and (row_id is None or ranges[place][1] <= row_id):
            _miss(claims[ranges[place][2]], expected, ranges[place][1])
            place += 1
            expected = ranges[place][0] if place < len(ranges) else 0

    for row_id, line in rows:
        pass_over(row_id)
        if place == len(ranges) or row_id < ranges[place][0]:
            yield row_id, "added", 0
            continue
        claim = claims[ranges[place][2]]
        _miss(claim, expected, row_id)
        claim.take(line)
        expected = row_id + 1
    pass_over(None)
    for claim in claims:
        if (fault := claim.fault()) is not None:
            yield *fault, claim.seal.event_id


def _miss(claim: _Claim, first: int, behind: int) -> None:
    """Ids from `first` up to `behind` did not come."""
    if first < behind and claim.missing is None:
        claim.missing = first


def _rows(connection: Connection, audited: Audited) -> Iterator[tuple[int, str]]:
    name = f"{audited.schema}.{audited.name}"
    there = fetch_one(connection, "verify/find_table", {"name": name})
    if there is None or not there["is_there"]:
        return
    statement = query(
        "verify/list_audited_rows",
        id=sql.Identifier(audited.id_column),
        table=table(audited.schema, audited.name),
    )
    with connection.cursor(name="verify_rows") as cursor:
        cursor.itersize = 2_000
        cursor.execute(statement)
        yield from cursor
