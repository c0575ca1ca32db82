"""Doing all of something in threads, until an error that the rest would meet too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ..parallel import each_done

T = TypeVar("T")

CONCURRENCY = 8


def each(work: Callable[[T], object], tasks: Iterable[T], concurrency: int = CONCURRENCY) -> None:
    """Do the work for each of the tasks, so many at a time.

    The first error, and Ctrl-C, ends it: what is under way is finished, what has not begun is left.
    """
    errors: list[Exception] = []

    def until_an_error() -> Iterator[T]:
        for task in tasks:
            if errors:
                return
            yield task

    for _, result in each_done(work, until_an_error(), concurrency):
        if isinstance(result, Exception):
            errors.append(result)
    if errors:
        raise errors[0]
