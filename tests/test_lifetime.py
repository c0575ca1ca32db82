"""What a Mistral opens, when, and that it closes all of it and nothing else."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import httpx2
import pytest

from mistral_voices import Mistral

from .harness import CALLS, GOOD, KEY, VOICE, ClientKind
from .loopback import Server, run_python, serving

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2])


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as made:
        yield made


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Remember every client that is made."""
    clients: dict[str, list[Any]] = {"Client": [], "AsyncClient": []}

    def remember(kind: str, original: Callable[..., Any], **options: Any) -> Any:
        clients[kind].append(original(**options))
        return clients[kind][-1]

    for kind in clients:
        monkeypatch.setattr(httpx, kind, functools.partial(remember, kind, getattr(httpx, kind)))
    return clients


def test_nothing_is_imported_or_opened_before_the_first_call() -> None:
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


@pytest.mark.parametrize("is_async", [False, True])
def test_httpx_is_not_imported_beside_httpx2(is_async: bool, server: Server) -> None:
    code = """
import asyncio, sys, httpx2
from mistral_voices import Mistral
client, async_client = httpx2.Client(), httpx2.AsyncClient()
mistral = Mistral(api_key="x", server_url=sys.argv[1], client=client, async_client=async_client)
async def main():
    async with async_client:
        return await mistral.audio.voices.get_async(voice_id="v1")
if sys.argv[2] == "True":
    asyncio.run(main())
else:
    with client:
        mistral.audio.voices.get(voice_id="v1")
try:
    mistral.audio.voices.get(voice_id=".")
except ValueError:
    print(sorted(name for name in sys.modules if name.partition(".")[0] in ("httpx", "httpcore")))
"""
    assert run_python(code, server.url, str(is_async)).strip() == "[]"


def test_no_client_is_made_before_the_first_call(made: dict[str, list[Any]]) -> None:
    with Mistral(api_key=KEY) as mistral:
        assert mistral.audio.voices
    assert made == {"Client": [], "AsyncClient": []}


async def use(mistral: Mistral) -> None:
    await asyncio.gather(*[mistral.audio.voices.get_async(voice_id="v1") for _ in range(3)])
    mistral.audio.voices.get(voice_id="v1")


async def by_with(mistral: Mistral) -> None:
    with mistral as entered:
        assert entered is mistral
        await use(mistral)


async def by_async_with(mistral: Mistral) -> None:
    async with mistral as entered:
        assert entered is mistral
        await use(mistral)


async def by_close(mistral: Mistral) -> None:
    await use(mistral)
    mistral.close()
    mistral.close()


async def by_aclose(mistral: Mistral) -> None:
    await use(mistral)
    await mistral.aclose()
    await mistral.aclose()
    mistral.close()


WAYS = pytest.mark.parametrize("way", [by_with, by_async_with, by_close, by_aclose])


@WAYS
@pytest.mark.parametrize("stays", [True, False], ids=["loop goes on", "loop ends at once"])
def test_all_that_we_opened_is_closed(
    way: Callable[[Mistral], Coroutine[Any, Any, None]], stays: bool, server: Server, made: dict[str, list[Any]]
) -> None:
    async def main() -> None:
        await way(Mistral(api_key=KEY, server_url=server.url))
        if stays:
            async with asyncio.timeout(5):
                while server.opened > server.closed:
                    await asyncio.sleep(0.002)

    asyncio.run(main())
    assert [client.is_closed for client in (*made["Client"], *made["AsyncClient"])] == [True, True]
    wait_until(lambda: server.opened == server.closed)


@WAYS
def test_closing_both_from_outside_the_loop(way: Any, server: Server, made: dict[str, list[Any]]) -> None:
    mistral = Mistral(api_key=KEY, server_url=server.url)
    asyncio.run(use(mistral))
    assert made["AsyncClient"][0].is_closed
    mistral.close()
    assert made["Client"][0].is_closed
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(way(mistral))


@LIBRARIES
@WAYS
def test_a_client_of_the_user_is_never_closed(way: Any, library: Any, made: dict[str, list[Any]]) -> None:
    transport = library.MockTransport(lambda request: library.Response(200, json=VOICE))
    client, async_client = library.Client(transport=transport), library.AsyncClient(transport=transport)
    library_made = [len(clients) for clients in made.values()]
    asyncio.run(way(Mistral(api_key=KEY, client=client, async_client=async_client)))
    assert not client.is_closed
    assert not async_client.is_closed
    assert [len(clients) for clients in made.values()] == library_made


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("own", [True, False])
def test_a_call_after_closing_says_so(client_kind: ClientKind, name: str, own: bool) -> None:
    server = client_kind.replies(GOOD[name])
    asked: list[str] = []

    def key() -> str:
        asked.append(KEY)
        return KEY

    mistral = client_kind.mistral(server, api_key=key) if own else Mistral(api_key=key)
    mistral.close()
    with pytest.raises(RuntimeError, match="closed"):
        client_kind.call(mistral, name, **CALLS[name])
    assert (server.requests, asked) == ([], [])


def wait_until(condition: Callable[[], bool]) -> None:
    """Give the server's threads the moment that they need to see a connection end."""
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.002)
    assert condition()


def test_one_mistral_serves_many_threads(server: Server, made: dict[str, list[Any]]) -> None:
    barrier = threading.Barrier(16)

    def work(_: int) -> list[str]:
        barrier.wait()
        return [mistral.audio.voices.get(voice_id="v1").id for _ in range(20)]

    with Mistral(api_key=KEY, server_url=server.url) as mistral, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [["v1"] * 20] * 16
    assert len(made["Client"]) == 1
    assert server.served == 320
    assert server.opened <= 16


