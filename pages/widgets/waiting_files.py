"""Files that a person handed in and has not run: found again in any tab, after any absence."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.frame.formats import isolate, plain
from pages.frame.language import page_texts
from pages.frame.page import Here
from pages.frame.shell import link_to
from pages.widgets.file_look import forget_look
from pipeline.access.allowed import Action, may
from pipeline.settings import get_settings
from pipeline.uploads import Upload, forget_upload, list_uploads


def draw_waiting(here: Here) -> None:
    """Each waiting file with the way on and the way to put it aside; nothing without any."""
    if not may(here.who, Action.UPLOAD_FILE):
        return
    waiting = list_uploads(get_settings(), here.who.name)
    if not waiting:
        return
    t = page_texts("upload", here.language)
    st.header(t("waiting"), anchor=False)
    st.caption(t("waiting_help"))
    for upload in waiting:
        _draw_one(here, upload)


def _draw_one(here: Here, upload: Upload) -> None:
    t, f = page_texts("upload", here.language), here.f
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        size, when = isolate(f.size(upload.size)), f.moment(upload.at)
        st.markdown(f"**{plain(upload.name)}**  \n{t('waiting_about', size=size, when=when)}")
        link_to("upload", t("go_on"), ":material/arrow_circle_right:", file=upload.token)
        st.button(t("discard"), key=f"discard_{upload.token}", icon=":material/close:",
                  on_click=partial(discard, upload))  # fmt: skip


def discard(upload: Upload) -> None:
    """Remove the file and what was found out about it; for callbacks."""
    forget_upload(get_settings(), upload.token)
    forget_look()
