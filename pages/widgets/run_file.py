"""What a file comes to: its month, what stands there now, and the button that runs it."""

from __future__ import annotations

import streamlit as st

from pages.frame.formats import escape as unmarked
from pages.frame.formats import plain
from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.frame.shell import link_to
from pages.frame.ways import on_screen
from pages.widgets.file_look import Look, forget_look
from pages.widgets.header_preview import to_look_at
from pages.widgets.notice import say
from pipeline.errors import PipelineError
from pipeline.ingestion.store import Receipt
from pipeline.jobs.submit import submit_file
from pipeline.mappings import confirm_matches
from pipeline.months.reads import list_months
from pipeline.settings import get_settings
from pipeline.uploads import forget_upload

MONTHS_AROUND = 12


def draw_run(here: Here, look: Look) -> None:
    """The month of the file and the way into the pipeline, or what is in its way."""
    t = here.t
    if not look.changed.positions:
        st.error(t("nothing_known"), icon=":material/help:")
        return
    ready = look.refusal is None and not look.changed.missing_required()
    with st.container(border=True, key="run"):
        month, button = st.columns([3, 1], vertical_alignment="bottom")
        with month:
            period = _draw_period(here, look)
        with button:
            asked = st.button(
                t("run"), type="primary", icon=":material/play_arrow:", disabled=not ready,
                width="stretch",
            )  # fmt: skip
        if period and (guess := look.changed.period_guess()) and period != guess:
            st.warning(t("other_month", guess=here.f.month(guess)), icon=":material/warning:")
        if look.known is None:  # else it becomes no load of its own
            of = period or look.changed.period_guess()
            _say_what_is_there(here, look.found.mapping.source_system, of)
        st.caption(t("not_ready") if not ready else _said_of_headers(here, look))
        if look.changes and ready:
            st.caption(t("mapping_kept", changes=here.f.number(len(look.changes))))
    if asked:
        _run(here, look, period)


def _said_of_headers(here: Here, look: Look) -> str:
    """Whether anything below wants a look before the run."""
    t, f, count = here.t, here.f, len(to_look_at(look))
    if not count:
        return t("all_understood", headers=f.number(len(look.changed.matches)))
    return t("look_below" if count > 1 else "look_below_one", headers=f.number(count))


def draw_known(here: Here, receipt: Receipt) -> None:
    """The same bytes came before: the first receipt, and the way to its load."""
    t, f = here.t, here.f
    with st.container(border=True, key="known"):
        st.warning(
            t("known", load=f.number(receipt.load_id),
              user=unmarked(here.actor(receipt.received_by)), when=f.moment(receipt.received_at),
              file=plain(receipt.file_name or "")),
            icon=":material/content_copy:",
        )  # fmt: skip
        st.caption(t("known_help"))
        link_to("load", t("open_load", load=f.number(receipt.load_id)), load=str(receipt.load_id))


def _draw_period(here: Here, look: Look) -> str | None:
    """The month that is chosen, None to leave it to the lines."""
    t, f = here.t, here.f
    guess = look.changed.period_guess()
    chosen = here.address.period("period")
    options = [None, *sorted({*_around(guess or chosen), *filter(None, [chosen])}, reverse=True)]
    auto = t("period_auto", month=f.month(guess)) if guess else t("period_auto_unknown")
    period = st.selectbox(
        t("period"), options, index=options.index(chosen), help=t("period_help"),
        format_func=lambda month: f.month(month) if month else auto,
    )  # fmt: skip
    here.address.write(period=period)
    return period


def _say_what_is_there(here: Here, source: str, period: str | None) -> None:
    """What stands in the month that the file comes to."""
    t, f = here.t, here.f
    month = next(
        (m for m in list_months(here.url) if (m.source, m.period) == (source, period)), None
    )
    if month is None:
        return
    if month.locked:
        st.info(t("month_locked", month=f.month(period)), icon=":material/lock:")
    elif month.load_id is not None:
        st.info(t("month_published", month=f.month(period), load=f.number(month.load_id)),
                icon=":material/info:")  # fmt: skip
    elif month.drafts:
        drafts = here.listed(f.number(draft) for draft in month.drafts)
        st.info(t("month_drafts", month=f.month(period), drafts=drafts), icon=":material/info:")


def _run(here: Here, look: Look, period: str | None) -> None:
    """Keep a changed mapping, hand the file in, and go on to its job."""
    settings, user, mapping = get_settings(), here.who.name, look.found.mapping
    asked = look.asked.overrides
    try:
        with st.spinner(here.t("handing_in")):
            if look.changes:
                confirm_matches(here.url, settings, look.found, look.changes, user)
                forget_look()
            submitted = submit_file(
                here.url, settings, look.upload.path, source=mapping.source_system, period=period,
                overrides=asked if asked.says_something else None, user=user,
            )  # fmt: skip
            # From here the database has it; a tab closed now finds the job again.
            forget_upload(settings, look.upload.token)
    except PipelineError as error:
        forget_look()
        not_done = frame_texts(here.language)("not_done")
        st.error(f"{not_done} {unmarked(on_screen(error, here.language))}", icon=":material/error:")
        st.caption(here.t("still_waiting"))
        return
    forget_look()
    if submitted.job_id is None:
        say("good", here.t("was_known", load=here.f.number(submitted.load_id)))
    go_to(here, job=submitted.job_id, done=None if submitted.job_id else submitted.load_id)


def go_to(here: Here, **state: object) -> None:
    """This page in another state: all that was said of a file leaves the address."""
    st.query_params.from_dict({k: str(v) for k, v in state.items() if v is not None})
    st.rerun()


def _around(period: str | None) -> list[str]:
    """Months around one, as text; none around nothing."""
    if period is None:
        return []
    number = int(period[:4]) * 12 + int(period[5:]) - 1
    span = range(number - MONTHS_AROUND, number + MONTHS_AROUND + 1)
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in span]
