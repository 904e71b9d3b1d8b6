"""Who acts: a person with a role, and how much of the data is theirs to see."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody does here; DESIGN's four, and no other."""

    UPLOADER = "uploader"
    STEWARD = "steward"
    MANAGER = "manager"
    ADMIN = "admin"


ROLES = tuple(Role)


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the figures a person is limited to; empty means all of it.

    Ids as canonical sales and dimensions have them. A line is in the scope when its salesperson is
    named, or belonged on the event date to a branch that is named.
    """

    branches: tuple[str, ...] = ()
    salespeople: tuple[str, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether anything is out of sight."""
        return bool(self.branches or self.salespeople)


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person: the name that history records, the role, and what is out of sight."""

    user_id: int
    name: str
    role: Role
    sees_personal: bool = False  # granted to this person, beyond what the role may see
    scope: Scope = field(default_factory=Scope)
