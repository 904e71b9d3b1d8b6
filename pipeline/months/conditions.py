"""What must be so before a month changes; else a RefusedAction says what is there instead."""

from __future__ import annotations

from enum import Enum
from typing import Final

from pipeline.db import Connection, Row, fetch_one
from pipeline.errors import RefusedAction
from pipeline.months.steps import Month


class Expected(Enum):
    """What somebody who publishes without looking expects of the month."""

    ANYTHING = "anything"


ANYTHING: Final = Expected.ANYTHING


def require_month(connection: Connection, month: Month) -> None:
    """Raise RefusedAction when no load belongs to the month."""
    row = fetch_one(connection, "read_month", month.facts())
    if row is None or not row["loads"]:
        raise RefusedAction(
            "UNKNOWN_MONTH",
            fa="برای ماه {period} از {source} باری نیست. ماه‌ها را با «months» ببینید.",
            en="There is no load of month {period} of {source}. See the months with `months`.",
            **month.facts(),
        )


def require_publishable(connection: Connection, load: Row) -> None:
    """A load that is published balances, is neither voided nor failed, and no run of it is open."""
    if load["state"] in ("received", "failed", "voided"):
        raise not_possible(load, "publish")
    require_sound(connection, load)


def require_sound(connection: Connection, load: Row) -> None:
    """Raise RefusedAction while a run of the load is open, or when the last is out of balance."""
    unfinished = fetch_one(connection, "read_unfinished_run", {"load_id": load["load_id"]})
    if unfinished is not None:
        raise RefusedAction(
            "RUN_UNFINISHED",
            fa="اجرای بار {load_id} که {started_by} در {started_at:%Y-%m-%d %H:%M} آغاز کرده به "
            "پایان نرسیده است. پس از پایان آن منتشر کنید؛ اگر نیمه‌کاره مانده «recheck {load_id}» "
            "را بزنید.",
            en="A run of load {load_id}, begun by {started_by} at {started_at:%Y-%m-%d %H:%M}, has "
            "not finished. Publish after it; if it was cut short, use `recheck {load_id}`.",
            load_id=load["load_id"],
            **{name: unfinished[name] for name in ("started_by", "started_at")},
        )
    balance = fetch_one(connection, "read_reconciliation", {"run_id": load["run_id"]})
    if balance is None or not balance["balanced"]:
        gaps = balance or {"lines_gap": None, "amount_gap": None}
        raise RefusedAction(
            "OUT_OF_BALANCE",
            fa="بار {load_id} تراز نیست (سطر: {lines}، مبلغ: {amount}) و منتشر نمی‌شود. "
            "«recheck {load_id}» را بزنید.",
            en="Load {load_id} does not balance (lines: {lines}, amount: {amount}) and cannot be "
            "published. Use `recheck {load_id}`.",
            load_id=load["load_id"],
            lines=gaps["lines_gap"],
            amount=gaps["amount_gap"],
        )


def require_another_person(connection: Connection, load: Row, actor: str) -> None:
    """Raise RefusedAction for a correction that its own sender would publish, where that is ruled.

    The database refuses it too (`app.require_another_person`).
    """
    facts = {"load_id": load["load_id"], "actor": actor}
    row = fetch_one(connection, "read_waiting_for_another", facts)
    if row is not None and row["waits"]:
        raise RefusedAction(
            "ANOTHER_PERSON_NEEDED",
            fa="بار {load_id} اصلاح ماهی است که پیش‌تر منتشر شده و خود شما ({actor}) آن را بارگذاری "
            "کرده‌اید؛ شخص دیگری باید آن را منتشر کند. چیزی عوض نشد.",
            en="Load {load_id} corrects a month that was published before, and you ({actor}) "
            "handed it in: another person must publish it. Nothing was changed.",
            **facts,
        )


def require_kept(connection: Connection, load: Row) -> None:
    """Raise RefusedAction when what the load held was removed: it cannot be brought back."""
    if fetch_one(connection, "find_kept_file", {"load_id": load["load_id"]}) is None:
        raise RefusedAction(
            "NOTHING_KEPT",
            fa="فایل بار {load_id} دیگر نگه داشته نشده است و برگرداندن آن شدنی نیست. فایل را "
            "دوباره بارگذاری کنید.",
            en="The file of load {load_id} is kept no longer, so it cannot be brought back. Load "
            "the file again.",
            load_id=load["load_id"],
        )


def require_expected(month: Month, expected: int | Expected | None, published: Row | None) -> None:
    """Raise RefusedAction when the month shows something else than the person saw."""
    found = None if published is None else published["load_id"]
    if expected is ANYTHING or expected == found:
        return
    if published is None:
        raise RefusedAction(
            "WITHDRAWN_MEANWHILE",
            fa="بار {expected} دیگر بار منتشرشدهٔ {period} از {source} نیست و اکنون باری منتشر "
            "نیست. چیزی عوض نشد؛ ماه را دوباره ببینید و اگر می‌خواهید باز منتشر کنید.",
            en="Load {expected} is no longer published for {period} of {source}, and none is now. "
            "Nothing was changed; look at the month again, and publish if you still want to.",
            expected=expected,
            **month.facts(),
        )
    raise RefusedAction(
        "PUBLISHED_MEANWHILE",
        fa="برای ماه {period} از {source} بار {load_id} را {actor} در {at:%Y-%m-%d %H:%M} منتشر "
        "کرده است (فایل {file_name}). چیزی عوض نشد؛ تفاوت را ببینید و اگر می‌خواهید جایگزینش کنید.",
        en="For month {period} of {source}, load {load_id} was published by {actor} at "
        "{at:%Y-%m-%d %H:%M} (file {file_name}). Nothing was changed; look at the difference, and "
        "supersede it if you want to.",
        **month.facts(),
        **{name: published[name] for name in ("load_id", "actor", "at", "file_name")},
    )


def require_step(month: Month, expected: int | None, last: int) -> None:
    """Raise RefusedAction when the last step of the month is not the one that the person means."""
    if expected is None or expected == last:
        return
    raise RefusedAction(
        "STEP_MEANWHILE",
        fa="آخرین گام ماه {period} از {source} اکنون گام {last} است، نه {expected}. چیزی عوض "
        "نشد؛ سابقهٔ ماه را دوباره ببینید.",
        en="The last step of month {period} of {source} is {last} by now, not {expected}. Nothing "
        "was changed; look at the month's history again.",
        **month.facts(),
        last=last,
        expected=expected,
    )


def not_possible(load: Row, action: str) -> RefusedAction:
    """The refusal of an action that the state of the load does not allow."""
    return RefusedAction(
        "STATE_NOT_POSSIBLE",
        fa="بار {load_id} در وضعیت «{state}» است و این کار ({action}) بر آن شدنی نیست.",
        en="Load {load_id} is {state}; {action} is not possible.",
        load_id=load["load_id"],
        state=load["state"],
        action=action,
    )
