"""Calls that are interrupted at any await or any line: the client works on, with every place of its pool."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mistral_voices import Mistral
from mistral_voices._transport.concurrency import shielded_in_thread
from tests.harness import KEY
from tests.interruption import UNCLOSED, Interruption, by_scope, by_task, by_task_again_and_again, lost_places
from tests.loopback import Server

Made = dict[str, list[Any]]
Coro = Coroutine[Any, Any, Any]

SAMPLE = Path(__file__).parents[1] / "data" / "hello.wav"
CALLS: dict[str, Callable[[Any], Coro]] = {
    "get": lambda voices: voices.get_async(voice_id="v1"),
    "create, with threads": lambda voices: voices.create_async(name="Ada", sample_audio=SAMPLE),
}


WAYS = pytest.mark.parametrize("way", [by_task, by_task_again_and_again, by_scope])


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
        main = threading.main_thread().ident or 0
        while sys._current_frames()[main].f_code.co_name != "read":  # it has sent, and waits in a moment
            os.sched_yield()
        signal.pthread_kill(main, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
            thread = threading.Thread(target=interrupt)
            with ThreadPoolExecutor() as pool:
                barrier = threading.Barrier(3)  # each gets a connection of its own
                list(pool.map(lambda _: (barrier.wait(5), mistral.audio.voices.get(voice_id="v1")), range(3)))
            kept, client = connections(mistral), [*mistral._clients._own.values()]
            thread.start()
            with pytest.raises(TimeLimitError):
                mistral.audio.voices.get(voice_id="slow")
            thread.join()
            assert [*mistral._clients._own.values()] == client
            assert {*connections(mistral)} < {*kept}
            assert mistral.audio.voices.get(voice_id="v1").id == "v1"
    finally:
        signal.signal(signal.SIGUSR1, before)
    server.release.set()
    server.assert_all_disconnected()


def connections(mistral: Mistral) -> list[Any]:
    clients = [*mistral._clients._own.values(), *mistral._clients._own_async.values()]
    return [each for http in clients for each in http.client._transport._pool.connections]


@pytest.mark.usefixtures("complaints")
def test_a_call_cancelled_while_it_waits_closes_its_own_connection_alone(server: Server) -> None:
    async def main() -> None:
        async with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
            voices = mistral.audio.voices
            await asyncio.gather(*[voices.get_async(voice_id="v1") for _ in range(5)])
            kept, client = connections(mistral), [*mistral._clients._own_async.values()]
            for _ in range(3):
                call = asyncio.create_task(voices.get_async(voice_id="slow"))
                while not server.arrived.is_set():
                    await asyncio.sleep(0)
                server.arrived.clear()
                for _ in range(50):  # the request has arrived, so nothing but steps is between the call and its waiting
                    await asyncio.sleep(0)
                call.cancel()
                await asyncio.wait([call])
                assert call.cancelled()
                assert [*mistral._clients._own_async.values()] == client
                assert {*connections(mistral)} < {*kept}
                kept = connections(mistral)
                assert all(each.is_idle() for each in kept)
            await voices.get_async(voice_id="v1")
            assert [*mistral._clients._own_async.values()] == client

    asyncio.run(main())
    server.release.set()
    server.assert_all_disconnected()


@WAYS
def test_what_cleans_up_in_a_thread_is_done_however_often_it_is_cancelled(way: Any) -> None:
    async def main() -> None:
        for number in itertools.count(1):
            done: list[None] = []
            noticed = await way(number, shielded_in_thread(partial(done.append, None)))
            assert done
            if not noticed:
                break

    asyncio.run(main())


def test_calls_under_way_end_on_a_client_that_is_retired(server: Server, made: Made) -> None:
    async def main() -> None:
        async with Mistral(KEY, server_url=server.url, retry_config=None) as mistral:
            voices = mistral.audio.voices
            slow = asyncio.create_task(voices.get_async(voice_id="slow"))
            while not server.arrived.is_set():
                await asyncio.sleep(0)
            assert await by_task(1, voices.get_async(voice_id="v1"))  # while it opens a connection
            assert (await voices.get_async(voice_id="v1")).id == "v1"
            retired, new = made["AsyncClient"]
            assert not retired.is_closed
            server.release.set()
            assert (await slow).id == "v1"
            async with asyncio.timeout(10):
                while not retired.is_closed:
                    await asyncio.sleep(0)
            assert not new.is_closed

    asyncio.run(main())
    server.assert_all_disconnected()


@UNCLOSED
def test_calls_of_threads_end_on_a_client_that_is_retired(server: Server, made: Made) -> None:
    with Mistral(KEY, server_url=server.url, retry_config=None) as mistral, ThreadPoolExecutor() as pool:
        voices = mistral.audio.voices
        slow = pool.submit(voices.get, voice_id="slow")
        assert server.arrived.wait(5)
        assert Interruption(300, KeyboardInterrupt).reached_in(lambda: voices.get(voice_id="v1"))
        assert voices.get(voice_id="v1").id == "v1"
        retired, new = made["Client"]
        assert not retired.is_closed
        server.release.set()
        assert slow.result().id == "v1"
        del slow
        assert (retired.is_closed, new.is_closed) == (True, False)
    server.assert_all_disconnected()
