"""Where the next page of a feed begins: the key of the last row as text for an address."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from pipeline.db import Row
from pipeline.errors import RefusedAction
from pipeline.feeds.feed import Feed

_LARGEST_ID = 2**63 - 1
_LONGEST = 2_000


def write_place(feed: Feed, row: Row) -> str:
    """The place behind a row."""
    values = [row[name].isoformat() if isinstance(row[name], date) else row[name]
              for name in feed.key]  # fmt: skip
    facts = json.dumps([feed.name, *values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(facts.encode()).decode().rstrip("=")


def read_place(feed: Feed, text: str) -> list[Any]:
    """The values of the key that a place holds; RefusedAction WRONG_PAGE for one of elsewhere."""
    try:
        if len(text) > _LONGEST or not text.isascii():
            raise ValueError
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, *values = json.loads(raw.decode("utf-8"))
        if name != feed.name:
            raise ValueError
        return _checked(feed, values)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise RefusedAction(
            "WRONG_PAGE",
            fa="این نشانی صفحه درست نیست؛ فهرست را از صفحهٔ نخست بخوانید.",
            en="This is no page of the list; begin with the first one.",
        ) from None


def _checked(feed: Feed, values: Sequence[Any]) -> list[Any]:
    """Values of the types that the key's columns have; ValueError or TypeError for any other."""
    return [_value(feed, column, v) for column, v in zip(feed.key, values, strict=True)]


def _value(feed: Feed, column: str, value: Any) -> Any:
    if value is None and column in feed.nullable:
        return None
    if column.endswith("_date"):
        return date.fromisoformat(value)
    if column in ("load_id", "run_id", "issue_id"):
        if type(value) is not int or not 0 <= value <= _LARGEST_ID:
            raise ValueError
        return value
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    value.encode()  # half a surrogate pair is no text
    return value
