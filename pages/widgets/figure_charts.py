"""Charts of figures; a click on a mark says which one. A table beside each says the same.

Plotly draws months beside the same months a year before, whose names are our own words; Altair
draws days; names that come from files are drawn by plain Vega-Lite, which takes them for text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import streamlit as st

from pages.frame.page import Here
from pages.widgets.charts import (
    COLOUR,
    PLAIN_FONT,
    QUIET,
    Spec,
    draw_bars,
    draw_spec,
    font_of,
    gap_of,
    is_mirrored,
    label_of,
    scale,
)
from pages.widgets.figure_words import words
from pipeline.kpi.figures import ComparedMonth, DayFigures, MonthFigures

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
    t, before = words(here), [month.last_year for month in months]
    amounts = [m.figures.net_amount for m in months] + [b.net_amount for b in before if b]
    size, unit = scale(here, max(map(abs, amounts)), currency)
    series = [_months_of(here, [m.figures for m in months], t("this_year"), COLOUR, size, currency)]
    if any(before):
        series.insert(0, _months_of(here, before, t("year_before"), QUIET, size, currency))
    names = [here.f.month(month.figures.jalali_month).split(" ", 1) for month in months]
    figure = {"data": series, "layout": _months_layout(here, names, legend=any(before))}
    with st.container(border=True, key="months_chart_box"):
        st.markdown(f"**{title}** · {unit}")
        event: Any = st.plotly_chart(
            figure, config={"displayModeBar": False}, key="months_chart", on_select="rerun",
            selection_mode="points", alt=t("chart_alt", title=title),
        )  # fmt: skip
    points = event.selection.points
    return int(points[0]["point_index"]) if points else None


def _months_of(
    here: Here,
    months: Sequence[MonthFigures | None],
    name: str,
    colour: str,
    size: Decimal,
    currency: str,
) -> dict[str, Any]:
    """One series of bars at the positions of months; a month that is not known is a gap."""
    f = here.f
    return {
        "type": "bar",
        "name": name,
        "x": [*range(len(months))],
        "y": [float(month.net_amount / size) if month else None for month in months],
        "customdata": [
            f"{f.month(m.jalali_month)}: {f.money_exact(m.net_amount, currency)}" if m else ""
            for m in months
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": colour, "cornerradius": 4},
    }


def _months_layout(here: Here, names: Sequence[Sequence[str]], *, legend: bool) -> dict[str, Any]:
    """The months where reading starts first; the year stands below a name where it begins."""
    mirrored, first = is_mirrored(here), [0]
    side = "right" if mirrored else "left"
    first += [at for at in range(1, len(names)) if names[at][1:] != names[at - 1][1:]]
    ticks = ["<br>".join(name) if at in first else name[0] for at, name in enumerate(names)]
    return {
        "height": HEIGHT, "bargap": gap_of(names), "hoverlabel": {"align": side},
        "font": {"family": font_of(here), "size": 13},
        "margin": {"l": 8 if mirrored else 44, "r": 44 if mirrored else 8, "t": 8, "b": 8},
        "xaxis": {"autorange": "reversed" if mirrored else True, "showgrid": False,
                  "tickvals": [*range(len(names))], "ticktext": ticks, "automargin": True},
        "yaxis": {"side": side, "nticks": 5, "zeroline": True, "fixedrange": True},
        "showlegend": legend,
        "legend": {"orientation": "h", "y": 1.12, "x": 0.5, "xanchor": "center",
                   "traceorder": "reversed" if mirrored else "normal"},
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
    }  # fmt: skip


def daily_chart(
    here: Here, title: str, days: Sequence[DayFigures], length: int, currency: str
) -> int | None:
    """Net sales of each day of a month of `length` days; the day of the month that was clicked.

    A day without figures stays a gap: that nothing was sold is something to see.
    """
    f, t = here.f, words(here)
    size, unit = scale(here, max(abs(day.net_amount) for day in days), currency)
    rows = [
        {
            "day": f.day_of_month(day.event_date),
            "amount": float(day.net_amount / size),
            "said": f"{f.day(day.event_date)}: {f.money_exact(day.net_amount, currency)}",
        }
        for day in days
    ]
    spec = {**_days_shape(length, is_mirrored(here), font_of(here)), "data": {"values": rows}}
    with st.container(border=True, key="days_chart_box"):
        st.markdown(f"**{title}** · {unit}")
        picked = draw_spec("days_chart", spec, picks="day", alt=t("chart_alt", title=title))
        return _position(picked)


@lru_cache(maxsize=32)
def _days_shape(length: int, mirrored: bool, font: str) -> Spec:
    """The chart of a month of `length` days, without its figures.

    Altair checks every part of what it builds against a schema, which takes as long as all the rest
    of a page: once for each shape there is.
    """
    import altair as alt

    scale = alt.Scale(domain=[*range(1, length + 1)], reverse=mirrored)
    axis = alt.Axis(orient="right" if mirrored else "left", tickCount=5)
    return (
        alt.Chart(alt.Data(values=[]), height=HEIGHT)
        .mark_bar(cornerRadius=3, cursor="pointer")
        .encode(
            x=alt.X("day:O", title=None, scale=scale,
                    axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False)),
            y=alt.Y("amount:Q", title=None, axis=axis),
            color=alt.condition("datum.amount < 0", alt.value(LOSS), alt.value(COLOUR)),
            tooltip=alt.Tooltip("said:N", title=" "),
            opacity=alt.condition("picked", alt.value(1), alt.value(0.5)),
        )
        .add_params(alt.selection_point(name="picked", fields=["day"]))
        .configure(font=font)
        .configure_view(stroke=None)
        .to_dict()
    )  # fmt: skip


def ranking_chart(
    here: Here, name: str, title: str, bars: Sequence[Bar], currency: str, colour: str = COLOUR
) -> int | None:
    """Amounts of names, largest first, as lying bars; the position of a clicked one."""
    size, unit = scale(here, max(abs(bar.amount) for bar in bars), currency)
    rows = [
        {"at": at, "amount": float(bar.amount / size), "said": bar.said}
        for at, bar in enumerate(bars)
    ]
    mirrored = is_mirrored(here)
    labels = {
        "orient": "right" if mirrored else "left", "labelLimit": _LABEL_PIXELS,
        "labelFont": PLAIN_FONT, "ticks": False, "domain": False, "minExtent": 60,
        "labelExpr": label_of({str(at): _cut(bar.name) for at, bar in enumerate(bars)}),
    }  # fmt: skip
    encoding = {
        "y": {"field": "at", "type": "ordinal", "title": None, "sort": None, "axis": labels},
        "x": {"field": "amount", "type": "quantitative", "title": None,
              "scale": {"reverse": mirrored}, "axis": {"tickCount": 4}},
    }  # fmt: skip
    with st.container(border=True, key=f"{name}_chart_box"):
        st.markdown(f"**{title}** · {unit}")
        picked = draw_bars(
            here, f"{name}_chart", rows, encoding, height=max(90, 30 * len(rows) + 30),
            mark={"color": colour}, picks="at", alt=words(here)("chart_alt", title=title),
        )  # fmt: skip
        return _position(picked)


def _position(picked: object) -> int | None:
    return None if picked is None else int(str(picked))


def _cut(name: str) -> str:
    """A name as long as there is room for; the whole of it is said on hover."""
    bare = name.rpartition(" (")[0] or name
    return bare if len(bare) <= _LABEL_LETTERS else f"{bare[: _LABEL_LETTERS - 1].rstrip()}…"
