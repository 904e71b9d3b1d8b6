"""Which sheet of a workbook holds the data, and the reason, told in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pipeline.errors import RefusedFile
from pipeline.ingestion.workbook_limits import Limits
from pipeline.ingestion.workbook_rows import SheetReader, check_extent

_WIDEST = 100  # columns beyond this make a sheet no more of a table


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet: its used rows and columns, and how much it looks like the data.

    `score` is comparable within one workbook only; `chosen` marks the sheet that is read when
    none is named. Of a sheet above 64 MB of XML, rows and columns are what the sheet declares.
    """

    name: str
    visible: bool
    rows: int
    columns: int
    score: float
    reason: str
    reason_fa: str
    chosen: bool = False


def describe_sheets(sheets: list[SheetReader], limits: Limits) -> list[SheetInfo]:
    """Every sheet in order with its score, the best visible one chosen."""
    described = [_describe(sheet, limits) for sheet in sheets]
    best = best_of(described)
    return [_with_choice(info, at == best) for at, info in enumerate(described)]


def best_of(described: list[SheetInfo]) -> int | None:
    """Index of the sheet to read; a hidden one only when no visible sheet has a value."""
    if not described:
        return None
    order = range(len(described))
    return max(order, key=lambda at: (_rank(described[at]), -at))


def _rank(info: SheetInfo) -> tuple[bool, bool, float]:
    return info.score > 0 and info.visible, info.score > 0, info.score


def _describe(sheet: SheetReader, limits: Limits) -> SheetInfo:
    try:
        extent = sheet.quick_extent()
        check_extent(extent, sheet.name, limits)
    except RefusedFile as error:
        # One impossible sheet must not bar the way to the others; reading it raises this again.
        return SheetInfo(sheet.name, sheet.visible, 0, 0, 0.0, error.en, error.fa)
    if not extent.rows:
        return SheetInfo(sheet.name, sheet.visible, 0, 0, 0.0, "", "")
    sample = sheet.sample(limits.sample_rows)
    share = min(sum(sample) / (len(sample) * extent.columns or 1), 1.0)
    score = round(min(extent.columns, _WIDEST) * math.log2(1 + extent.rows) * (0.1 + share), 1)
    return SheetInfo(sheet.name, sheet.visible, extent.rows, extent.columns, score, "", "")


def _with_choice(info: SheetInfo, chosen: bool) -> SheetInfo:
    if info.reason:
        return replace(info, chosen=chosen)
    en, fa = _reason(info, chosen)
    size_en = f"{info.rows} rows × {info.columns} columns"
    size_fa = f"{info.rows} سطر × {info.columns} ستون"
    return replace(info, reason=f"{size_en}: {en}", reason_fa=f"{size_fa}: {fa}", chosen=chosen)


def _reason(info: SheetInfo, chosen: bool) -> tuple[str, str]:
    if info.score <= 0:
        return "the sheet has no readable table", "برگه جدول خواندنی ندارد"
    if chosen and not info.visible:
        return "hidden, but no visible sheet has data", "پنهان است ولی برگه‌ی پیدایی داده ندارد"
    if chosen:
        return "the largest, best filled visible table", "بزرگ‌ترین و پرترین جدول پیدا"
    if not info.visible:
        return "hidden sheets are not chosen", "برگه‌ی پنهان انتخاب نمی‌شود"
    return "smaller or emptier than the chosen sheet", "کوچک‌تر یا خالی‌تر از برگه‌ی انتخابی"
