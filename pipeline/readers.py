"""Taking away what readers may have open: they come first, and never queue behind us for long."""

from __future__ import annotations

from time import monotonic, sleep

import psycopg

from pipeline.db import Connection, run
from pipeline.errors import PipelineError

# Each try holds new readers up for this long at most; between tries they pass. Then we give up.
TRY = "300ms"
PAUSE_SECONDS = 0.5
PATIENCE_SECONDS = 60.0


def wait_for_readers(connection: Connection, patience: float = PATIENCE_SECONDS) -> None:
    """Get the right to take a load's tables away, until the transaction ends.

    Raises PipelineError when somebody reads without a pause for `patience` seconds.
    """
    until = monotonic() + patience
    while not _is_free(connection):
        if monotonic() > until:
            raise PipelineError(
                "READERS_IN_THE_WAY",
                fa="نتیجهٔ پیشین این بار را کسی همچنان می‌خواند و جایگزین‌کردن آن ممکن نشد؛ "
                "نتیجهٔ پیشین برجاست. کمی بعد «recheck» را دوباره بزنید.",
                en="Somebody keeps reading the present result of this load, so it could not be "
                "replaced and stays. Use `recheck` again a little later.",
            )
        sleep(PAUSE_SECONDS)


def _is_free(connection: Connection) -> bool:
    try:
        with connection.transaction():
            run(connection, "jobs/set_lock_timeout", {"timeout": TRY})
            run(connection, "lock_shown_tables")
    except psycopg.errors.LockNotAvailable:
        return False
    run(connection, "jobs/set_lock_timeout", {"timeout": "0"})
    return True
