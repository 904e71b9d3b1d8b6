"""What someone wants to see of the issues, as parameters of an address and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from pipeline.quality.issue_filter import NOBODY, STATUSES, IssueFilter
from pipeline.quality.rule_settings import SEVERITIES

# Parameter of the address → field of the filter.
LISTS = {
    "load": "loads",
    "month": "months",
    "state": "states",
    "rule": "rules",
    "severity": "severities",
    "column": "columns",
    "salesperson": "salespeople",
    "branch": "branches",
    "status": "statuses",
}
SINGLE = {"source": "source", "assignee": "assignee", "text": "text", "min": "min_amount",
          "max": "max_amount", "back": "came_back"}  # fmt: skip
NAMES = (*LISTS, *SINGLE)
# In an address this stands for nobody.
NOBODY_SIGN = "-"
STATES = ("draft", "published", "superseded", "voided")
LONGEST = 200
_ALLOWED = {"severity": SEVERITIES, "status": STATUSES, "state": STATES}
_SHAPES = {"load": r"[1-9]\d{0,17}", "month": r"\d{4}-(0[1-9]|1[0-2])", "rule": r"[A-Z][A-Z_]+"}
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.")
_LARGEST = Decimal(10) ** 18


def read_filter(
    pairs: Mapping[str, Sequence[str]],
) -> tuple[IssueFilter, list[tuple[str, str]]]:
    """The filter that an address asks for, and (name, value) of what in it makes no sense."""
    found: dict[str, Any] = {}
    unknown: list[tuple[str, str]] = []
    for name, field in LISTS.items():
        good = [value for value in dict.fromkeys(pairs.get(name, ())) if _is_good(name, value)]
        unknown += [(name, value) for value in pairs.get(name, ()) if value not in good]
        found[field] = tuple(int(value) for value in good) if name == "load" else tuple(good)
    for name, field in SINGLE.items():
        for value in list(pairs.get(name, ()))[:1]:
            try:
                found[field] = _read(name, value)
            except ValueError:
                unknown.append((name, value))
    return IssueFilter(**found), unknown


def filter_pairs(wanted: IssueFilter) -> dict[str, list[str]]:
    """The filter as parameters, every known name; what asks for nothing is an empty list."""
    pairs = {name: [str(v) for v in getattr(wanted, field)] for name, field in LISTS.items()}
    for name, field in SINGLE.items():
        value = getattr(wanted, field)
        if value == NOBODY and name == "assignee":
            pairs[name] = [NOBODY_SIGN]
        elif name == "back":
            pairs[name] = ["1"] if value else []
        else:
            pairs[name] = [] if value in (None, "") else [str(value)]
    return pairs


def is_everything(wanted: IssueFilter) -> bool:
    """Whether the filter asks for nothing in particular."""
    empty = IssueFilter()
    return all(getattr(wanted, f.name) == getattr(empty, f.name) for f in fields(IssueFilter))


def amount_of(text: str) -> Decimal | None:
    """An amount as people type it, digits of either kind and thousands apart; None for none."""
    plain = re.sub(r"[\s,٬،_]", "", text.translate(_DIGITS))
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LARGEST else None


def multi(params: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """(name, value) of a query string, by name."""
    found: dict[str, list[str]] = {}
    for name, value in params:
        found.setdefault(name, []).append(value)
    return found


def _is_good(name: str, value: str) -> bool:
    if name in _ALLOWED:
        return value in _ALLOWED[name]
    if name in _SHAPES:
        return re.fullmatch(_SHAPES[name], value, re.ASCII) is not None
    return 0 < len(value) <= LONGEST


def _read(name: str, value: str) -> object:
    if name in ("min", "max"):
        if (number := amount_of(value)) is None:
            raise ValueError(value)
        return number
    if name == "back":
        if value != "1":
            raise ValueError(value)
        return True
    return NOBODY if name == "assignee" and value == NOBODY_SIGN else value[:LONGEST]
