"""My tokens: what a person's own programs read the API with; issued, shown once, revoked."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.frame import errors
from pages.frame.formats import isolate, plain
from pages.frame.page import Here, Page
from pipeline.access.allowed import Action, may
from pipeline.access.tokens import (
    LONGEST_NAME,
    MOST_DAYS,
    SCOPES,
    USUAL_DAYS,
    Token,
    issue,
    list_tokens,
    revoke,
)
from pipeline.errors import PipelineError

PAGE = Page(section="settings", order=30, icon=":material/key:", action=Action.HOLD_TOKENS)
_NEW, _SAID = "new_token", "token_said"
_DAYS = (30, USUAL_DAYS, 180, MOST_DAYS)


def draw(here: Here) -> None:
    """A token that was just issued, the person's tokens, and the form for another."""
    tokens = list_tokens(here.url, here.who.user_id)
    if secret := st.session_state.get(_NEW):
        _draw_new(here, secret)
    if said := st.session_state.pop(_SAID, None):
        st.success(here.t(said), icon=":material/check:")
    live = [token for token in tokens if token.state == "live"]
    if live:
        st.header(here.t("mine"), anchor=False)
        for token in live:
            _draw_token(here, token)
    elif not secret:
        with here.empty("none"):
            pass
    _draw_form(here, len(tokens))
    if ended := [token for token in tokens if token.state != "live"]:
        with st.expander(here.t("ended")):
            for token in ended:
                _draw_token(here, token)


def _draw_new(here: Here, secret: str) -> None:
    """The token itself, until its holder says that they have it."""
    with st.container(border=True, key="new_token_shown"):
        st.warning(here.t("shown_once"), icon=":material/content_copy:")
        st.code(secret, language=None, wrap_lines=True)
        st.caption(here.t("shown_how"))
        st.button(here.t("shown_done"), type="primary", key="token_copied",
                  on_click=partial(st.session_state.pop, _NEW, None))  # fmt: skip


def _draw_token(here: Here, token: Token) -> None:
    t, f = here.t, here.f
    used = f.moment(token.last_used_at) if token.last_used_at else None
    scopes = t("and").join(t(f"scope_{scope.value}") for scope in token.scopes)
    times = [
        t("issued_at", when=f.moment(token.created_at)),
        t("until", when=f.moment(token.expires_at)),
        t("used", when=used) if used else t("never_used"),
    ]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            st.markdown(f"**{plain(isolate(token.name))}** · {t(f'state_{token.state}')}")
            st.caption(scopes + "  \n" + " · ".join(times))
        if token.state == "live":
            with st.popover(t("revoke"), icon=":material/block:"):
                st.write(t("revoke_sure"))
                st.button(t("revoke_yes"), type="primary", key=f"revoke_{token.token_id}",
                          on_click=partial(_revoke, here, token.token_id))  # fmt: skip


def _revoke(here: Here, token_id: int) -> None:
    try:
        revoke(here.url, token_id, actor=here.who.name, of=here.who.user_id)
    except PipelineError as refused:
        errors.show(refused, here.language, f"page {here.name}")
    else:
        st.session_state[_SAID] = "revoked"


def _draw_form(here: Here, number: int) -> None:
    """The form of the next token; another number makes it empty."""
    t = here.t
    mine = [scope for scope in SCOPES if may(here.who, scope)]
    st.header(t("new"), anchor=False)
    with st.form("token_form"):
        name = st.text_input(t("label_name"), key=f"token_name_{number}", max_chars=LONGEST_NAME,
                             placeholder=t("name_hint"))  # fmt: skip
        scopes = st.pills(
            t("label_scopes"), mine, selection_mode="multi", default=mine[:1], key="token_scopes",
            format_func=lambda scope: t(f"scope_{scope.value}"),
        )  # fmt: skip
        days = st.segmented_control(t("label_days"), _DAYS, default=USUAL_DAYS, required=True,
                                    key="token_days", format_func=here.f.number)  # fmt: skip
        sent = st.form_submit_button(t("issue"), type="primary", icon=":material/add:")
    if not sent:
        return
    try:
        issued = issue(here.url, here.who, name, scopes, days=days, actor=here.who.name)
    except PipelineError as refused:
        errors.show(refused, here.language, f"page {here.name}")
        return
    st.session_state[_NEW] = issued.secret
    st.rerun()
