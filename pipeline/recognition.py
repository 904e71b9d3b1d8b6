"""What a file is before anything is written: its shape, its source, its columns, its month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts import Mapping, list_sources, read_mapping
from pipeline.errors import RefusedFile
from pipeline.ingestion.headers import Match, Wanted, match_headers
from pipeline.ingestion.inspection import Inspection, Overrides
from pipeline.ingestion.table import read_records
from pipeline.ingestion.tables import Table, open_table
from pipeline.settings import Settings
from pipeline.transform.jalali import period_of
from pipeline.transform.normalize import Normalizer

SAMPLE_RECORDS = 300


@dataclass(frozen=True, slots=True)
class Recognition:
    """A file that can be taken in: what it is and what its columns mean."""

    path: Path
    table: Table
    inspection: Inspection
    mapping: Mapping
    matches: tuple[Match, ...]
    sample: tuple[tuple[str, ...], ...]

    @property
    def positions(self) -> dict[str, int]:
        """Position in the file of each canonical column, attribute and context column."""
        return {match.column: match.position for match in self.matches if match.column}

    def missing_required(self) -> list[str]:
        """Headers of required columns that the file does not have."""
        found = self.positions
        return [c.header for n, c in self.mapping.columns.items() if c.required and n not in found]

    def period_guess(self) -> str | None:
        """The month that most of the first records belong to."""
        days = self._sample_days()
        months = Counter(period_of(day, self.mapping.calendar) for day in days)
        return months.most_common(1)[0][0] if months else None

    def _sample_days(self) -> list[Any]:
        positions = {n: p for n, p in self.positions.items() if n in self.mapping.columns}
        cells = pl.DataFrame(
            {
                n: pl.Series([row[p] for row in self.sample], dtype=pl.String)
                for n, p in positions.items()
            }
        ).with_row_index("line_no")
        return Normalizer(self.mapping).normalize(cells)["event_date"].drop_nulls().to_list()

    def as_used(self) -> dict[str, Any]:
        """Mapping and matches, to be recorded with the run."""
        return {
            "source_system": self.mapping.source_system,
            "version": self.mapping.version,
            "currency": self.mapping.currency,
            "columns": {match.column: match.header for match in self.matches if match.column},
            "matches": [asdict(match) for match in self.matches],
        }


def recognize(
    path: Path, settings: Settings, source: str | None = None, overrides: Overrides | None = None
) -> Recognition:
    """Look at a file; nothing is written.

    Without `source` the source system whose columns fit best is taken. Raises RefusedFile when the
    file is no table, or lacks columns that its source requires.
    """
    table = open_table(path, settings.max_file_bytes, overrides)
    inspection = table.inspect(overrides)
    sample = tuple(_sample(table.path, inspection))
    sources = [source] if source else list_sources(settings.config_dir)
    mappings = [read_mapping(settings.config_dir, name) for name in sources]
    found = [_match(path, table, inspection, mapping, sample) for mapping in mappings]
    return min(found, key=lambda one: (len(one.missing_required()), -len(one.positions)))


def require_columns(recognition: Recognition) -> None:
    """Raise RefusedFile when a required column is missing; it names each, and what was found."""
    missing = recognition.missing_required()
    if not missing:
        return
    known = [match.header for match in recognition.matches if match.column is None]
    raise RefusedFile(
        "MISSING_REQUIRED_COLUMN",
        where=recognition.path.name,
        fa="این ستون‌های لازم در فایل پیدا نشد: {missing}. سرستون‌های ناشناختهٔ فایل: {unknown}. "
        "چیزی ثبت نشد؛ گزارش را با همهٔ ستون‌ها خروجی بگیرید یا نگاشت سامانه را کامل کنید.",
        en="These required columns were not found in the file: {missing}. Unknown headers in it: "
        "{unknown}. Nothing was stored; export with all columns, or complete the mapping.",
        missing="، ".join(missing),
        unknown="، ".join(known[:30]) or "-",
    )


def wanted_columns(mapping: Mapping) -> list[Wanted]:
    """What header matching looks for."""
    return [
        Wanted(
            column=name,
            header=field.header,
            aliases=field.aliases,
            kind=getattr(field, "kind", "text" if name.endswith("_name") else "attribute"),
            required=getattr(field, "required", False),
        )
        for name, field in mapping.fields()
    ]


def _match(
    path: Path,
    table: Table,
    inspection: Inspection,
    mapping: Mapping,
    sample: Sequence[tuple[str, ...]],
) -> Recognition:
    matches = match_headers(inspection.header, wanted_columns(mapping), sample)
    return Recognition(path, table, inspection, mapping, tuple(matches), tuple(sample))


def _sample(path: Path, inspection: Inspection) -> list[tuple[str, ...]]:
    records = read_records(path, inspection)
    sound = (
        tuple(record.cells)
        for record in records
        if record.kind == "record"
        and record.damage is None
        and record.cells is not None
        and len(record.cells) == inspection.width
    )
    return list(islice(sound, SAMPLE_RECORDS))
