"""Charts of runs: errors and warnings over the months."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.widgets.charts import layout
from pipeline.db import Row

ERROR, WARNING = "#be123c", "#d97706"
HEIGHT = 260
_CONFIG = {"displayModeBar": False}


def months_chart(here: Here, title: str, months: Sequence[Row]) -> None:
    """Errors and warnings of each month, one above the other; one month draws none."""
    if len(months) < 2:
        return
    import plotly.graph_objects as go

    words = frame_texts(here.language)
    figure = go.Figure()
    kinds = (("errors", "ERROR", ERROR), ("warnings", "WARNING", WARNING))
    for name, severity, colour in kinds:
        figure.add_bar(
            x=[here.f.month(row["period"]) for row in months], y=[row[name] for row in months],
            name=words(f"severity_{severity}"), marker={"color": colour, "cornerradius": 4},
            customdata=[f"{words(f'severity_{severity}')}: {here.f.number(row[name])}"
                        for row in months],
            hovertemplate="%{x}<br>%{customdata}<extra></extra>",
        )  # fmt: skip
    shared = layout(here) | {
        "barmode": "stack", "showlegend": True,
        "legend": {"orientation": "h", "y": 1.12, "x": 1 if here.language == "fa" else 0,
                   "xanchor": "right" if here.language == "fa" else "left"},
    }  # fmt: skip
    figure.update_layout(**shared, height=HEIGHT)
    with st.container(border=True, key="months_issues"):
        st.markdown(f"**{title}**")
        st.plotly_chart(figure, config=_CONFIG, key="months_issues_chart")