def test_one_mistral_survives_many_loops(server: Server, made: dict[str, list[Any]]) -> None:
    with Mistral(api_key=KEY, server_url=server.url) as mistral:
        for _ in range(5):
            asyncio.run(use(mistral))
            wait_until(lambda: server.opened - server.closed == 1)  # the sync client's
        assert len(mistral._clients._own_async) <= 1
    assert [client.is_closed for client in made["AsyncClient"]] == [True] * 5


def test_two_threads_each_with_its_own_loop(server: Server, made: dict[str, list[Any]]) -> None:
    barrier = threading.Barrier(2)

    async def main() -> None:
        for _ in range(5):
            await mistral.audio.voices.get_async(voice_id="v1")
            barrier.wait()

    with Mistral(api_key=KEY, server_url=server.url) as mistral, ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(asyncio.run, main()) for _ in range(2)]:
            future.result()
    assert (len(made["AsyncClient"]), server.opened) == (2, 2)


def inside(code: str) -> str:
    """Give the server that does this in a loop of its own."""
    return f"async def main():\n    global mistral\n    {code}\nasyncio.run(main())"


QUIET = {
    "several runs, then close": "for _ in range(4): asyncio.run(call())\nmistral.close()",
    "several runs, never closed": "for _ in range(4): asyncio.run(call())",
    "async with": inside("async with mistral: await call()"),
    "close inside the loop, which ends": inside("await call(); mistral.close()"),
    "close inside the loop, which goes on": inside("await call(); mistral.close(); await asyncio.sleep(0.05)"),
    "close from another thread": inside(
        "await call(); await asyncio.to_thread(mistral.close); await asyncio.sleep(0.05)"
    ),
    "dropped inside the loop, which ends": inside("await call(); del mistral; gc.collect()"),
    "dropped inside the loop, which goes on": inside(
        "await call(); del mistral; gc.collect(); await asyncio.sleep(0.05)"
    ),
    "loop that rests, close, loop closed": """loop = asyncio.new_event_loop()
loop.run_until_complete(call()); mistral.close(); loop.close()""",
    "loop that rests, aclose in it": """loop = asyncio.new_event_loop()
loop.run_until_complete(call()); loop.run_until_complete(mistral.aclose()); loop.close()""",
    "two loops that rest, close": """loops = [asyncio.new_event_loop() for _ in range(2)]
for loop in loops: loop.run_until_complete(call())
mistral.close()
for loop in loops: loop.close()""",
    "a loop that rests, closed from within another": f"""loop = asyncio.new_event_loop()
loop.run_until_complete(call())
{inside("await call(); await mistral.aclose()")}
loop.run_until_complete(asyncio.sleep(0)); loop.close()""",
    "cancelled calls": """async def main():
    for _ in range(3):
        try:
            async with asyncio.timeout(0.05): await call("slow")
        except TimeoutError: pass
        await call()
asyncio.run(main()); mistral.close()""",
}


@pytest.mark.parametrize("code", QUIET.values(), ids=QUIET)
def test_nothing_is_left_open_and_nothing_complains(code: str, server: Server) -> None:
    before = """
import asyncio, gc, logging, sys
from mistral_voices import Mistral
logging.getLogger("asyncio").setLevel(logging.ERROR)  # not how long the first call took to import its library
mistral = Mistral(api_key="x", server_url=sys.argv[1])
async def call(voice_id="v1"):
    await asyncio.gather(*[mistral.audio.voices.get_async(voice_id=voice_id) for _ in range(2)])
"""
    assert run_python(f"{before}\n{code}\ngc.collect()", server.url) == ""


@LIBRARIES
def test_cancelled_call_gives_its_connection_back(library: Any, server: Server) -> None:
    async def main() -> None:
        limits = library.Limits(max_connections=1)
        async with library.AsyncClient(limits=limits, timeout=2) as client:
            mistral = Mistral(api_key=KEY, server_url=server.url, async_client=client, retry_config=None)
            for _ in range(3):
                call = asyncio.create_task(mistral.audio.voices.get_async(voice_id="slow"))
                await asyncio.to_thread(server.asked.wait, 5)
                server.asked.clear()
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call
                assert (await mistral.audio.voices.get_async(voice_id="v1")).id == "v1"
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await mistral.audio.voices.get_async(voice_id="slow")
            assert (await mistral.audio.voices.get_async(voice_id="v1")).id == "v1"

    asyncio.run(main())


class Stop(BaseException):
    """Something that is not even an Exception."""


PASSING = [KeyboardInterrupt, SystemExit, Stop, ZeroDivisionError, GeneratorExit, StopIteration, StopAsyncIteration]


@pytest.mark.parametrize("kind", PASSING)
def test_any_other_exception_passes_through(client_kind: ClientKind, kind: type[BaseException]) -> None:
    calls: list[Any] = []

    def handler(request: Any) -> Any:
        calls.append(request)
        if len(calls) == 1:
            raise kind("from within")
        return client_kind.library.Response(200, json=VOICE)

    mistral = client_kind.mistral(handler)
    # In a coroutine Python itself turns a StopIteration into a RuntimeError.
    with pytest.raises((kind, RuntimeError) if kind is StopIteration else kind) as caught:
        client_kind.call(mistral, "get", voice_id="v1")
    flows = [entry.frame.f_locals["steps"] for entry in caught.traceback if "steps" in entry.frame.f_locals]
    assert flows
    assert all(flow.gi_frame is None for flow in flows)
    assert len(calls) == 1
    assert client_kind.call(mistral, "get", voice_id="v1").id == "v1"
