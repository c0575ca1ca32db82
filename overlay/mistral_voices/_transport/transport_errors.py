"""The HTTP library's errors, mapped by class to what the rest of the client knows of them."""

from contextlib import suppress
from types import ModuleType
from typing import Any

from .._core.response import TransportError

# A body that trickles in is given up after this many read time-outs.
BODY_TIMEOUTS = 3
BODY_TOO_LONG = f"the body took longer than {BODY_TIMEOUTS} time-outs"


def map_error(library: ModuleType, error: Any) -> TransportError:
    """Say of an error of a library what it means for the request."""
    is_unsendable = isinstance(error, (library.UnsupportedProtocol, library.LocalProtocolError))
    never_sent = (library.ConnectError, library.ConnectTimeout, library.PoolTimeout, library.ProxyError)
    only_again = (library.DecodingError, library.TooManyRedirects)
    phase, seconds = _timeout(library, error)
    _strip_request(error)
    return TransportError(
        error,
        str(error),
        was_sent=not is_unsendable and not isinstance(error, never_sent),
        is_transient=not is_unsendable and not isinstance(error, only_again),
        phase=phase,
        seconds=seconds,
        is_unsendable=is_unsendable,
    )


def _timeout(library: ModuleType, error: Any) -> tuple[str | None, float | None]:
    """Give the phase that a time-out interrupted and its length; None and None for what is no time-out."""
    if not isinstance(error, library.TimeoutException):
        return None, None
    phases = {library.ConnectTimeout: "connect", library.WriteTimeout: "write", library.PoolTimeout: "pool"}
    phase = next((name for kind, name in phases.items() if isinstance(error, kind)), "read")
    seconds = None
    if str(error) != BODY_TOO_LONG:
        with suppress(RuntimeError, KeyError):  # the library raises RuntimeError when an error knows no request
            seconds = error.request.extensions["timeout"][phase]
    return phase, seconds


def _strip_request(error: Any) -> None:
    """Take the headers and the body, and so the key and the sample, out of the request that an error holds."""
    with suppress(RuntimeError):  # the library raises it when an error knows no request
        request = error.request
        error.request = type(request)(request.method, request.url, extensions=request.extensions)
