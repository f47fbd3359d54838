"""Several requests side by side, given up at once when the first fails or the user interrupts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

_COUNT = 8


@contextmanager
def workers(count: int = _COUNT) -> Iterator[ThreadPoolExecutor]:
    """A pool of threads. Leaving it early waits for the requests under way, not for the queue."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
