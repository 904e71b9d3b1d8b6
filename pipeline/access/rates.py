"""How often somebody may ask: an allowance per key that fills up again as time goes by."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic

MOST_KEYS = 10_000


class Allowance:
    """So many requests a minute for each key, a minute's worth of them at once.

    It belongs to one process. Keys that have their whole allowance are forgotten, so that a flood
    of made-up keys costs no memory.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._left: dict[Hashable, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, key: Hashable, cost: float = 1.0) -> float:
        """Take from the key's allowance; returns 0, or the seconds until there is enough.

        What is refused takes nothing.
        """
        with self._lock:
            now = self._clock()
            left = self._now(key, now)
            if left < cost:
                return (cost - left) * 60 / self.per_minute
            self._keep(key, left - cost, now)
            return 0.0

    def fine(self, key: Hashable, cost: float) -> None:
        """Take from the key's allowance afterwards, down to nothing: the price of a refusal."""
        with self._lock:
            now = self._clock()
            self._keep(key, max(0.0, self._now(key, now) - cost), now)

    def _now(self, key: Hashable, now: float) -> float:
        left, at = self._left.get(key, (float(self.per_minute), now))
        return min(self.per_minute, left + (now - at) * self.per_minute / 60)

    def _keep(self, key: Hashable, left: float, now: float) -> None:
        if key not in self._left and len(self._left) >= MOST_KEYS:
            self._forget(now)
        self._left[key] = (left, now)

    def _forget(self, now: float) -> None:
        """Drop the keys that are full again; where none is, the ones that were not seen longest."""
        full = [key for key in self._left if self._now(key, now) >= self.per_minute]
        oldest = sorted(self._left, key=lambda key: self._left[key][1])[: MOST_KEYS // 10]
        for key in full or oldest:
            del self._left[key]
