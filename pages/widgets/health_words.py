"""What a check of the house's health says on its card: one figure, and a note below."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pages.frame.page import Here
from pipeline.health import Check

Facts = dict[str, Any]


def figure(here: Here, check: Check) -> str:
    """The figure that says most."""
    return _FIGURES[check.code](here, check.facts)


def note(here: Here, check: Check) -> str:
    """What stands beside it."""
    words = _NOTES.get(check.code)
    return words(here, check.facts) if words else ""


def _moment(here: Here, text: str | None) -> str:
    return here.f.moment(None if text is None else datetime.fromisoformat(text))


def _proof(here: Here, facts: Facts) -> str:
    if facts["at"] is None:
        return here.t("never")
    if facts["gaps"]:
        return here.t("gaps", count=here.f.number(facts["gaps"]))
    return here.t("sound")


def _proof_note(here: Here, facts: Facts) -> str:
    events = here.f.number(facts["last_event"])
    if facts["at"] is None:
        return here.t("events", count=events)
    to = here.f.number(facts["to"])
    return here.t("proven", at=_moment(here, facts["at"]), to=to, count=events)


_FIGURES: dict[str, Callable[[Here, Facts], str]] = {
    "database": lambda here, f: here.f.size(f["database_bytes"]),
    "connections": lambda here, f: here.f.of(f["connections"], f["most"]),
    "transactions": lambda here, f: here.t("seconds", count=here.f.number(f["oldest_seconds"], 0)),
    "workers": lambda here, f: here.f.number(f["alive"]),
    "queue": lambda here, f: here.t("waiting", count=here.f.number(f["waiting"])),
    "stalled": lambda here, f: here.f.number(f["stalled"]),
    "disk": lambda here, f: here.f.size(f["data"]),
    "backup": lambda here, f: _moment(here, f["at"]) if f["at"] else here.t("never"),
    "verify": _proof,
    "faults": lambda here, f: here.f.number(f["last_day"]),
}
_NOTES: dict[str, Callable[[Here, Facts], str]] = {
    "database": lambda here, f: here.t(
        "server", version=here.f.digits(f["server_version"]), at=_moment(here, f["started_at"])
    ),
    "workers": lambda here, f: here.t("last_sign", at=_moment(here, f["last_sign"])),
    "queue": lambda here, f: here.t(
        "queue_note", running=here.f.number(f["running"]), failed=here.f.number(f["failed"])
    ),
    "disk": lambda here, f: here.t(
        "disk_note", scratch=here.f.size(f["scratch"]), inbox=here.f.size(f["inbox"])
    ),
    "verify": _proof_note,
}
