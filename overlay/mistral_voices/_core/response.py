"""What comes back for a request: a response whose body has been read, or the failure of the transport.

It is no tuple, of which error reporters would show the body, whatever its repr says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

# The statuses that promise the whole of what was requested; 206 is a part.
SUCCESSES = frozenset({*range(200, 300)} - {206})


class Response:
    """A response whose body has been read.

    Attributes:
        status_code: The HTTP status.
        headers: Its headers, found whatever the case of their names.
        content: The body; empty where it went into a download.
        unreadable: Why the body of a 2XX is not a sample, as far as this showed while it was read.
        raw: Gives the HTTP library's own response with the body in it.
        encoding: The content encoding that the body still has.
    """

    def __init__(
        self,
        status_code: int,
        headers: Mapping[str, str],
        content: bytes,
        unreadable: str | None,
        raw: Callable[[], Any],
        encoding: str = "",
    ) -> None:
        self.status_code: int = status_code
        self.headers: Mapping[str, str] = headers
        self.content: bytes = content
        self.unreadable: str | None = unreadable
        self.raw: Callable[[], Any] = raw
        self.encoding: str = encoding

    def json(self) -> Any:
        """Parse the body; ValueError when it is not JSON."""
        try:
            return _DECODER.decode(self.content.decode(json.detect_encoding(self.content)))
        except ValueError as error:
            raise ValueError(f"the body is not JSON ({error})" if self.content else "the body is empty") from None
        except RecursionError:
            raise ValueError("the body is nested too deeply") from None

    def __repr__(self) -> str:
        return f"Response({self.status_code})"  # the body may be a sample


class TransportError(Exception):
    """No response: the HTTP library's error, in the terms that retries and messages are made of.

    Attributes:
        cause: The library's error.
        reason: What it says.
        was_sent: Whether the server may have received the request.
        is_transient: Whether another attempt could succeed.
        phase: What a timeout interrupted, such as "connect"; None for what is no timeout.
        seconds: How long it waited; None when that is not known, or no timeout.
        is_unsendable: Whether the request itself could not be sent.
        peer: What there was no connection to, in the words of a message; None means the server.
    """

    def __init__(
        self,
        cause: Exception,
        reason: str,
        *,
        was_sent: bool = True,
        is_transient: bool = True,
        phase: str | None = None,
        seconds: float | None = None,
        is_unsendable: bool = False,
        peer: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason
        self.was_sent = was_sent
        self.is_transient = is_transient
        self.phase = phase
        self.seconds = seconds
        self.is_unsendable = is_unsendable
        self.peer = peer

    @classmethod
    def of_environment(cls, reason: str, cause: Exception) -> TransportError:
        """Make the error of a variable with which nothing can be sent; the reason names it and the remedy."""
        return cls(cause, reason, was_sent=False, is_transient=False, is_unsendable=True)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
