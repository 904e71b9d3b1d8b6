"""What a file is before anything is written: its shape, its source, its columns, its month."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.contracts import Mapping
from pipeline.errors import RefusedFile
from pipeline.ingestion.headers import Match, Wanted, match_headers
from pipeline.ingestion.inspection import Inspection, Overrides
from pipeline.ingestion.looks import Look, Looks, given_names, unfit
from pipeline.ingestion.tables import Table
from pipeline.settings import Settings
from pipeline.source_memory import NOTHING, Remembered
from pipeline.transform.jalali import period_of
from pipeline.transform.normalize import Normalizer

# How a header can be known by what it says.
BY_TEXT = ("exact", "folded", "alias", "similar")


@dataclass(frozen=True, slots=True)
class Recognition:
    """A file that can be taken in: what it is and what its columns mean."""

    path: Path
    look: Look
    mapping: Mapping
    matches: tuple[Match, ...]

    @property
    def table(self) -> Table:
        return self.look.table

    @property
    def inspection(self) -> Inspection:
        return self.look.inspection

    @property
    def sample(self) -> tuple[tuple[str, ...], ...]:
        """The first sound records, up to some hundred."""
        return self.look.sample

    @property
    def overrides(self) -> Overrides:
        """What was not left to detection: said by the user, or remembered and fitting."""
        return self.look.overrides

    @property
    def remarks(self) -> tuple[str, ...]:
        """Codes of what a workbook holds beside its cells, and of what was left aside."""
        return (*self.look.table.remarks, *self.look.remarks)

    @property
    def positions(self) -> dict[str, int]:
        """Position in the file of each canonical column, attribute and context column."""
        return {match.column: match.position for match in self.matches if match.column}

    @property
    def tells_its_source(self) -> bool:
        """Whether any header is known by its text: cells that fit alone fit many sources."""
        return any(match.column and match.how in BY_TEXT for match in self.matches)

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
    path: Path,
    settings: Settings,
    source: str | None = None,
    overrides: Overrides | None = None,
    remembered: Remembered = NOTHING,
) -> Recognition:
    """Look at a file; nothing is written.

    Without `source` the source system whose columns fit best is taken. What is `remembered` of a
    source holds as far as it fits the file, unless the user gives `overrides`. Raises RefusedFile
    when the file is no table, PipelineError for overrides that make no sense.
    """
    looks = Looks(path, settings.max_file_bytes)
    given = overrides or Overrides()
    found = []
    for mapping in remembered.mappings_in_force(settings.config_dir, source):
        said = remembered.overrides.get(mapping.source_system)
        if said is None or given.says_something:
            found.append(_match(path, looks.under(given), mapping))
        else:
            found.append(_match_as_remembered(path, looks, said, mapping))
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


def _match(path: Path, look: Look, mapping: Mapping) -> Recognition:
    matches = match_headers(look.inspection.header, wanted_columns(mapping), look.sample)
    return Recognition(path, look, mapping, tuple(matches))


def _match_as_remembered(
    path: Path, looks: Looks, said: Overrides, mapping: Mapping
) -> Recognition:
    """Read by what is remembered, unless the file shows more of its columns without it."""
    found = _match(path, looks.fitting(said), mapping)
    if not found.overrides.says_something or not found.missing_required():
        return found
    plain = _match(path, looks.under(Overrides()), mapping)
    if len(plain.missing_required()) >= len(found.missing_required()):
        return found
    aside = found.look.remarks + unfit(given_names(found.overrides))
    return replace(plain, look=replace(plain.look, remarks=aside))
