"""One line in full: text and cells in the file, what became of it, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pipeline.access.acting import actor
from pipeline.access.allowed import Action
from pipeline.access.personal import MASK, PERSONAL, owner
from pipeline.db import Connection, Row, fetch_all_for, fetch_one
from pipeline.errors import RefusedAction
from pipeline.ingestion.cells import Dialect, cell_spans, spans_of, split_cells
from pipeline.kpi.personal import reveal


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it stands in the file; `column` is the canonical name that its run gave it."""

    position: int
    header: str | None
    column: str | None
    value: str | None
    is_personal: bool


@dataclass(frozen=True, slots=True)
class LineIssue:
    """One rule that the line broke; `impact_amount` is in the load's currency."""

    issue_id: int
    rule_code: str
    severity: str
    column_name: str | None
    raw_value: str | None
    message: str
    impact_amount: Decimal | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class LineDetail:
    """A line of a file and all that is known of it.

    `place` is canonical, rejected, or the kind of a line that is set aside (None: no run has ended
    yet). `fact` is its canonical reading by column. `text` is the verbatim line; for those who may
    not see personal data these cells are masked in it, and it is None where nobody can tell which
    they are (`is_masked`: some cells are). `is_undecodable` says that bytes of it were no text.
    `spans`: where each of the cells stands in the text, empty where nobody can tell.
    """

    load_id: int
    line_no: int
    source_system: str
    file_name: str
    received_at: datetime
    received_by: str
    state: str
    period: str | None
    place: str | None
    text: str | None
    is_undecodable: bool
    cells: tuple[Cell, ...]
    fact: dict[str, Any] | None
    issues: tuple[LineIssue, ...]
    is_masked: bool
    spans: tuple[tuple[int, int], ...] = ()


def line_detail(connection: Connection, load_id: int, line_no: int, *, may_see: bool) -> LineDetail:
    """A line by load and number in the file; personal cells are masked unless `may_see`.

    An uploader sees those of their own files.

    RefusedAction UNKNOWN_LINE when the load has no such line, or it is no fact in the scope of
    whoever asks.
    """
    key = {"load_id": load_id, "line_no": line_no}
    fact = fetch_one(connection, "figures/line_fact", key)
    row = _raw_line(connection, key) if fact is not None or _sees_all() else None
    if row is None:
        raise RefusedAction(
            "UNKNOWN_LINE",
            fa="بار {load_id} سطر {line_no} ندارد.",
            en="Load {load_id} has no line {line_no}.",
            load_id=load_id,
            line_no=line_no,
        )
    may_see = may_see or owner() == row["received_by"]
    cells = _cells(row, may_see=may_see)
    hidden = {cell.header for cell in cells if cell.is_personal} if not may_see else set()
    issues = fetch_all_for(Action.SEE_LINES, connection, "figures/line_issues", key)
    text = row["line"] if may_see else _masked_text(row, cells)
    text = None if text is None else text.rstrip("\r\n")
    dialect = Dialect(**row["inspection"]["dialect"]) if cells else None
    return LineDetail(
        **{name: row[name] for name in _KEPT},
        text=text,
        cells=cells,
        fact=fact,
        issues=tuple(LineIssue(**_masked(issue, hidden)) for issue in issues),
        is_masked=bool(hidden),
        spans=spans_of(text, dialect, len(cells)) if text and dialect else (),
    )


_KEPT = (
    "load_id", "line_no", "source_system", "file_name", "received_at", "received_by", "state",
    "period", "place", "is_undecodable",
)  # fmt: skip


def _sees_all() -> bool:
    who = actor().person
    return who is None or not who.scope.is_limited


def _raw_line(connection: Connection, key: dict[str, int]) -> Row | None:
    rows = fetch_all_for(Action.SEE_LINES, connection, "figures/raw_line", key)
    return rows[0] if rows else None


def _masked_text(row: Row, cells: tuple[Cell, ...]) -> str | None:
    """The line with its personal cells masked; None where nobody can tell which they are."""
    spans = cell_spans(row["line"], Dialect(**row["inspection"]["dialect"])) if cells else None
    if spans is None or len(spans) != len(cells) or all(cell.is_personal for cell in cells):
        return None
    text = row["line"]
    for (start, end), cell in reversed(list(zip(spans, cells, strict=True))):
        if cell.is_personal and cell.value:
            text = text[:start] + MASK + text[end:]
    return str(text)


def _cells(row: Row, *, may_see: bool) -> tuple[Cell, ...]:
    """The cells by the header and dialect that the run used; none where no run has ended.

    Of a line of another width nobody knows which cell is personal: all of them count as it.
    """
    if row["run_id"] is None:
        return ()
    inspection, columns = row["inspection"], {}
    for match in row["mapping"]["matches"]:
        columns[match["position"]] = match["column"]
    header = inspection["header"]
    values = split_cells(row["line"], Dialect(**inspection["dialect"])).cells
    is_sound = len(values) == len(header)
    cells = []
    for position in range(max(len(values), len(header))):
        value = values[position] if position < len(values) else None
        is_personal = not is_sound or columns.get(position) in PERSONAL
        cells.append(
            Cell(
                position,
                header[position] if position < len(header) else None,
                columns.get(position),
                reveal(value, may_see=may_see or not is_personal),
                is_personal,
            )
        )
    return tuple(cells)


def _masked(issue: Row, hidden: set[str | None]) -> Row:
    """An issue without the personal value it may quote; its message never repeats one."""
    if issue["raw_value"] and issue["column_name"] in hidden:
        return {**issue, "raw_value": MASK}
    return issue
