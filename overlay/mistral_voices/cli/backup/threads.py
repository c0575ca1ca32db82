"""Several things at a time, in threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")

CONCURRENCY = 8


def each(work: Callable[[T], object], tasks: Iterable[T], concurrency: int = CONCURRENCY) -> None:
    """Do the work for each of the tasks, so many at a time.

    The first error, and Ctrl-C, ends it: what is under way is finished, what has not begun is left.
    """
    with ThreadPoolExecutor(concurrency) as pool:
        futures = [pool.submit(work, task) for task in tasks]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            try:
                pool.shutdown(cancel_futures=True)
            except KeyboardInterrupt:  # again: it ends at once, as by a kill, which the next run makes up for
                os._exit(130)
            raise
