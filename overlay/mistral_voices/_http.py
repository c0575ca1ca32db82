"""The only module that touches the HTTP library: its clients, its answers and its errors.

httpx is the default. A client of httpx2, which has the same interface, works in its place, so nothing here names one of
the two but the line that makes our own clients.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from types import ModuleType

CONNECT_SECONDS = 5.0
OTHER_SECONDS = 60.0
# The library's errors, by name, that are raised before a request has left.
NEVER_SENT = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "LocalProtocolError"}
)
# Those that would only be raised again.
NEVER_REPEATED = frozenset({"UnsupportedProtocol", "LocalProtocolError", "DecodingError", "TooManyRedirects"})

Timeout = tuple[float, float, float, float]
"""Seconds to connect, to read, to write and to wait for a free connection."""
PHASES = ("connect", "read", "write", "pool")
USUAL_TIMEOUT: Timeout = (CONNECT_SECONDS, OTHER_SECONDS, OTHER_SECONDS, OTHER_SECONDS)


class SyncClient(Protocol):
    """A client of httpx or httpx2."""

    def build_request(self, method: str, url: str) -> Any: ...
    def send(self, request: Any, *, stream: bool = ..., follow_redirects: bool = ...) -> Any: ...
    def close(self) -> None: ...


class AsyncClient(Protocol):
    """An async client of httpx or httpx2."""

    def build_request(self, method: str, url: str) -> Any: ...
    async def send(self, request: Any, *, stream: bool = ..., follow_redirects: bool = ...) -> Any: ...
    async def aclose(self) -> None: ...


def base_of(client: object, kind: str) -> Any:
    """Find the library's own class that a client is of; None when there is none of this kind."""
    for base in type(client).__mro__:
        if base.__module__.partition(".")[0] in ("httpx", "httpx2") and base.__name__ == kind:
            return base
    return None


def library_of(client: object, kind: str, argument: str) -> ModuleType:
    """Find the library of a user's client; TypeError when it is not one of the given kind."""
    base = base_of(client, kind)
    if base is None:
        raise TypeError(f"{argument} must be an httpx.{kind} or an httpx2.{kind}, not {type(client).__name__}")
    return sys.modules[base.__module__.partition(".")[0]]


def is_one_of(error: Exception, names: frozenset[str]) -> bool:
    """Tell whether an error of either library has one of these names, or is of a class below."""
    return any(base.__name__ in names for base in type(error).__mro__)


class Opened:
    """A client that is ready, with its library."""

    __slots__ = ("_is_plain", "_last", "_parsed", "client", "library")

    def __init__(self, client: Any, library: ModuleType, kind: str) -> None:
        self.client: Any = client
        self.library: ModuleType = library
        self._is_plain = type(client) is base_of(client, kind)
        self._last: tuple[Any, Any] = (None, None)  # in one piece, because threads share it
        # Parsing an address is 8 percent of a get: those that come again (first pages, polling, retries) are kept.
        self._parsed: Callable[[str], Any] = lru_cache(maxsize=128)(library.URL)

    def request(self, method: str, url: str, headers: dict[str, str], content: Any, timeout: Timeout | None) -> Any:
        """Make a request with all that the client adds to one."""
        client = self.client
        # A class of the user's own, or a function in place of the method, may do more to a request.
        is_plain = self._is_plain and "build_request" not in vars(client) and not client.cookies and not client.params
        if is_plain and content is None and len(headers) == 1:
            # Nothing but the key: with the headers of the last such request, the same is made in half of the time,
            # which is a fifth of a get's.
            limits = client.timeout.as_dict() if timeout is None else dict(zip(PHASES, timeout, strict=True))
            make, empty, address = self.library.Request, self.library.ByteStream(b""), self._parsed(url)
            kept = self._headers(url, headers)
            request = make(method, address, headers=kept, stream=empty, extensions={"timeout": limits})
            request.read()  # so that a hook of the user's may look at its content
            return request
        options: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
        return client.build_request(method, url, headers=headers, content=content, **options)

    def _headers(self, url: str, headers: dict[str, str]) -> Any:
        wanted = (url.split("/", 3)[:3], headers["authorization"], self.client.headers.raw)
        known, made = self._last
        if known != wanted:
            made = self.client.build_request("GET", url, headers=headers).headers
            self._last = (wanted, made)
        return made

    def __repr__(self) -> str:
        return f"Opened({type(self.client).__name__})"  # the headers hold the key


