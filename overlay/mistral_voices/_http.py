"""The only module that touches the HTTP library: its clients, its answers and its errors.

httpx is the default. A client of httpx2, which has the same interface, works in its place, so nothing here names one of
the two but the line that makes our own clients.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import weakref
from collections.abc import AsyncGenerator
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from .errors import Headers

if TYPE_CHECKING:
    from types import ModuleType

    from ._sinks import Sink

CONNECT_SECONDS = 5.0
OTHER_SECONDS = 60.0
# An error body is read up to here: enough for every message, and no server can fill the memory with one.
LARGEST_ERROR_BODY = 1 << 20
# A body that trickles in is given up after this many read time-outs.
BODY_TIMEOUTS = 3
BODY_TOO_LONG = f"the body took longer than {BODY_TIMEOUTS} time-outs"

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


class Answer:
    """An answer whose body has been read."""

    __slots__ = ("_library", "_response", "content", "header_names", "headers", "status_code", "unreadable")

    def __init__(self, library: ModuleType, response: Any) -> None:
        self._library = library
        self._response = response
        self.status_code: int = response.status_code
        self.headers: Any = response.headers
        # Looking three names up in the library's headers takes four times as long.
        self.header_names: set[bytes] = {name.lower() for name, _ in response.headers.raw}
        self.content: bytes = b""
        self.unreadable: Exception | None = None

    def json(self) -> Any:
        """Parse the body; ValueError when it is not JSON."""
        try:
            return _DECODER.decode(self.content.decode(json.detect_encoding(self.content)))
        except ValueError as error:
            raise ValueError(f"the body is not JSON ({error})") from None
        except RecursionError:
            raise ValueError("the body is nested too deeply") from None

    def all_headers(self) -> Headers:
        """Copy the headers into a mapping that does not depend on the library."""
        return Headers(self.headers.multi_items())

    def raw_response(self) -> Any:
        """Give the library's response with the body in it, as if it had read the body itself."""
        response = self._response
        headers = [item for item in response.headers.raw if item[0].lower() != b"content-encoding"]
        return self._library.Response(self.status_code, headers=headers, content=self.content, request=response.request)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


class Reading:
    """Takes the body of one answer block by block, within its bounds: into its sink if it is a good one."""

    def __init__(self, library: ModuleType, response: Any, *, sink: Sink | None, bounded: bool) -> None:
        self.answer = Answer(library, response)
        self._library = library
        self._response = response
        self._sink = sink if self.answer.status_code == 200 else None
        self.in_memory = self._sink is None or self._sink.in_memory
        self._blocks: list[bytes] = []
        self._size = 0
        read = response.request.extensions.get("timeout", {}).get("read") if bounded else None
        self._deadline = None if read is None else monotonic() + BODY_TIMEOUTS * read

        # Blocks that need no decoding pass one generator instead of two, which is 2 percent of a get.
        self.is_raw = b"content-encoding" not in self.answer.header_names and not response.is_stream_consumed

    def start(self) -> None:
        """Let the sink begin anew, which may touch a file."""
        if self._sink is not None:
            try:
                self._sink.start(self.answer.headers)
            except ValueError as error:  # not a sample: keep it for the error
                self.answer.unreadable, self._sink = error, None

    def add(self, block: bytes) -> bool:
        """Take a block; True when no more is wanted. Raises the library's ReadTimeout when the body takes too long."""
        self._size += len(block)
        if self._sink is not None:
            try:
                self._sink.write(block)
            except ValueError as error:
                self.answer.unreadable = error
                return True
        else:
            self._blocks.append(block)
        if self._deadline is not None and monotonic() > self._deadline:
            raise self._library.ReadTimeout(BODY_TOO_LONG, request=self._response.request)
        is_good = self.answer.status_code < 300 and self.answer.unreadable is None
        return self._size > LARGEST_ERROR_BODY and not is_good

    def told(self) -> None:
        """Tell on_progress, in the thread of the user's call."""
        if self._sink is not None:
            self._sink.told()

    def lost(self, error: Exception) -> None:
        """Take the end of a body that broke off: with an error status, what came will do; otherwise raise."""
        if self.answer.status_code >= 300:
            return
        if isinstance(error, self._library.TransportError):
            raise error
        self.answer.unreadable = ValueError(f"the body cannot be decoded ({error})")

    def finish(self) -> Answer:
        """Give the answer with its body. Raises the library's RemoteProtocolError when a sample is not whole."""
        answer = self.answer
        if self._sink is not None and answer.unreadable is None:
            length = answer.headers.get("content-length", "")
            if length.isdecimal() and int(length) != self._size and "content-encoding" not in answer.headers:
                message = f"the body has {self._size} bytes, and was announced with {length}"
                raise self._library.RemoteProtocolError(message, request=self._response.request)
            try:
                self._sink.finish()
            except ValueError as error:
                answer.unreadable = error
        answer.content = self._blocks[0] if len(self._blocks) == 1 else b"".join(self._blocks)
        return answer


