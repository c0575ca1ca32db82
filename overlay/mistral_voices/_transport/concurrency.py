"""Sleeping and threads for async calls, by anyio: it loads with the first of them, 20 ms that sync users are spared."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar

T = TypeVar("T")

# As many as anyio's own. Those are shared with web frameworks: a call could wait for a thread that waits for the call.
MOST_THREADS = 40


async def sleep(seconds: float) -> None:
    """Wait without blocking the event loop."""
    import anyio

    await anyio.sleep(seconds)


async def in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Do work in a thread, and see it end even when the call is cancelled.

    asyncio's own cancellation, unlike anyio's, leaves the thread alone: it would go on with a file that is closed, or
    whose number is another file's by now. A task group waits.
    """
    from anyio import create_task_group
    from anyio.to_thread import run_sync

    results: list[T] = []
    failures: list[Exception] = []

    async def run() -> None:
        try:
            results.append(await run_sync(work, *arguments, limiter=_limiter()))
        except Exception as error:  # noqa: BLE001 - raised below, outside of the group
            failures.append(error)

    async with create_task_group() as group:
        group.start_soon(run)
    if failures:
        raise failures[0]
    return results[0]


def _limiter() -> CapacityLimiter:
    """Give what bounds our threads in this event loop."""
    from anyio import CapacityLimiter

    limiter = _limiters().get(None)
    if limiter is None:
        _limiters().set(limiter := CapacityLimiter(MOST_THREADS))
    return limiter


@cache
def _limiters() -> RunVar[CapacityLimiter | None]:
    from anyio.lowlevel import RunVar

    return RunVar("mistral_voices")


async def shielded_in_thread(work: Callable[[], None]) -> None:
    """Do work in a thread even when the call is being cancelled; work that is done twice must do no harm."""
    from anyio import CancelScope

    try:
        with CancelScope(shield=True):
            await in_thread(work)
    except BaseException:  # asyncio's own cancellation passes the shield, and may come before the thread begins
        work()
        raise


async def in_thread_unless(in_memory: bool, work: Callable[..., T], *arguments: Any) -> T:
    """Do work in a thread, or here where it touches nothing but memory."""
    return work(*arguments) if in_memory else await in_thread(work, *arguments)
