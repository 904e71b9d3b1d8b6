"""Charts that read from right to left in Persian: reversed axis, our month names, our digits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.frame.page import Here

HEIGHT = 260
COLOUR, QUIET = "#0f9488", "#8fb8b0"


def monthly_bars(here: Here, title: str, months: Sequence[dict[str, Any]]) -> None:
    """Net sales of months (newest first) as bars, oldest where reading starts; one draws none."""
    if len(months) < 2:
        return
    import plotly.graph_objects as go

    rows = list(reversed(months))
    size, unit = scale(here, max(abs(row["net_amount"]) for row in rows))
    figure = go.Figure(
        go.Bar(
            x=[here.f.month(row["period"]) for row in rows],
            y=[float(row["net_amount"] / size) for row in rows],
            marker={"color": [QUIET] * (len(rows) - 1) + [COLOUR], "cornerradius": 5},
            customdata=[here.f.money_exact(row["net_amount"]) for row in rows],
            hovertemplate="%{x}<br>%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(**layout(here), height=HEIGHT)
    with st.container(border=True, key="trend"):
        st.markdown(f"**{title}** · {unit}")
        st.plotly_chart(figure, config={"displayModeBar": False}, key="trend_chart")


def layout(here: Here) -> dict[str, Any]:
    """What every chart of ours shares: font with the person's digits, direction, air."""
    rtl = here.preferences.direction == "rtl"
    family = "Vazirmatn FD, Vazirmatn" if here.preferences.persian_digits else "Vazirmatn"
    return {
        "font": {"family": f"{family}, Tahoma, sans-serif", "size": 13},
        "margin": {"l": 8 if rtl else 44, "r": 44 if rtl else 8, "t": 8, "b": 8},
        "bargap": 0.45,
        "xaxis": {"autorange": "reversed" if rtl else True, "showgrid": False, "type": "category"},
        "yaxis": {"side": "right" if rtl else "left", "nticks": 5,
                  "zeroline": True},
        "hoverlabel": {"align": "right" if rtl else "left"},
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    }  # fmt: skip


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
