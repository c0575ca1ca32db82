"""Interrupting calls: cancelled at an await, or ended by an exception where Python looks for signals."""

from __future__ import annotations

import asyncio
import itertools
import logging
import signal
import sys
import types
from collections.abc import Callable, Coroutine, Generator
from types import FrameType
from typing import Any

import anyio
import pytest

Coro = Coroutine[Any, Any, Any]
UNCLOSED = pytest.mark.filterwarnings(
    "ignore:.*unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@types.coroutine
def interrupted(coroutine: Coro, interrupt: Callable[[int], object]) -> Generator[Any, Any, None]:
    """Await a coroutine; `interrupt` is called at each of its awaits with the number of it."""
    step, value = coroutine.send, None
    for number in itertools.count(1):
        try:
            waiting = step(value)
        except StopIteration:
            return
        interrupt(number)
        try:
            step, value = coroutine.send, (yield waiting)
        except BaseException as error:  # noqa: BLE001 - handed in, where it belongs
            step, value = coroutine.throw, error


async def by_task(number: int, call: Coro, *, again: bool = False) -> bool:
    """Cancel as asyncio.timeout and TaskGroup do, and say whether the call noticed."""
    task = asyncio.current_task()
    assert task is not None
    try:
        await interrupted(call, lambda at: task.cancel() if at == number or (again and at > number) else None)
    except asyncio.CancelledError:
        while task.cancelling():
            task.uncancel()
        return True
    return False


async def by_task_again_and_again(number: int, call: Coro) -> bool:
    """Cancel what cleans up as well."""
    return await by_task(number, call, again=True)


async def by_scope(number: int, call: Coro) -> bool:
    """Cancel as anyio does."""
    with anyio.CancelScope() as scope:
        await interrupted(call, lambda at: scope.cancel() if at == number else None)
    return scope.cancelled_caught


class Interruption:
    """Raises, as the handler of a signal does, at one of the points of a call where Python looks for signals.

    These are the beginning of a function in Python and the end of one in C. Some are within `logging`, which the HTTP
    library uses: its lock, which the standard library would leave taken, is freed for the tests that follow.
    """

    def __init__(self, point: int, kind: type[BaseException]) -> None:
        self.left = point
        self.kind = kind

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event in ("call", "c_return"):
            self.left -= 1
            if self.left == 0:
                sys.setprofile(None)
                self.act()

    def act(self) -> None:
        raise self.kind

    def reached_in(self, call: Callable[[], object]) -> bool:
        """Make a call; False when it has fewer points."""
        before = sys.getprofile()
        sys.setprofile(self)
        try:
            call()
        except self.kind:
            pass
        finally:
            sys.setprofile(before)
            while logging._lock._is_owned():  # type: ignore[attr-defined]
                logging._lock.release()  # type: ignore[attr-defined]
        return self.left <= 0


def interrupt_by_timer(call: Callable[[], object], seconds: float) -> bool:
    """Let a signal come after so long; False when the call was faster."""
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        return True
    return False


def lost_places(client: Any) -> list[Any]:
    """Give what a pool holds though no call is running."""
    pool = client._transport._pool
    return [*pool._requests, *(each for each in pool.connections if not (each.is_idle() or each.is_closed()))]
