"""What a load says about customers, products, salespeople and branches, and when it said so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from pipeline.contracts import DIMENSION_ATTRIBUTES, DIMENSION_KEYS, Mapping
from pipeline.transform.cells import clean_columns, clean_keys, compact

OBSERVATION_COLUMNS = (
    "dimension", "entity_id", "attributes", "lines", "first_date", "last_date",
)  # fmt: skip


# Lines are added up when this many wait: seldom enough to cost nothing, often enough to stay small.
LINES_WAITING = 200_000


@dataclass(slots=True)
class _Seen:
    """Sets of attributes met of one dimension, and on which days."""

    attributes: list[pl.DataFrame] = field(default_factory=list)
    waiting: list[pl.DataFrame] = field(default_factory=list)
    days: list[pl.DataFrame] = field(default_factory=list)
    known: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt64))

    def add_up(self) -> None:
        """Lines, first and last day of each set of attributes among the waiting lines."""
        if self.waiting:
            lines = pl.concat(self.waiting)
            self.waiting = []
            self.days.append(
                lines.group_by("hash").agg(
                    lines=pl.len(), first_date=pl.min("day"), last_date=pl.max("day")
                )
            )


class ObservationMemory:
    """Collects the distinct attributes of each entity; memory grows with entities, not lines."""

    def __init__(self, mapping: Mapping) -> None:
        self._attributes = {
            dimension: [name for name in names if name in mapping.attributes]
            for dimension, names in DIMENSION_ATTRIBUTES.items()
        }
        self._seen = {name: _Seen() for name, given in self._attributes.items() if given}

    def add(self, frame: pl.DataFrame, cells: pl.DataFrame, kept: pl.Series) -> None:
        """Remember the lines of a block that are `kept`.

        `frame` is the canonical reading of `cells`, line by line, rejected ones included: to leave
        them out of a hash costs less than to leave them out of every column.
        """
        if not kept.any():
            return
        for dimension, seen in self._seen.items():
            key = DIMENSION_KEYS[dimension]
            names = [name for name in self._attributes[dimension] if name in cells.columns]
            entity = frame[key] if key in frame.columns else cells.get_column(key, default=None)
            if names and entity is not None:
                entity = entity.alias("entity_id")
                _observe(seen, entity, cells.select(names), frame["event_date"], kept)

    def observations(self) -> Iterator[pl.DataFrame]:
        """Per dimension `OBSERVATION_COLUMNS`; attributes as JSON text, empty ones left out."""
        for dimension, seen in self._seen.items():
            seen.add_up()
            if seen.days:
                yield _observations(dimension, seen)


def _observe(
    seen: _Seen, entity: pl.Series, attributes: pl.DataFrame, day: pl.Series, kept: pl.Series
) -> None:
    """Add the kept lines of a block: their hashes, and the sets of attributes not met before."""
    # Two steps: the columns of cells lie in memory otherwise than those made of them.
    parts = pl.DataFrame([entity.hash(), attributes.hash_rows().alias("attributes")])
    marks = parts.hash_rows().alias("hash")
    lines = pl.DataFrame([marks, day.alias("day")]).filter(kept)
    seen.waiting.append(lines)
    if sum(part.height for part in seen.waiting) > LINES_WAITING:
        seen.add_up()
    new = (kept & ~marks.is_in(seen.known.implode())).arg_true()
    if len(new):
        met = pl.DataFrame([*attributes[new], entity[new], marks[new]])
        fresh = met.unique("hash", maintain_order=True)
        seen.known = pl.concat([seen.known, fresh["hash"]])
        seen.attributes.append(compact(fresh))


def _observations(dimension: str, seen: _Seen) -> pl.DataFrame:
    days = (
        pl.concat(seen.days)
        .group_by("hash")
        .agg(pl.sum("lines"), pl.min("first_date"), pl.max("last_date"))
    )
    found = pl.concat(seen.attributes)
    names = [name for name in found.columns if name not in ("hash", "entity_id")]
    found = found.with_columns(
        *clean_columns(found.select(names)), *clean_keys(found.select("entity_id"))
    )
    found = found.select(
        "hash", "entity_id", attributes=pl.struct(names).struct.json_encode()
    ).join(days, on="hash")
    # Cleaning may have made two spellings one.
    return (
        found.filter(pl.col("entity_id").is_not_null())
        .group_by("entity_id", "attributes")
        .agg(pl.sum("lines"), pl.min("first_date"), pl.max("last_date"))
        .with_columns(dimension=pl.lit(dimension))
        .select(OBSERVATION_COLUMNS)
        .sort("entity_id", "first_date")
    )
