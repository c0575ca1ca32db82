"""Doing one thing with many voices, a few at a time; Ctrl-C ends it without losing what was begun."""

from __future__ import annotations

import itertools
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import TypeVar

from .output import say

Item = TypeVar("Item")
Result = TypeVar("Result")
AT_ONCE = 4


def each_done(
    function: Callable[[Item], Result], items: Iterable[Item], at_once: int = AT_ONCE
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

    # A signal that only sets a flag: an exception could come between a result and what is written of it.
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        while True:
            for item in itertools.islice(waiting, 0 if interrupted else at_once - running):
                # A thread of its own: one that waits for the network must not keep the process alive.
                threading.Thread(target=work, args=(item,), daemon=True).start()
                running += 1
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
    finally:
        signal.signal(signal.SIGINT, before)
