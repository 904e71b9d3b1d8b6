"""Charts of runs: errors and warnings over the months."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.frame.language import frame_texts
from pages.frame.page import Here
from pages.widgets.charts import amount_axis, draw_bars, month_axis, series
from pipeline.db import Row

ERROR, WARNING = "#be123c", "#d97706"


def months_chart(here: Here, title: str, months: Sequence[Row]) -> None:
    """Errors and warnings of each month, one above the other; one month draws none."""
    if len(months) < 2:
        return
    words = frame_texts(here.language)
    kinds = {"errors": words("severity_ERROR"), "warnings": words("severity_WARNING")}
    names = [here.f.month(row["period"]) for row in months]
    rows = [
        {
            "at": at,
            "count": row[kind],
            "series": kinds[kind],
            "said": f"{names[at]} · {kinds[kind]}: {here.f.number(row[kind])}",
        }
        for at, row in enumerate(months)
        for kind in kinds
    ]
    encoding = {
        "x": month_axis(here, names),
        "y": amount_axis(here, "count"),
        "color": series([*kinds.values()], [ERROR, WARNING]),
    }
    with st.container(border=True, key="months_issues"):
        st.markdown(f"**{title}**")
        draw_bars(here, "months_issues_chart", rows, encoding)
