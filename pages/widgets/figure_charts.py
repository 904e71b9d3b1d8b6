"""Charts of figures; a click on a mark says which one. A table beside each says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from pages.frame.page import Here
from pages.widgets.charts import (
    COLOUR,
    PLAIN_FONT,
    QUIET,
    amount_axis,
    draw_bars,
    is_mirrored,
    label_of,
    month_axis,
    scale,
    series,
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
    f, t = here.f, words(here)
    drawn: list[tuple[str, int, MonthFigures]] = []
    for at, month in enumerate(months):
        if month.last_year is not None:
            drawn.append((t("year_before"), at, month.last_year))
        drawn.append((t("this_year"), at, month.figures))
    size, unit = scale(here, max(abs(figures.net_amount) for _, _, figures in drawn), currency)
    rows = [
        {
            "at": at,
            "amount": float(figures.net_amount / size),
            "series": name,
            "said": f"{f.month(figures.jalali_month)}: "
            f"{f.money_exact(figures.net_amount, currency)}",
        }
        for name, at, figures in drawn
    ]
    kinds = {t("year_before"): QUIET, t("this_year"): COLOUR}
    found = {name: colour for name, colour in kinds.items() if name in {d[0] for d in drawn}}
    order = [*reversed(found)] if is_mirrored(here) else [*found]
    encoding = {
        "x": month_axis(here, [f.month(month.figures.jalali_month) for month in months]),
        "y": amount_axis(here),
        "color": series([*found], [*found.values()]),
        "xOffset": {"field": "series", "type": "nominal", "sort": order},
    }
    with st.container(border=True, key="months_chart_box"):
        st.markdown(f"**{title}** · {unit}")
        return _position(draw_bars(here, "months_chart", rows, encoding, height=HEIGHT, picks="at",
                                   alt=t("chart_alt", title=title)))  # fmt: skip


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
    encoding = {
        "x": {
            "field": "day", "type": "ordinal", "title": None,
            "axis": {"labelAngle": 0, "labelOverlap": True, "grid": False},
            "scale": {"domain": [*range(1, length + 1)], "reverse": is_mirrored(here)},
        },
        "y": amount_axis(here),
        "color": {"condition": {"test": "datum.amount < 0", "value": LOSS}, "value": COLOUR},
    }  # fmt: skip
    with st.container(border=True, key="days_chart_box"):
        st.markdown(f"**{title}** · {unit}")
        return _position(draw_bars(here, "days_chart", rows, encoding, height=HEIGHT, picks="day",
                                   alt=t("chart_alt", title=title)))  # fmt: skip


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
