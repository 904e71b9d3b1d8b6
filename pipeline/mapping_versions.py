"""The versions of a source's mapping, and what each one changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.contracts import Attribute, Column, Context, Mapping, mapping_from, read_mapping
from pipeline.db import fetch_all, reading
from pipeline.settings import Settings

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class MappingDifference:
    """What differs in one column: `what` is added, removed, header, aliases or kind."""

    column: str
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class MappingVersion:
    """One version: who made it, when and why (`shipped` with the product: no time), and what it
    changed of the version before it."""

    version: int
    author: str
    at: datetime | None
    reason: str
    is_in_force: bool
    mapping: Mapping
    differences: tuple[MappingDifference, ...]


def mapping_versions(url: str, settings: Settings, source: str) -> list[MappingVersion]:
    """Every version of a source's mapping, oldest first; RefusedAction for an unknown source.

    The highest number is in force; of a shipped and a kept one with the same number, the shipped.
    """
    shipped = read_mapping(settings.config_dir, source)
    with reading(url) as connection:
        rows = fetch_all(connection, "list_mappings", {"source": source})
    told: list[tuple[Mapping, str, datetime | None, str]] = [
        (
            mapping_from(row["mapping"], f"app.mappings {source} {row['version']}"),
            row["author"],
            row["at"],
            row["reason"],
        )
        for row in rows
    ]
    told.append((shipped, SHIPPED, None, ""))
    told.sort(key=lambda one: (one[0].version, one[1] == SHIPPED and one[2] is None))
    versions = []
    before: Mapping | None = None
    for mapping, author, at, reason in told:
        changed = () if before is None else differences(before, mapping)
        is_last = mapping is told[-1][0]
        versions.append(
            MappingVersion(mapping.version, author, at, reason, is_last, mapping, changed)
        )
        before = mapping
    return versions


def differences(before: Mapping, after: Mapping) -> tuple[MappingDifference, ...]:
    """What another version of a mapping says of columns, in the order of the columns."""
    old, new = dict(before.fields()), dict(after.fields())
    found: list[MappingDifference] = []
    for name in dict.fromkeys([*new, *old]):
        if name not in old:
            found.append(MappingDifference(name, "added", None, new[name].header))
        elif name not in new:
            found.append(MappingDifference(name, "removed", old[name].header, None))
        else:
            found += _column_differences(name, old[name], new[name])
    return tuple(found)


def _column_differences(
    name: str, old: Column | Attribute | Context, new: Column | Attribute | Context
) -> list[MappingDifference]:
    said = [
        ("header", old.header, new.header),
        ("aliases", _joined(old.aliases), _joined(new.aliases)),
        ("kind", _kind(old), _kind(new)),
    ]
    return [MappingDifference(name, what, was, now) for what, was, now in said if was != now]


def _joined(aliases: tuple[str, ...]) -> str:
    return "، ".join(aliases)


def _kind(field: Column | Attribute | Context) -> str:
    return field.kind if isinstance(field, Column) else type(field).__name__.lower()
