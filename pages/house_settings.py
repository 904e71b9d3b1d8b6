"""Settings of the house: what an administrator settles, and what the environment settles."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.frame.formats import isolate, plain
from pages.frame.page import Here, Page
from pages.frame.shell import link_to
from pages.widgets.cards import Cell, small_table
from pages.widgets.notice import attempt, draw_notice
from pipeline.access.allowed import Action
from pipeline.house_settings import LONGEST_REASON, HouseSetting, change_setting, settings_to_change
from pipeline.settings import Settings, get_settings

PAGE = Page(
    section="settings", order=15, icon=":material/toggle_on:", action=Action.CHANGE_SETTINGS
)


def draw(here: Here) -> None:
    """Each setting with its last change and the form for the next; below, the environment's."""
    draw_notice(here)
    for one in settings_to_change(here.url):
        _draw_setting(here, one)
    link_to("audit", here.t("see_changes"), action="settle")
    _draw_environment(here, get_settings())


def _draw_setting(here: Here, one: HouseSetting) -> None:
    t = here.t
    with st.container(border=True, key=f"setting_{one.name}"):
        st.subheader(t(f"{one.name}_title"), anchor=False)
        st.markdown(t(f"{one.name}_help"))
        if one.is_on:
            st.success(t("is_on"), icon=":material/check_circle:")
        else:
            st.info(t("is_off"), icon=":material/do_not_disturb_on:")
        st.caption(_last_change(here, one))
        _draw_form(here, one)


def _last_change(here: Here, one: HouseSetting) -> str:
    if one.at is None:
        return here.t("never_changed")
    who, why = plain(one.author), plain(one.reason)
    return here.t("changed", author=who, when=here.f.moment(one.at), reason=why)


def _draw_form(here: Here, one: HouseSetting) -> None:
    """The reason and the button; after a change the form is another, and empty."""
    t, key = here.t, f"settle_{one.name}_{one.at}"
    with st.form(key):
        st.text_input(t("label_reason"), key=f"{key}_reason", max_chars=LONGEST_REASON,
                      placeholder=t("reason_hint"))  # fmt: skip
        st.form_submit_button(
            t("turn_off" if one.is_on else "turn_on"), type="primary",
            icon=f":material/toggle_{'off' if one.is_on else 'on'}:",
            on_click=partial(_settle, here, one, f"{key}_reason"),
        )  # fmt: skip


def _settle(here: Here, seen: HouseSetting, reason_key: str) -> None:
    """Turn what the person saw into its contrary, unless it is so by now."""
    reason = st.session_state[reason_key]
    attempt(here, here.t("kept"), lambda: change_setting(
        here.url, seen.name, on=not seen.is_on, author=here.who.name, reason=reason, since=seen.at
    ))  # fmt: skip


def _draw_environment(here: Here, settings: Settings) -> None:
    """What holds for this console and is changed where it is installed; no secret, no address."""
    t, f = here.t, here.f
    st.header(t("environment"), anchor=False)
    st.caption(t("environment_help"))
    values = {
        "SESSION_IDLE_MINUTES": f.number(settings.session_idle_minutes),
        "SESSION_HOURS": f.number(settings.session_hours),
        "MAX_FILE_BYTES": f.size(settings.max_file_bytes),
        "API_REQUESTS_PER_MINUTE": f.number(settings.api_requests_per_minute),
        "PURGE_AFTER_DAYS": f.number(settings.purge_after_days),
        "OIDC_ISSUER": t("oidc_set") if settings.oidc_issuer else t("oidc_empty"),
    }
    rows = [[Cell(t(f"env_{name.lower()}")), Cell(value),
             Cell(isolate(name))] for name, value in values.items()]  # fmt: skip
    small_table([(t("head_what"), False), (t("head_value"), False), (t("head_name"), False)], rows)
