"""The HTTP clients of one Mistral: the user's own, or ours, made at the first call; and closing them."""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from .._core.loading import LOADING
from . import event_loops
from .http_client import AsyncClient, HTTPClient, SyncClient, usual_timeout

if TYPE_CHECKING:
    import ssl

# So many servers have a client each at a time, those of each event loop apart: calls may name any number.
MOST_SERVERS = 64


class Clients:
    """The two HTTP clients of one Mistral.

    Of our own there is one for each server, since its address decides which proxy and which certificates it needs; of
    the async ones one for each event loop that is running as well, because a connection cannot leave its loop.
    """

    def __init__(self, client: SyncClient | None, async_client: AsyncClient | None) -> None:
        self._given = None if client is None else HTTPClient(client, "Client", argument="client")
        self._given_async: HTTPClient | None = None
        if async_client is not None:
            self._given_async = HTTPClient(async_client, "AsyncClient", argument="async_client")
        self._trusted: dict[bool, ssl.SSLContext] = {}  # by whether it is for plain http
        self._lock = threading.Lock()
        self.is_closed: bool = False
        self._own: dict[Any, HTTPClient] = {}  # by scheme, host and port of the server
        self._own_async: dict[Any, HTTPClient] = {}  # the same of each event loop
        weakref.finalize(self, _close, self._own)  # the end of the program, too
        weakref.finalize(self, _close_async, self._own_async).atexit = False  # which closes its loops by itself
        _ALL.add(self)

    def sync(self, url: str) -> HTTPClient:
        """Give the sync client for an address."""
        self.check_open()
        if self._given is not None:
            return self._given
        origin = _origin(url)
        if (client := self._own.get(origin)) is None:
            with LOADING, self._lock:
                from .own_clients import Backend, hide_location

                self.check_open()
                if (client := self._own.get(origin)) is None:
                    client = self._make("Client", hide_location, Backend, origin)
                    # A signal that raises just after httpcore's own lock, which is written in Python, was acquired
                    # would leave it locked, and stop every thread for good.
                    _set_in_pools(client.client, "_optional_thread_lock", lambda _: threading.Lock())
                    _bound(self._own, [*self._own])
                    self._own[origin] = client
        return client

    async def of_loop(self, url: str) -> HTTPClient:
        """Give the async client of the running event loop for an address."""
        self.check_open()
        if self._given_async is not None:
            return self._given_async
        key = (event_loops.running(), _origin(url))
        if (client := self._own_async.get(key)) is None:
            with LOADING:
                import anyio

                from .early_responses import EarlyReadingBackend  # imports asyncio, as above
                from .own_clients import hide_location_async

                anyio.current_time()  # loads what else it needs
                client = self._make("AsyncClient", hide_location_async, EarlyReadingBackend, key[1])
            await event_loops.keep(key[0], client.client)
            with self._lock:
                self.check_open()
                for old in [old for old in self._own_async if old[0].is_closed()]:
                    del self._own_async[old]
                _bound(self._own_async, [each for each in self._own_async if each[0] is key[0]])
                self._own_async[key] = client
        return client

    def retire(self, http: HTTPClient) -> None:
        """Take a client of ours out of use, because the call that is ending was interrupted; its last call closes it.

        The HTTP library (httpcore 1) may have lost a place of its pool for good: where a task is cancelled while it
        opens a connection or closes a response, or where a signal raises at any line. Only where the call was waiting
        for a response has it closed the connection, and the client stays: timeouts are common, and connections dear.
        """
        if http.was_waiting(sys.exception()):
            return
        with self._lock:
            for own in (self._own, self._own_async):
                for key in [key for key, each in own.items() if each is http]:
                    _let_go(own, key)

    def _make(self, kind: str, hook: Callable[[Any], Any], backend: Callable[[Any], Any], origin: str) -> HTTPClient:
        """Make a client for a server; TransportError where the environment is wrong."""
        import httpx  # not on top: making a Mistral must not load it, nor using it with clients of httpx2

        from . import certificates, proxies  # they load httpx
        from .own_clients import NoCookies

        "a".encode("idna")  # loads what every look-up of a host needs
        is_plain_http = origin.startswith("http:")
        # Read once a Mistral, so that a client in the place of a retired one costs no loading.
        if (verify := self._trusted.get(is_plain_http)) is None:
            verify = self._trusted[is_plain_http] = certificates.trusted(is_plain_http)
        settings = {"timeout": usual_timeout(), "verify": verify, "cookies": NoCookies()}
        settings |= {"trust_env": False, "event_hooks": {"response": [hook]}}  # we read the environment
        if (proxy := proxies.find_proxy(origin)) is not None:
            to_proxy = certificates.trusted(is_plain_http=False) if proxy.is_https else None
            settings["proxy"] = httpx.Proxy(proxy.address, ssl_context=to_proxy)
        client = getattr(httpx, kind)(**settings)
        _set_in_pools(client, "_network_backend", backend)
        return HTTPClient(client, kind, proxy=proxy)

    def base_urls(self) -> dict[str, str]:
        """Give the addresses that the user's own clients have, under the names of their arguments."""
        given = {"client": self._given, "async_client": self._given_async}
        urls = {name: str(getattr(http.client, "base_url", "")) for name, http in given.items() if http is not None}
        return {name: url for name, url in urls.items() if url}

    def check_open(self) -> None:
        """Raise RuntimeError after closing."""
        if self.is_closed:
            raise RuntimeError("this Mistral is closed: make a new one, or call it before it is closed")

    def close(self) -> None:
        """Close our own clients; an async one is closed by its own event loop."""
        with self._lock:
            self.is_closed = True
        _close(self._own)
        _close_async(self._own_async)

    async def aclose(self) -> None:
        """Close our own clients, the async one of this event loop before returning."""
        loop = event_loops.running() if self._own_async else None
        clients = [self._own_async.pop(key).client for key in list(self._own_async) if key[0] is loop]
        self.close()
        for client in clients:
            await event_loops.close(loop, client)

    def forget(self) -> None:
        """Let go of the connections of a parent process."""
        _INHERITED.append((dict(self._own), dict(self._own_async)))
        self._own.clear()
        self._own_async.clear()
        self._lock = threading.Lock()

    def __reduce__(self) -> NoReturn:
        # Whatever of a Mistral is pickled or copied comes to its connections.
        raise TypeError(
            "a Mistral, its audio and its voices cannot be pickled or copied, as they hold the key and connections: "
            "share the Mistral, or make a new one where it is needed, such as in each process"
        )


