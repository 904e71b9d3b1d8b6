"""Each header of a file and its column: what needs a look first, and a way to change each."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from pages.frame.formats import NOTHING, isolate, plain
from pages.frame.formats import escape as unmarked
from pages.frame.page import Here
from pages.frame.ways import on_screen
from pages.widgets.cards import Cell, parts_html, small_table
from pages.widgets.file_look import Look, write_changes
from pipeline.contracts import IGNORED
from pipeline.ingestion.headers import Match

SURE = ("exact", "folded", "alias")
SAMPLES = 3
LONGEST_SAMPLE = 40
Names = dict[str | None, str]


def draw_headers(here: Here, look: Look) -> None:
    """How many headers are understood, those to look at with their choice, and all the others."""
    t, f, matches = here.t, here.f, look.changed.matches
    missing = look.changed.missing_required()
    doubtful = [m for m in matches if _is_doubtful(m)]
    left = [m for m in matches if m.column is None]
    ignored = [m for m in matches if _is_ignored(m)]
    st.header(t("headers"), anchor=False)
    if doubtful or left or ignored:
        st.markdown(
            t("headers_sum", all=f.number(len(matches)),
              sure=f.number(len(matches) - len(doubtful) - len(left) - len(ignored)),
              doubtful=f.number(len(doubtful)), left=f.number(len(left)),
              ignored=f.number(len(ignored)))
        )  # fmt: skip
    if missing:
        names = here.listed(isolate(unmarked(name)) for name in missing)
        st.error(t("missing", names=names), icon=":material/error:")
    _draw_refusal(here, look)
    everything = st.toggle(t("change_any"), here.address.choice("all", ["1"], "") == "1")
    here.address.write(all="1" if everything else None)
    wanted = to_look_at(look)
    attention = [
        m for m in matches if everything or m in wanted or m.position in look.asked.changes
    ]
    names = column_names(here, look)
    for match in attention:
        _draw_choice(here, look, match, names)
    _draw_rest(here, look, [m for m in matches if m not in attention], names)


def column_names(here: Here, look: Look) -> Names:
    """Columns of the mapping as people call them, their names in figures and files behind."""
    said = {
        name: here.t.words.get(f"column_{name}") or field.header
        for name, field in look.changed.mapping.fields()
        if not name.startswith(IGNORED)
    }
    names: Names = {None: here.t("no_column")}
    return names | {name: f"{isolate(text)} · {isolate(name)}" for name, text in said.items()}


def to_look_at(look: Look) -> list[Match]:
    """Headers in doubt, and those that have a name but no column."""
    return [
        match
        for match in look.changed.matches
        if _is_doubtful(match) or (match.column is None and match.header.strip())
    ]


def _is_doubtful(match: Match) -> bool:
    return match.column is not None and match.how not in SURE


def _is_ignored(match: Match) -> bool:
    return match.column is not None and match.column.startswith(IGNORED)


def _draw_refusal(here: Here, look: Look) -> None:
    if look.refusal is None:
        return
    st.error(unmarked(on_screen(look.refusal, here.language)), icon=":material/error:")
    st.button(here.t("take_back"), icon=":material/undo:",
              on_click=partial(write_changes, here, {}))  # fmt: skip


def _draw_choice(here: Here, look: Look, match: Match, names: Names) -> None:
    """One header with its first values and why; its column to pick, or to confirm in one click."""
    t = here.t
    with st.container(border=True, key=f"header_{match.position}"):
        about, choice = st.columns([3, 2], vertical_alignment="center")
        with about:
            st.html(
                f'<div class="sales-load"><b>{escape(isolate(match.header))}</b> '
                f'<span class="sales-tag {_mood(match)}">{escape(_how(here, match))}</span>'
                f"<div>{escape(_reason(here, match))}</div>"
                f"<small>{escape(t('values'))} {_samples_html(here, look, match)}</small></div>"
            )
        with choice:
            options = list(names)
            now = None if _is_ignored(match) else match.column
            # The key holds what is in force, so that another change shows here at once.
            key = f"column_{match.position}_{match.column}"
            st.selectbox(
                t("column_for", header=plain(match.header)), options,
                index=options.index(now) if now in options else 0, key=key,
                format_func=names.__getitem__,
                label_visibility="collapsed", on_change=partial(_change, here, look, match, key),
            )  # fmt: skip
            if match.how not in SURE:
                st.button(
                    t("confirm" if match.column else "confirm_none"),
                    key=f"confirm_{match.position}", icon=":material/check:",
                    on_click=partial(_give, here, look, match, match.column),
                )  # fmt: skip


def _change(here: Here, look: Look, match: Match, key: str) -> None:
    _give(here, look, match, st.session_state[key])


def _give(here: Here, look: Look, match: Match, column: str | None) -> None:
    """Give a header to a column, or to none; whoever had the column by a change loses it."""
    rest = {at: had for at, had in look.asked.changes.items() if column is None or had != column}
    write_changes(here, {**rest, match.position: column})


def _draw_rest(here: Here, look: Look, matches: list[Match], names: Names) -> None:
    if not matches:
        return
    t, f = here.t, here.f
    with st.expander(t("understood", headers=f.number(len(matches))), icon=":material/check:"):
        heads = ("header", "column", "how", "values")
        small_table(
            [(t(f"head_{name}"), False) for name in heads],
            [
                [
                    Cell(isolate(match.header) if match.header.strip() else t("no_header")),
                    Cell(names[None if _is_ignored(match) else match.column]),
                    Cell(_how(here, match), tag=_mood(match)),
                    Cell(NOTHING, parts=_samples(here, look, match)),
                ]
                for match in matches
            ],
        )


def _how(here: Here, match: Match) -> str:
    if _is_ignored(match):
        return here.t("how_ignored")
    how = here.t(f"how_{match.how}")
    return f"{how} · {here.f.percent(match.confidence, 0)}" if match.column else how


def _mood(match: Match) -> str:
    return "wait" if match.how not in SURE else ""


def _reason(here: Here, match: Match) -> str:
    return match.reason_fa if here.language == "fa" else match.reason_en


def _samples_html(here: Here, look: Look, match: Match) -> str:
    return parts_html(_samples(here, look, match)) or NOTHING


def _samples(here: Here, look: Look, match: Match) -> list[str]:
    """The first different values of the column, as they stand in the file."""
    rows = look.found.sample
    cells = (row[match.position].strip() for row in rows if match.position < len(row))
    first = list(dict.fromkeys(filter(None, cells)))[:SAMPLES]
    return [here.f.raw(cell[:LONGEST_SAMPLE]) for cell in first]
