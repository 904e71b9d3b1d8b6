"""What a step of a month did, said where it was taken, with the ways to the figures it touched."""

from __future__ import annotations

import streamlit as st

from pages.frame import trail
from pages.frame.language import page_texts
from pages.frame.page import Here
from pages.frame.shell import link_to
from pipeline.loads import LoadDetail

# Steps after which the month shows other figures than before.
MOVES = ("publish", "void", "undo")
_KEY = "step_done"
# Where the difference stood is now less: what was done comes into view, wherever one had scrolled.
_SCRIPT = """
export default function({ data, parentElement }) {
    const page = parentElement.ownerDocument
    if (page.salesStepSeen === data.step) return
    page.salesStepSeen = data.step
    const place = () => page.querySelector(".st-key-step_done")?.scrollIntoView({ block: "center" })
    place()
    const again = [150, 400, 900].map((wait) => setTimeout(place, wait))
    page.addEventListener("wheel", () => again.forEach(clearTimeout), { once: true })
}
"""


def keep_done(load_id: int, act: str) -> None:
    """Remember what was done as long as the person stays on the page; for callbacks."""
    count = trail.staying().get(_KEY, (0, "", 0))[2]
    trail.staying()[_KEY] = (load_id, act, count + 1)


def forget_done() -> None:
    """Something else was begun."""
    trail.staying().pop(_KEY, None)


def was_done(load_id: int, act: str | None = None) -> bool:
    """Whether a step, or this one, was just taken with this load."""
    of, done, _ = trail.staying().get(_KEY, (0, "", 0))
    return of == load_id and act in (None, done)


def draw_done(here: Here, detail: LoadDetail) -> None:
    """That it is done, and where to look now; nothing when nothing was done to this load here."""
    load_id, act, count = trail.staying().get(_KEY, (0, "", 0))
    if load_id != detail.load["load_id"]:
        return
    t = page_texts("load", here.language)
    with st.container(border=True, key="step_done"):
        st.success(t(f"done_{act}"), icon=":material/check_circle:")
        if act in MOVES:
            month = here.f.month(detail.load["period"])
            asked = {"source": detail.load["source_system"], "from": detail.load["period"],
                     "to": detail.load["period"]}  # fmt: skip
            with st.container(horizontal=True, key="step_ways"):
                link_to("net_sales", t("see_net_sales", month=month), **asked)
                link_to("returns", t("see_returns", month=month), **asked)
        component = st.components.v2.component("sales_step_done", js=_SCRIPT)
        component(data={"step": f"{load_id} {act} {count}"}, key="step_done_seen")
