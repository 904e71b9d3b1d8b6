"""What was detected of a file, and the form by which a person knows better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from pages.frame.formats import isolate
from pages.frame.page import Here
from pages.widgets.cards import Card, cards
from pages.widgets.file_look import DELIMITERS, QUOTES, Asked, Look
from pipeline.contracts import list_sources
from pipeline.ingestion.looks import remark_text
from pipeline.ingestion.tables import TEXT
from pipeline.ingestion.workbook import list_sheets
from pipeline.settings import get_settings

ENCODINGS = ("utf-8", "utf-16", "windows-1256", "cp720", "cp864", "iso-8859-6", "mac-arabic")
# Rounding must not make it a whole where lines do not fit.
_NEARLY = 0.999


def draw_detected(here: Here, look: Look) -> None:
    """What the file is, in figures; what of it was left aside."""
    t, f, found = here.t, here.f, look.found
    inspection, table = found.inspection, found.table
    title = found.mapping.title.of(here.language)
    shown = [
        Card(t("source"), isolate(title),
             t("version", version=f.number(found.mapping.version))),
        Card(t("header_line"), f.number(inspection.header_line or None),
             t("columns", columns=f.number(len(inspection.header)))),
    ]  # fmt: skip
    if table.format == TEXT:
        delimiter = next(
            (n for n, d in DELIMITERS.items() if d == inspection.dialect.delimiter), ""
        )
        mark = t(f"delimiter_{delimiter}") if delimiter else isolate(inspection.dialect.delimiter)
        shown.insert(1, Card(t("encoding"), isolate(inspection.encoding), _sure(here, look)))
        shown.insert(2, Card(t("delimiter"), mark, t("text_file", size=f.size(look.upload.size))))
    else:
        note = t("workbook", kind=isolate(table.format), size=f.size(look.upload.size))
        shown.insert(1, Card(t("sheet"), isolate(table.sheet or ""), note))
    cards(shown)
    for code in found.remarks:
        st.caption(f":material/info: {remark_text(code, here.language)}")


def _sure(here: Here, look: Look) -> str:
    """How sure the encoding is, and how many lines do not fit it; all of it only where all fit."""
    t, f, unfit = here.t, here.f, look.unfit_lines
    share = sure_share(look.found.inspection.confidence, unfit)
    said = t("confidence", share=f.percent(share))
    if not unfit:
        return said
    return f"{said} · {t('unfit' if unfit > 1 else 'unfit_one', lines=f.number(unfit))}"


def sure_share(confidence: float, unfit: int | None) -> float:
    """The confidence as it is shown: a whole is said only where nothing is known against it."""
    return min(confidence, _NEARLY) if unfit or confidence < 1 else confidence


def draw_source_question(here: Here) -> None:
    """No header tells the source system, and none is guessed: the person says which it is."""
    with st.container(border=True, key="which_source"):
        st.warning(here.t("which_source"), icon=":material/help:")
        with st.container(horizontal=True):
            for code in list_sources(get_settings().config_dir):
                st.button(here.source(code), key=f"source_{code}",
                          on_click=partial(here.address.write, source=code))  # fmt: skip


def draw_form(here: Here, look: Look | None, asked: Asked, *, opened: bool = False) -> None:
    """The form that says how the file is to be read; it is read anew when it is sent."""
    t, sources = here.t, list_sources(get_settings().config_dir)
    is_text = look is None or look.found.table.format == TEXT
    with st.expander(t("read_otherwise"), icon=":material/tune:", expanded=opened):
        st.caption(t("read_otherwise_help"))
        with st.form("reading", border=False):
            source = _pick(here, "source", sources, asked.source, shown=here.source)
            said: dict[str, object] = {"source": source}
            if is_text:
                said |= _of_text(here, asked)
            else:
                assert look is not None
                sheets = [sheet.name for sheet in list_sheets(look.upload.path)]
                said["sheet"] = _pick(here, "sheet", sheets, asked.overrides.sheet)
            said["header_line"] = st.number_input(
                t("header_line"), 0, 100_000, asked.overrides.header_line, placeholder=t("auto"),
                help=t("header_line_help"),
            )  # fmt: skip
            if st.form_submit_button(t("read_again"), icon=":material/refresh:"):
                here.address.write(**said, map=None)
                st.rerun()


def _of_text(here: Here, asked: Asked) -> dict[str, object]:
    known, overrides = list(ENCODINGS), asked.overrides
    if overrides.encoding and overrides.encoding not in known:
        known.append(overrides.encoding)
    delimiter = next((n for n, d in DELIMITERS.items() if d == overrides.delimiter), None)
    quote = next((n for n, q in QUOTES.items() if q == overrides.quote), None)
    return {
        "encoding": _pick(here, "encoding", known, overrides.encoding, open_to_new=True),
        "delimiter": _pick(here, "delimiter", list(DELIMITERS), delimiter, words="delimiter_"),
        "quote": _pick(here, "quote", list(QUOTES), quote, words="quote_"),
    }


def _pick(
    here: Here,
    name: str,
    options: Sequence[str],
    chosen: str | None,
    *,
    words: str = "",
    shown: Callable[[str], str] = str,
    open_to_new: bool = False,
) -> str | None:
    """One choice of the form; nothing chosen leaves it to detection."""
    index = list(options).index(chosen) if chosen in options else None
    return st.selectbox(
        here.t(name), options, index=index, placeholder=here.t("auto"),
        format_func=(lambda one: here.t(f"{words}{one}")) if words else shown,
        accept_new_options=open_to_new,
    )  # fmt: skip
