"""What the salespeople and branches of issues are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.db import Connection, fetch_all


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code; a code that two sources call by different names has both."""

    salespeople: Mapping[str, str] = field(default_factory=dict)
    branches: Mapping[str, str] = field(default_factory=dict)


def names_of(
    connection: Connection,
    salespeople: Sequence[str | None],
    branches: Sequence[str | None],
    *,
    source: str | None = None,
    period: str | None = None,
) -> Names:
    """Names at the end of `period` such as `1403-05`, or of today.

    A code without a name is left out.
    """
    facts = {
        "salespeople": [code for code in salespeople if code],
        "branches": [code for code in branches if code],
        "source": source,
        "period": period,
    }
    found: dict[str, dict[str, list[str]]] = {"salesperson": {}, "branch": {}}
    for row in fetch_all(connection, "list_names", facts):
        known = found[row["kind"]].setdefault(row["code"], [])
        if row["name"] not in known:
            known.append(row["name"])
    by_code = {k: {c: " / ".join(names) for c, names in v.items()} for k, v in found.items()}
    return Names(by_code["salesperson"], by_code["branch"])
