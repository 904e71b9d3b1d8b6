"""How long a sign-in has to wait after failures: of one name, and of one address."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.db import Row


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures each one more doubles the wait: 1, 2, 4 … seconds up to `longest`."""

    free: int
    longest: float

    def seconds_left(self, failures: int, since_last: float | None) -> float:
        """Seconds until the next attempt counts, `since_last` seconds after the last failure."""
        if failures < self.free or since_last is None:
            return 0.0
        wait = min(self.longest, 2.0 ** min(failures - self.free, 30))
        return max(0.0, wait - since_last)


OF_NAME = Limit(free=5, longest=900.0)
# Many people come from one address where a company has one.
OF_ORIGIN = Limit(free=30, longest=300.0)


def must_wait(row: Row) -> bool:
    """Whether the failures in a row of `access/read_sign_in` keep this attempt out."""
    of_name = OF_NAME.seconds_left(row["name_failures"], row["name_seconds"])
    of_origin = OF_ORIGIN.seconds_left(row["origin_failures"], row["origin_seconds"])
    return max(of_name, of_origin) > 0
