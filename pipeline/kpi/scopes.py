"""What there is to ask about: sources with published figures, their months and their currency."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.db import Connection, fetch_all

USUAL_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Scope:
    """A source with published figures: months that have any, in their order.

    `oldest` and `newest` are months that a published load is of, whatever stray dates lie around.
    """

    source: str
    currency: str
    months: tuple[str, ...]
    oldest: str
    newest: str

    @property
    def usual(self) -> tuple[str, str]:
        """First and last month of the range that is shown unasked: a year up to the newest."""
        year, month = int(self.newest[:4]), int(self.newest[5:])
        earliest = f"{year - 1}-{month + 1:02d}" if month < USUAL_MONTHS else f"{year}-01"
        return min(max(earliest, self.oldest), self.newest), self.newest


def scopes(connection: Connection) -> list[Scope]:
    """Every source with published figures, the one with the most lines first."""
    rows = fetch_all(connection, "figures/list_scopes", {})
    return [Scope(**{**row, "months": tuple(row["months"])}) for row in rows]
