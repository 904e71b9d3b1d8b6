"""What differs from the last load of a source, told before anything of a file is written.

The file is read once, by the same reader and rules as in a run; of it only counts and distinct
codes are kept. The transaction that asks the database is read-only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl
from psycopg import sql

from pipeline.access.acting import acting_as_engine
from pipeline.access.allowed import Action
from pipeline.background import ahead
from pipeline.contracts import DIMENSION_KEYS, Mapping
from pipeline.db import Connection, Row, fetch_all, fetch_one, transaction
from pipeline.ingestion.blocks import Block
from pipeline.ingestion.store import file_chunks
from pipeline.quality.check import LineChecker
from pipeline.quality.differences import (
    ColumnChanges,
    Drift,
    SeenThen,
    compare_columns,
    compare_entities,
)
from pipeline.quality.drift import Profile, null_rates
from pipeline.quality.rules import RuleSet, read_catalogue, rule_set
from pipeline.recognition import Recognition, require_columns
from pipeline.settings import Settings
from pipeline.streaming import Totals, open_reader
from pipeline.transform.jalali import period_of
from pipeline.transform.normalize import Normalizer

Progress = Callable[[str, int], None]
READ = "read"
# Dimensions whose codes are facts; a branch is an attribute of its salesperson.
ENTITIES = {name: DIMENSION_KEYS[name] for name in ("customers", "products", "salespeople")}


@dataclass(frozen=True, slots=True)
class LastLoad:
    """What a file is compared with; `facts` is a row of `read_last_load`."""

    facts: Row
    profiles: list[Row]
    first_day: date | None
    last_day: date | None
    entities: dict[str, set[str]]

    def header_row(self) -> list[SeenThen]:
        """The headers of the load's file and what they were read as, as its run recorded it."""
        matches = self.facts["mapping"]["matches"]
        return [SeenThen(one["position"], one["header"], one["column"]) for one in matches]


@dataclass(slots=True)
class FileLook:
    """What one pass over a file leaves: counts, days and distinct codes of accepted lines."""

    mapping: Mapping
    errors: RuleSet
    totals: Totals = field(default_factory=Totals)
    days: Counter[date] = field(default_factory=Counter)
    entities: dict[str, set[str]] = field(
        default_factory=lambda: {name: set() for name in ENTITIES}
    )

    def take(self, block: Block, normalizer: Normalizer) -> None:
        """Look at one block."""
        self.totals.count_apart(block)
        if not block.cells.height:
            return
        cells = block.cells
        frame = normalizer.normalize(cells)
        self.totals.count(frame, cells)
        # A checker of its own for each block: it remembers what it has found.
        rejected = LineChecker(self.errors, self.mapping, {}).check(frame, cells)
        self._take_accepted(frame.filter(~rejected))

    def _take_accepted(self, frame: pl.DataFrame) -> None:
        if not frame.height:
            return
        for name, key in ENTITIES.items():
            self.entities[name].update(frame[key].drop_nulls().unique().to_list())
        self.days.update(dict(frame["event_date"].value_counts().iter_rows()))

    def days_in_and_out(self) -> tuple[str | None, Counter[date], Counter[date]]:
        """The month that most accepted lines are of, the days of its lines, and those outside."""
        months: Counter[str] = Counter()
        for day, lines in self.days.items():
            months[period_of(day, self.mapping.calendar)] += lines
        month = max(sorted(months), key=months.__getitem__, default=None)
        within: Counter[date] = Counter()
        for day, lines in self.days.items():
            if period_of(day, self.mapping.calendar) == month:
                within[day] = lines
        return month, within, self.days - within


@acting_as_engine(Action.UPLOAD_FILE)
def compare_with_last(
    url: str, settings: Settings, recognition: Recognition, progress: Progress | None = None
) -> Drift | None:
    """Compare a file with the last published load of its source, else with the newest draft.

    None where the source has neither; the file is not read then. Nothing is written. Raises
    RefusedFile when the file lacks required columns, DatabaseAway when PostgreSQL is out of reach.
    """
    require_columns(recognition)
    with transaction(url) as connection:
        connection.read_only = True
        rules = _rules(connection, settings)
        last = _read_last(connection, recognition.mapping.source_system)
    if last is None:
        return None
    now = look_through(recognition, settings, rules, progress)
    columns = compare_columns(last.header_row(), recognition.matches)
    return _drift(last, now, columns, rules)


def rules_in_force(url: str, settings: Settings) -> RuleSet:
    """The catalogue with the stewards' settings, by which a comparison is judged."""
    with transaction(url) as connection:
        connection.read_only = True
        return _rules(connection, settings)


def look_through(
    recognition: Recognition, settings: Settings, rules: RuleSet, progress: Progress | None = None
) -> FileLook:
    """Read the whole file once, block by block; `progress` is told of each block's bytes."""
    errors = {code: rule for code, rule in rules.rules.items() if rule.severity == "ERROR"}
    look = FileLook(recognition.mapping, RuleSet(errors, rules.today))
    normalizer = Normalizer(recognition.mapping)
    size = settings.block_bytes
    reader = open_reader(recognition.inspection, recognition.mapping, recognition.positions, size)
    for block in ahead(reader.read(file_chunks(recognition.table.path, size))):
        look.take(block, normalizer)
        if progress is not None:
            progress(READ, len(block.text))
    return look


def _rules(connection: Connection, settings: Settings) -> RuleSet:
    changes = fetch_all(connection, "list_rule_settings")
    return rule_set(read_catalogue(settings.config_dir), changes)


def _read_last(connection: Connection, source: str) -> LastLoad | None:
    facts = fetch_one(connection, "read_last_load", {"source": source})
    if facts is None:
        return None
    load = {"load_id": facts["load_id"], "period": facts["period"]}
    days = fetch_one(connection, "read_date_range", load)
    assert days is not None
    return LastLoad(
        facts=facts,
        profiles=fetch_all(connection, "list_column_profiles", {"run_id": facts["run_id"]}),
        first_day=days["first_day"],
        last_day=days["last_day"],
        entities={
            name: _entities(connection, facts["load_id"], key) for name, key in ENTITIES.items()
        },
    )


def _entities(connection: Connection, load_id: int, key: str) -> set[str]:
    rows = fetch_all(connection, "list_entities", {"load_id": load_id}, key=sql.Identifier(key))
    return {row["entity_id"] for row in rows}


def _drift(last: LastLoad, now: FileLook, columns: ColumnChanges, rules: RuleSet) -> Drift:
    facts, totals = last.facts, now.totals
    profile = Profile(totals.lines, totals.net_amount, dict(totals.empty))
    points = rules.threshold("NULL_RATE_DRIFT", "points")
    month, days, strays = now.days_in_and_out()
    return Drift(
        load_id=facts["load_id"],
        period=facts["period"],
        state=facts["state"],
        file_name=facts["file_name"],
        received_by=facts["received_by"],
        lines_then=facts["lines_read"],
        lines_now=totals.lines,
        net_amount_then=facts["net_amount"],
        net_amount_now=totals.net_amount,
        first_day_then=last.first_day,
        first_day_now=min(days, default=None),
        last_day_then=last.last_day,
        last_day_now=max(days, default=None),
        month_now=month,
        strays_now=strays.total(),
        first_stray_now=min(strays, default=None),
        last_stray_now=max(strays, default=None),
        columns=columns,
        null_rates=tuple(null_rates(last.profiles, profile, points)),
        entities={
            name: compare_entities(last.entities[name], now.entities[name]) for name in ENTITIES
        },
    )
