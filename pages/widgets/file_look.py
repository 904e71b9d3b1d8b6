"""A file that came in, looked at as the address says: source, reading settings, changed headers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import streamlit as st

from pages.frame.page import Here
from pipeline.contracts import list_sources
from pipeline.errors import PipelineError
from pipeline.ingestion.fit import unfit_lines
from pipeline.ingestion.headers import match_headers
from pipeline.ingestion.inspection import Overrides
from pipeline.ingestion.store import Receipt
from pipeline.ingestion.tables import TEXT
from pipeline.loads import known_receipt
from pipeline.mappings import with_matches
from pipeline.recognition import Recognition, recognize, wanted_columns
from pipeline.settings import get_settings
from pipeline.source_memory import read_remembered
from pipeline.uploads import Upload

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
QUOTES = {"double": '"', "single": "'", "none": ""}
_KEY = "file_look"
# Position of a header and the column it is given to, `-` for none: `12.customer_id~14.-`.
_CHANGE = re.compile(r"(\d{1,4})\.([a-z][a-z0-9_]*|-)")
_MOST_CHANGES = 2000


@dataclass(frozen=True)
class Asked:
    """How the person wants the file to be read; None and empty leave it to detection."""

    source: str | None
    overrides: Overrides
    changes: dict[int, str | None]


@dataclass(frozen=True)
class Look:
    """A file as it is understood: as recognised, with the person's changes, and what forbids them.

    `known` is the receipt of the same bytes, when they came before; `unfit_lines` is how many lines
    are no text in its encoding, None where not all of it was looked at.
    """

    upload: Upload
    asked: Asked
    found: Recognition
    changed: Recognition
    known: Receipt | None
    refusal: PipelineError | None
    unfit_lines: int | None = None

    @property
    def lacks_source(self) -> bool:
        """Whether nobody said the source system, and no header tells it."""
        return self.asked.source is None and not self.found.tells_its_source

    @property
    def changes(self) -> dict[str, str | None]:
        """The changes by header, as a mapping is confirmed."""
        headers = self.found.inspection.header
        return {
            headers[at]: column for at, column in self.asked.changes.items() if at < len(headers)
        }


def read_asked(here: Here) -> Asked:
    """What the address says of the reading; what makes no sense is left aside and said."""
    address, settings = here.address, get_settings()
    delimiter = address.choice("delimiter", list(DELIMITERS), "")
    quote = address.choice("quote", list(QUOTES), "")
    overrides = Overrides(
        encoding=address.text("encoding", longest=40) or None,
        delimiter=DELIMITERS.get(delimiter),
        quote=QUOTES.get(quote),
        header_line=address.number("header_line"),
        sheet=address.text("sheet") or None,
    )
    source = address.choice("source", list_sources(settings.config_dir), "") or None
    return Asked(source, overrides, _changes(here))


def write_changes(here: Here, changes: dict[int, str | None]) -> None:
    """Put changed headers into the address."""
    told = "~".join(f"{at}.{column or '-'}" for at, column in sorted(changes.items()))
    here.address.write(map=told)


def look_at(here: Here, upload: Upload, asked: Asked, words: str) -> Look:
    """The file under what is asked; recognised once as long as that stays the same.

    RefusedFile and PipelineError as `pipeline.recognition.recognize` raises them. `words` are shown
    while it takes its time.
    """
    key = (upload.token, asked.source, asked.overrides)
    if st.session_state.get(_KEY, (None, None))[0] != key:
        with st.spinner(words):
            st.session_state[_KEY] = (key, _recognized(here.url, upload, asked))
    found, known, unfit = st.session_state[_KEY][1]
    look = Look(upload, asked, found, found, known, None, unfit)
    if not asked.changes:
        return look
    try:
        return replace(look, changed=_with_changes(found, look.changes))
    except PipelineError as refusal:
        return replace(look, refusal=refusal)


def forget_look() -> None:
    """Look anew the next time."""
    st.session_state.pop(_KEY, None)


def _recognized(
    url: str, upload: Upload, asked: Asked
) -> tuple[Recognition, Receipt | None, int | None]:
    settings = get_settings()
    remembered = read_remembered(url, asked.source)
    found = recognize(upload.path, settings, asked.source, asked.overrides, remembered)
    known = known_receipt(url, found.mapping.source_system, upload.path)
    is_text = found.table.format == TEXT
    unfit = unfit_lines(upload.path, found.inspection.encoding) if is_text else None
    return found, known, unfit


def _with_changes(found: Recognition, changes: dict[str, str | None]) -> Recognition:
    mapping = with_matches(found.mapping, found, changes)
    matches = match_headers(found.inspection.header, wanted_columns(mapping), found.sample)
    return replace(found, mapping=mapping, matches=tuple(matches))


def _changes(here: Here) -> dict[int, str | None]:
    told = here.address.text("map", longest=_MOST_CHANGES)
    changes: dict[int, str | None] = {}
    for part in filter(None, told.split("~")):
        said = _CHANGE.fullmatch(part)
        if said is None:
            here.address.unknown.append(("map", part))
        else:
            changes[int(said[1])] = None if said[2] == "-" else said[2]
    return changes
