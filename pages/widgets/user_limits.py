"""The branches and salespeople that a person is limited to: chosen from known ones, or typed."""

from __future__ import annotations

import streamlit as st

from pages.frame.formats import END_ISOLATE, FIRST_STRONG, isolate
from pages.frame.page import Here
from pages.widgets.user_acts import act_and_say
from pipeline.access.accounts import Account, set_scope
from pipeline.access.people import Scope
from pipeline.db import reading
from pipeline.kpi.choices import MOST, Kind, filter_values
from pipeline.kpi.scopes import scopes

CHOICES_SECONDS = 60
_KINDS: tuple[Kind, Kind] = ("branches", "salespeople")


def draw_limits(here: Here, one: Account) -> None:
    """Both lists; nothing chosen is no limit. A code that no published month has may be typed."""
    t, person = here.t, one.person
    st.subheader(t("limits"), anchor=False)
    st.caption(t("limits_help"))
    known = _known(here.url)
    with st.form(f"limits_of_{person.user_id}"):
        chosen = {kind: _choose(here, one, kind, known[kind]) for kind in _KINDS}
        sent = st.form_submit_button(t("keep_limits"), icon=":material/check:")
    if sent:
        scope = Scope(*(tuple(sorted(map(_code, chosen[kind]))) for kind in _KINDS))
        act_and_say(here, lambda: set_scope(here.url, person.user_id, scope, actor=here.who.name))
        st.rerun()


def _choose(here: Here, one: Account, kind: Kind, known: dict[str, str]) -> list[str]:
    now = one.person.scope.branches if kind == "branches" else one.person.scope.salespeople
    return st.multiselect(
        here.t(f"label_{kind}"), [*dict.fromkeys([*known, *now])], default=list(now),
        key=f"limits_{kind}_{one.person.user_id}", accept_new_options=True,
        placeholder=here.t("all_of_them"),
        format_func=lambda code: isolate(f"{code} · {known[code]}" if known.get(code) else code),
    )  # fmt: skip


def _code(text: str) -> str:
    """A code as it was typed, or copied from a page with the signs that keep it apart there."""
    return text.strip(f"{FIRST_STRONG}{END_ISOLATE} ")


@st.cache_data(ttl=CHOICES_SECONDS, max_entries=4, show_spinner=False)
def _known(url: str) -> dict[Kind, dict[str, str]]:
    """Codes and names of every source's branches and salespeople."""
    found: dict[Kind, dict[str, str]] = {kind: {} for kind in _KINDS}
    with reading(url) as connection:
        for scope in scopes(connection):
            for kind in _KINDS:
                for value in filter_values(connection, kind, scope.source, limit=MOST):
                    found[kind][value.key] = value.label or ""
    return found
