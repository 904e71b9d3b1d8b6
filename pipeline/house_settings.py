"""What an administrator settles while the product runs; who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.access.acting import acting_as_engine, acting_as_engine_itself
from pipeline.access.allowed import Action
from pipeline.db import fetch_all, reading, run, transaction
from pipeline.errors import RefusedAction

# Who handed in a correction does not publish it: the database asks for another person.
TWO_PERSONS = "two_persons"
NAMES = (TWO_PERSONS,)


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


def is_on(url: str, name: str) -> bool:
    """Whether a setting is on; KeyError for a name that is none."""
    return {one.name: one.is_on for one in read_settings(url)}[name]


@acting_as_engine(Action.CHANGE_SETTINGS)
def change_setting(url: str, name: str, *, on: bool, author: str, reason: str) -> None:
    """Settle something from now on. RefusedAction UNKNOWN_SETTING, REASON_MISSING, NOT_ALLOWED."""
    if name not in NAMES:
        raise RefusedAction(
            "UNKNOWN_SETTING",
            fa="تنظیمی به نام «{name}» نیست. تنظیم‌ها: {known}.",
            en="There is no setting '{name}'. There are: {known}.",
            name=name,
            known=", ".join(NAMES),
        )
    why = reason.replace("\0", "").strip()
    if not why:
        raise RefusedAction(
            "REASON_MISSING",
            fa="برای تغییر این تنظیم باید دلیل بنویسید؛ چیزی ثبت نشد.",
            en="Give a reason for this change; nothing was stored.",
        )
    with transaction(url) as connection:
        run(connection, "add_setting", {"name": name, "is_on": on, "author": author, "reason": why})