def _let_go(own: dict[Any, HTTPClient], key: Any) -> None:
    """Take a client out of use; the end of its last call closes it."""
    http = own.pop(key, None)
    if http is None:  # it was closed meanwhile
        return
    if isinstance(key, str):
        weakref.finalize(http, http.client.close)
    else:
        weakref.finalize(http, event_loops.close_from_outside, key[0], http.client).atexit = False


def _bound(own: dict[Any, HTTPClient], keys: list[Any]) -> None:
    """Make room for one more client of these: the oldest go."""
    for key in keys[: max(0, len(keys) + 1 - MOST_SERVERS)]:
        _let_go(own, key)


def _close(own: dict[str, HTTPClient]) -> None:
    for origin in list(own):
        if (client := own.pop(origin, None)) is not None:
            client.client.close()


def _close_async(own_async: dict[tuple[Any, str], HTTPClient]) -> None:
    for key in list(own_async):
        if (client := own_async.pop(key, None)) is not None:
            event_loops.close_from_outside(key[0], client.client)


def _set_in_pools(client: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put something in the place of what the pools of a client have, where they have it."""
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        if hasattr(pool, name):
            setattr(pool, name, make(getattr(pool, name)))


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]).lower()


_ALL: weakref.WeakSet[Clients] = weakref.WeakSet()
_INHERITED: list[Any] = []


def _forget_the_parent() -> None:
    """Begin anew in a child process: on a shared connection parent and child would read each other's responses.

    The clients are kept, not closed: closing them could end the parent's connections too.
    """
    _INHERITED.append(event_loops.forget())
    for clients in list(_ALL):
        clients.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_the_parent)
