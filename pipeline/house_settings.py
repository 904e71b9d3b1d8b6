"""What an administrator settles while the product runs; who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from pipeline.access.acting import acting_as_engine, acting_as_engine_itself
from pipeline.access.allowed import Action
from pipeline.db import Connection, fetch_all, reading, run, transaction
from pipeline.errors import RefusedAction

# Who handed in a correction does not publish it: the database asks for another person.
TWO_PERSONS = "two_persons"
NAMES = (TWO_PERSONS,)
LONGEST_REASON = 500  # characters


class Now(Enum):
    """Whatever holds at this moment."""

    IT_IS = "now"


NOW = Now.IT_IS


@dataclass(frozen=True, slots=True)
class HouseSetting:
    """A setting as it holds; author, time and reason are None where nobody ever changed it."""

    name: str
    is_on: bool = False
    author: str | None = None
    at: datetime | None = None
    reason: str | None = None


def read_settings(url: str) -> list[HouseSetting]:
    """Every setting as it holds now; anybody's to know."""
    with acting_as_engine_itself(), reading(url) as connection:
        rows = fetch_all(connection, "list_settings")
    changed = {row["name"]: HouseSetting(**row) for row in rows}
    return [changed.get(name, HouseSetting(name)) for name in NAMES]


def settings_to_change(url: str) -> list[HouseSetting]:
    """The same, for whoever may change them. RefusedAction NOT_ALLOWED."""
    with acting_as_engine(Action.CHANGE_SETTINGS):
        return read_settings(url)


def is_on(url: str, name: str) -> bool:
    """Whether a setting is on; KeyError for a name that is none."""
    return {one.name: one.is_on for one in read_settings(url)}[name]


@acting_as_engine(Action.CHANGE_SETTINGS)
def change_setting(
    url: str, name: str, *, on: bool, author: str, reason: str, since: datetime | Now | None = NOW
) -> None:
    """Settle something from now on; the reason is kept as far as LONGEST_REASON.

    `since` is when what the author saw was settled (None: never). RefusedAction SETTING_CHANGED
    when somebody else settled it meanwhile; also UNKNOWN_SETTING, REASON_MISSING, NOT_ALLOWED.
    """
    if name not in NAMES:
        raise RefusedAction(
            "UNKNOWN_SETTING",
            fa="تنظیمی به نام «{name}» نیست. تنظیم‌ها: {known}.",
            en="There is no setting '{name}'. There are: {known}.",
            name=name,
            known=", ".join(NAMES),
        )
    why = reason.replace("\0", "").strip()[:LONGEST_REASON]
    if not why:
        raise RefusedAction(
            "REASON_MISSING",
            fa="برای تغییر این تنظیم باید دلیل بنویسید؛ چیزی ثبت نشد.",
            en="Give a reason for this change; nothing was stored.",
        )
    facts = {"name": name, "is_on": on, "author": author, "reason": why}
    with transaction(url) as connection:
        run(connection, "hold_settings")
        if not isinstance(since, Now) and since != _settled_at(connection, name):
            raise _changed_meanwhile()
        run(connection, "add_setting", facts)


def _settled_at(connection: Connection, name: str) -> datetime | None:
    rows = fetch_all(connection, "list_settings")
    return next((row["at"] for row in rows if row["name"] == name), None)


def _changed_meanwhile() -> RefusedAction:
    return RefusedAction(
        "SETTING_CHANGED",
        fa="کس دیگری این تنظیم را هم‌اکنون تغییر داد؛ تغییر شما ثبت نشد. آنچه اکنون برقرار است را "
        "ببینید.",
        en="Somebody else changed this setting meanwhile; yours was not stored. Look at what holds "
        "now.",
    )
