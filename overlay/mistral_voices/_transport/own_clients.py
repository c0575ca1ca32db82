"""What our own clients have in place of the library's: checks of what arrives, no cookies, no redirects."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

from .transport_errors import RESPONSE_TIMEOUTS, RESPONSE_TOO_LONG

LOCATION = "mistral_voices.location"
TOO_EARLY = "the server sent a response before the request"


class Exchange:
    """What a connection knows of the request that was sent last, and of the response to it.

    What the server sends beyond a response, the HTTP library takes for the beginning of the next one. It then reads
    nothing after that request, or something that is no beginning. And the library bounds the time of each read, but not
    that of a head, an informational response, chunk extensions or trailers that trickle in.

    Attributes:
        is_unanswered: Whether nothing has arrived since the request.
        deadline: When the response must have arrived; None as long as it is not known.
    """

    is_unanswered: bool = False
    deadline: float | None = None

    def will_send(self, block: bytes) -> None:
        """Begin anew with a request; what is spoken with a SOCKS proxy has no letters in front."""
        if not self.is_unanswered and block[:1].isupper():
            self.is_unanswered, self.deadline = True, None

    def time_to_read(self, timeout: float | None) -> float | None:
        """Give the seconds that a read may take; a ReadTimeout when there are none left."""
        if timeout is None:
            return None
        now = monotonic()
        if self.deadline is None:
            self.deadline = now + RESPONSE_TIMEOUTS * timeout
        if now >= self.deadline:
            raise _read_timeout()
        return min(timeout, self.deadline - now)

    def has_read(self, block: bytes) -> bytes:
        """Take note of what has arrived, and give it."""
        if self.is_unanswered:
            self.is_unanswered = False
            if block[:5] != b"HTTP/"[: len(block)]:
                from httpcore import RemoteProtocolError  # as in `_read_timeout`

                raise RemoteProtocolError(TOO_EARLY)
        return block


def _read_timeout() -> Exception:
    from httpcore import ReadTimeout  # not on top: who uses clients of httpx2 must not load it

    return ReadTimeout(RESPONSE_TOO_LONG)


class Backend:
    """The HTTP library's network, with these connections."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect_tcp(self, *arguments: Any, **options: Any) -> Stream:
        return Stream(self._backend.connect_tcp(*arguments, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


class Stream(Exchange):
    """The HTTP library's stream over a connection, perhaps with TLS between them."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.has_read(self._stream.read(max_bytes, self.time_to_read(timeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.will_send(buffer)
        self._stream.write(buffer, timeout)

    def start_tls(self, *arguments: Any, **options: Any) -> Stream:
        return Stream(self._stream.start_tls(*arguments, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class NoCookies:
    """A cookie jar that stays empty: one cookie beyond ASCII would make each later request fail."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def extract_cookies(self, response: Any, request: Any) -> None:
        pass

    def add_cookie_header(self, request: Any) -> None:
        pass


def hide_location(response: Any) -> None:
    """Put the Location of a redirect aside, from which the library makes a request, though it does not follow."""
    if response.has_redirect_location:
        response.extensions[LOCATION] = response.headers.pop("location")


async def hide_location_async(response: Any) -> None:
    """`hide_location` for an async client."""
    hide_location(response)


def show_location(response: Any) -> None:
    """Put the Location where it was."""
    if LOCATION in response.extensions:
        response.headers["location"] = response.extensions.pop(LOCATION)
