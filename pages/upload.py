"""Upload: hand in the month's file, see how it is understood, run the pipeline over it."""

from __future__ import annotations

import streamlit as st

from pages.frame.formats import escape, isolate, plain
from pages.frame.page import Here, Page
from pages.frame.shell import link_to, open_page
from pages.frame.ways import on_screen
from pages.widgets.cards import steps
from pages.widgets.drift_view import draw_drift
from pages.widgets.file_look import forget_look, look_at, read_asked
from pages.widgets.header_preview import draw_headers
from pages.widgets.inside import follow
from pages.widgets.job_progress import draw_active_jobs, draw_job
from pages.widgets.load_result import draw_findings, draw_result
from pages.widgets.notice import draw_notice
from pages.widgets.reading import draw_detected, draw_form, draw_source_question
from pages.widgets.run_file import draw_known, draw_run, go_to
from pages.widgets.upload import upload_field
from pages.widgets.waiting_files import discard, draw_waiting
from pipeline.access.allowed import Action, may
from pipeline.errors import DatabaseAway, PipelineError
from pipeline.loads import read_detail
from pipeline.settings import get_settings
from pipeline.uploads import Upload, find_upload

PAGE = Page(
    section="data",
    order=10,
    icon=":material/upload_file:",
    action=Action.UPLOAD_FILE,
)


def draw(here: Here) -> None:
    """A job that goes on, a file that waits to be run, or the place to drop one."""
    follow(here)
    draw_notice(here)
    job = here.address.number("job", least=1)
    done = here.address.number("done", least=1)
    token = here.address.text("file", longest=32)
    if job is not None:
        _draw_job(here, job)
    elif done is not None:
        _draw_done(here, done)
    elif token:
        _draw_file(here, token)
    else:
        _draw_start(here)


def _draw_start(here: Here) -> None:
    came = upload_field(here, key="upload")
    if came is not None:
        forget_look()
        go_to(here, file=came.token)
    draw_waiting(here)
    draw_active_jobs(here)
    st.header(here.t("how"), anchor=False)
    names = ("step_drop", "step_look", "step_run")
    steps([(here.t(name), here.t(f"{name}_text")) for name in names])
    link_to("loads", here.t("go_loads"))


def _draw_file(here: Here, token: str) -> None:
    """The file that came in: how it is understood, what differs, and the run."""
    upload = find_upload(get_settings(), token, here.who.name)
    if upload is None:
        st.info(here.t("gone"), icon=":material/info:")
        draw_waiting(here)
        draw_active_jobs(here)
        if st.button(here.t("another"), type="primary"):
            go_to(here)
        return
    _draw_name(here, upload)
    asked = read_asked(here)
    try:
        look = look_at(here, upload, asked, here.t("looking"))
    except DatabaseAway:
        raise
    except PipelineError as error:
        st.error(escape(on_screen(error, here.language)), icon=":material/error:")
        st.caption(here.t("nothing_kept"))
        if asked.overrides.says_something:
            draw_form(here, None, asked, opened=True)
        return
    if look.lacks_source:
        draw_source_question(here)
        draw_form(here, look, asked)
        return
    if look.known is not None:
        draw_known(here, look.known)
    # First what the file comes to and the way on; below, how it was understood.
    draw_run(here, look)
    draw_detected(here, look)
    draw_form(here, look, asked)
    draw_headers(here, look)
    if look.refusal is None and not look.changed.missing_required():
        draw_drift(here, look)


def _draw_name(here: Here, upload: Upload) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/description: **{plain(upload.name)}** · {isolate(here.f.size(upload.size))}"
        )
        if st.button(here.t("discard"), icon=":material/close:"):
            discard(upload)
            go_to(here)


def _draw_job(here: Here, job_id: int) -> None:
    job = draw_job(here, job_id)
    if job.is_active:
        return
    if job.state == "done":
        _draw_done(here, job.load_id)
    elif st.button(here.t("another")):
        go_to(here)


def _draw_done(here: Here, load_id: int) -> None:
    """The result of a load, and where it goes from here."""
    detail = read_detail(here.url, load_id)
    balanced = detail.balance is not None and detail.balance["balanced"]
    publishable = detail.load["state"] == "draft" and balanced
    with st.container(horizontal=True, vertical_alignment="center"):
        if publishable and may(here.who, Action.PUBLISH_MONTH):
            st.success(here.t("publishable"), icon=":material/verified:")
            if st.button(here.t("go_publish"), type="primary", icon=":material/publish:"):
                open_page("load", load=str(load_id), act="publish")
        elif publishable:
            st.success(here.t("publishable_by_steward"), icon=":material/verified:")
    with st.container(horizontal=True):
        label = here.t("open_load", load=here.f.number(load_id))
        link_to("load", label, load=str(load_id))
        if st.button(here.t("another"), icon=":material/upload_file:"):
            go_to(here)
    draw_result(here, detail)
    draw_findings(here, detail)
