"""Asking for work: the receipt and the job come about in one transaction, or neither does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from pipeline.access.acting import acting_as_engine, engine_for
from pipeline.access.allowed import Action
from pipeline.db import Connection, fetch_one, transaction
from pipeline.errors import DatabaseAway, RefusedAction
from pipeline.faults import is_out_of_space
from pipeline.ingestion.inspection import Overrides
from pipeline.ingestion.store import Keeping, Receipt
from pipeline.jobs.queue import deliver
from pipeline.recognition import Recognition
from pipeline.results import read_load
from pipeline.runs import recognize_for_load
from pipeline.settings import Settings

Done = TypeVar("Done")
# How long a cut connection is tried again, and how often, in seconds.
PATIENCE_SECONDS = 10
RETRY_SECONDS = 0.5
_UNFINISHED = ("received", "failed")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What is said of a file that was handed in, or of a load to be run over again.

    `job_id` is None when nothing is left to do: the same bytes came before and their run is over.
    `is_new` says whether this call asked for the job; else somebody did before.
    """

    load_id: int
    job_id: int | None
    is_new: bool
    receipt: Receipt | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A job about to be asked for; `state` and `worker` tell apart what begins at once."""

    kind: str
    source: str
    period: str | None
    asked: dict[str, Any]
    publish_after: bool
    bytes_total: int
    user: str
    key: UUID
    worker: str | None = None

    def add(self, connection: Connection, load_id: int) -> int | None:
        """Write the job, and its message when it is to wait; None when the load has one already."""
        begins = self.worker is not None
        facts = {
            **asdict(self),
            "asked": Jsonb(self.asked),
            "requested_by": self.user,
            "load_id": load_id,
            "state": "running" if begins else "waiting",
            "attempt": 1 if begins else 0,
        }
        row = fetch_one(connection, "jobs/add_job", facts)
        if row is None:
            return None
        if not begins:
            deliver(connection, row["job_id"], load_id, (self.source, self.period))
        return int(row["job_id"])


@acting_as_engine(Action.UPLOAD_FILE)
def submit_file(
    url: str,
    settings: Settings,
    path: Path,
    *,
    source: str | None = None,
    period: str | None = None,
    overrides: Overrides | None = None,
    user: str,
    publish: bool = False,
) -> Submitted:
    """Take a file in and ask for its run; when this returns both are committed.

    The same bytes again: the first receipt, and a job only where their run never ended. Raises
    RefusedFile when the file cannot be taken in, DatabaseAway when nothing could be kept.
    """
    if publish:
        engine_for(Action.PUBLISH_MONTH)
    recognition = recognize_for_load(url, settings, path, source, period, overrides)
    order = load_order(recognition, path, period, overrides, user, publish)
    return _again_if_cut(lambda: _hand_in(url, path, recognition, order))


@acting_as_engine(Action.UPLOAD_FILE)
def submit_recheck(
    url: str,
    settings: Settings,
    load_id: int,
    *,
    period: str | None = None,
    user: str,
    publish: bool = False,
) -> Submitted:
    """Ask for another run over a kept load; an active job of the load is named instead."""
    key = uuid4()

    def ask() -> Submitted:
        with transaction(url) as connection:
            order = recheck_order(connection, load_id, period, user, publish, key)
            return _ask_again(connection, load_id, order)

    return _again_if_cut(ask)


def load_order(
    recognition: Recognition,
    path: Path,
    period: str | None,
    overrides: Overrides | None,
    user: str,
    publish: bool,
    worker: str | None = None,
) -> Order:
    """The order for a new file: `overrides` as the user gave them, and as they are to be used."""
    given = overrides if overrides is not None and overrides.says_something else None
    asked = {
        "period": period,
        "overrides": asdict(recognition.overrides),
        "given": given and asdict(given),
    }
    source, size = recognition.mapping.source_system, path.stat().st_size
    return Order("load", source, period, asked, publish, size, user, uuid4(), worker)


def recheck_order(
    connection: Connection,
    load_id: int,
    period: str | None,
    user: str,
    publish: bool,
    key: UUID,
    worker: str | None = None,
) -> Order:
    """The order for another run over a kept load; RefusedAction when there is no such load."""
    load = read_load(connection, load_id)
    source, month = load["source_system"], load["period"] or period
    asked = {"period": period, "overrides": None, "given": None}
    return Order("recheck", source, month, asked, publish, load["file_size"], user, key, worker)


def busy(load_id: int, row: dict[str, Any]) -> RefusedAction:
    """The refusal that names the job a load already has."""
    return RefusedAction(
        "LOAD_BUSY",
        fa="کار {job_id} روی بار {load_id} در جریان است (درخواست {user}، {when})؛ "
        "صبر کنید تا تمام شود یا آن را با «cancel {job_id}» لغو کنید.",
        en="Job {job_id} is at work on load {load_id} (asked for by {user}, {when}); "
        "wait for its end, or call it off with `cancel {job_id}`.",
        job_id=row["job_id"],
        load_id=load_id,
        user=row["requested_by"],
        when=f"{row['requested_at']:%Y-%m-%d %H:%M}",
    )


def _hand_in(url: str, path: Path, recognition: Recognition, order: Order) -> Submitted:
    """Keep the bytes with the job beside the receipt, or say what became of them before."""
    job_ids: list[int | None] = []

    def received(connection: Connection, load_id: int) -> None:
        job_ids.append(order.add(connection, load_id))

    receipt = Keeping(url, path, order.source, order.user, received).wait()
    if receipt.is_new:
        return Submitted(receipt.load_id, job_ids[0], True, receipt, recognition.remarks)
    with transaction(url) as connection:
        mine = fetch_one(connection, "jobs/find_job_by_key", {"key": order.key})
        if mine is not None:
            # The first try was committed and its answer lost.
            return Submitted(receipt.load_id, mine["job_id"], True, receipt, recognition.remarks)
        state = read_load(connection, receipt.load_id)["state"]
        if state not in _UNFINISHED:
            return Submitted(receipt.load_id, None, False, receipt, recognition.remarks)
        asked = _ask_again(connection, receipt.load_id, order)
    return Submitted(asked.load_id, asked.job_id, asked.is_new, receipt, recognition.remarks)


def _ask_again(connection: Connection, load_id: int, order: Order) -> Submitted:
    known = fetch_one(connection, "jobs/find_job_by_key", {"key": order.key})
    if known is not None:
        return Submitted(load_id, known["job_id"], True)
    job_id = order.add(connection, load_id)
    if job_id is not None:
        return Submitted(load_id, job_id, True)
    active = fetch_one(connection, "jobs/find_active_job", {"load_id": load_id})
    return Submitted(load_id, None if active is None else active["job_id"], False)


def _again_if_cut(act: Callable[[], Done]) -> Done:
    """Do it again when the connection was cut: by its key the second time finds the first."""
    try:
        return act()
    except psycopg.OperationalError as error:
        if is_out_of_space(error):
            raise
    until = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except (psycopg.OperationalError, DatabaseAway) as error:
            if monotonic() > until:
                raise _unknown() from error
        sleep(RETRY_SECONDS)


def _unknown() -> DatabaseAway:
    return DatabaseAway(
        "DATABASE_AWAY",
        fa="ارتباط با پایگاه داده بریده شد و معلوم نیست فایل ثبت شده باشد؛ همان را دوباره "
        "بفرستید: آنچه ثبت شده باشد دوباره ثبت نمی‌شود.",
        en="The connection to the database was lost, and whether the file was stored is not known; "
        "hand the same in again: what is stored is not stored twice.",
    )
