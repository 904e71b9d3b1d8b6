"""Publish, void, undo, lock: each behind what it would change, and never over the unseen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import streamlit as st

from pages.frame.formats import escape, plain
from pages.frame.language import page_texts
from pages.frame.page import Here
from pages.widgets.difference import draw_details, draw_figures, worked_out
from pages.widgets.notice import attempt, draw_notice
from pages.widgets.step_done import draw_done, forget_done, keep_done, was_done
from pipeline.access.allowed import Action, may
from pipeline.loads import LoadDetail
from pipeline.months.changes import MonthDifference
from pipeline.months.difference import difference, difference_of_undo
from pipeline.months.locks import lock_month, unlock_month
from pipeline.months.reads import Step
from pipeline.publications import publish, undo, void

ACTS = ("publish", "void", "undo", "lock", "unlock")
_ICONS = {
    "publish": ":material/publish:", "void": ":material/block:", "undo": ":material/undo:",
    "lock": ":material/lock:", "unlock": ":material/lock_open:",
}  # fmt: skip


def draw_steps(here: Here, detail: LoadDetail) -> None:
    """How the load's month stands, what may be done to it now, and what is being done."""
    t, month = page_texts("load", here.language), detail.month
    if month is None:
        return
    st.header(t("month_title", month=here.f.month(month.period)), anchor=False)
    _say_how_it_stands(here, detail)
    if not may(here.who, Action.PUBLISH_MONTH):
        st.caption(t("steward_publishes"))
        return
    open_to = _possible(detail)
    chosen = here.address.choice("act", ACTS, "")
    if chosen and chosen not in open_to:
        draw_notice(here)
        st.info(t("not_now"), icon=":material/info:")
        chosen = ""
    # What takes figures away never stands where the way on stood a moment ago.
    first = [act for act in open_to if act in ("publish", "unlock")]
    rest = [act for act in open_to if act not in first]
    with st.container(horizontal=True):
        _draw_acts(here, first, chosen)
    if chosen in first:
        _draw_asked(here, detail, chosen)
    draw_done(here, detail)
    if rest:
        with st.expander(t("other_steps"), icon=":material/more_horiz:", expanded=chosen in rest):
            with st.container(horizontal=True):
                _draw_acts(here, rest, chosen)
            if chosen in rest:
                _draw_asked(here, detail, chosen)


def _draw_acts(here: Here, acts: list[str], chosen: str) -> None:
    t = page_texts("load", here.language)
    for act in acts:
        if act == chosen:  # it stands in the box, and once only
            continue
        st.button(
            t(f"act_{act}"), key=f"act_{act}", icon=_ICONS[act],
            type="primary" if act == "publish" else "secondary",
            on_click=partial(_choose, here, act),
        )  # fmt: skip


def _choose(here: Here, act: str) -> None:
    forget_done()
    here.address.write(act=act)


def _draw_asked(here: Here, detail: LoadDetail, act: str) -> None:
    with st.container(border=True, key="step"):
        _draw_step(here, detail, act)
        draw_notice(here)


def _possible(detail: LoadDetail) -> list[str]:
    """What the states of load and month allow; a locked month allows its unlocking alone."""
    month, state = detail.month, detail.load["state"]
    assert month is not None
    if month.locked:
        return ["unlock"]
    acts = ["publish"] if state in ("draft", "superseded") else []
    acts += ["void"] if state in ("draft", "published", "superseded") else []
    acts += ["undo"] if _last_move(detail.steps) is not None else []
    return [*acts, "lock"]


def _last_move(steps: list[Step]) -> Step | None:
    """The newest step that moved a load: the one that an undo takes back."""
    return next((step for step in steps if step.states), None)


def _say_how_it_stands(here: Here, detail: LoadDetail) -> None:
    t, f, month = page_texts("load", here.language), here.f, detail.month
    assert month is not None
    if month.locked:
        by = escape(here.actor(month.locked_by))
        st.warning(
            t("locked_by", user=by, when=f.moment(month.locked_at),
              reason=plain(month.lock_reason or "")),
            icon=":material/lock:",
        )  # fmt: skip
    if month.load_id == detail.load["load_id"]:
        if was_done(month.load_id, "publish"):
            return  # said below, with the ways on
        by, when = escape(here.actor(month.actor)), f.moment(month.since)
        st.success(t("this_is_published", user=by, when=when), icon=":material/verified:")
    elif month.load_id is not None:
        st.info(t("other_is_published", load=f.number(month.load_id),
                  file=plain(month.file_name or "")), icon=":material/info:")  # fmt: skip
    else:
        st.caption(t("none_is_published"))


def _draw_step(here: Here, detail: LoadDetail, act: str) -> None:
    """The difference, the reason where one is needed, and the button that does it."""
    t, load_id = page_texts("load", here.language), detail.load["load_id"]
    month = detail.month
    assert month is not None
    st.markdown(f"### {t(f'asking_{act}')}")
    last = _last_move(detail.steps)
    seen: MonthDifference | None = None
    if act in ("publish", "undo") or (act == "void" and detail.load["state"] == "published"):
        seen = worked_out(here, (act, load_id, last and last.step_no), _work(here, detail, act))
        if act == "undo" and last is not None:
            by, when = escape(here.actor(last.actor)), here.f.moment(last.at)
            st.caption(t("undoes", step=t(f"did_{last.action}"), user=by, when=when))
        draw_figures(here, seen, detail.currency)
    if act != "publish":
        st.text_input(t("reason"), key=f"reason_{act}", max_chars=500, placeholder=t("reason_why"))
    key = st.session_state.setdefault(f"step_key_{act}_{load_id}", uuid4())
    # What the person sees now goes with the click: by then the month may show another load.
    deed = partial(_do, here, detail, act, (month.load_id, last.step_no if last else None), key)
    with st.container(horizontal=True):
        st.button(t(f"do_{act}"), key=f"do_{act}", type="primary", icon=_ICONS[act], on_click=deed)
        st.button(t("never_mind"), key="never_mind",
                  on_click=partial(here.address.write, act=None))  # fmt: skip
    if seen is not None:  # below: who knows enough need not scroll past it
        draw_details(here, seen, detail.currency)


def _work(here: Here, detail: LoadDetail, act: str) -> Callable[[], MonthDifference]:
    load = detail.load
    if act == "undo":
        return partial(difference_of_undo, here.url, load["source_system"], load["period"])
    return partial(difference, here.url, load["load_id"])


def _do(
    here: Here, detail: LoadDetail, act: str, seen: tuple[int | None, int | None], key: UUID
) -> None:
    """Take the step that was looked at; for callbacks."""
    load_id, actor = detail.load["load_id"], here.who.name
    of_month = (here.url, detail.load["source_system"], detail.load["period"])
    said: dict[str, Any] = {
        "actor": actor,
        "key": key,
        "reason": st.session_state.get(f"reason_{act}", ""),
    }
    deeds: dict[str, Callable[[], object]] = {
        "publish": lambda: publish(here.url, load_id, actor=actor, expected=seen[0], key=key),
        "void": lambda: void(here.url, load_id, **said),
        "undo": lambda: undo(*of_month, expected_step=seen[1], **said),
        "lock": lambda: lock_month(*of_month, **said),
        "unlock": lambda: unlock_month(*of_month, **said),
    }
    done = page_texts("load", here.language)(f"done_{act}")
    if attempt(here, done, deeds[act], quiet=True):
        keep_done(load_id, act)
        here.address.write(act=None)
        st.session_state.pop(f"step_key_{act}_{load_id}", None)
