"""One Mistral in any event loop, and in several: each async client is closed in its own, and nothing complains."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable, Coroutine
from types import ModuleType
from typing import Any

import pytest

from mistral_voices import Mistral
from mistral_voices._transport import event_loops
from tests.harness import KEY
from tests.loopback import Server, run_python

Made = dict[str, list[Any]]


async def until_closed() -> None:
    """Let the loop go on until it has closed what was to be closed."""
    async with asyncio.timeout(10):
        while event_loops._KEPT[asyncio.get_running_loop()]:
            await asyncio.sleep(0)


class User:
    """A program: it has a Mistral, and calls it in loops that complain of all that they can."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.mistral: Any = Mistral(api_key=KEY, server_url=server.url)
        self.loops: list[asyncio.AbstractEventLoop] = []

    async def call(self) -> None:
        await asyncio.gather(*[self.mistral.audio.voices.get_async(voice_id="v1") for _ in range(2)])

    def run(self, *coroutines: Coroutine[Any, Any, Any]) -> Any:
        async def main() -> None:
            for coroutine in coroutines:
                await coroutine

        asyncio.run(main(), debug=True)

    def in_new_loop(self) -> asyncio.AbstractEventLoop:
        """Call in a loop that rests afterwards."""
        loop = asyncio.new_event_loop()
        loop.set_debug(True)
        self.loops.append(loop)
        loop.run_until_complete(self.call())
        return loop

    async def drop(self) -> None:
        self.mistral = None
        gc.collect()

    async def cancel(self) -> None:
        self.server.arrived.clear()
        call = asyncio.create_task(self.mistral.audio.voices.get_async(voice_id="slow"))
        await asyncio.to_thread(self.server.arrived.wait, 5)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


def close_from_within_another(user: User) -> None:
    loop = user.in_new_loop()
    user.run(user.call(), user.mistral.aclose())
    loop.run_until_complete(until_closed())


def shut_down_and_close(user: User) -> None:
    loop = user.in_new_loop()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    user.mistral.close()


PROGRAMS: dict[str, Callable[[User], object]] = {
    "several runs": lambda user: [user.run(user.call()) for _ in range(4)],
    "several runs, then close": lambda user: [user.run(user.call()), user.run(user.call()), user.mistral.close()],
    "dropped, and the loop ends": lambda user: user.run(user.call(), user.drop()),
    "dropped, and the loop goes on": lambda user: user.run(user.call(), user.drop(), until_closed()),
    "a loop that rests, close": lambda user: [user.in_new_loop(), user.mistral.close()],
    "two loops that rest, close": lambda user: [user.in_new_loop(), user.in_new_loop(), user.mistral.close()],
    "a loop that rests, aclose in it": lambda user: user.in_new_loop().run_until_complete(user.mistral.aclose()),
    "a loop that rests, aclose in another": close_from_within_another,
    "a loop that was shut down, close": shut_down_and_close,
    "cancelled calls, close in another thread": lambda user: user.run(
        user.cancel(), user.call(), user.cancel(), asyncio.to_thread(user.mistral.close), until_closed()
    ),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.usefixtures("complaints")
def test_nothing_is_left_open_and_nothing_complains(
    program: Callable[[User], object], server: Server, made: Made
) -> None:
    user = User(server)
    program(user)
    server.release.set()
    assert all(client.is_closed for client in made["AsyncClient"])
    server.assert_all_disconnected()
    assert sum(loop.is_closed() for loop in event_loops._KEPT) <= 1
    assert user.mistral is None or len(user.mistral._clients._own_async) <= 1
    for loop in user.loops:
        loop.close()


ENDS = {"sync": "", "two loops": "", "both": "", "exit": "sys.exit()", "in a function": "function()"}


@pytest.mark.parametrize("scheme", ["server", "secure"])
@pytest.mark.parametrize("end", ENDS)
def test_a_program_that_closes_nothing_ends_in_peace(
    end: str, scheme: str, trusted: None, request: pytest.FixtureRequest
) -> None:
    code = f"""
import asyncio, sys
from mistral_voices import Mistral
mistral = Mistral(api_key="x", server_url=sys.argv[1])
def function():
    voices = Mistral(api_key="x", server_url=sys.argv[1]).audio.voices
    voices.get(voice_id="v1")
if "{end}" != "two loops":
    mistral.audio.voices.get(voice_id="v1")
if "{end}" != "sync":
    for _ in range(2):
        asyncio.run(mistral.audio.voices.get_async(voice_id="v1"))
{ENDS[end]}
"""
    assert run_python(code, request.getfixturevalue(scheme).url) == ""


@pytest.mark.parametrize("is_awaited", [True, False])
def test_a_long_loop_keeps_no_client_that_was_closed(is_awaited: bool, server: Server, made: Made) -> None:
    async def main() -> None:
        for _ in range(3):
            mistral = Mistral(api_key=KEY, server_url=server.url)
            await mistral.audio.voices.get_async(voice_id="v1")
            await mistral.aclose() if is_awaited else mistral.close()
        references = [weakref.ref(client) for client in made["AsyncClient"]]
        made["AsyncClient"].clear()
        del mistral
        await until_closed()
        gc.collect()
        assert [reference() for reference in references] == [None] * 3

    asyncio.run(main())


def test_cancelled_call_gives_its_connection_back(library: ModuleType, server: Server) -> None:
    async def main() -> None:
        limits = library.Limits(max_connections=1)
        async with library.AsyncClient(limits=limits, timeout=5) as client:
            user = User(server)
            user.mistral = Mistral(api_key=KEY, server_url=server.url, async_client=client, retry_config=None)
            for _ in range(3):
                await user.cancel()
                await user.call()

    asyncio.run(main())


def test_where_no_loop_of_asyncio_runs_the_remedy_is_named() -> None:
    call = Mistral(KEY).audio.voices.get_async(voice_id="v1")
    with pytest.raises(RuntimeError, match="under trio, pass your own client as async_client"):
        call.send(None)
