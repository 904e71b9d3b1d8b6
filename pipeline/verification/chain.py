"""I8, first half: the audit chain holds from its first event to its head."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg.rows import dict_row

from pipeline.contracts import Words
from pipeline.db import Connection, Row, query
from pipeline.verification.gaps import Gap, make_gap

_FIRST = bytes(32)
_FIELDS = ("at", "actor", "action", "subject_kind", "subject_id", "detail", "origin")

_GONE = Words(
    fa="رویداد {number} از زنجیرهٔ ممیزی برداشته شده است؛ رویداد بعدی {found} است.",
    en="Event {number} is gone from the audit chain; the next one is {found}.",
)
_ADDED = Words(
    fa="رویداد {number} بیش از یک بار یا بیرون از نوبت در زنجیرهٔ ممیزی آمده است.",
    en="Event {number} stands in the audit chain twice or out of turn.",
)
_CHANGED = Words(
    fa="رویداد {number} زنجیرهٔ ممیزی ({action}) دیگر آنی نیست که نوشته شده بود.",
    en="Event {number} of the audit chain ({action}) is not what was written.",
)
_UNCHAINED = Words(
    fa="رویداد {number} زنجیرهٔ ممیزی به رویداد پیش از خود نمی‌پیوندد.",
    en="Event {number} of the audit chain does not follow on the one before it.",
)
_NO_HEAD = Words(
    fa="سر زنجیره‌ای که داده شد ({head}…) در زنجیرهٔ ممیزی نیست: پایان زنجیره بریده یا از نو نوشته "
    "شده است.",
    en="The given head ({head}…) is not in the audit chain: its end was cut off or written anew.",
)


@dataclass(slots=True)
class Seal:
    """What one event says of rows: whose they are, and the digest of their texts."""

    event_id: int
    digest: bytes
    ranges: list[tuple[int, int]]  # first id, and the id behind the last


@dataclass(slots=True)
class Chain:
    """The chain as it was read: the first gap in it, and the seals by kind of row."""

    gap: Gap | None = None
    head_found: bool = False
    seals: dict[str, list[Seal]] = field(default_factory=lambda: defaultdict(list))
    _expected: int = 1
    _previous: bytes = _FIRST

    def take(self, event: Row, head: bytes | None) -> None:
        """Check one event against the ones before it; events come in order."""
        if self.gap is None:
            self.gap = self._fault(event)
        self._expected = event["event_id"] + 1
        self._previous = event["hash"]
        self.head_found = self.head_found or event["hash"] == head
        if event["row_digest"] is not None:
            seal = Seal(event["event_id"], event["row_digest"], read_ranges(event["ids"]))
            self.seals[event["subject_kind"]].append(seal)

    def _fault(self, event: Row) -> Gap | None:
        number = event["event_id"]
        if number > self._expected:
            return make_gap("I8", _GONE, number=self._expected, found=number)
        if number < self._expected:
            return make_gap("I8", _ADDED, number=number)
        if hash_of(event) != event["hash"]:
            return make_gap("I8", _CHANGED, number=number, action=event["action"])
        if event["previous_hash"] != self._previous:
            return make_gap("I8", _UNCHAINED, number=number)
        return None


def read_chain(connection: Connection, head: str | None) -> tuple[Chain, list[Gap]]:
    """Walk the chain; the gaps are its first fault, and a `head` (hexadecimal) it lacks."""
    chain, wanted = Chain(), bytes.fromhex(head) if head else None
    for event in _events(connection):
        chain.take(event, wanted)
    gaps = [] if chain.gap is None else [chain.gap]
    if head and not chain.head_found:
        gaps.append(make_gap("I8", _NO_HEAD, head=head[:16]))
    return chain, gaps


def hash_of(event: Row) -> bytes:
    """SHA-256 of the hash before and of the fields, each with its length before it."""
    digest = event["row_digest"]
    fields = [str(event["event_id"]), *(event[name] for name in _FIELDS), digest and digest.hex()]
    text = ",".join("-" if f is None else f"{len(f.encode())}:{f}" for f in fields)
    return hashlib.sha256(event["previous_hash"] + text.encode()).digest()


def read_ranges(ids: Any) -> list[tuple[int, int]]:
    """The ranges of a multirange in PostgreSQL's own form, such as `{[5,9),[12,13)}`."""
    pairs = re.findall(r"\[(-?\d+),(-?\d+)\)", str(ids))
    return [(int(first), int(behind)) for first, behind in pairs]


def _events(connection: Connection) -> Iterator[Row]:
    with connection.cursor(name="verify_events", row_factory=dict_row) as cursor:
        cursor.itersize = 2_000
        cursor.execute(query("verify/list_audit_events"))
        yield from cursor
