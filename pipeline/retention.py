"""Retention: what a long voided load holds is removed for good; that it was, and why, stays."""

from __future__ import annotations

import psycopg

from pipeline.db import Row, fetch_one, transaction
from pipeline.dimensions import forget_load
from pipeline.errors import RefusedAction
from pipeline.results import read_load, require_kept


def purge(url: str, load_id: int, reason: str, *, days: int, actor: str = "cli") -> Row:
    """Remove a load's bytes, lines, facts and findings; returns what was removed, as counts.

    `days` is how long it must have been voided; the database never takes less than 30. Its receipt,
    runs, statistics, publications and audit stay. Raises RefusedAction without a reason, for a load
    that is not voided or not for long enough, and for one that was purged before.
    """
    if not reason.strip():
        raise RefusedAction(
            "REASON_MISSING",
            fa="برای پاک‌سازی همیشگی یک بار باید دلیل بنویسید.",
            en="Give a reason for purging a load.",
        )
    with transaction(url) as connection:
        require_kept(read_load(connection, load_id))
        facts = {"load_id": load_id, "actor": actor, "reason": reason, "days": days}
        try:
            row = fetch_one(connection, "purge_load", facts)
        except psycopg.errors.ObjectNotInPrerequisiteState:
            raise _not_yet(load_id, days) from None
        forget_load(connection, load_id)
    assert row is not None
    return row


def _not_yet(load_id: int, days: int) -> RefusedAction:
    return RefusedAction(
        "PURGE_NOT_POSSIBLE",
        fa="بار {load_id} را نمی‌توان پاک کرد: تنها باری پاک می‌شود که دست‌کم {days} روز از "
        "باطل‌شدنش گذشته باشد. چیزی پاک نشد.",
        en="Load {load_id} cannot be purged: only a load that has been voided for at least {days} "
        "days is. Nothing was removed.",
        load_id=load_id,
        days=max(days, 30),
    )
