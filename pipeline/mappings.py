"""New versions of a source's mapping: what a user confirmed of a file's headers, or imported."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from psycopg.types.json import Json

from pipeline.access.acting import requiring
from pipeline.access.allowed import Action
from pipeline.contracts import IGNORED, Attribute, Column, Context, Mapping, read_contract
from pipeline.db import Connection, fetch_all, fetch_one, run, transaction
from pipeline.errors import RefusedAction
from pipeline.ingestion.header_types import header_key as key_of
from pipeline.ingestion.headers import Match, match_headers
from pipeline.recognition import Recognition, wanted_columns
from pipeline.settings import Settings
from pipeline.source_memory import remembered_of

Field = Column | Attribute | Context
Changes = Dictionary[str, str | None]


@requiring(Action.CHANGE_MAPPING)
def confirm_matches(
    url: str, settings: Settings, recognition: Recognition, changes: Changes, author: str
) -> int:
    """Keep what a user confirmed of a file as a new version of its source's mapping; returns it.

    `changes`: header of the file → canonical column, attribute or context column of the mapping, or
    None for a header that is none of them. Where the file is understood so already, nothing is
    written and the version in force comes back. Raises RefusedAction when a header or column does
    not exist, when the file would not be matched as confirmed, or when the mapping changed since
    the file was looked at.
    """
    before = recognition.mapping
    changed = with_matches(before, recognition, changes)
    reason = "; ".join(f"{header} = {column or '-'}" for header, column in changes.items())
    with transaction(url) as connection:
        _lock(connection, before.source_system)
        _require_newest(connection, settings, before)
        if changed is before:
            return before.version
        _add(connection, changed, author, reason)
    return changed.version


def with_matches(mapping: Mapping, recognition: Recognition, changes: Changes) -> Mapping:
    """The mapping with the confirmed headers in it and the next version number.

    The same mapping comes back where the file is matched so already. RefusedAction as above.
    """
    named = {_header_in(recognition, header): column for header, column in changes.items()}
    draft = _Draft.of(mapping)
    matched = {match.header: match.column for match in recognition.matches if match.how != "none"}
    sure = {m.header for m in recognition.matches if m.how in ("exact", "folded", "alias")}
    for header, column in named.items():
        if column is not None and column not in draft.fields:
            raise _no_such_column(column, draft)
        if matched.get(header) == column is not None and header in sure:
            continue
        if column is None and str(matched.get(header)).startswith(IGNORED) and header in sure:
            continue
        draft.confirm(header, column)
    if not draft.is_changed:
        return mapping
    changed = draft.finish(mapping)
    _require_matched(recognition, changed, named)
    return changed


@requiring(Action.CHANGE_MAPPING)
def import_mapping(
    url: str, settings: Settings, source: str, path: Path, *, author: str, reason: str = ""
) -> Mapping:
    """Keep a YAML file as the new mapping of a source.

    Raises WrongContract with every fault of the file and its line, RefusedAction for another
    source's mapping or a version that is not higher than the one in force.
    """
    mapping = read_contract(path, Mapping)
    if mapping.source_system != source:
        raise RefusedAction(
            "OTHER_SOURCE",
            where=path.name,
            fa="این نگاشت از آن سامانهٔ «{found}» است، نه «{source}».",
            en="This is the mapping of '{found}', not of '{source}'.",
            found=mapping.source_system,
            source=source,
        )
    with transaction(url) as connection:
        _lock(connection, source)
        newest = remembered_of(connection, source).mapping(settings.config_dir, source)
        if mapping.version <= newest.version:
            raise RefusedAction(
                "VERSION_NOT_HIGHER",
                where=path.name,
                fa="نسخهٔ این نگاشت {version} است و نسخهٔ کنونی {newest}؛ در فایل بنویسید "
                "version: {next}.",
                en="The version of this mapping is {version}, the one in force is {newest}; "
                "write `version: {next}` in the file.",
                version=mapping.version,
                newest=newest.version,
                next=newest.version + 1,
            )
        _add(connection, mapping, author, reason)
    return mapping


def export_mapping(mapping: Mapping, path: Path) -> None:
    """Write a mapping as YAML; `import_mapping` reads it back as the very same."""
    facts = mapping.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


def list_versions(url: str, source: str) -> list[dict[str, Any]]:
    """Versions kept in the database, oldest first: `version, author, at, reason`."""
    with transaction(url) as connection:
        return fetch_all(connection, "list_mapping_versions", {"source": source})


@dataclass(slots=True)
class _Draft:
    """The named columns of a mapping while headers are given to them."""

    fields: dict[str, Field]
    is_changed: bool = False

    @classmethod
    def of(cls, mapping: Mapping) -> _Draft:
        return cls(dict(mapping.fields()))

    def confirm(self, header: str, column: str | None) -> None:
        """Give a header to a column, or to none; every other column loses it."""
        for name in list(self.fields):
            self._take_away(name, header, column)
        if column is None:
            self.fields[self._free_name()] = Context.model_construct(header=header, aliases=())
        else:
            field = self.fields[column]
            # First: of two headers of one column the one confirmed last wins.
            rest = tuple(alias for alias in field.aliases if key_of(alias) != key_of(header))
            self.fields[column] = field.model_copy(update={"aliases": (header, *rest)})
        self.is_changed = True

    def finish(self, mapping: Mapping) -> Mapping:
        """The whole mapping with these columns and the next version number."""
        parts: dict[str, dict[str, Any]] = {"columns": {}, "attributes": {}, "context": {}}
        for name, field in self.fields.items():
            kind = {Column: "columns", Attribute: "attributes"}.get(type(field), "context")
            parts[kind][name] = field
        return mapping.model_copy(update={**parts, "version": mapping.version + 1})

    def _take_away(self, name: str, header: str, column: str | None) -> None:
        field, key = self.fields[name], key_of(header)
        rest = tuple(alias for alias in field.aliases if key_of(alias) != key)
        if name == column:
            return
        if key_of(field.header) != key:
            self.fields[name] = field.model_copy(update={"aliases": rest})
        elif not isinstance(field, Context):
            raise _own_header(header, name)
        elif rest:
            self.fields[name] = Context(header=rest[0], aliases=rest[1:])
        else:
            del self.fields[name]

    def _free_name(self) -> str:
        return next(name for n in count(1) if (name := f"{IGNORED}{n}") not in self.fields)


def _require_matched(
    recognition: Recognition, mapping: Mapping, wanted: Dictionary[str, str | None]
) -> None:
    """Raise RefusedAction unless the file, matched anew, reads as the user said."""
    wanted_now = wanted_columns(mapping)
    matches = match_headers(recognition.inspection.header, wanted_now, recognition.sample)
    for header, column in wanted.items():
        found = [match for match in matches if match.header == header]
        if not any(_is_as_said(match, column) for match in found):
            raise _not_possible(found[0], column)


def _is_as_said(match: Match, column: str | None) -> bool:
    if match.how not in ("exact", "folded", "alias"):
        return False
    return str(match.column).startswith(IGNORED) if column is None else match.column == column


def _header_in(recognition: Recognition, header: str) -> str:
    """A header of the file as it stands there; RefusedAction when the file has none like it."""
    headers = recognition.inspection.header
    for found in headers:
        if found == header or found.strip() == header.strip():
            return found
    alike = [found for found in headers if key_of(found) == key_of(header)]
    if alike:
        return alike[0]
    raise RefusedAction(
        "UNKNOWN_HEADER",
        where=recognition.path.name,
        fa="سرستون «{header}» در این فایل نیست. سرستون‌های آن: {known}.",
        en="The file has no header '{header}'. Its headers: {known}.",
        header=header,
        known="، ".join(headers),
    )


def _no_such_column(column: str, draft: _Draft) -> RefusedAction:
    return RefusedAction(
        "UNKNOWN_COLUMN",
        fa="ستون «{column}» در نگاشت نیست. ستون‌ها: {known}.",
        en="The mapping has no column '{column}'. Its columns: {known}.",
        column=column,
        known=", ".join(draft.fields),
    )


def _own_header(header: str, column: str) -> RefusedAction:
    return RefusedAction(
        "HEADER_TAKEN",
        fa="«{header}» سرستون خود ستون {column} است و با تأیید جابه‌جا نمی‌شود؛ نگاشت را با "
        "«mapping export» بگیرید، درست کنید و با «mapping import» برگردانید.",
        en="'{header}' is the very header of the column {column}, which confirming does not move; "
        "write the mapping with `mapping export`, mend it, and give it to `mapping import`.",
        header=header,
        column=column,
    )


def _not_possible(match: Match, column: str | None) -> RefusedAction:
    return RefusedAction(
        "MATCH_NOT_POSSIBLE",
        fa="سرستون «{header}» را نمی‌توان به «{column}» داد: {why_fa} چیزی ثبت نشد.",
        en="The header '{header}' cannot go to '{column}': {why_en} Nothing was stored.",
        header=match.header,
        column=column or "-",
        why_fa=match.reason_fa,
        why_en=match.reason_en,
    )


def _lock(connection: Connection, source: str) -> None:
    run(connection, "lock_mapping", {"source": source})


def _require_newest(connection: Connection, settings: Settings, mapping: Mapping) -> None:
    source = mapping.source_system
    newest = remembered_of(connection, source).mapping(settings.config_dir, source)
    if newest.version == mapping.version:
        return
    raise RefusedAction(
        "MAPPING_CHANGED",
        fa="نگاشت «{source}» در این میان به نسخهٔ {newest} رسیده است؛ فایل را دوباره ببینید.",
        en="The mapping of '{source}' has become version {newest} meanwhile; "
        "look at the file again.",
        source=source,
        newest=newest.version,
    )


def _add(connection: Connection, mapping: Mapping, author: str, reason: str) -> None:
    facts = {
        "source": mapping.source_system,
        "version": mapping.version,
        "mapping": Json(mapping.model_dump(mode="json")),
        "author": author,
        "reason": reason,
    }
    if fetch_one(connection, "add_mapping", facts) is None:
        raise RefusedAction(
            "VERSION_TAKEN",
            fa="نسخهٔ {version} نگاشت «{source}» هست و عوض نمی‌شود؛ شمارهٔ بالاتری بدهید.",
            en="Version {version} of the mapping of '{source}' exists and stays as it is; "
            "give a higher number.",
            version=mapping.version,
            source=mapping.source_system,
        )
