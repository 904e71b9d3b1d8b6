"""Mapping: which header of the file stands for which column, and how that came about."""

from __future__ import annotations

import streamlit as st

from pages.frame.formats import isolate, plain
from pages.frame.language import page_texts
from pages.frame.page import Here, Page
from pages.widgets.cards import Cell, small_table
from pages.widgets.figure_words import words as figure_words
from pages.widgets.pick_table import PickCell, PickRow, pick_table
from pipeline.access.allowed import Action
from pipeline.contracts import Column, list_sources, read_mapping
from pipeline.mapping_versions import (
    SHIPPED,
    MappingDifference,
    MappingVersion,
    differences,
    mapping_versions,
)
from pipeline.settings import get_settings

PAGE = Page(
    section="data",
    order=60,
    icon=":material/schema:",
    action=Action.SEE_MAPPING,
)


def draw(here: Here) -> None:
    """One source: its versions, what one changed against another, and its columns."""
    settings = get_settings()
    sources = list_sources(settings.config_dir)
    source = here.address.choice("source", sources, sources[0])
    st.session_state["mapping_source"] = source
    titles = {name: read_mapping(settings.config_dir, name).title for name in sources}
    st.selectbox(
        here.t("label_source"), sources, key="mapping_source", width=320,
        format_func=lambda name: titles[name].of(here.language), on_change=_choose_source,
    )  # fmt: skip
    versions = mapping_versions(here.url, settings, source)
    numbers = [str(at) for at in range(1, len(versions) + 1)]
    chosen = versions[int(here.address.choice("version", numbers, numbers[-1])) - 1]
    _draw_versions(here, versions)
    _draw_differences(here, versions, chosen)
    _draw_columns(here, chosen)


def _draw_versions(here: Here, versions: list[MappingVersion]) -> None:
    t, f = here.t, here.f
    st.header(t("versions"), anchor=False)
    heads = [(t("head_version"), False), (t("head_author"), False), (t("head_at"), False),
             (t("head_reason"), False), (t("head_changed"), True)]  # fmt: skip
    rows = [
        PickRow(at, [
            PickCell(t("version", number=f.number(one.version)),
                     below=t("in_force") if one.is_in_force else "",
                     below_tag="good" if one.is_in_force else None),
            PickCell(t("shipped") if one.author == SHIPPED else here.actor(one.author)),
            PickCell(f.moment(one.at)),
            PickCell(isolate(one.reason) if one.reason else "–"),
            PickCell(f.number(len(one.differences))),
        ])
        for at, one in reversed(list(enumerate(versions, start=1)))
    ]  # fmt: skip
    pick_table(here, "mapping_versions", heads, rows, label=t("versions"),
               on_open=lambda at: st.query_params.update(version=at))  # fmt: skip


def _draw_differences(here: Here, versions: list[MappingVersion], chosen: MappingVersion) -> None:
    """What the chosen version says that another one does not; the one before, unless asked."""
    t, f = here.t, here.f
    place = versions.index(chosen)
    if len(versions) < 2:
        st.caption(t("only_one"))
        return
    others = [str(at) for at in range(1, len(versions) + 1) if at != place + 1]
    than = here.address.choice("than", others, str(place) if place else others[0])
    st.session_state["mapping_than"] = than
    st.header(t("differences", number=f.number(chosen.version)), anchor=False)
    st.selectbox(
        t("label_than"), others, key="mapping_than", width=320,
        format_func=lambda at: t("version", number=f.number(versions[int(at) - 1].version)),
        on_change=lambda: st.query_params.update(than=st.session_state["mapping_than"]),
    )  # fmt: skip
    found = differences(versions[int(than) - 1].mapping, chosen.mapping)
    if not found:
        st.caption(t("no_differences"))
        return
    names = ("column", "what", "before", "after")
    small_table([(t(f"head_{name}"), False) for name in names],
                [_difference(here, one) for one in found])  # fmt: skip


def _difference(here: Here, one: MappingDifference) -> list[Cell]:
    values = [isolate(value) if value else "–" for value in (one.before, one.after)]
    return [Cell(_column(here, one.column)), Cell(here.t(f"what_{one.what}")), *map(Cell, values)]


def _draw_columns(here: Here, chosen: MappingVersion) -> None:
    t, mapping = here.t, chosen.mapping
    fields = list(mapping.fields())
    st.header(t("columns", number=here.f.number(chosen.version)), anchor=False)
    st.caption(
        t(
            "columns_help",
            count=here.f.number(len(fields)),
            currency=figure_words(here).words.get(f"currency_{mapping.currency}", mapping.currency),
        )
    )
    if chosen.reason:
        st.caption(plain(chosen.reason))
    rows = []
    for name, field in fields:
        kind = field.kind if isinstance(field, Column) else type(field).__name__.lower()
        note = t("required") if isinstance(field, Column) and field.required else ""
        note = t("personal") if name in mapping.personal else note
        rows.append([Cell(isolate(field.header)), Cell(_column(here, name)),
                     Cell(t(f"kind_{kind}")), Cell(note, tag="wait") if note else Cell(""),
                     Cell(isolate(here.listed(field.aliases)))])  # fmt: skip
    rows += [[Cell(isolate(formula)), Cell(_column(here, name)), Cell(t("kind_derived")), Cell(""),
              Cell("")] for name, formula in mapping.derived.items()]  # fmt: skip
    heads = ("header", "column", "kind", "note", "aliases")
    with st.container(key="mapping_columns"):
        small_table([(t(f"head_{name}"), False) for name in heads], rows)


def _column(here: Here, name: str) -> str:
    """What a column is called, its name in figures and files behind; the name where it has none."""
    word = page_texts("upload", here.language).words.get(f"column_{name}")
    return isolate(name) if word is None else f"{word} · {isolate(name)}"


def _choose_source() -> None:
    st.query_params.from_dict({"source": st.session_state["mapping_source"]})
