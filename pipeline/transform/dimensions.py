"""What a load says about customers, products, salespeople and branches, and when it said so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from pipeline.contracts import DIMENSION_ATTRIBUTES, DIMENSION_KEYS, Mapping
from pipeline.transform.cells import clean, clean_key, compact

OBSERVATION_COLUMNS = (
    "dimension", "entity_id", "attributes", "lines", "first_date", "last_date",
)  # fmt: skip


@dataclass(slots=True)
class _Seen:
    """Sets of attributes met of one dimension, and on which days."""

    attributes: list[pl.DataFrame] = field(default_factory=list)
    days: list[pl.DataFrame] = field(default_factory=list)
    known: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt64))


class ObservationMemory:
    """Collects the distinct attributes of each entity; memory grows with entities, not lines."""

    def __init__(self, mapping: Mapping) -> None:
        self._attributes = {
            dimension: [name for name in names if name in mapping.attributes]
            for dimension, names in DIMENSION_ATTRIBUTES.items()
        }
        self._seen = {name: _Seen() for name, given in self._attributes.items() if given}

    def add(self, frame: pl.DataFrame, cells: pl.DataFrame) -> None:
        """Remember a block: `frame` is its canonical lines, `cells` their raw cells."""
        for dimension, seen in self._seen.items():
            key = DIMENSION_KEYS[dimension]
            names = [name for name in self._attributes[dimension] if name in cells.columns]
            entity = frame[key] if key in frame.columns else cells.get_column(key, default=None)
            if names and entity is not None:
                attributes = cells.select(names)
                _observe(seen, entity.alias("entity_id"), frame["event_date"], attributes)

    def observations(self) -> Iterator[pl.DataFrame]:
        """Per dimension `OBSERVATION_COLUMNS`; attributes as JSON text, empty ones left out."""
        for dimension, seen in self._seen.items():
            if seen.days:
                yield _observations(dimension, seen)


def _observe(seen: _Seen, entity: pl.Series, day: pl.Series, attributes: pl.DataFrame) -> None:
    whole = attributes.with_columns(entity)
    lines = whole.select(hash=pl.struct(pl.all()).hash(), known=pl.col("entity_id").is_not_null())
    met = (
        lines.with_columns(day.alias("day"))
        .with_row_index("row")
        .filter("known")
        .group_by("hash")
        .agg(
            row=pl.first("row"),
            lines=pl.len(),
            first_date=pl.min("day"),
            last_date=pl.max("day"),
        )
    )
    new = met.filter(~pl.col("hash").is_in(seen.known.implode()))
    if new.height:
        seen.known.extend(new["hash"])
        fresh = pl.concat([new.select("hash"), whole[new["row"]]], how="horizontal")
        seen.attributes.append(compact(fresh))
    seen.days.append(met.drop("row"))


def _observations(dimension: str, seen: _Seen) -> pl.DataFrame:
    days = (
        pl.concat(seen.days)
        .group_by("hash")
        .agg(pl.sum("lines"), pl.min("first_date"), pl.max("last_date"))
    )
    found = pl.concat(seen.attributes)
    names = [name for name in found.columns if name not in ("hash", "entity_id")]
    found = found.with_columns(
        *(clean(found[name]) for name in names), clean_key(found["entity_id"])
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
