"""A thread beside the main one: for work that waits for the server, or can be done ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# How much may wait: enough to keep both sides busy, little enough to keep memory flat.
WAITING = 2


class Background:
    """Does one thing after the other; an error there is raised here, at the next call.

    After an error nothing more is done: a commit that follows a broken COPY would wait for ever.
    """

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, name)
        self._pending: deque[Future[Any]] = deque()
        self._has_failed = False

    def put(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Have `work` done after what was put before; waits while too much is waiting."""
        while len(self._pending) >= WAITING:
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(self._do, work, *arguments))

    def wait(self) -> None:
        """Return when everything is done."""
        while self._pending:
            self._pending.popleft().result()

    def close(self) -> None:
        """End the thread; what has not begun is dropped."""
        self._pending.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Callable[..., Any], *arguments: Any) -> None:
        if self._has_failed:
            return
        try:
            work(*arguments)
        except BaseException:
            self._has_failed = True
            raise


@contextmanager
def beside(work: Callable[..., Result], *arguments: Any) -> Iterator[Future[Result]]:
    """What `work` gives, worked out in a thread during the block; its error is raised there too.

    It acts as whoever calls this.
    """
    with ThreadPoolExecutor(1, "beside") as pool:
        yield pool.submit(copy_context().run, work, *arguments)


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, the next one being made in a thread while the caller works on this one."""
    with ThreadPoolExecutor(1, "ahead") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
