"""One of each kind of person, and nobody: the callers of every test on rights."""

from __future__ import annotations

from pipeline.access.people import Person, Role, Scope

UPLOADER, STEWARD, MANAGER, ADMIN = (Person(n, role, role) for n, role in enumerate(Role, start=1))
LIMITED = Person(5, "limited", Role.MANAGER, scope=Scope(branches=("B1",)))
CALLERS: dict[str, Person | None] = {
    "uploader": UPLOADER,
    "steward": STEWARD,
    "manager": MANAGER,
    "limited manager": LIMITED,
    "admin": ADMIN,
    "nobody": None,
}
