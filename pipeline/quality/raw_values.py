"""The cells of RAW lines, for issues that are found after their lines have passed."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipeline.db import Connection, fetch_all
from pipeline.ingestion.cells import split_cells
from pipeline.ingestion.inspection import Inspection
from pipeline.quality.check import BRANCH
from pipeline.transform.cells import clean_keys


def add_raw_values(
    connection: Connection,
    found: dict[str, pl.DataFrame],
    inspection: Inspection,
    positions: dict[str, int],
    names: dict[str, Any],
) -> dict[str, pl.DataFrame]:
    """Each frame of `line_no, column` with the `raw_value` that the file has there.

    Where the file names the branch of a line, its `branch_id` comes too.
    """
    wanted = sorted({line for frame in found.values() for line in frame["line_no"]})
    columns = sorted({c for frame in found.values() for c in frame["column"] if c in positions})
    if not wanted or not columns:
        return {
            code: frame.with_columns(raw_value=pl.lit(None, dtype=pl.String))
            for code, frame in found.items()
        }
    lines = fetch_all(connection, "read_raw_lines", {"line_nos": wanted}, **names)
    read = sorted({*columns, BRANCH} & positions.keys())
    cells = _cells([row["line"] for row in lines], inspection, {c: positions[c] for c in read})
    cells = cells.with_columns(line_no=pl.Series([row["line_no"] for row in lines], dtype=pl.Int32))
    values = cells.unpivot(columns, index="line_no", variable_name="column", value_name="raw_value")
    found = {
        code: frame.join(values, on=["line_no", "column"], how="left")
        for code, frame in found.items()
    }
    if BRANCH not in positions:
        return found
    branches = cells.select("line_no", *clean_keys(cells.select(BRANCH)))
    return {code: frame.join(branches, on="line_no", how="left") for code, frame in found.items()}


def _cells(lines: list[str], inspection: Inspection, positions: dict[str, int]) -> pl.DataFrame:
    """The cells at some positions, one String column each under its name."""
    dialect = inspection.dialect
    rows = [split_cells(line, dialect).cells for line in lines]
    return pl.DataFrame(
        {
            name: pl.Series(
                [cells[position] if position < len(cells) else None for cells in rows],
                dtype=pl.String,
            )
            for name, position in positions.items()
        }
    )
