"""A job as it goes on: each stage, how far, how long still; the way to call it off."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from pages.frame import errors
from pages.frame.formats import escape as unmarked
from pages.frame.formats import plain
from pages.frame.language import page_texts
from pages.frame.page import Here
from pages.frame.shell import link_to
from pages.frame.ways import clickable
from pages.widgets.notice import attempt
from pipeline.jobs.claiming import cancel_job
from pipeline.jobs.presence import count_workers
from pipeline.jobs.records import Job, list_jobs, read_job
from pipeline.jobs.submit import submit_recheck
from pipeline.settings import get_settings

STAGES = ("store", "read", "check", "keep")
EVERY_SECONDS = 1.0
MOST_LISTED = 10
# The run found no line whose month could be read, and nobody had said which it is.
WITHOUT_MONTH = "NO_CANONICAL_LINE"


def draw_job(here: Here, job_id: int) -> Job:
    """The job's stages; while it waits or runs they are drawn anew every second."""
    job = read_job(here.url, job_id)
    if job.is_active:
        _follow(here, job_id)
    else:
        _draw_stages(here, job)
        _draw_end(here, job)
    return job


def draw_active_jobs(here: Here) -> None:
    """Links to the jobs that wait or run, whoever asked for them; nothing without any."""
    jobs = list_jobs(here.url, active=True, limit=MOST_LISTED)
    if not jobs:
        return
    t = page_texts("load", here.language)
    st.header(t("active_jobs"), anchor=False)
    for job in jobs:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            state = _state_words(here, job)
            requested = unmarked(here.actor(job.requested_by))
            st.markdown(f"{plain(job.file_name)} · {state} · {requested}")
            label = t("follow", job=here.f.number(job.job_id))
            link_to("upload", label, ":material/visibility:", job=str(job.job_id))


@st.fragment(run_every=EVERY_SECONDS)
def _follow(here: Here, job_id: int) -> None:
    with errors.shown(here.language, "job"):
        job = read_job(here.url, job_id)
        if not job.is_active:
            st.rerun(scope="app")
        _draw_stages(here, job)
        t = page_texts("load", here.language)
        if job.state == "waiting":
            _say_why_it_waits(here)
        st.button(
            t("cancel_job"), key=f"cancel_{job_id}", icon=":material/cancel:",
            on_click=partial(_cancel, here, job_id),
        )  # fmt: skip
        st.caption(t("may_close"))


def _say_why_it_waits(here: Here) -> None:
    t = page_texts("load", here.language)
    if count_workers(here.url) == 0:
        st.warning(t("no_worker"), icon=":material/engineering:")
        st.code("python -m pipeline worker", language=None)
    else:
        st.info(t("waiting_turn"), icon=":material/hourglass_top:")


def _draw_stages(here: Here, job: Job) -> None:
    t, f = page_texts("load", here.language), here.f
    st.markdown(f"**{plain(job.file_name)}** · {_state_words(here, job)}")
    now = _stage_number(job)
    items = []
    for number, stage in enumerate(STAGES):
        state = "done" if number < now else "now" if number == now else "next"
        if state == "now" and job.state in ("failed", "cancelled"):
            state = "bad"
        note = f"{f.percent(job.share_done, 0)} · {_lines(here, job)}" if stage == "read" else ""
        note = note if state != "next" and job.state != "waiting" else ""
        items.append(
            f'<li data-state="{state}"{" aria-current=step" if state == "now" else ""}>'
            f"<b>{escape(t(f'stage_{stage}'))}</b><span>{escape(note)}</span></li>"
        )
    st.html(f'<ol class="sales-stages">{"".join(items)}</ol>')
    if job.state == "running":
        left = job.time_left
        words = t("time_left", seconds=f.number(round(left.total_seconds()))) if left else None
        st.progress(job.share_done, text=words if now == 1 else None)


def _stage_number(job: Job) -> int:
    """Which stage a job is at; its file is kept before the job is."""
    if job.state == "done":
        return len(STAGES)
    if job.stage is None:
        return 1
    return STAGES.index(job.stage) if job.stage in STAGES else len(STAGES)


def _lines(here: Here, job: Job) -> str:
    return page_texts("load", here.language)("lines_read", lines=here.f.number(job.lines_done))


def _draw_end(here: Here, job: Job) -> None:
    """Why a job did not come to its end, and the button to run it again."""
    if job.state == "done":
        return
    t = page_texts("load", here.language)
    if job.state == "cancelled":
        by = unmarked(here.actor(job.cancelled_by))
        st.info(t("cancelled_by", user=by), icon=":material/cancel:")
    else:
        error = job.error or {}
        st.error(
            unmarked(clickable(error.get(here.language, ""), here.language)),
            icon=":material/error:",
        )
    st.caption(t("file_is_kept"))
    if (job.error or {}).get("code") == WITHOUT_MONTH:
        st.text_input(t("which_month"), key=_month_key(job.load_id), placeholder="1403-05")
    st.button(
        t("run_again"), key=f"again_{job.job_id}", type="primary", icon=":material/refresh:",
        on_click=partial(run_again, here, job.load_id),
    )  # fmt: skip


def run_again(here: Here, load_id: int) -> None:
    """Ask for another run over a kept load and follow its job; for callbacks."""
    asked: list[int | None] = []
    month = st.session_state.get(_month_key(load_id), "").strip() or None

    def ask() -> None:
        submitted = submit_recheck(
            here.url, get_settings(), load_id, period=month, user=here.who.name
        )
        asked.append(submitted.job_id)

    t = page_texts("load", here.language)
    if attempt(here, t("asked_again"), ask) and asked[0] is not None:
        here.address.write(job=asked[0])


def _month_key(load_id: int) -> str:
    return f"month_of_{load_id}"


def _cancel(here: Here, job_id: int) -> None:
    t = page_texts("load", here.language)
    attempt(here, t("cancelled"), lambda: cancel_job(here.url, job_id, here.who.name))


def _state_words(here: Here, job: Job) -> str:
    return page_texts("load", here.language)(f"job_{job.state}")
