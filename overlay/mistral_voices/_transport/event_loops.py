"""Our async clients and the event loops that they belong to: each is closed in its own loop.

An open client is held by a suspended generator. A loop that ends closes its suspended generators first, and so our
clients: in the loop itself, and whatever became of the Mistral.
"""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from functools import cache
from typing import Any

# By event loop, the clients that are open in it, each with the generator that holds it.
_KEPT: dict[Any, dict[Any, AsyncGenerator[None]]] = {}
_CLOSING: set[Any] = set()


def running() -> Any:
    """Give the running event loop; RuntimeError when there is none."""
    import asyncio  # 20 ms that a sync user is spared; loaded already wherever a loop runs

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError("no asyncio event loop runs: under trio, pass your own client as async_client") from None


async def keep(loop: Any, client: Any) -> None:
    """Hold a client until its loop ends or `close` is called."""

    async def hold() -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await client.aclose()

    for old in [old for old in list(_KEPT) if old.is_closed()]:
        _KEPT.pop(old, None)
    generator = _KEPT.setdefault(loop, {})[client] = hold()
    await generator.__anext__()


async def close(loop: Any, client: Any) -> None:
    """Close a client, in its own loop."""
    await client.aclose()
    generator = _KEPT.get(loop, {}).pop(client, None)
    if generator is not None:
        with suppress(RuntimeError):  # the loop, about to end, is closing it at this moment
            await generator.aclose()


def close_from_outside(loop: Any, client: Any) -> None:
    """Close a client from anywhere: at once if its loop rests, as soon as the loop can if it runs."""
    if loop.is_closed():
        return
    if loop.is_running() or _is_any_running():
        # The tasks of a loop that is about to end may never start; the generator then does their work.
        loop.call_soon_threadsafe(_start_closing, loop, client)
    else:
        loop.run_until_complete(close(loop, client))


def forget() -> Any:
    """Let go of everything, and give it, so that it can be kept from being closed."""
    kept = (dict(_KEPT), set(_CLOSING))
    _KEPT.clear()
    _CLOSING.clear()
    return kept


async def close_wholly(closing: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Close something, to the end even when the call is cancelled: asyncio's cancellation passes anyio's shields."""
    try:
        loop = running()
    except RuntimeError:  # trio, whose cancellation does not
        await closing()
        return
    import asyncio  # as above

    task = _start(loop, closing())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _start_closing(loop: Any, client: Any) -> None:
    _start(loop, close(loop, client))


def _start(loop: Any, closing: Coroutine[Any, Any, None]) -> Any:
    task = _closing_task()(closing, loop=loop)
    _CLOSING.add(task)  # a loop itself holds its tasks only weakly
    task.add_done_callback(_CLOSING.discard)
    return task


@cache
def _closing_task() -> Any:
    import asyncio  # as above

    class Closing(asyncio.Task[None]):
        """A loop that ends cancels its tasks first, and one that is closing would leave half of the work undone."""

        def cancel(self, msg: Any = None) -> bool:
            return False

    return Closing


def _is_any_running() -> bool:
    try:
        return running() is not None
    except RuntimeError:
        return False
