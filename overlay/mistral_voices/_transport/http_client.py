"""One client of httpx or httpx2, which have the same interface: its library, and the requests that it makes."""

import sys
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from types import ModuleType
from typing import Any, Protocol

from .._core.request import USUAL_SECONDS, Send
from .._version import __version__
from .event_loops import close_wholly

CONNECT_SECONDS = 5.0
PHASES = ("connect", "read", "write", "pool")


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


def usual_timeout(seconds: float = USUAL_SECONDS) -> tuple[float, float, float, float]:
    """Give the seconds to connect, to read, to write and to wait for a free connection."""
    return CONNECT_SECONDS, seconds, seconds, seconds


class HTTPClient:
    """A client that is ready, with its library.

    Attributes:
        client: The library's client.
        library: The module of the library.
    """

    def __init__(self, client: Any, kind: str, *, argument: str | None = None, proxy: object = None) -> None:
        """Take a client of the library's class `kind`, as `argument` when it is the user's own.

        Ours comes with the proxy that it was made for, if any.

        Raises:
            TypeError: It is no such client.
        """
        base = _base_of(client, kind)
        if base is None:
            raise TypeError(f"{argument} must be an httpx.{kind} or an httpx2.{kind}, not {type(client).__name__}")
        self.client: Any = client
        self.library: ModuleType = sys.modules[base.__module__.partition(".")[0]]
        python, library = "{}.{}".format(*sys.version_info), self.library
        self._user_agent = f"mistral-voices/{__version__} python/{python} {library.__name__}/{library.__version__}"
        self._is_own = argument is None
        self._proxy = proxy
        self._is_plain = type(client) is base
        self._last: tuple[Any, Any] = (None, None)  # in one piece, because threads share it
        # Parsing an address is 8 percent of a get: those that come again (first pages, polling, retries) are kept.
        self._parse_url: Callable[[str], Any] = lru_cache(maxsize=128)(self.library.URL)

    def build(self, send: Send, content: Any) -> Any:
        """Make the library's request with all that the client adds to one, and the content in its form."""
        client, method, url, headers = self.client, send.request.method, send.url, send.headers
        timeout = self._timeout(send)
        # A class of the user's own, or a function in place of the method, may do more to a request.
        is_plain = self._is_plain and "build_request" not in vars(client) and not client.cookies and not client.params
        if is_plain and content is None:
            # With the headers of the last request like it, the same is made in half of the time, a fifth of a get's.
            limits = client.timeout.as_dict() if timeout is None else dict(zip(PHASES, timeout, strict=True))
            make, empty, address = self.library.Request, self.library.ByteStream(b""), self._parse_url(url)
            kept = self._headers(url, headers)
            request = make(method, address, headers=kept, stream=empty, extensions={"timeout": limits})
            request.read()  # so that a hook of the user's may look at its content
            return request
        options: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
        request = client.build_request(method, url, headers=headers, content=content, **options)
        self._set_usual(request.headers, headers)
        return request

    def has_sent(self, request: Any, error: BaseException) -> bool:
        """Say whether there was a request, and a client that was open, when an error was raised."""
        return request is not None and not (isinstance(error, RuntimeError) and self.client.is_closed)

    def proxy(self, url: str) -> str | None:
        """Name the proxy that leads to an address; of a user's own client as far as the library shows it."""
        if self._proxy is not None:
            return str(self._proxy)
        try:
            found = self.client._transport_for_url(self.library.URL(url))._pool._proxy_url
            port = "" if found.port is None else f":{found.port}"
            return f"{found.scheme.decode()}://{found.host.decode()}{port}"
        except (AttributeError, self.library.InvalidURL):
            return None

    def _timeout(self, send: Send) -> tuple[float, float, float, float] | None:
        if (each := send.timeout) is not None:
            return each, each, each, each
        if self._is_own and send.request.seconds != USUAL_SECONDS:  # our own client has the usual ones by itself
            return usual_timeout(send.request.seconds)
        return None

    def _headers(self, url: str, headers: Mapping[str, str]) -> Any:
        wanted = (url.split("/", 3)[:3], headers, self.client.headers.raw)
        known, made = self._last
        if known != wanted:
            made = self.client.build_request("GET", url, headers=headers).headers
            self._set_usual(made, headers)
            self._last = (wanted, made)
        return made

    def _set_usual(self, made: Any, headers: Mapping[str, str]) -> None:
        """Put our User-Agent and Accept-Encoding in the place of the library's, but not of the user's."""
        usual = f"python-{self.library.__name__}/{self.library.__version__}"
        if made.get("user-agent") == usual and "user-agent" not in headers:
            made["User-Agent"] = self._user_agent
        # Of gzip we bound what it becomes; the library has "gzip, deflate", and more where it can decode more.
        if made.get("accept-encoding", "").startswith("gzip, deflate") and "accept-encoding" not in headers:
            made["Accept-Encoding"] = "gzip"

    def was_waiting(self, interruption: BaseException | None) -> bool:
        """Say whether a call was reading from its connection when it was interrupted, and all closed after that.

        An interruption while it closed would have come from there. A proxy is read from while a connection opens.
        """
        if interruption is None or not self._is_own or self._proxy is not None:
            return False
        import httpcore  # loaded already, by the library of our own clients

        traceback = interruption.__traceback__
        streams = (httpcore.NetworkStream, httpcore.AsyncNetworkStream)
        while traceback is not None:
            frame = traceback.tb_frame
            if frame.f_code.co_name == "read" and isinstance(frame.f_locals.get("self"), streams):
                return True
            traceback = traceback.tb_next
        return False

    def shield_closing(self, response: Any) -> None:
        """See a response closed to the end even when the call is cancelled.

        httpx loses a place of its pool otherwise. A client of ours is retired instead, and httpx2 loses none.
        """
        if not self._is_own and self.library.__name__ == "httpx":
            response.stream = _shielded_stream(self.library)(response.stream)

    def __repr__(self) -> str:
        # A traceback may show one that is only half made; the headers of its client hold the key.
        return f"HTTPClient({type(getattr(self, 'client', None)).__name__})"


@cache
def _shielded_stream(library: ModuleType) -> Any:
    class ShieldedStream(library.AsyncByteStream):  # type: ignore[misc, name-defined]
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def __aiter__(self) -> Any:
            return self._stream.__aiter__()

        async def aclose(self) -> None:
            await close_wholly(self._stream.aclose)

    return ShieldedStream


def _base_of(client: object, kind: str) -> Any:
    """Find the library's own class that a client is of; None when there is none of this kind."""
    for base in type(client).__mro__:
        if base.__module__.partition(".")[0] in ("httpx", "httpx2") and base.__name__ == kind:
            return base
    return None
