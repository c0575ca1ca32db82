"""Doing one thing with many voices, a few at a time; Ctrl-C ends it without losing what was begun."""

from __future__ import annotations

import itertools
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from mistral_voices import errors

from .output import say

Item = TypeVar("Item")
Result = TypeVar("Result")
# After these errors the rest would fail as well.
GENERAL = (errors.AuthenticationError, errors.RateLimitError, errors.NoResponseError)


def each_done(
    function: Callable[[Item], Result], items: Iterable[Item], at_once: int = 4
) -> Iterator[tuple[Item, Result | Exception]]:
    """Call a function with each item in threads, and give each with its result or its exception as it is done.

    The first Ctrl-C begins nothing more and waits for what was begun; the second does not wait.

    Raises:
        KeyboardInterrupt: After a Ctrl-C, when all that was begun has been given.
    """
    waiting = iter(items)
    done: queue.SimpleQueue[tuple[Item, Result | Exception] | None] = queue.SimpleQueue()
    running, interrupted = 0, False

    def work(item: Item) -> None:
        try:
            done.put((item, function(item)))
        except Exception as error:  # noqa: BLE001 - it is the result, and the caller's to judge
            done.put((item, error))

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True
        done.put(None)

    with _on_interrupt(interrupt):
        while True:
            for item in itertools.islice(waiting, 0 if interrupted else at_once - running):
                running += 1
                _begin(work, item)
            if not running:
                break
            finished = done.get()
            if finished is None:
                say(f"\nFinishing what was begun ({running}); Ctrl-C again does not wait.")
                continue
            running -= 1
            yield finished
        if interrupted:
            raise KeyboardInterrupt


def _begin(work: Callable[[Item], None], item: Item) -> None:
    """Work in a thread of its own: one that waits for the network must not keep the process alive."""
    try:
        threading.Thread(target=work, args=(item,), daemon=True).start()
    except RuntimeError:  # the system has no more of them
        work(item)


@contextmanager
def _on_interrupt(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle Ctrl-C in a way of our own, unless whoever began the process wants it to be ignored.

    The handler only sets a flag: an exception could come between a result and what is written of it.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def each_until_all_would_fail(
    function: Callable[[Item], Result], items: Iterable[Item], at_once: int
) -> Iterator[tuple[Item, Result | Exception]]:
    """Do as `each_done`, until an error that the rest would meet too: what has not begun then is left.

    Raises:
        errors.MistralError: The key, the limits of the account or the network are in the way.
        OSError: A file cannot be read or written, because the disk is full, say.
        KeyboardInterrupt: After a Ctrl-C, when all that was begun has been given.
    """
    general: list[Exception] = []
    begun = itertools.takewhile(lambda _: not general, items)
    for item, result in each_done(function, begun, at_once):
        if isinstance(result, Exception) and _would_all_meet(result):
            general.append(result)
        else:
            yield item, result
    if general:
        raise general[0]


def _would_all_meet(error: Exception) -> bool:
    if isinstance(error, GENERAL):
        return not error.outcome_unknown
    return not isinstance(error, (errors.MistralError, ValueError, TypeError))
