"""How this process takes and returns memory: said once, before columns are worked on.

A load takes and drops columns and texts of megabytes all the time. As allocators ship, each thread
keeps what it dropped for itself and for long, and a process holds twice what it needs.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os

# Of `mallopt`: https://man7.org/linux/man-pages/man3/mallopt.3.html
_M_ARENA_MAX, _M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -8, -1, -3
# Texts of a block come and go in the same places: a page that comes fresh from the system takes
# microseconds, longer than to fill it. `give_back` returns what lies free now and then.
_KEPT_BYTES, _LARGEST_BYTES = 256 * 1024**2, 32 * 1024**2
# One arena for all threads, swept within a second; the columns' library reads this as it begins.
_COLUMNS = "narenas:1,background_thread:false,dirty_decay_ms:1000"
# Objects come by the thousand, as modules, columns and texts, and stay: to look for garbage after
# each 700 of them, as Python does, takes a twentieth of the time of a load.
_OBJECTS = (100_000, 20, 20)


def hold_little() -> None:
    """Set the allocators of this process up; where there is none of this kind, nothing happens."""
    os.environ.setdefault("_RJEM_MALLOC_CONF", _COLUMNS)
    # No matrices are multiplied here; the library would begin a thread for each processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
    gc.set_threshold(*_OBJECTS)
    # All goes at once when the process ends: to look for garbage in it first takes a sixth of a
    # second, which a person at a terminal waits for.
    atexit.register(gc.freeze)


def give_back() -> None:
    """Return what texts left free between others to the system; where it cannot be, nothing."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
