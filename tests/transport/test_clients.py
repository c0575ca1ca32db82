"""Which clients a Mistral makes, when, and whom they trust; that it closes all of them and no other."""

from __future__ import annotations

import asyncio
import gc
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import trustme

from mistral_voices import Mistral, errors
from mistral_voices._transport import certificates
from mistral_voices._transport.clients import MOST_SERVERS, Clients
from tests.harness import CALLS, KEY, VOICE, ClientKind, Replies
from tests.loopback import SecureServer, Server, run_python

Made = dict[str, list[Any]]
BOTH = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def test_nothing_is_made_before_the_first_call(made: Made) -> None:
    with Mistral(api_key=KEY) as mistral:
        assert mistral.audio.voices
    assert made == {"Client": [], "AsyncClient": []}


def test_nothing_heavy_is_imported_before_the_first_call_nor_httpx_beside_httpx2(server: Server) -> None:
    code = """
import sys
before = set(sys.modules)
from mistral_voices import Mistral, utils
mistral = Mistral(api_key="x", retry_config=None, timeout_ms=5, server="eu")
repr(mistral)
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*loaded & {"attr", "attrs", "httpx", "httpx2", "anyio", "asyncio", "inspect", "email", "mistral_voices_api"})
mistral.audio.voices.get, mistral.audio.voices.list_async
print(*sys.modules.keys() & {"attr", "httpx", "anyio", "asyncio"})
import asyncio, httpx2
client, async_client = httpx2.Client(), httpx2.AsyncClient()
mistral = Mistral(api_key="x", server_url=sys.argv[1], client=client, async_client=async_client)
with client:
    mistral.audio.voices.get(voice_id="v1")
async def main():
    async with async_client:
        await mistral.audio.voices.get_async(voice_id="v1")
asyncio.run(main())
print(*sys.modules.keys() & {"httpx", "httpcore"})
"""
    assert run_python(code, server.url).split() == []


WAYS = pytest.mark.parametrize("way", ["with", "async with", "close", "aclose"])


async def use(mistral: Mistral, way: str) -> None:
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
    for client in (*made["Client"], *made["AsyncClient"]):
        assert client.timeout == httpx.Timeout(60, connect=5)


def test_a_mistral_that_is_dropped_closes_what_it_made(server: Server, made: Made) -> None:
    Mistral(api_key=KEY, server_url=server.url).audio.voices.get(voice_id="v1")
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


def get(mistral: Mistral, is_async: bool, *urls: str | None) -> None:
    """Get a voice from each server in turn, and close."""

    async def go() -> None:
        async with mistral:
            for url in urls:
                await mistral.audio.voices.get_async(voice_id="v1", server_url=url)

    if is_async:
        asyncio.run(go())
    else:
        with mistral:
            for url in urls:
                mistral.audio.voices.get(voice_id="v1", server_url=url)


class Meanwhile:
    """A lock that another thread had until now, which did this."""

    def __init__(self, happens: Callable[[], None]) -> None:
        self.happens = happens

    def __enter__(self) -> None:
        self.happens()

    def __exit__(self, *_: object) -> None:
        pass


def test_another_thread_may_have_made_the_client(server: Server, made: Made) -> None:
    other, mistral = (Mistral(api_key=KEY, server_url=server.url) for _ in range(2))
    other.audio.voices.get(voice_id="v1")
    clients: Any = mistral._clients
    clients._lock = Meanwhile(lambda: clients._own.update(other._clients._own))
    get(mistral, False, None)
    assert len(made["Client"]) == 1


@BOTH
def test_another_thread_may_have_closed(is_async: bool, server: Server, made: Made) -> None:
    mistral: Any = Mistral(api_key=KEY, server_url=server.url)
    mistral._clients._lock = Meanwhile(lambda: setattr(mistral._clients, "is_closed", True))
    with pytest.raises(RuntimeError, match="closed"):
        get(mistral, is_async, None)
    assert server.served == 0
    assert [client.is_closed for client in made["Client"] + made["AsyncClient"]] == [True] * is_async


def test_one_mistral_serves_many_threads(server: Server, made: Made) -> None:
    barrier = threading.Barrier(16)

    def work(_: int) -> list[str]:
        barrier.wait()
        return [mistral.audio.voices.get(voice_id="v1").id for _ in range(10)]

    with Mistral(api_key=KEY, server_url=server.url) as mistral, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [["v1"] * 10] * 16
    assert (len(made["Client"]), server.served) == (1, 160)
    assert server.connected <= 16


@BOTH
def test_a_mistral_trusts_the_environment_and_speaks_http_and_https(
    is_async: bool,
    secure: SecureServer,
    server: Server,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trusted = str(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    trustme.CA().cert_pem.write_to_path(trusted)
    with pytest.raises(errors.NoResponseError):
        get(Mistral(api_key=KEY, server_url=secure.url, retry_config=None), is_async, None)
    authority.cert_pem.write_to_path(trusted)  # which a Mistral that is made from now on reads
    get(Mistral(api_key=KEY, server_url=server.url), is_async, None, "HTTPS" + secure.url[5:], None, secure.url)
    assert (server.served, server.connected, secure.served, secure.connected) == (2, 1, 2, 2)


@BOTH
@pytest.mark.parametrize("first", ["http", "https"])
@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_an_unknown_authority_is_refused(
    is_async: bool, first: str, scheme: str, secure: SecureServer, server: Server
) -> None:
    """Whatever was called before, and however the scheme is written."""
    url = scheme + secure.url[5:]
    mistral = Mistral(api_key=KEY, server_url=url, retry_config=None)
    with pytest.raises(errors.NoResponseError, match=r"(?i)certificate"):
        get(mistral, is_async, *([server.url, url] if first == "http" else [url]))
    assert (secure.served, server.served) == (0, first == "http")


@BOTH
def test_certificates_are_loaded_once_and_only_for_https(
    is_async: bool, secure: SecureServer, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[ssl.SSLContext] = []
    load: Any = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, *files: Any) -> None:
        loads.append(context)
        load(context, *files)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    certificates._library_certificates.cache_clear()
    get(Mistral(api_key=KEY, server_url=server.url), is_async, None)
    assert loads == []
    for _ in range(3):
        with pytest.raises(errors.NoResponseError):
            get(Mistral(api_key=KEY, server_url=secure.url, retry_config=None), is_async, None)
    assert len(loads) == 1


@BOTH
def test_of_many_servers_the_oldest_clients_go_when_their_last_call_ends(is_async: bool) -> None:
    async def give(clients: Clients, port: int) -> Any:
        url = f"http://127.0.0.1:{port}/v1"
        return await clients.of_loop(url) if is_async else clients.sync(url)

    async def let_the_loop_close() -> None:
        for _ in range(100):
            await asyncio.sleep(0)

    async def main() -> None:
        clients = Clients(None, None)
        in_use = await give(clients, 1)
        made = [in_use.client, *[(await give(clients, port)).client for port in range(2, MOST_SERVERS + 3)]]
        await let_the_loop_close()
        assert [client.is_closed for client in made] == [False, True] + [False] * MOST_SERVERS
        del in_use
        await let_the_loop_close()
        assert made[0].is_closed
        clients.close()
        await let_the_loop_close()
        assert all(client.is_closed for client in made)

    asyncio.run(main())
