"""The parts of an xlsx package around its sheets: their names, number formats, shared strings."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import IO

from pipeline.ingestion.workbook_cells import Format, field, format_of
from pipeline.ingestion.workbook_limits import Limits
from pipeline.ingestion.workbook_refusals import refusal
from pipeline.ingestion.workbook_xml import Attributes, Collector, Handler, parse_all

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One worksheet of the package: its name, whether a user sees it, its part, its bytes."""

    name: str
    visible: bool
    part: str
    size: int


def unescape(text: str) -> str:
    """Undo Excel's `_x000D_` spelling of characters that XML cannot carry."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: _character(found.group(1)), text)


def _character(code: str) -> str:
    number = int(code, 16)
    # Half of a surrogate pair is no character: such text stays as it is spelled.
    return f"_x{code}_" if 0xD800 <= number <= 0xDFFF else chr(number)


class Package:
    """An open xlsx package. Raises RefusedFile for what is damaged or over the limits."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._names = {name.lower(): name for name in archive.namelist()}
        self.date1904 = False
        self.workbook = self._target_of("", "/officeDocument") or "xl/workbook.xml"
        self.sheets = self._read_sheets()
        self.formats = self._read_formats()

    def open(self, part: str) -> IO[bytes]:
        """The stream of `part`; part names are compared without case, as the format says."""
        name = self._names.get(part.lower())
        if name is None:
            raise refusal("WORKBOOK_DAMAGED", detail="a part is missing")
        return self._archive.open(name)

    @cached_property
    def shared_strings(self) -> list[bytes]:
        """Every shared string as a finished CSV field, so that each is quoted once only."""
        part = self._target_of(self.workbook, "/sharedStrings")
        if part is None:
            return []
        reader = _StringsReader(self._limits)
        with self.open(part) as stream:
            parse_all(stream, reader, self._limits)
        return reader.strings

    def _relations(self, source: str) -> dict[str, tuple[str, str]]:
        """Relationship id → (type, part) of the part `source`; links out of the file are left."""
        folder, name = posixpath.split(source)
        found: dict[str, tuple[str, str]] = {}

        def on_start(element: str, given: Attributes) -> None:
            if element == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
                found[given.get("Id", "")] = (given.get("Type", ""), target.lstrip("/"))

        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path.lower() in self._names:
            with self.open(path) as stream:
                parse_all(stream, Collector(on_start), self._limits)
        return found

    def _target_of(self, source: str, kind: str) -> str | None:
        relations = self._relations(source).values()
        return next((part for type_, part in relations if type_.endswith(kind)), None)

    def _read_sheets(self) -> list[SheetPart]:
        listed: list[tuple[str, bool, str]] = []

        def on_start(element: str, given: Attributes) -> None:
            if element == "workbookPr":
                self.date1904 = given.get("date1904", "0") in ("1", "true", "on")
            elif element == "sheet":
                if len(listed) >= self._limits.sheets:
                    raise refusal("WORKBOOK_TOO_LARGE", what="sheets", limit=self._limits.sheets)
                visible = given.get("state", "visible") == "visible"
                listed.append((given.get("name", ""), visible, _relation_id(given)))

        with self.open(self.workbook) as stream:
            parse_all(stream, Collector(on_start), self._limits)
        relations = self._relations(self.workbook)
        return [
            SheetPart(name, visible, relations[key][1], self._size(relations[key][1]))
            for name, visible, key in listed
            if relations.get(key, ("", ""))[0].endswith("/worksheet")
        ]

    def _size(self, part: str) -> int:
        name = self._names.get(part.lower())
        return self._archive.getinfo(name).file_size if name else 0

    def _read_formats(self) -> list[Format]:
        part = self._target_of(self.workbook, "/styles")
        if part is None:
            return []
        reader = _StylesReader(self._limits)
        with self.open(part) as stream:
            parse_all(stream, reader, self._limits)
        return [format_of(number, reader.codes.get(number)) for number in reader.used]


def _relation_id(attributes: Attributes) -> str:
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


class _StylesReader(Handler):
    """Collects number-format codes and, for each cell style in order, the id of its format."""

    def __init__(self, limits: Limits) -> None:
        self.codes: dict[int, str] = {}
        self.used: list[int] = []
        self._in_cells = False
        self._limits = limits

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self.codes[_number(attributes, "numFmtId")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.used.append(_number(attributes, "numFmtId"))
        if max(len(self.used), len(self.codes)) > self._limits.styles:
            raise refusal("WORKBOOK_TOO_LARGE", what="styles", limit=self._limits.styles)

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False


def _number(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "0")
    if not text.isdecimal():
        raise refusal("WORKBOOK_DAMAGED", detail=f"{name} is no number")
    return int(text)


class _StringsReader(Handler):
    """Collects shared strings; rich text is joined, phonetic hints are left out."""

    def __init__(self, limits: Limits) -> None:
        self.strings: list[bytes] = []
        self._pieces: list[str] = []
        self._in_text = False
        self._in_hint = False
        self._limits = limits

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._pieces.clear()
        elif name == "t":
            self._in_text = not self._in_hint
        elif name == "rPh":
            self._in_hint = True

    def text(self, data: str) -> None:
        if self._in_text:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_hint = False
        elif name == "si":
            self.strings.append(checked_field("".join(self._pieces), self._limits))


def checked_field(text: str, limits: Limits) -> bytes:
    """The CSV field of a string as xlsx spells it; raises RefusedFile when it is too long."""
    made = field(unescape(text))
    if len(made) > limits.cell_bytes:
        raise refusal("WORKBOOK_TOO_LARGE", what="bytes in a cell", limit=limits.cell_bytes)
    return made
