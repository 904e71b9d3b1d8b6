"""Values to choose from in filters: search as you type over brands, cities, branches and people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.access.acting import actor
from pipeline.db import Connection, fetch_all
from pipeline.kpi.filters import Filters, Values
from pipeline.transform.text import fold_text

Kind = Literal["branches", "cities", "brands", "salespeople", "products"]
MOST = 500
# Filters whose values are names, not codes.
NAMED: tuple[Kind, ...] = ("cities", "brands")


@dataclass(frozen=True, slots=True)
class FilterValue:
    """A value that `Filters` takes, and what it is called."""

    key: str
    label: str | None


def filter_values(
    connection: Connection, kind: Kind, source: str, text: str = "", limit: int = 20
) -> list[FilterValue]:
    """Up to `limit` values of a filter whose code or name holds `text`, in any case of letters.

    Those that begin with it come first; whoever is limited to a scope is asked about what is in it.
    Customers are not here: their names are personal.
    """
    found = _escaped(text.strip())
    person = actor().person
    facts = {
        "source": source,
        "is_limited": person is not None and person.scope.is_limited,
        "begins": f"{found}%",
        "holds": f"%{found}%",
        "limit": max(1, min(limit, MOST)),
    }
    rows = fetch_all(connection, f"figures/values_{kind}", facts)
    return [FilterValue(row["key"], row["label"]) for row in rows]


def as_shown(connection: Connection, filters: Filters) -> Filters:
    """The filters with cities and brands as they are spelt today, however an address spells them.

    A value that is no other spelling of one that is there stays.
    """
    changes = {}
    for kind in NAMED:
        asked: Values = getattr(filters, kind)
        if not asked:
            continue
        known = [v.key for v in filter_values(connection, kind, filters.source, limit=MOST)]
        if set(asked) - {None, *known}:
            shown = {fold_text(name): name for name in known}
            changes[kind] = tuple(v and shown.get(fold_text(v), v) for v in asked)
    return filters.narrowed(**changes) if changes else filters


def _escaped(text: str) -> str:
    """The text with signs that a pattern would read as its own taken for what they are."""
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\0", "")
