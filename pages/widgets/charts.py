"""Bar charts that read from right to left in Persian: mirrored axis, our month names, our digits.

A chart here is plain Vega-Lite, which takes names that come from files for text alone. Written out,
not built by a library that checks every part of every chart against its schema: that took longer
than all the rest of a page. Where Plotly and Altair draw: figure_charts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.frame.page import Here

HEIGHT = 260
FEW = 4
COLOUR, QUIET = "#0f9488", "#8fb8b0"
# Names are values of files: their digits stay as they are.
PLAIN_FONT = "Vazirmatn, Tahoma, sans-serif"
SAID = {"field": "said", "type": "nominal", "title": " "}
Spec = dict[str, Any]


def draw_bars(
    here: Here,
    key: str,
    rows: Sequence[Mapping[str, Any]],
    encoding: Spec,
    *,
    height: int = HEIGHT,
    mark: Spec | None = None,
    picks: str = "",
    alt: str | None = None,
) -> Any:
    """Rows as bars; with `picks`, a column of theirs, the value of the bar that was clicked.

    Each row has `said`, which shows on hover.
    """
    spec: Spec = {
        "data": {"values": list(rows)},
        "height": height,
        "mark": {"type": "bar", "cornerRadius": 3, **(mark or {})},
        "encoding": {**encoding, "tooltip": SAID},
        "config": {"font": font_of(here), "view": {"stroke": None}},
    }
    if picks:
        spec["mark"]["cursor"] = "pointer"
        spec["params"] = [{"name": "picked", "select": {"type": "point", "fields": [picks]}}]
        spec["encoding"]["opacity"] = {"condition": {"param": "picked", "value": 1}, "value": 0.5}
    return draw_spec(key, spec, picks=picks, alt=alt)


def draw_spec(key: str, spec: Spec, *, picks: str = "", alt: str | None = None) -> Any:
    """A chart of Vega-Lite; with `picks`, the value of that column where `picked` has a mark."""
    if not picks:
        st.vega_lite_chart(spec, key=key, alt=alt)
        return None
    event: Any = st.vega_lite_chart(spec, key=key, alt=alt, on_select="rerun")
    picked = event.selection.picked
    return picked[0][picks] if picked else None


def monthly_bars(here: Here, title: str, months: Sequence[dict[str, Any]]) -> None:
    """Net sales of months (newest first) as bars, oldest where reading starts; one draws none."""
    if len(months) < 2:
        return
    shown = list(reversed(months))
    size, unit = scale(here, max(abs(row["net_amount"]) for row in shown))
    names = [here.f.month(row["period"]) for row in shown]
    rows = [
        {
            "at": at,
            "amount": float(row["net_amount"] / size),
            "said": f"{name}: {here.f.money_exact(row['net_amount'])}",
            "colour": COLOUR if at == len(shown) - 1 else QUIET,
        }
        for at, (row, name) in enumerate(zip(shown, names, strict=True))
    ]
    encoding = {
        "x": month_axis(here, names),
        "y": amount_axis(here),
        "color": {"field": "colour", "type": "nominal", "scale": None},
    }
    with st.container(border=True, key="trend"):
        st.markdown(f"**{title}** · {unit}")
        draw_bars(here, "trend_chart", rows, encoding)


def month_axis(here: Here, names: Sequence[str]) -> Spec:
    """Positions (`at`) of months as an axis with their names, the first where reading starts."""
    lines = {str(at): name.split(" ", 1) for at, name in enumerate(names)}
    return {
        "field": "at", "type": "ordinal", "title": None,
        "axis": {"labelAngle": 0, "labelExpr": label_of(lines), "labelOverlap": True,
                 "grid": False},
        "scale": {"reverse": is_mirrored(here), "paddingInner": gap_of(names), "paddingOuter": 0.2},
    }  # fmt: skip


def gap_of(bars: Sequence[object]) -> float:
    """The share of its place that a bar leaves free: a few bars are bars too, and no walls."""
    return 0.7 if len(bars) <= FEW else 0.35


def amount_axis(here: Here, field: str = "amount") -> Spec:
    """Figures as an axis at the side where reading starts."""
    side = "right" if is_mirrored(here) else "left"
    return {"field": field, "type": "quantitative", "title": None,
            "axis": {"orient": side, "tickCount": 5}}  # fmt: skip


def series(names: Sequence[str], colours: Sequence[str]) -> Spec:
    """Colours of the values of `series`, named above the bars where there are several."""
    legend = {"title": None, "orient": "top", "direction": "horizontal"}
    return {
        "field": "series", "type": "nominal", "legend": legend if len(names) > 1 else None,
        "scale": {"domain": list(names), "range": list(colours)},
    }  # fmt: skip


def label_of(names: Mapping[str, str | Sequence[str]]) -> str:
    """A Vega expression for the name of a position: text in quotes, whatever is in it."""
    return f"({json.dumps(names)})[datum.value]"


def font_of(here: Here) -> str:
    """Font family of a chart, which draws digits as the person reads them."""
    family = "Vazirmatn FD, Vazirmatn" if here.preferences.persian_digits else "Vazirmatn"
    return f"{family}, Tahoma, sans-serif"


def is_mirrored(here: Here) -> bool:
    """Whether the person reads from right to left."""
    return here.preferences.direction == "rtl"


def scale(here: Here, largest: Decimal, currency: str = "IRR") -> tuple[Decimal, str]:
    """What amounts are divided by so that the axis has short numbers, and the unit's words."""
    toman = currency == "IRR" and here.preferences.money == "toman"
    unit = Decimal(10 if toman else 1)
    for power in (9, 6, 3, 0):
        if largest / unit >= Decimal(10) ** power:
            break
    words = here.f.money(Decimal(10) ** power * unit, currency)
    # The short form of one such unit, without its 1.
    return Decimal(10) ** power * unit, words.split(" ", 1)[1]
