"""The HTTP library's errors, mapped by class to what the rest of the client knows of them."""

import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from itertools import dropwhile
from traceback import walk_tb
from types import FrameType, ModuleType
from typing import Any

from .._core.error_mapping import PROXY_CREDENTIALS
from .._core.response import TransportError

# A response that trickles in is given up after this many read timeouts: its head, and then its body.
RESPONSE_TIMEOUTS = 3
RESPONSE_TOO_LONG = f"the response took longer than {RESPONSE_TIMEOUTS} timeouts"
# Whose local variables hold the headers or the bytes of a request while it is sent.
SENDERS = {"mistral_voices", "httpx", "httpx2", "httpcore", "httpcore2", "h11", "h2", "hpack", "socksio", "anyio"}
SENDERS |= {"asyncio", "ssl", "socket"}
# What raises while a library works, and in which packages: its own, and those of its addresses, cookies and networks.
FOREIGN = (ValueError, TypeError, RuntimeError, LookupError, AttributeError, AssertionError, ArithmeticError, OSError)
LIBRARIES = SENDERS - {"mistral_voices"} | {"idna", "http", "urllib", "email", "encodings", "ipaddress", "contextlib"}
# What a proxy says that wants other credentials, by HTTP and by SOCKS; and what it says, too, again and again.
CREDENTIALS = "407|Requested NO AUTHENTICATION|Requested USERNAME|Invalid username"
REFUSALS = f"{CREDENTIALS}|4(?!08|29)[0-9][0-9]"


def is_of_library(library: ModuleType, error: BaseException) -> bool:
    """Say whether a library raised an error, or what it uses: by its class, or by name and by where it arose.

    What a user's hook, file or signal handler raises arose in code of its own.
    """
    if isinstance(error, (library.RequestError, library.InvalidURL, MemoryError)):
        return True
    is_named = isinstance(error, FOREIGN) or type(error).__module__.partition(".")[0] in LIBRARIES
    if not is_named or not isinstance(error, Exception):
        return False
    packages = [_package(frame) for frame, _ in walk_tb(error.__traceback__)]
    within = list(dropwhile("mistral_voices".__eq__, packages))
    arose_there = within != [] and LIBRARIES.issuperset(within)
    return arose_there and (error.__cause__ is None or is_of_library(library, error.__cause__))


def map_error(library: ModuleType, error: Any, proxy: str | None = None, *, is_sent: bool = True) -> TransportError:
    """Say of an error of a library, and of the proxy on the way, what it means for the request.

    `is_sent` is False where there was no request to send yet, or no client any more.
    """
    is_foreign = not isinstance(error, library.RequestError)
    is_unsendable = isinstance(error, (library.UnsupportedProtocol, library.LocalProtocolError)) or not is_sent
    is_of_socks = type(error).__module__.partition(".")[0] == "socksio"
    is_of_proxy = isinstance(error, library.ProxyError) or is_of_socks
    never_sent = (library.ConnectError, library.ConnectTimeout, library.PoolTimeout)
    only_again = (library.DecodingError, library.TooManyRedirects)
    phase, seconds = _timeout(library, error)
    reason, peer, is_refused = str(error), None, is_foreign
    if is_foreign and not is_of_socks:
        reason = f"{type(error).__name__}: {reason}"
    tls = next((each for each in _chain(error) if isinstance(each, ssl.SSLError)), None)
    if is_of_proxy:
        peer = f"the server through {_the(proxy)}"
        is_refused = is_refused or re.match(REFUSALS, reason) is not None
        if re.match(CREDENTIALS, reason):
            reason += f"; {PROXY_CREDENTIALS}"
    elif isinstance(tls, ssl.SSLCertVerificationError):
        is_refused = True
        reason += "; SSL_CERT_FILE can name the certificates to trust, such as those of a company's proxy"
    if isinstance(error, library.ConnectError) and tls is None:
        # anyio, which tries each address of a host, says no more than that all attempts failed.
        system = {str(each): None for each in _chain(error) if isinstance(each, OSError) and each.errno}
        reason += "".join(f" ({text})" for text in system if text not in reason)
    if peer is None and proxy is not None and isinstance(error, (library.ConnectError, library.ConnectTimeout)):
        peer = _the(proxy) if tls is None else f"the server through {_the(proxy)}"
    _strip_request(error)
    clear_locals(error)
    return TransportError(
        error,
        reason,
        was_sent=not (is_unsendable or is_of_proxy or isinstance(error, never_sent)),
        is_transient=not is_unsendable and not is_refused and not isinstance(error, only_again),
        phase=phase,
        seconds=seconds,
        is_unsendable=is_unsendable,
        peer=peer,
    )


def clear_locals(error: BaseException) -> None:
    """Empty the frames that sent the request: a traceback that shows local variables would show the key in them."""
    for each in _chain(error):
        traceback = each.__traceback__
        while traceback is not None:
            frame = traceback.tb_frame
            if _package(frame) in SENDERS:
                with suppress(RuntimeError):  # it still runs
                    frame.clear()
            traceback = traceback.tb_next


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and all that led to it."""
    left: list[BaseException | None] = [error]
    known: set[int] = set()
    while left:
        each = left.pop()
        if each is not None and id(each) not in known:
            known.add(id(each))
            yield each
            left += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]


def _the(proxy: str | None) -> str:
    return "a proxy" if proxy is None else f"the proxy {proxy}"


def _timeout(library: ModuleType, error: Any) -> tuple[str | None, float | None]:
    """Give the phase that a timeout interrupted and its length; None and None for what is no timeout."""
    if not isinstance(error, library.TimeoutException):
        return None, None
    phases = {library.ConnectTimeout: "connect", library.WriteTimeout: "write", library.PoolTimeout: "pool"}
    phase = next((name for kind, name in phases.items() if isinstance(error, kind)), "read")
    seconds = None
    if str(error) != RESPONSE_TOO_LONG:
        with suppress(RuntimeError, KeyError):  # the library raises RuntimeError when an error knows no request
            seconds = error.request.extensions["timeout"][phase]
    return phase, seconds


def _strip_request(error: Any) -> None:
    """Take the headers and the body, and so the key and the sample, out of the request that an error holds."""
    with suppress(AttributeError, RuntimeError):  # InvalidURL has none, and of an unknown one the library says so
        request = error.request
        error.request = type(request)(request.method, request.url, extensions=request.extensions)
