"""Personal cells of files: which they are, and who sees them.

Everybody who may `SEE_PERSONAL` does; an uploader those of the files that they handed in themselves
and hold anyway. Everybody else sees `MASK` in their place. Names of salespeople are not among them:
whose sales a figure, an issue or a line is belongs to the work of all who see it.
"""

from __future__ import annotations

from typing import Any

from pipeline.access.acting import actor, allowed
from pipeline.access.allowed import Action
from pipeline.access.people import Role

# Attributes that are personal: of a customer, and of a line's cells by the same names.
PERSONAL = frozenset({"customer_name", "national_id", "phone", "address"})
MASK = "•••"


def owner() -> str | None:
    """The name under which an uploader hands in files; None for everybody else."""
    who = actor().person
    return who.name if who is not None and who.role is Role.UPLOADER else None


def may_see_file(received_by: str) -> bool:
    """Whether whoever acts sees the personal cells of a file that this person handed in."""
    return allowed(Action.SEE_PERSONAL) or owner() == received_by


def masking() -> dict[str, Any]:
    """Values of the part `shown_raw_value` of statements."""
    return {
        "sees_personal": allowed(Action.SEE_PERSONAL),
        "owner": owner(),
        "personal": sorted(PERSONAL),
        "mask": MASK,
    }