class Clients:
    """The two HTTP clients of one Mistral: the user's own, or ours, made at the first call.

    Of our async clients there is one for each event loop that is running, because a connection cannot leave its loop.
    For plain http there are others than for https: they need no certificates, which take 18 ms to load.
    """

    def __init__(self, client: SyncClient | None, async_client: AsyncClient | None, user_agent: str) -> None:
        self.given_library: ModuleType | None = None
        self.given_async_library: ModuleType | None = None
        self._given: Opened | None = None
        self._given_async: Opened | None = None
        if client is not None:
            self.given_library = library_of(client, "Client", "client")
            self._given = Opened(client, self.given_library, "Client")
        if async_client is not None:
            self.given_async_library = library_of(async_client, "AsyncClient", "async_client")
            self._given_async = Opened(async_client, self.given_async_library, "AsyncClient")
        self._user_agent = user_agent
        self._lock = threading.Lock()
        self._closed = False
        self._own: dict[bool, Opened] = {}  # by whether they are for plain http
        self._own_async: dict[tuple[Any, bool], Opened] = {}  # the same of each event loop
        weakref.finalize(self, _release, self._own, self._own_async).atexit = False
        _ALL.add(self)

    def sync(self, url: str) -> Opened:
        """Give the sync client for an address."""
        self.check_open()
        if self._given is not None:
            return self._given
        is_plain_http = _is_plain_http(url)
        opened = self._own.get(is_plain_http)
        if opened is None:
            import httpx

            with self._lock:
                self.check_open()
                opened = self._own.get(is_plain_http)
                if opened is None:
                    opened = Opened(httpx.Client(**self._settings(is_plain_http)), httpx, "Client")
                    self._own[is_plain_http] = opened
        return opened

    async def of_loop(self, url: str) -> Opened:
        """Give the async client of the running event loop for an address."""
        self.check_open()
        if self._given_async is not None:
            return self._given_async
        key = (_running_loop(), _is_plain_http(url))
        opened = self._own_async.get(key)
        if opened is None:
            import httpx

            client = await _open(key[0], httpx.AsyncClient(**self._settings(key[1])))
            opened = Opened(client, httpx, "AsyncClient")
            with self._lock:
                self.check_open()
                for old in [old for old in self._own_async if old[0].is_closed()]:
                    del self._own_async[old]
                self._own_async[key] = opened
        return opened

    def _settings(self, is_plain_http: bool) -> dict[str, Any]:
        return {
            "timeout": USUAL_TIMEOUT,
            "headers": {"User-Agent": self._user_agent},
            "verify": _nobody() if is_plain_http else _trusted(),
        }

    def check_open(self) -> None:
        """Raise RuntimeError after closing."""
        if self._closed:
            raise RuntimeError("this Mistral is closed: make a new one, or call it before it is closed")

    def close(self) -> None:
        """Close what we opened; an async client is closed by its own event loop."""
        with self._lock:
            self._closed = True
        _release(self._own, self._own_async)

    def forget(self) -> None:
        """Let go of what a parent process has opened."""
        _INHERITED.append((dict(self._own), dict(self._own_async)))
        self._own.clear()
        self._own_async.clear()
        self._lock = threading.Lock()

    async def aclose(self) -> None:
        """Close what we opened, the async client of this event loop before returning."""
        loop = _running_loop() if self._own_async else None
        clients = [self._own_async.pop(key).client for key in list(self._own_async) if key[0] is loop]
        self.close()
        for client in clients:
            await _close(loop, client)


def _is_plain_http(url: str) -> bool:
    return url[:5].lower() == "http:"


def _nobody() -> Any:
    """Make a TLS context that trusts no server at all, for a client that never speaks TLS."""
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _trusted() -> Any:
    """Say what our clients trust: the HTTP library's certificates, loaded once; or those of the environment, each time.

    The files that SSL_CERT_FILE and SSL_CERT_DIR name may change while a process runs.
    """
    return True if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR") else _certificates()


@cache
def _certificates() -> Any:
    import httpx

    return httpx.create_ssl_context()


# The async clients that are open, by event loop, each with the suspended generator that holds it. A loop that ends
# closes its suspended generators first, and so our clients: in the loop itself, and whatever became of the Mistral.
_OPEN: dict[Any, dict[Any, AsyncGenerator[None]]] = {}


async def _open(loop: Any, client: Any) -> Any:
    async def keep() -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await client.aclose()

    for old in [old for old in list(_OPEN) if old.is_closed()]:
        _OPEN.pop(old, None)
    keeper = _OPEN.setdefault(loop, {})[client] = keep()
    await keeper.__anext__()
    return client


async def _close(loop: Any, client: Any) -> None:
    await client.aclose()
    keeper = _OPEN.get(loop, {}).pop(client, None)
    if keeper is not None:
        with suppress(RuntimeError):  # the loop, about to end, is closing it at this moment
            await keeper.aclose()


def _release(own: dict[bool, Opened], own_async: dict[tuple[Any, bool], Opened]) -> None:
    """Close each async client in its own event loop: at once if the loop rests, and as soon as it can if it runs."""
    for is_plain_http in list(own):
        if (opened := own.pop(is_plain_http, None)) is not None:
            opened.client.close()
    for key in list(own_async):
        loop, opened = key[0], own_async.pop(key, None)
        if opened is None or loop.is_closed():
            continue
        client = opened.client
        if loop.is_running() or _is_in_a_loop():
            # The tasks of a loop that is about to end may never start; the keeper then does their work.
            loop.call_soon_threadsafe(_start, loop, client)
        else:
            loop.run_until_complete(_close(loop, client))


def _start(loop: Any, client: Any) -> None:
    task = loop.create_task(_close(loop, client))
    _TASKS.add(task)  # a loop itself holds its tasks only weakly
    task.add_done_callback(_TASKS.discard)


_TASKS: set[Any] = set()
_ALL: weakref.WeakSet[Clients] = weakref.WeakSet()
_INHERITED: list[Any] = []


def _forget_the_parent() -> None:
    """Begin anew in a child process: on a shared connection parent and child would read each other's answers.

    The clients are kept, not closed: closing them could end the parent's connections too.
    """
    _INHERITED.append((dict(_OPEN), set(_TASKS)))
    _OPEN.clear()
    _TASKS.clear()
    for clients in list(_ALL):
        clients.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_the_parent)


def _running_loop() -> Any:
    import asyncio

    return asyncio.get_running_loop()


def _is_in_a_loop() -> bool:
    try:
        return _running_loop() is not None
    except RuntimeError:
        return False
