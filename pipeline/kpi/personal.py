"""The one way by which personal data of customers reaches pages and API: names, phones, addresses.

Whoever may not see it gets `MASK` in its place; that something is there stays visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.access.acting import actor
from pipeline.access.allowed import Action
from pipeline.access.personal import MASK
from pipeline.db import Connection, fetch_all, fetch_all_for

__all__ = ["MASK", "CustomerDetails", "customer_details", "reveal"]


@dataclass(frozen=True, slots=True)
class CustomerDetails:
    """Personal data of one customer; None where the source gives none."""

    customer_id: str
    customer_name: str | None
    national_id: str | None
    phone: str | None
    address: str | None


def reveal(value: str | None, *, may_see: bool) -> str | None:
    """A personal value for someone who may see it, its mask for everybody else."""
    return value if may_see or not value else MASK


def customer_details(
    connection: Connection,
    source: str,
    customer_ids: Sequence[str],
    *,
    may_see: bool,
    on: date | None = None,
) -> dict[str, CustomerDetails]:
    """Details of customers by their ids, as on a day or (None) as last known.

    A customer that nothing is known of is left out, and one of whom somebody with a scope sees no
    invoice. RefusedAction NOT_ALLOWED for `may_see` by a person who may not.
    """
    facts = {"source": source, "customers": list(customer_ids), "day": on}
    who = actor().person
    if who is not None and who.scope.is_limited:
        seen = fetch_all(connection, "figures/customers_in_sight", facts)
        facts["customers"] = [row["customer_id"] for row in seen]
    if may_see:
        rows = fetch_all_for(Action.SEE_PERSONAL, connection, "figures/customer_details", facts)
    else:
        rows = fetch_all(connection, "figures/masked_customers", facts)
    return {row["customer_id"]: CustomerDetails(**row) for row in rows}
