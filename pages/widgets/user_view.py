"""One person: what they may do and see, their password, where they are signed in, their tokens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.frame.formats import NOTHING, isolate, plain
from pages.frame.language import frame_texts
from pages.frame.names import browser_name
from pages.frame.page import Here
from pages.frame.shell import link_to
from pages.widgets.cards import Card, Cell, cards, small_table
from pages.widgets.user_acts import act, act_and_say, keep_secret
from pages.widgets.user_limits import draw_limits
from pipeline.access.accounts import Account, change_role, grant_personal, set_active
from pipeline.access.allowed import ALLOWED, Action
from pipeline.access.passwords import reset_password
from pipeline.access.people import ROLES, Role
from pipeline.access.sessions import end_all, list_sessions
from pipeline.access.tokens import list_tokens, revoke
from pipeline.settings import get_settings


def draw_user(here: Here, one: Account) -> None:
    """Everything about one person, each part with what can be done there."""
    t, f, person = here.t, here.f, one.person
    st.header(plain(person.name), anchor=False)
    state = "active" if one.active else "inactive"
    cards([
        Card(t("head_role"), frame_texts(here.language)(f"role_{person.role}"),
             t(f"state_{state}"), mood="good" if one.active else "bad"),
        Card(t("head_seen"), f.moment(one.last_seen_at) if one.last_seen_at else NOTHING,
             t("open_sessions", count=f.number(one.open_sessions))),
        Card(t("since"), f.moment(one.created_at), t("added_by", name=here.actor(one.created_by))),
    ])  # fmt: skip
    link_to("audit", t("see_deeds"), kind="user", id=str(person.user_id))
    rights, entry = st.columns(2, gap="large")
    with rights:
        _draw_role(here, one)
        draw_limits(here, one)
    with entry:
        _draw_entry(here, one)
        _draw_sessions(here, one)
        _draw_tokens(here, one)


def _draw_role(here: Here, one: Account) -> None:
    t, person, words = here.t, one.person, frame_texts(here.language)
    st.subheader(t("role"), anchor=False)
    role_key, personal_key = f"role_of_{person.user_id}", f"personal_of_{person.user_id}"
    st.session_state[role_key] = person.role
    st.radio(
        t("label_role"), ROLES, key=role_key, label_visibility="collapsed",
        format_func=lambda role: words(f"role_{role}"),
        captions=[words(f"role_{role}_does") for role in ROLES],
        on_change=lambda: act_and_say(here, lambda: change_role(
            here.url, person.user_id, Role(st.session_state[role_key]), actor=here.who.name)),
    )  # fmt: skip
    by_role = person.role in ALLOWED[Action.SEE_PERSONAL]
    st.session_state[personal_key] = by_role or person.sees_personal
    st.toggle(
        t("label_personal"), key=personal_key, disabled=by_role,
        help=t("personal_by_role") if by_role else t("personal_help"),
        on_change=lambda: act_and_say(here, lambda: grant_personal(
            here.url, person.user_id, st.session_state[personal_key], actor=here.who.name)),
    )  # fmt: skip


def _draw_entry(here: Here, one: Account) -> None:
    """A new one-time password, and whether the person may come in at all."""
    t, person = here.t, one.person
    st.subheader(t("entry"), anchor=False)
    with st.container(horizontal=True):
        _sure(here, "reset", ":material/lock_reset:", lambda: _reset(here, one))
        if not one.active:
            st.button(t("activate"), key="user_activate", icon=":material/person_check:",
                      on_click=partial(_set_active, here, one, True))  # fmt: skip
        elif person.user_id != here.who.user_id:
            _sure(here, "deactivate", ":material/person_off:",
                  partial(_set_active, here, one, False))  # fmt: skip


def _draw_sessions(here: Here, one: Account) -> None:
    t, f = here.t, here.f
    st.subheader(t("sessions"), anchor=False)
    sessions = list_sessions(here.url, get_settings(), one.person.user_id)
    if not sessions:
        st.caption(t("no_session"))
        return
    rows = [[Cell(isolate(row.origin)), Cell(f.moment(row.started_at)), Cell(f.moment(row.seen_at)),
             Cell(browser_name(row.agent, here.language))] for row in sessions]  # fmt: skip
    small_table([(t(name), False) for name in ("from_where", "began", "seen", "browser")], rows)
    _sure(here, "sign_out", ":material/logout:", lambda: act_and_say(
        here, lambda: end_all(here.url, one.person.user_id, actor=here.who.name)))  # fmt: skip


def _draw_tokens(here: Here, one: Account) -> None:
    t, f = here.t, here.f
    live = [token for token in list_tokens(here.url, one.person.user_id) if token.state == "live"]
    if not live:
        return
    st.subheader(t("tokens"), anchor=False)
    for token in live:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            used = f.moment(token.last_used_at) if token.last_used_at else NOTHING
            until = f.moment(token.expires_at)
            st.markdown(f"**{plain(token.name)}**  \n{t('token', until=until, used=used)}")
            st.button(t("revoke"), key=f"user_revoke_{token.token_id}", icon=":material/block:",
                      on_click=partial(_revoke, here, token.token_id))  # fmt: skip


def _sure(here: Here, name: str, icon: str, deed: Callable[[], object]) -> None:
    """A button that asks once more, saying what will follow."""
    with st.popover(here.t(name), icon=icon):
        st.write(here.t(f"sure_{name}"))
        st.button(here.t(f"yes_{name}"), type="primary", key=f"user_{name}", on_click=deed)


def _reset(here: Here, one: Account) -> None:
    person = one.person
    made = act(here, lambda: reset_password(here.url, person.user_id, actor=here.who.name))
    if made is not None:
        keep_secret(person.name, made)


def _set_active(here: Here, one: Account, active: bool) -> None:
    user_id, actor = one.person.user_id, here.who.name
    act_and_say(here, lambda: set_active(here.url, user_id, active, actor=actor))


def _revoke(here: Here, token_id: int) -> None:
    act_and_say(here, lambda: revoke(here.url, token_id, actor=here.who.name))
