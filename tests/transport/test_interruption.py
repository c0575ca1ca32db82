"""Calls that are interrupted at any await or any line: the client works on, with every place of its pool."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import signal
import sys
import threading
import types
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import anyio
import pytest

from mistral_voices import Mistral
from tests.harness import KEY
from tests.loopback import Server

Made = dict[str, list[Any]]
Coro = Coroutine[Any, Any, Any]

SAMPLE = Path(__file__).parents[1] / "data" / "hello.wav"
CALLS: dict[str, Callable[[Any], Coro]] = {
    "get": lambda voices: voices.get_async(voice_id="v1"),
    "create, with threads": lambda voices: voices.create_async(name="Ada", sample_audio=SAMPLE),
}


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


UNCLOSED = pytest.mark.filterwarnings(
    "ignore:.*unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
WAYS = pytest.mark.parametrize("way", [by_task, by_task_again_and_again, by_scope])


def lost_places(client: Any) -> list[Any]:
    """Give what a pool holds though no call is running."""
    pool = client._transport._pool
    return [*pool._requests, *(each for each in pool.connections if not (each.is_idle() or each.is_closed()))]


async def cancel_at_every_await(
    mistral: Mistral, call: Callable[[Any], Coro], way: Any, made: Made, *, used: bool
) -> int:
    """Cancel a call at its first await, at its second, and so on; give their number."""
    voices = mistral.audio.voices
    for number in itertools.count(1):
        if used:
            await voices.get_async(voice_id="v1")  # the call finds a connection
        if not await way(number, call(voices)):
            return number - 1
        in_use = [http.client for http in mistral._clients._own_async.values()]
        assert [place for client in in_use for place in lost_places(client)] == []
        retired = [client for client in made["AsyncClient"] if client not in in_use]
        async with asyncio.timeout(10):
            while not all(client.is_closed for client in retired):
                await asyncio.sleep(0)
        made["AsyncClient"][:] = in_use
    raise AssertionError


@WAYS
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("complaints")
def test_a_cancelled_call_costs_no_place(way: Any, call: Any, server: Server, made: Made) -> None:
    async def main() -> None:
        async with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
            for used in (False, True):
                assert await cancel_at_every_await(mistral, call, way, made, used=used) > 3
            await mistral.audio.voices.get_async(voice_id="v1")

    asyncio.run(main())
    server.assert_all_disconnected()


@UNCLOSED  # the HTTP library leaves the socket of a TLS handshake that is cancelled to the garbage collector
@WAYS
def test_a_cancelled_call_over_tls_costs_no_place(way: Any, secure: Server, made: Made, trusted: None) -> None:
    async def main() -> None:
        async with Mistral(KEY, server_url=secure.url, retry_config=None) as mistral:
            for used in (False, True):
                assert await cancel_at_every_await(mistral, CALLS["get"], way, made, used=used) > 3

    asyncio.run(main())
    gc.collect()
    secure.assert_all_disconnected()


@pytest.mark.slow
def test_a_client_works_on_after_5000_cancelled_calls(server: Server, made: Made) -> None:
    async def main() -> None:
        cancelled = 0
        async with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
            while cancelled < 5000:
                for way in (by_task, by_task_again_and_again, by_scope):
                    for call in CALLS.values():
                        cancelled += await cancel_at_every_await(mistral, call, way, made, used=cancelled % 2 == 1)
            await asyncio.gather(*[mistral.audio.voices.get_async(voice_id="v1") for _ in range(150)])

    asyncio.run(main())
    server.assert_all_disconnected()


@pytest.mark.parametrize("way", [by_task, by_scope])
def test_a_client_of_the_user_loses_no_place_by_closing(way: Any, library: ModuleType, server: Server) -> None:
    async def main() -> None:
        for number in itertools.count(1):
            async with library.AsyncClient() as client:
                voices = Mistral(KEY, server_url=server.url, async_client=client, retry_config=None).audio.voices
                await voices.get_async(voice_id="v1")
                if not await way(number, voices.get_async(voice_id="v1")):
                    break
                assert lost_places(client) == []

    asyncio.run(main())


@pytest.mark.parametrize("rounds", [2, 21])
def test_calls_that_wait_for_a_place_are_cancelled(rounds: int, server: Server) -> None:
    async def main() -> None:
        async with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
            calls = [asyncio.create_task(mistral.audio.voices.get_async(voice_id="v1")) for _ in range(120)]
            for _ in range(rounds):
                await asyncio.sleep(0)
            for call in calls[::2]:
                call.cancel()
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert [getattr(each, "id", each) for each in results[1::2]] == ["v1"] * 60
            assert [http for http in mistral._clients._own_async.values() if lost_places(http.client)] == []

    asyncio.run(main())
    server.assert_all_disconnected()


class TimeLimitError(Exception):
    """What the signal handler of a task queue raises."""


KINDS = [TimeLimitError, KeyboardInterrupt]


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


def interrupt_at_points(server: Server, step: int, *, used: bool) -> None:
    with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
        voices = mistral.audio.voices
        voices.get(voice_id="v1")  # what is loaded once is loaded
        for point, kind in zip(itertools.count(1, step), itertools.cycle(KINDS), strict=False):
            if used:
                voices.get(voice_id="v1")
            if not Interruption(point, kind).reached_in(lambda: voices.get(voice_id="v1")):
                break
            assert [place for http in mistral._clients._own.values() for place in lost_places(http.client)] == []
        assert point > 500
    server.assert_all_disconnected()


USED = pytest.mark.parametrize("used", [False, True])


@UNCLOSED  # so does Python with a socket that is only half made
@USED
def test_a_call_that_a_signal_ends_costs_no_place(used: bool, server: Server) -> None:
    interrupt_at_points(server, 7, used=used)


@pytest.mark.slow
@UNCLOSED
@USED
def test_a_signal_may_end_a_call_anywhere(used: bool, server: Server) -> None:
    interrupt_at_points(server, 1, used=used)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="this system cannot signal a thread")
@pytest.mark.usefixtures("complaints")
def test_a_signal_ends_a_call_that_waits(server: Server) -> None:
    def handler(*_: object) -> None:
        raise TimeLimitError

    def interrupt() -> None:
        server.arrived.wait(5)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
            thread = threading.Thread(target=interrupt)
            thread.start()
            with pytest.raises(TimeLimitError):
                mistral.audio.voices.get(voice_id="slow")
            thread.join()
            assert mistral.audio.voices.get(voice_id="v1").id == "v1"
    finally:
        signal.signal(signal.SIGUSR1, before)
    server.release.set()
    server.assert_all_disconnected()
