"""Reading a feed: a page of rows by key and filters, its columns, and the mark of its state."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import sql

from pipeline.access.acting import acting_as_engine
from pipeline.access.personal import masking
from pipeline.db import Connection, Row, fetch_all, fetch_one, query, reading, sql_text
from pipeline.feeds.feed import Feed, Kind
from pipeline.feeds.place import read_place, write_place

_KINDS: dict[int, Kind] = {
    16: "truth", 20: "integer", 21: "integer", 23: "integer", 25: "text", 1043: "text",
    1082: "date", 1184: "moment", 1700: "decimal", 2950: "text",
}  # fmt: skip
# Sums of counts are decimals to PostgreSQL; whole numbers they are all the same.
_COUNTS = ("_count", "_lines", "_days", "_rank")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a feed and what its values are."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page in the order of the key, and the place behind them (None: the end)."""

    columns: tuple[Column, ...]
    rows: list[Row]
    next_place: str | None


def read_page(
    connection: Connection,
    feed: Feed,
    wanted: Mapping[str, Any],
    *,
    after: str | None = None,
    limit: int,
    sees_personal: bool,
) -> Page:
    """A page of the rows that fit `wanted` (filter name → value, or list of values).

    `after` is the `next_place` of the page before. Pages have neither gaps nor repetitions, however
    much others change meanwhile. Personal values are masked unless `sees_personal`, but
    for an uploader's own files.
    RefusedAction WRONG_PAGE for an `after` that is none.
    """
    columns = read_columns(connection, feed)
    conditions, values = _narrowed(feed, wanted)
    if after is not None:
        behind, more = _behind(feed, read_place(feed, after))
        conditions, values = [*conditions, *behind], {**values, **more}
    names = [sql.Identifier(column.name) for column in columns]
    rows = fetch_all(
        connection,
        "feeds/page",
        {**values, **_masking(sees_personal), "limit": limit + 1},
        columns=sql.SQL(", ").join(names),
        rows=feed.rows,
        conditions=sql.SQL("\n").join(conditions),
        order=sql.SQL(", ").join(_order(feed)),
    )
    page = rows[:limit]
    more_rows = len(rows) > limit
    return Page(columns, page, write_place(feed, page[-1]) if more_rows else None)


def read_columns(connection: Connection, feed: Feed) -> tuple[Column, ...]:
    """The columns of a feed, asked of the database once per process."""
    if feed.name not in _columns:
        with connection.cursor() as cursor:
            cursor.execute(query("feeds/describe", rows=feed.rows), _masking(True))
            found = cursor.description or []
        _columns[feed.name] = tuple(Column(c.name, _kind(c.name, c.type_code)) for c in found)
    return _columns[feed.name]


_columns: dict[str, tuple[Column, ...]] = {}


def read_mark(url: str, feed: Feed) -> str:
    """A text that is another one whenever rows of the feed may have changed, for who may read it.

    To be read before the rows, so that they are at least as new as it says. It is worked out from
    what is there, not from a counter: of two steps that are taken at once the one with the lower
    number may be seen last.
    """
    with acting_as_engine(feed.action), reading(url) as connection:
        row = fetch_one(connection, f"feeds/mark_{feed.mark}")
    assert row is not None
    return hashlib.sha256(f"{_sql_mark()}{row['mark']}".encode()).hexdigest()


def limit_time(connection: Connection, seconds: float) -> None:
    """Let no statement of this transaction take longer."""
    fetch_one(connection, "feeds/limit_time", {"timeout": f"{int(seconds * 1000)}ms"})


@lru_cache(maxsize=1)
def _sql_mark() -> str:
    """What the SQL of this version makes of the same data may be something else."""
    from pipeline.feeds.feed import feeds

    texts = "".join(sql_text(feed.path) for feed in feeds().values())
    return hashlib.sha256(texts.encode()).hexdigest()


def _kind(name: str, type_code: int) -> Kind:
    kind = _KINDS[type_code]
    return "integer" if kind == "decimal" and name.endswith(_COUNTS) else kind


def _masking(sees_personal: bool) -> dict[str, Any]:
    return {**masking(), "sees_personal": sees_personal}


def _narrowed(feed: Feed, wanted: Mapping[str, Any]) -> tuple[list[sql.Composable], dict[str, Any]]:
    asked = [f for f in feed.filters if wanted.get(f.name) not in (None, [], ())]
    conditions = [
        query(
            f"feeds/where_{f.how}",
            column=sql.Identifier(f.column),
            value=sql.Placeholder(f"wanted_{f.name}"),
        )
        for f in asked
    ]
    return [*conditions], {f"wanted_{f.name}": wanted[f.name] for f in asked}


def _behind(feed: Feed, place: list[Any]) -> tuple[list[sql.Composable], dict[str, Any]]:
    """Conditions for the rows behind a place, and their values.

    The first column is asked alone too: that reaches into views, where a comparison of whole keys
    does not.
    """
    values: dict[str, Any] = {}
    marks: list[sql.Composable] = []
    for number, (column, value) in enumerate(zip(feed.key, place, strict=True)):
        if column in feed.nullable:
            values[f"unknown_{number}"] = value is None
            marks.append(sql.Placeholder(f"unknown_{number}"))
        values[f"after_{number}"] = "" if value is None else value
        marks.append(sql.Placeholder(f"after_{number}"))
    first = {"column": sql.Identifier(feed.key[0]), "value": sql.Placeholder("after_0")}
    parts = {"key": sql.SQL(", ").join(_order(feed)), "values": sql.SQL(", ").join(marks)}
    return [query("feeds/where_from", **first), query("feeds/where_behind", **parts)], values


def _order(feed: Feed) -> list[sql.Composable]:
    """The key in its order; a null comes behind all values."""
    order: list[sql.Composable] = []
    for column in feed.key:
        name = sql.Identifier(column)
        if column in feed.nullable:
            order += [sql.SQL("{} is null").format(name), sql.SQL("coalesce({}, '')").format(name)]
        else:
            order.append(name)
    return order
