"""Which clients a Mistral makes, when, and that it closes all of them and no other."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from types import ModuleType
from typing import Any

import httpx
import pytest

from mistral_voices import Mistral
from tests.harness import CALLS, KEY, VOICE, ClientKind, Replies
from tests.loopback import Server, run_python

Made = dict[str, list[Any]]


def test_nothing_is_imported_or_made_before_the_first_call(made: Made) -> None:
    with Mistral(api_key=KEY) as mistral:
        assert mistral.audio.voices
    assert made == {"Client": [], "AsyncClient": []}
    heavy = ("attr", "attrs", "httpx", "httpx2", "anyio", "asyncio", "inspect", "email", "mistral_voices_api")
    code = f"""
import sys
before = set(sys.modules)
from mistral_voices import Mistral, utils
mistral = Mistral(api_key="x", retry_config=None, timeout_ms=5, server="eu")
repr(mistral)
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(sorted(loaded & set({heavy})))
mistral.audio.voices.get, mistral.audio.voices.list_async
print(sorted(name for name in ("attr", "httpx", "anyio", "asyncio") if name in sys.modules))
mistral.close()
"""
    assert run_python(code).split() == ["[]", "[]"]


def test_httpx_is_not_imported_beside_httpx2(server: Server) -> None:
    code = """
import asyncio, sys, httpx2
from mistral_voices import Mistral
client, async_client = httpx2.Client(), httpx2.AsyncClient()
mistral = Mistral(api_key="x", server_url=sys.argv[1], client=client, async_client=async_client)
with client:
    mistral.audio.voices.get(voice_id="v1")
async def main():
    async with async_client:
        await mistral.audio.voices.get_async(voice_id="v1")
asyncio.run(main())
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("httpx", "httpcore")))
"""
    assert run_python(code, server.url).strip() == "[]"


WAYS = pytest.mark.parametrize("way", ["with", "async with", "close", "aclose"])


async def use(mistral: Mistral, way: str = "") -> None:
    """Call, and close in this way."""
    async with AsyncExitStack() as stack:
        if way == "with":
            assert stack.enter_context(mistral) is mistral
        if way == "async with":
            assert await stack.enter_async_context(mistral) is mistral
        await asyncio.gather(*[mistral.audio.voices.get_async(voice_id="v1") for _ in range(3)])
        mistral.audio.voices.get(voice_id="v1")
    for _ in range(2):
        if way == "close":
            mistral.close()
        if way == "aclose":
            await mistral.aclose()


@WAYS
@pytest.mark.parametrize("rounds", [0, 1, 2, 3, None], ids=lambda rounds: f"loop goes on for {rounds}")
@pytest.mark.usefixtures("complaints")
def test_all_that_we_made_is_closed(way: str, rounds: int | None, server: Server, made: Made) -> None:
    async def main() -> None:
        await use(Mistral(api_key=KEY, server_url=server.url), way)
        assert made["Client"][0].is_closed
        if way in ("aclose", "async with"):
            assert made["AsyncClient"][0].is_closed  # when aclose returns, not some time after
        for _ in range(rounds or 0):
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            while rounds is None and server.connected > server.disconnected:
                await asyncio.sleep(0.002)

    asyncio.run(main(), debug=True)
    assert [len(clients) for clients in made.values()] == [1, 1]
    assert made["AsyncClient"][0].is_closed
    server.assert_all_disconnected()


def test_a_mistral_that_is_dropped_closes_what_it_made(server: Server, made: Made) -> None:
    mistral = Mistral(api_key=KEY, server_url=server.url)
    mistral.audio.voices.get(voice_id="v1")
    del mistral
    gc.collect()
    assert made["Client"][0].is_closed


@WAYS
def test_a_client_of_the_user_is_used_and_never_closed(way: str, library: ModuleType) -> None:
    sync, loop = Replies(library, [VOICE]), Replies(library, [VOICE])
    client = library.Client(transport=library.MockTransport(sync))
    async_client = library.AsyncClient(transport=library.MockTransport(loop))
    asyncio.run(use(Mistral(api_key=KEY, client=client, async_client=async_client), way))
    assert (client.is_closed, async_client.is_closed) == (False, False)
    assert (len(sync.requests), len(loop.requests)) == (1, 3)


@pytest.mark.parametrize("is_own", [True, False])
def test_a_call_after_closing_says_so(client_kind: ClientKind, is_own: bool) -> None:
    server, keys = client_kind.replies(VOICE), list[str]()

    def key() -> str:
        keys.append(KEY)
        return KEY

    mistral = client_kind.mistral(server, api_key=key) if is_own else Mistral(api_key=key)
    mistral.close()
    message = "^this Mistral is closed: make a new one, or call it before it is closed$"
    for name, arguments in CALLS.items():
        with pytest.raises(RuntimeError, match=message):
            client_kind.call(mistral, name, **arguments)
    assert (server.requests, keys) == ([], [])


class Meanwhile:
    """A lock that lets something happen just before it is acquired."""

    def __init__(self, happens: Callable[[], None]) -> None:
        self.happens = happens

    def __enter__(self) -> None:
        self.happens()

    def __exit__(self, *_: object) -> None:
        pass


def test_another_thread_may_have_made_the_client_or_closed(server: Server, made: Made) -> None:
    with Mistral(api_key=KEY, server_url=server.url) as other, Mistral(api_key=KEY, server_url=server.url) as mistral:
        other.audio.voices.get(voice_id="v1")
        clients: Any = mistral._clients
        clients._lock = Meanwhile(lambda: clients._own.update(other._clients._own))
        mistral.audio.voices.get(voice_id="v1")
        clients._own.clear()
        clients._lock = Meanwhile(lambda: setattr(clients, "_closed", True))
        with pytest.raises(RuntimeError, match="closed"):
            mistral.audio.voices.get(voice_id="v1")
        assert len(made["Client"]) == 1
        clients._closed = False
        with pytest.raises(RuntimeError, match="closed"):
            asyncio.run(mistral.audio.voices.get_async(voice_id="v1"))
    assert [client.is_closed for client in made["AsyncClient"]] == [True]


def test_one_mistral_serves_many_threads(server: Server, made: Made) -> None:
    barrier = threading.Barrier(16)

    def work(_: int) -> list[str]:
        barrier.wait()
        return [mistral.audio.voices.get(voice_id="v1").id for _ in range(10)]

    with Mistral(api_key=KEY, server_url=server.url) as mistral, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [["v1"] * 10] * 16
    assert len(made["Client"]) == 1
    assert server.served == 160
    assert server.connected <= 16


def test_our_clients_say_who_they_are_and_how_long_they_wait(server: Server, made: Made) -> None:
    with Mistral(api_key=KEY, server_url=server.url) as mistral:
        asyncio.run(use(mistral))
    for client in (*made["Client"], *made["AsyncClient"]):
        assert client.headers["user-agent"].startswith("mistral-voices/")
        assert client.timeout == httpx.Timeout(60, connect=5)
