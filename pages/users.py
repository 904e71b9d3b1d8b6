"""Users: who may come in, as what, with which limits; let somebody in, or no more."""

from __future__ import annotations

import streamlit as st

from pages.frame.formats import NOTHING, isolate
from pages.frame.language import frame_texts
from pages.frame.page import Here, Page
from pages.widgets.pick_table import PickCell, PickRow, pick_table
from pages.widgets.user_acts import act, draw_said, draw_secret, keep_secret
from pages.widgets.user_view import draw_user
from pipeline.access.accounts import Account, list_users
from pipeline.access.allowed import Action
from pipeline.access.names import LONGEST
from pipeline.access.passwords import invite
from pipeline.access.people import ROLES
from pipeline.settings import get_settings

PAGE = Page(section="settings", order=10, icon=":material/group:", action=Action.MANAGE_USERS)
_TAGS = {"active": "good", "invited": "wait", "inactive": "bad"}
_HEADS = ("name", "role", "limits", "state", "seen")


def draw(here: Here) -> None:
    """Everybody, or the one person that the address names."""
    draw_said(here)
    draw_secret(here)
    everybody = list_users(here.url, get_settings())
    user_id = here.address.number("user", least=1)
    found = next((one for one in everybody if one.person.user_id == user_id), None)
    if user_id is not None:
        st.button(here.t("to_list"), icon=":material/list:", key="users_to_list",
                  on_click=lambda: st.query_params.pop("user", None))  # fmt: skip
    if found is not None:
        draw_user(here, found)
        return
    if user_id is not None:
        st.info(here.t("no_such_user"), icon=":material/search_off:")
        return
    _draw_list(here, everybody)
    _draw_form(here, len(everybody))


def _draw_list(here: Here, everybody: list[Account]) -> None:
    text = here.address.text("text", longest=LONGEST)
    st.session_state["users_text"] = text
    st.text_input(here.t("search"), key="users_text", max_chars=LONGEST, width=320,
                  on_change=lambda: _search(here))  # fmt: skip
    found = [one for one in everybody if text.strip().casefold() in one.person.name.casefold()]
    st.caption(here.t("count", of=here.f.of(len(found), len(everybody))))
    heads = [(here.t(f"head_{name}"), False) for name in _HEADS]
    pick_table(here, "users", heads, [_row(here, one) for one in found], label=here.t("title"),
               on_open=lambda user: st.query_params.update(user=user))  # fmt: skip


def _search(here: Here) -> None:
    here.address.write(text=st.session_state["users_text"].strip())


def _row(here: Here, one: Account) -> PickRow:
    t, person = here.t, one.person
    state = "active" if one.active else "inactive"
    if one.active and one.must_change:
        state = "invited"
    limits = t("limited", count=here.f.number(
        len(person.scope.branches) + len(person.scope.salespeople)))  # fmt: skip
    seen = here.f.moment(one.last_seen_at) if one.last_seen_at else NOTHING
    sessions = t("open_sessions", count=here.f.number(one.open_sessions))
    return PickRow(
        person.user_id,
        [
            PickCell(isolate(person.name), below=t("elsewhere") if one.signs_in_elsewhere else ""),
            PickCell(frame_texts(here.language)(f"role_{person.role}"),
                     below=t("sees_personal") if person.sees_personal else ""),
            PickCell(limits if person.scope.is_limited else t("unlimited")),
            PickCell(t(f"state_{state}"), tag=_TAGS[state]),
            PickCell(seen, below=sessions if one.open_sessions else ""),
        ],
    )  # fmt: skip


def _draw_form(here: Here, number: int) -> None:
    """The form of the next person; another number makes it empty."""
    words = frame_texts(here.language)
    st.header(here.t("new"), anchor=False)
    with st.form("user_form"):
        name = st.text_input(here.t("label_name"), key=f"user_name_{number}", max_chars=LONGEST)
        role = st.radio(
            here.t("label_role"), ROLES, key=f"user_role_{number}",
            format_func=lambda role: words(f"role_{role}"),
            captions=[words(f"role_{role}_does") for role in ROLES],
        )  # fmt: skip
        sent = st.form_submit_button(here.t("add"), type="primary", icon=":material/person_add:")
    if sent and role is not None:
        made = act(here, lambda: invite(here.url, name, role, actor=here.who.name))
        if made is not None:
            keep_secret(name, made[1])
            st.rerun()
