"""One load: what its run found, its balance, its month, its file."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.frame.formats import isolate, plain
from pages.frame.language import frame_texts
from pages.frame.page import Here, Page
from pages.frame.shell import draw_back, link_to
from pages.widgets.cards import Cell, small_table
from pages.widgets.difference import draw_difference, worked_out
from pages.widgets.inside import follow
from pages.widgets.job_progress import draw_job, run_again
from pages.widgets.load_result import draw_findings, draw_original, draw_result
from pages.widgets.month_steps import draw_steps
from pages.widgets.notice import draw_notice
from pages.widgets.sample_months import mark
from pages.widgets.step_done import was_done
from pipeline.access.allowed import Action
from pipeline.jobs.records import list_jobs
from pipeline.loads import LoadDetail, read_detail
from pipeline.months.difference import compare
from pipeline.sample_months import is_sample

PAGE = Page(
    section="data", order=21, icon=":material/inventory_2:", action=Action.SEE_LOADS, in_menu=False
)
_WITHOUT_RESULT = ("received", "failed")


def draw(here: Here) -> None:
    """The load that the address names; without one, the way to the list."""
    follow(here)
    load_id = here.address.number("load", least=1)
    if load_id is None:
        with here.empty("none"):
            link_to("loads", here.t("go_loads"))
        return
    draw_back("loads")
    detail = read_detail(here.url, load_id)
    if not here.address.text("act"):  # else it is said where the step is taken
        draw_notice(here)
    _draw_head(here, detail)
    _draw_job(here, detail)
    if detail.load["state"] not in _WITHOUT_RESULT:
        # Who came for a step, as from the end of a run, has it before their eyes.
        parts = (draw_result, draw_steps)
        came_for_step = here.address.text("act") or was_done(load_id)
        for part in reversed(parts) if came_for_step else parts:
            part(here, detail)
        draw_findings(here, detail)
        _draw_others(here, detail)
    draw_original(here, detail.load)
    _draw_history(here, detail)
    draw_notice(here)


def _draw_head(here: Here, detail: LoadDetail) -> None:
    load, f = detail.load, here.f
    state = frame_texts(here.language)(f"state_{load['state']}")
    st.header(here.t("head", load=f.number(load["load_id"]), file=plain(load["file_name"])),
                 anchor=False)  # fmt: skip
    month = f.month(load["period"]) if load["period"] else here.t("month_unknown")
    source = here.source(load["source_system"])
    said = [state, month, plain(source)]
    said += [f":gray-badge[{mark(here)}]"] if is_sample(load) else []
    st.markdown(" · ".join(said))


def _draw_job(here: Here, detail: LoadDetail) -> None:
    """The job at work, or the last one where it failed; a run that never ended can be run again."""
    load_id = detail.load["load_id"]
    job = next(iter(list_jobs(here.url, load_id=load_id, limit=1)), None)
    if job is not None and (job.is_active or job.state in ("failed", "cancelled")):
        with st.container(border=True):
            draw_job(here, job.job_id)
    elif detail.load["state"] in _WITHOUT_RESULT:
        st.warning(here.t("unfinished"), icon=":material/warning:")
        st.button(here.t("run_again"), type="primary", icon=":material/refresh:",
                  on_click=partial(run_again, here, load_id))  # fmt: skip


def _draw_others(here: Here, detail: LoadDetail) -> None:
    """The month's other loads, and how this one differs from the one that is picked."""
    others = [row for row in detail.others if row["state"] not in _WITHOUT_RESULT]
    if not others:
        return
    t, f, states = here.t, here.f, frame_texts(here.language)
    st.header(t("others"), anchor=False)
    by_id = {row["load_id"]: row for row in others}
    asked = here.address.number("compare", least=1)
    if asked is not None and asked not in by_id:
        here.address.unknown.append(("compare", str(asked)))
        asked = None

    def words(number: int) -> str:
        state = states(f"state_{by_id[number]['state']}")
        return f"{f.number(number)} · {isolate(by_id[number]['file_name'])} · {state}"

    options = list(by_id)
    chosen = st.selectbox(
        t("compare_with"), options, index=options.index(asked) if asked else None,
        format_func=words, placeholder=t("compare_pick"), key=f"compare_{detail.load['load_id']}",
    )  # fmt: skip
    here.address.write(compare=chosen)
    if chosen is not None:
        one, other = chosen, detail.load["load_id"]
        found = worked_out(here, ("compare", one, other), partial(compare, here.url, one, other))
        st.caption(t("compare_how", one=f.number(one), other=f.number(other)))
        draw_difference(here, found, detail.currency)


def _draw_history(here: Here, detail: LoadDetail) -> None:
    if not detail.steps:
        return
    t, f = here.t, here.f
    with st.expander(t("history"), icon=":material/history:"):
        heads = [("step", True), ("when", False), ("who", False), ("what", False),
                 ("load", True), ("reason", False)]  # fmt: skip
        small_table(
            [(t(f"head_{name}"), number) for name, number in heads],
            [
                [
                    Cell(f.number(step.step_no), number=True),
                    Cell(f.moment(step.at)),
                    Cell(here.actor(step.actor)),
                    Cell(t(f"did_{step.action}")),
                    Cell(f.number(step.load_id), number=True),
                    Cell(isolate(step.reason) if step.reason else "–"),
                ]
                for step in detail.steps
            ],
        )