class Opened:
    """A client that is ready, with its library."""

    __slots__ = ("_is_plain", "_last", "client", "library")

    def __init__(self, client: Any, library: ModuleType, kind: str) -> None:
        self.client: Any = client
        self.library: ModuleType = library
        # A class of the user's own may do more to a request.
        self._is_plain = type(client).build_request is base_of(client, kind).build_request
        self._last: tuple[Any, Any] = (None, None)  # in one piece, because threads share it

    def request(self, method: str, url: str, headers: dict[str, str], content: Any, timeout: Timeout | None) -> Any:
        """Make a request with all that the client adds to one."""
        client = self.client
        if self._is_plain and content is None and len(headers) == 1 and not client.cookies and not client.params:
            # Nothing but the key: with the headers of the last such request, the same is made in half of the time,
            # which is a fifth of a get's.
            limits = client.timeout.as_dict() if timeout is None else dict(zip(PHASES, timeout, strict=True))
            make, empty = self.library.Request, self.library.ByteStream(b"")
            return make(method, url, headers=self._headers(url, headers), stream=empty, extensions={"timeout": limits})
        options: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
        return client.build_request(method, url, headers=headers, content=content, **options)

    def _headers(self, url: str, headers: dict[str, str]) -> Any:
        wanted = (url.split("/", 3)[2], headers["authorization"], self.client.headers.raw)
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
        self._own: list[Opened] = []  # one at most
        self._own_async: dict[Any, Opened] = {}
        weakref.finalize(self, _release, self._own, self._own_async).atexit = False
        _ALL.add(self)

    def sync(self) -> Opened:
        """Give the sync client."""
        self._check_open()
        if self._given is not None:
            return self._given
        try:
            return self._own[0]
        except IndexError:
            import httpx

            with self._lock:
                self._check_open()
                if not self._own:
                    client = httpx.Client(**self._settings())
                    self._own.append(Opened(client, httpx, "Client"))
                return self._own[0]

    async def of_loop(self) -> Opened:
        """Give the async client of the running event loop."""
        self._check_open()
        if self._given_async is not None:
            return self._given_async
        loop = _running_loop()
        opened = self._own_async.get(loop)
        if opened is None:
            import httpx

            client = await _open(loop, httpx.AsyncClient(**self._settings()))
            opened = Opened(client, httpx, "AsyncClient")
            with self._lock:
                self._check_open()
                for old in [old for old in self._own_async if old.is_closed()]:
                    del self._own_async[old]
                self._own_async[loop] = opened
        return opened

    def _settings(self) -> dict[str, Any]:
        return {"timeout": USUAL_TIMEOUT, "headers": {"User-Agent": self._user_agent}}

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("this Mistral is closed: make a new one, or call it before it is closed")

    def close(self) -> None:
        """Close what we opened; an async client is closed by its own event loop."""
        with self._lock:
            self._closed = True
        _release(self._own, self._own_async)

    def forget(self) -> None:
        """Let go of what a parent process has opened."""
        _INHERITED.append((list(self._own), dict(self._own_async)))
        self._own.clear()
        self._own_async.clear()
        self._lock = threading.Lock()

    async def aclose(self) -> None:
        """Close what we opened, the async client of this event loop before returning."""
        opened = self._own_async.pop(_running_loop(), None) if self._own_async else None
        self.close()
        if opened is not None:
            await _close(_running_loop(), opened.client)


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


def _release(own: list[Opened], own_async: dict[Any, Opened]) -> None:
    """Close each async client in its own event loop: at once if the loop rests, and as soon as it can if it runs."""
    with suppress(IndexError):
        own.pop().client.close()
    for loop in list(own_async):
        opened = own_async.pop(loop, None)
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
