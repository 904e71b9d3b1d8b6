"""What was refused to whom: into the audit chain and the journal, and never so much that it floods
them; what is left out is counted and told with the next one."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from pipeline.access.origin import origin
from pipeline.audit import tell
from pipeline.errors import PipelineError
from pipeline.journal import note
from pipeline.settings import Settings

# Who has no session has no name.
NOBODY = "nobody"
SAME_SECONDS = 600.0  # the same thing to the same person counts as one
PER_MINUTE = 6  # of one person, or of one address without one
ALL_PER_MINUTE = 60
MOST_REMEMBERED = 5000
LONGEST_PATH = 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not done: `kind` page or route, its name or path, and why.

    `role` is what the person has; method and status are those of a request.
    """

    person: str
    kind: str
    what: str
    role: str | None = None
    method: str | None = None
    status: int | None = None


@dataclass
class Allowance:
    """How many refusals are told in a minute; the clock is in seconds."""

    clock: Callable[[], float] = time.monotonic
    _same: dict[tuple[str, ...], float] = field(default_factory=dict)
    _times: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _unrecorded: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _lock: Lock = field(default_factory=Lock)

    def take(self, refusal: Refusal, place: str) -> int | None:
        """How many were left out of this person's since the last one told; None: leave it out."""
        now, whose = self.clock(), f"{refusal.person} {place}"
        key = (whose, refusal.kind, refusal.what, str(refusal.status))
        with self._lock:
            self._forget(now)
            last = self._same.get(key)
            if (last is not None and now - last < SAME_SECONDS) or not self._has_room(whose, now):
                self._unrecorded[whose] += 1
                return None
            self._same[key] = now
            for times in (self._times[whose], self._times[""]):
                times.append(now)
            return self._unrecorded.pop(whose, 0)

    def _has_room(self, whose: str, now: float) -> bool:
        for name, most in ((whose, PER_MINUTE), ("", ALL_PER_MINUTE)):
            times = self._times[name]
            while times and now - times[0] >= 60:
                times.popleft()
            if len(times) >= most:
                return False
        return True

    def _forget(self, now: float) -> None:
        """Addresses can be made up without end; what is remembered of them cannot."""
        if len(self._same) > MOST_REMEMBERED:
            self._same = {k: at for k, at in self._same.items() if now - at < SAME_SECONDS}
        most = max(len(self._same), len(self._times), len(self._unrecorded))
        if most > 2 * MOST_REMEMBERED:
            everybody = self._times[""]
            self._same.clear()
            self._times.clear()
            self._unrecorded.clear()
            self._times[""] = everybody


_allowance = Allowance()


def tell_refusal(
    url: Callable[[], str],
    settings: Settings,
    refusal: Refusal,
    *,
    allowance: Allowance | None = None,
) -> bool:
    """Tell of a refusal, unless enough of its kind was told; whether it stands in the chain.

    `url` is asked for only then. A database that is away leaves it to the journal alone.
    """
    unrecorded = (allowance or _allowance).take(refusal, origin())
    if unrecorded is None:
        return False
    facts = {
        "method": refusal.method,
        "status": refusal.status,
        "role": refusal.role,
        "unrecorded": unrecorded or None,
    }
    detail = {name: value for name, value in facts.items() if value is not None}
    what = refusal.what[:LONGEST_PATH].replace("\0", "\u2400")
    person = refusal.person
    told = True
    try:
        tell(url(), person, "refuse", (refusal.kind, what), detail)
    except PipelineError:
        told = False  # it was refused all the same, and the journal says so
    note(
        settings.var_dir, "refused", level="warning", person=person, origin=origin() or None,
        kind=refusal.kind, path=what, method=refusal.method, status=refusal.status,
        unrecorded=unrecorded or None,
    )  # fmt: skip
    return told
