"""What a load says about customers, products, salespeople and branches, and when it said so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from pipeline.contracts import (
    CODE_ATTRIBUTES,
    DIMENSION_ATTRIBUTES,
    DIMENSION_KEYS,
    Mapping,
)
from pipeline.transform.cells import clean_keys, fold_texts, rows_where, spell
from pipeline.transform.hashes import Hashes
from pipeline.transform.packed import pack, unpack

OBSERVATION_COLUMNS = (
    "dimension", "entity_id", "attributes", "lines", "first_date", "last_date", "is_noise",
)  # fmt: skip
SPELLING_COLUMNS = ("attribute", "folded", "written", "lines", "last_date")
_WEIGHT = ("lines", "first_date", "last_date")


# Lines are added up when this many wait: seldom enough to cost nothing, often enough to stay small.
LINES_WAITING = 200_000
ROWS_AT_ONCE = 20_000


@dataclass(slots=True)
class _Seen:
    """Sets of attributes met of one dimension, and on which days."""

    attributes: list[bytes] = field(default_factory=list)
    days: list[pl.DataFrame] = field(default_factory=list)
    known: Hashes = field(default_factory=Hashes)


@dataclass(frozen=True, slots=True)
class Told:
    """What a load says of some entities of one dimension.

    `observations` has `OBSERVATION_COLUMNS`, its attributes as JSON text, where names are folded;
    `spellings` has `SPELLING_COLUMNS` of the whole dimension, and comes once: None with other parts
    of it, and where all attributes are codes.
    """

    observations: pl.DataFrame
    spellings: pl.DataFrame | None


class ObservationMemory:
    """Collects the distinct attributes of each entity; memory grows with entities, not lines."""

    def __init__(self, mapping: Mapping) -> None:
        self._attributes = {
            dimension: [name for name in names if name in mapping.attributes]
            for dimension, names in DIMENSION_ATTRIBUTES.items()
        }
        self._seen = {name: _Seen() for name, given in self._attributes.items() if given}
        self._waiting: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame, cells: pl.DataFrame, kept: pl.Series) -> None:
        """Remember the lines of a block that are `kept`.

        `frame` is the canonical reading of `cells`, line by line, rejected ones included: to leave
        them out of a hash costs less than to leave them out of every column.
        """
        told = dict(self._told_of(frame, cells))
        if not told or not kept.any():
            return
        lines = pl.DataFrame([_hashes(*said).alias(name) for name, said in told.items()])
        lines = lines.with_columns_seq(frame["event_date"].alias("day"), kept.alias("kept"))
        is_new = [~self._seen[name].known.hold(name) & pl.col("kept") for name in told]
        for name, rows in zip(told, rows_where(lines, *is_new), strict=True):
            if len(rows):
                entity, attributes = told[name]
                met = [*attributes[rows], entity[rows], lines[name][rows].alias("hash")]
                _learn(self._seen[name], pl.DataFrame(met))
        self._waiting.append(lines.filter("kept").drop("kept"))
        if sum(part.height for part in self._waiting) > LINES_WAITING:
            self._add_up()

    def _told_of(
        self, frame: pl.DataFrame, cells: pl.DataFrame
    ) -> Iterator[tuple[str, tuple[pl.Series, pl.DataFrame]]]:
        """Per dimension whose attributes the lines tell, and the attributes."""
        for dimension in self._seen:
            key = DIMENSION_KEYS[dimension]
            names = [name for name in self._attributes[dimension] if name in cells.columns]
            entity = frame[key] if key in frame.columns else cells.get_column(key, default=None)
            if names and entity is not None:
                attributes = pl.DataFrame([cells[name] for name in names])
                yield dimension, (entity.alias("entity_id"), attributes)

    def _add_up(self) -> None:
        """Lines, first and last day of each set of attributes among the waiting lines."""
        if not self._waiting:
            return
        lines = pl.concat(self._waiting)
        self._waiting = []
        for name in lines.columns[:-1]:
            by_hash = lines.group_by(pl.col(name).alias("hash"))
            self._seen[name].days.append(
                by_hash.agg(lines=pl.len(), first_date=pl.min("day"), last_date=pl.max("day"))
            )

    def told(self) -> Iterator[Told]:
        """Per dimension what the load says of it, in parts; the memory is empty then."""
        self._add_up()
        for dimension in list(self._seen):
            seen = self._seen.pop(dimension)
            if seen.days:
                yield from _told(dimension, seen)


def _hashes(entity: pl.Series, attributes: pl.DataFrame) -> pl.Series:
    """For each line a hash of an entity with its attributes."""
    # Two steps: the columns of cells lie in memory otherwise than those made of them.
    return pl.DataFrame(
        [entity.to_frame().hash_rows(), attributes.hash_rows().alias("attributes")]
    ).hash_rows()


def _learn(seen: _Seen, met: pl.DataFrame) -> None:
    """Keep sets of attributes not met before."""
    fresh = met.unique("hash", maintain_order=True)
    seen.known.add(fresh["hash"])
    seen.attributes.append(pack(fresh))


def _told(dimension: str, seen: _Seen) -> Iterator[Told]:
    """Names are folded, so that a spelling makes nobody another, and their spellings counted.

    What is made of an entity's attributes is several times as large as they are: some at a time.
    """
    days = (
        pl.concat(seen.days)
        .group_by("hash")
        .agg(pl.sum("lines"), pl.min("first_date"), pl.max("last_date"))
    )
    found = pl.concat(map(unpack, seen.attributes)).join(days, on="hash")
    found = found.with_columns_seq(*clean_keys(found.select_seq("entity_id")))
    found = found.filter(pl.col("entity_id").is_not_null())
    given = [name for name in DIMENSION_ATTRIBUTES[dimension] if name in found.columns]
    codes = clean_keys(found.select_seq(name for name in given if name in CODE_ATTRIBUTES))
    names = found.select_seq(name for name in given if name not in CODE_ATTRIBUTES)
    folded, spellings = _spelt(names, found.select_seq("lines", "last_date"))
    observed = found.select_seq("entity_id", *_WEIGHT).hstack([*codes, *folded])
    del found, codes, names, folded
    for part in _by_entity(observed):
        yield Told(_as_observations(dimension, part), spellings)
        spellings = None


def _by_entity(observed: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rows in parts of about `ROWS_AT_ONCE`, those of one entity together."""
    count = -(-observed.height // ROWS_AT_ONCE)
    place = observed["entity_id"].hash() % max(count, 1)
    for number in range(count):
        yield observed.filter(place == number)


def _as_observations(dimension: str, observed: pl.DataFrame) -> pl.DataFrame:
    """`OBSERVATION_COLUMNS` of rows of an entity, its weights and its attributes."""
    attributes = pl.struct(pl.exclude("entity_id", *_WEIGHT)).struct.json_encode()
    together = (
        observed.select_seq("entity_id", *_WEIGHT, attributes=attributes)
        .group_by("entity_id", "attributes")  # folding may have made two spellings one
        .agg(pl.sum("lines"), pl.min("first_date"), pl.max("last_date"))
    )
    return (
        mark_noise(together)
        .with_columns_seq(dimension=pl.lit(dimension))
        .select_seq(OBSERVATION_COLUMNS)
        .sort("entity_id", "first_date")
    )


def mark_noise(observed: pl.DataFrame) -> pl.DataFrame:
    """All that one load observed of some entities, and which of it is noise (`is_noise`).

    What was seen only within the days of what was seen more often is a slip, and no version.
    """
    by_frequency = observed.sort(*_WEIGHT, descending=[True, False, True])
    most = by_frequency.unique("entity_id", keep="first", maintain_order=True)
    beside = observed.join(
        most.select("entity_id", *_WEIGHT), on="entity_id", how="left", suffix="_of_most"
    )
    is_noise = (
        (pl.col("lines") < pl.col("lines_of_most"))
        & (pl.col("first_date") >= pl.col("first_date_of_most"))
        & (pl.col("last_date") <= pl.col("last_date_of_most"))
    )
    return observed.hstack(beside.select(is_noise=is_noise))


def _spelt(
    names: pl.DataFrame, weights: pl.DataFrame
) -> tuple[list[pl.Series], pl.DataFrame | None]:
    """Names folded, and how they are written (`SPELLING_COLUMNS`) by the `weights` of the rows.

    Each distinct cell is looked at once, those of all columns together.
    """
    if not names.width:
        return [], None
    distinct = [column.unique() for column in names]
    written = spell(pl.concat([cells.rename("cell") for cells in distinct], rechunk=True))
    folded = fold_texts(written)
    # Of marks alone nothing is left: that is no name.
    folded = folded.set(folded == "", None)
    columns, spellings, start = [], [], 0
    for column, cells in zip(names, distinct, strict=True):
        numbers = pl.Series(range(len(cells)), dtype=pl.UInt32)
        at = column.replace_strict(cells, numbers, return_dtype=pl.UInt32)
        part = slice(start, start + len(cells))
        columns.append(folded[part].gather(at).alias(column.name))
        counted = weights.group_by(at.alias("at")).agg(pl.sum("lines"), pl.max("last_date"))
        spellings.append(
            counted.select_seq(
                "lines",
                "last_date",
                attribute=pl.lit(column.name),
                folded=folded[part].gather(counted["at"]),
                written=written[part].gather(counted["at"]),
            )
        )
        start += len(cells)
    counts = pl.concat(spellings).filter(pl.col("folded").is_not_null())
    together = counts.group_by("attribute", "folded", "written")
    return columns, together.agg(pl.sum("lines"), pl.max("last_date")).select_seq(SPELLING_COLUMNS)
