"""Charts of figures; a click on a mark says which one. A table beside each says the same.

Plotly draws months, whose names are our own words; Altair draws days, and names that come from
files, which it takes for text alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.frame.page import Here
from pages.widgets.charts import COLOUR, QUIET, layout, scale
from pages.widgets.figure_words import words
from pipeline.kpi.figures import ComparedMonth, DayFigures

HEIGHT = 280
LOSS = "#b45309"
_LABEL_PIXELS, _LABEL_LETTERS = 190, 26


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, its amount, and what is said of it on hover."""

    key: str | None
    name: str
    amount: Decimal
    said: str


def monthly_chart(
    here: Here, title: str, months: Sequence[ComparedMonth], currency: str
) -> int | None:
    """Net sales of months beside the same months a year before; the position of a clicked one."""
    import plotly.graph_objects as go

    f, t = here.f, words(here)
    before = [month.last_year for month in months]
    amounts = [m.figures.net_amount for m in months] + [b.net_amount for b in before if b]
    size, unit = scale(here, max(map(abs, amounts)), currency)
    names = [f.month(month.figures.jalali_month) for month in months]
    ticks = [
        name.replace(" ", "<br>", 1) if at == 0 or month.figures.jalali_month.endswith("-01")
        else name.partition(" ")[0]
        for at, (month, name) in enumerate(zip(months, names, strict=True))
    ]  # fmt: skip
    figure = go.Figure()
    if any(before):
        figure.add_bar(
            x=names, y=[float(b.net_amount / size) if b else None for b in before],
            name=t("year_before"), marker={"color": QUIET, "cornerradius": 4},
            customdata=[f.money_exact(b.net_amount, currency) if b else "" for b in before],
            hovertemplate="%{x}<br>" + t("year_before") + ": %{customdata}<extra></extra>",
        )  # fmt: skip
    figure.add_bar(
        x=names, y=[float(month.figures.net_amount / size) for month in months],
        name=t("this_year"), marker={"color": COLOUR, "cornerradius": 4},
        customdata=[f.money_exact(m.figures.net_amount, currency) for m in months],
        hovertemplate="%{x}<br>%{customdata}<extra></extra>",
    )  # fmt: skip
    shared = {**layout(here), "bargap": 0.35, "showlegend": any(before), "height": HEIGHT}
    shared["xaxis"] = {**shared["xaxis"], "tickvals": names, "ticktext": ticks, "automargin": True}
    figure.update_layout(**shared, legend={"orientation": "h", "y": 1.12, "x": 0.5,
                                           "xanchor": "center"})  # fmt: skip
    with st.container(border=True, key="months_chart_box"):
        st.markdown(f"**{title}** · {unit}")
        event = st.plotly_chart(
            figure, config={"displayModeBar": False}, key="months_chart", on_select="rerun",
            selection_mode="points", alt=t("chart_alt", title=title),
        )  # fmt: skip
    points = event.selection.points
    return int(points[0]["point_index"]) if points else None


def daily_chart(
    here: Here, title: str, days: Sequence[DayFigures], length: int, currency: str
) -> int | None:
    """Net sales of each day of a month of `length` days; the day of the month that was clicked.

    A day without figures stays a gap: that nothing was sold is something to see.
    """
    import altair as alt

    f, t = here.f, words(here)
    size, unit = scale(here, max(abs(day.net_amount) for day in days), currency)
    rows = [
        {
            "day": f.day_of_month(day.event_date),
            "net": float(day.net_amount / size),
            "said": f"{f.day(day.event_date)}: {f.money_exact(day.net_amount, currency)}",
        }
        for day in days
    ]
    rtl = here.preferences.direction == "rtl"
    chart = (
        alt.Chart(alt.Data(values=rows), height=HEIGHT)
        .mark_bar(cornerRadius=3, cursor="pointer")
        .encode(
            x=alt.X("day:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False),
                    scale=alt.Scale(domain=list(range(1, length + 1)), reverse=rtl)),
            y=alt.Y("net:Q", title=None,
                    axis=alt.Axis(orient="right" if rtl else "left", tickCount=5)),
            color=alt.condition("datum.net < 0", alt.value(LOSS), alt.value(COLOUR)),
            tooltip=alt.Tooltip("said:N", title=" "),
            opacity=alt.condition("picked", alt.value(1), alt.value(0.5)),
        )
        .add_params(alt.selection_point(name="picked", fields=["day"]))
        .configure(**_fonts(here))
        .configure_view(stroke=None)
    )  # fmt: skip
    with st.container(border=True, key="days_chart_box"):
        st.markdown(f"**{title}** · {unit}")
        event = st.altair_chart(chart, key="days_chart", on_select="rerun",
                                alt=t("chart_alt", title=title))  # fmt: skip
    picked = event.selection.picked
    return int(picked[0]["day"]) if picked else None


def ranking_chart(
    here: Here, name: str, title: str, bars: Sequence[Bar], currency: str, colour: str = COLOUR
) -> int | None:
    """Amounts of names, largest first, as lying bars; the position of a clicked one."""
    import altair as alt

    size, unit = scale(here, max(abs(bar.amount) for bar in bars), currency)
    rows = [
        {"at": at, "amount": float(bar.amount / size), "said": bar.said}
        for at, bar in enumerate(bars)
    ]
    rtl = here.preferences.direction == "rtl"
    fonts = _fonts(here)
    # Names are values of files: their digits stay as they are.
    plain = "Vazirmatn, Tahoma, sans-serif"
    names = {str(at): _cut(bar.name) for at, bar in enumerate(bars)}
    chart = (
        alt.Chart(alt.Data(values=rows), height=max(90, 30 * len(rows) + 30))
        .mark_bar(cornerRadius=3, cursor="pointer", color=colour)
        .encode(
            y=alt.Y("at:O", title=None, sort=None, axis=alt.Axis(
                orient="right" if rtl else "left", labelLimit=_LABEL_PIXELS, labelFont=plain,
                labelExpr=f"({_as_js(names)})[datum.value]", ticks=False, domain=False,
                minExtent=60)),
            x=alt.X("amount:Q", title=None, scale=alt.Scale(reverse=rtl),
                    axis=alt.Axis(tickCount=4)),
            tooltip=[alt.Tooltip("said:N", title=" ")],
            opacity=alt.condition("picked", alt.value(1), alt.value(0.5)),
        )
        .add_params(alt.selection_point(name="picked", fields=["at"]))
        .configure(**fonts)
        .configure_view(stroke=None)
    )  # fmt: skip
    with st.container(border=True, key=f"{name}_chart_box"):
        st.markdown(f"**{title}** · {unit}")
        event: Any = st.altair_chart(chart, key=f"{name}_chart", on_select="rerun",
                                     alt=words(here)("chart_alt", title=title))  # fmt: skip
    picked = event.selection.picked
    return int(picked[0]["at"]) if picked else None


def _cut(name: str) -> str:
    """A name as long as there is room for; the whole of it is said on hover."""
    bare = name.rpartition(" (")[0] or name
    return bare if len(bare) <= _LABEL_LETTERS else f"{bare[: _LABEL_LETTERS - 1].rstrip()}…"


def _as_js(names: dict[str, str]) -> str:
    """Names as an object of a Vega expression: text in quotes, whatever is in it."""
    return json.dumps(names)


def _fonts(here: Here) -> dict[str, Any]:
    family = "Vazirmatn FD, Vazirmatn" if here.preferences.persian_digits else "Vazirmatn"
    return {"font": f"{family}, Tahoma, sans-serif"}
